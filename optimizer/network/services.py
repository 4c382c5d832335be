"""What service rules do to running plants: uptimes, licences that lift them, and limits on runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..controls import Regime
from ..indexing import Index
from ..tree import FloatArray, IntArray
from .frame import Frame
from .technology import granted_nodes, is_about, licence_nodes, technologies_of

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class ServiceRule:
    """A service rule under which a licence keeps plants running.

    Attributes:
        rule: row of controls.
        plants, expansions: uptime of what it is about at each node without a licence, NaN where
            it is not about it or not in force. Shape (plants or expansions, nodes).
    """

    rule: int
    plants: FloatArray
    expansions: FloatArray


@dataclass(frozen=True)
class Services:
    """Uptimes of plants.

    Attributes:
        plants, expansions: part of capacity left by rules that no licence helps against.
            Shape (plants or expansions, nodes).
        rules: rules that a licence helps against.
        apply: (rule, plant, node) of applications; node -k is that of row k of `granted`, which
            was applied for before period 1.
        usable: (application, node) at which each can be used.
        approval: part of what each lifts that is approved. Shape (apply,).
    """

    plants: FloatArray
    expansions: FloatArray
    rules: list[ServiceRule]
    apply: Index
    usable: tuple[IntArray, IntArray]
    approval: FloatArray


def build_services(frame: Frame, regime: Regime) -> Services:
    """Uptimes of a case, and the licences that lift them."""
    case, size = frame.case, frame.tree.size
    of_plants, of_expansions = technologies_of(frame)
    owners = [row.plant for row in case.plants], [row.plant for row in case.expansions]
    fixed = np.ones((len(owners[0]), size)), np.ones((len(owners[1]), size))
    rules: list[ServiceRule] = []
    for rule, row in enumerate(case.controls):
        if row.kind != "service" or row.policy in ("free", "general_licence"):
            continue
        without = [
            _without(frame, regime, rule, technology, plants)
            for technology, plants in zip((of_plants, of_expansions), owners, strict=True)
        ]
        if row.policy == "prohibited":
            for left, uptime in zip(fixed, without, strict=True):
                np.fmin(left, uptime, out=left)
        elif not all(np.isnan(uptime).all() for uptime in without):
            rules.append(ServiceRule(rule, *without))
    apply, usable = _applications(frame, regime, rules)
    rule, _, node = apply.members.T
    approval = regime.approval[rule, np.maximum(node, 0)]
    before = np.flatnonzero(node < 0)
    approval[before] = [case.granted[-int(at) - 1].approval for at in node[before]]
    return Services(*fixed, rules, apply, usable, approval)


def _without(
    frame: Frame, regime: Regime, rule: int, technology: list[str | None], plants: list[str]
) -> FloatArray:
    """Uptime without a licence of a service rule, NaN where it does not apply, by part and node."""
    values = frame.values
    position = {row.technology: at for at, row in enumerate(frame.case.technologies)}
    serviced = {row.technology: row.needs_services for row in frame.case.technologies}
    about = is_about(frame, rule, technology, plants)
    about &= np.array([name is not None and serviced[name] for name in technology], dtype=bool)
    uptime = np.full((len(plants), frame.tree.size), np.nan)
    own = values.array("controls", "uptime")[rule]
    for part in np.flatnonzero(about):
        known = position[str(technology[part])]
        usual = values.array("technologies", "uptime_without_services")[known]
        left = np.where(np.isnan(own), usual, own)
        uptime[part] = np.where(regime.in_force[rule], left, np.nan)
    return uptime


def _applications(
    frame: Frame, regime: Regime, rules: list[ServiceRule]
) -> tuple[Index, tuple[IntArray, IntArray]]:
    """Applications for services that can be of use, and the nodes they can be used at."""
    keys: list[tuple[int, int, int]] = []
    pairs: list[tuple[int, int]] = []
    position = {row.plant: at for at, row in enumerate(frame.case.plants)}
    for one in rules:
        needed = ~np.isnan(one.plants)
        for at, row in enumerate(frame.case.expansions):
            needed[position[row.plant]] |= ~np.isnan(one.expansions[at])
        for plant in np.flatnonzero(needed.any(axis=1)):
            for node in np.flatnonzero(regime.approval[one.rule] > 0):
                nodes = licence_nodes(frame, one.rule, int(node))
                nodes = nodes[needed[plant, nodes]]
                if len(nodes):
                    pairs += [(len(keys), int(at)) for at in nodes]
                    keys.append((one.rule, int(plant), int(node)))
        control = frame.case.controls[one.rule].control
        for number, granted in enumerate(frame.case.granted, start=1):
            if granted.control != control or granted.plant not in position:
                continue
            held = position[granted.plant]
            nodes = granted_nodes(frame, granted)
            nodes = nodes[needed[held, nodes]]
            if len(nodes):
                pairs += [(len(keys), int(at)) for at in nodes]
                keys.append((one.rule, held, -number))
    members = np.array(keys, dtype=np.int64).reshape(-1, 3)
    usable = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Index(members), (usable[:, 0], usable[:, 1])


@dataclass(frozen=True)
class ServiceRows:
    """Limits on runs of plants whose uptime a licence can lift, one or more for each slot.

    Every row reads: runs <= base capacity x ``base`` + modules x ``module`` + licences x ``gain``.

    Attributes:
        slot: position of the slot of each row. Shape (rows,).
        base: uptime of the plant's own capacity. Shape (rows,).
        module: uptime of each expansion. Shape (rows, expansions).
        licence: (row, application, gain in activity) of the licences. Three arrays.
    """

    slot: IntArray
    base: FloatArray
    module: FloatArray
    licence: tuple[IntArray, IntArray, FloatArray]


@dataclass(frozen=True)
class _Part:
    """A part of a plant at a node: its own capacity (expansion -1), or an expansion.

    Attributes:
        left: uptime that no licence helps against.
        most: most capacity it can have.
        without: rule -> uptime without a licence of it, for the rules that are about it.
    """

    expansion: int
    left: float
    most: float
    without: dict[int, float]


class _Slot:
    """A plant at a node under service rules that licences help against."""

    def __init__(self, parts: list[_Part], approvals: dict[int, dict[int, float]]) -> None:
        self.parts = parts
        self.approvals = approvals
        self.groups: dict[tuple[tuple[int, float], ...], list[_Part]] = {}
        for part in parts:
            self.groups.setdefault(tuple(sorted(part.without.items())), []).append(part)

    def rows(self) -> Iterator[tuple[dict[int, float], dict[int, float]]]:
        """(part -> uptime, application -> gain in activity) of each row.

        Parts that the rules treat alike form a group. For every choice, for each group, of a rule
        and of an approval that licences may have, one row holds what that much uptime leaves, and
        lets better licences add what they are worth at most. Taken together they are exact.
        """
        options: list[list[tuple[int, float] | None]] = []
        for rules in self.groups:
            found: list[tuple[int, float] | None] = [
                (rule, level)
                for rule, _ in rules
                for level in sorted({0.0, *self.approvals.get(rule, {}).values()})
            ]
            options.append(found or [None])
        for chosen in product(*options):
            uptime: dict[int, float] = {}
            gains: dict[int, float] = {}
            for own, choice in zip(self.groups.values(), chosen, strict=True):
                for part in own:
                    uptime[part.expansion] = self._hold(part, choice, gains)
            yield uptime, gains

    def _hold(
        self, part: _Part, choice: tuple[int, float] | None, gains: dict[int, float]
    ) -> float:
        """Uptime of a part under a choice; adds what better licences are worth to ``gains``."""
        if choice is None:
            return part.left
        rule, level = choice
        low = part.without[rule]
        held = min(part.left, low + level * (1 - low))
        for application, given in self.approvals.get(rule, {}).items():
            better = min(part.left, low + given * (1 - low))
            if better > held and part.most > 0:
                gains[application] = gains.get(application, 0.0) + (better - held) * part.most
        return held


def build_service_rows(
    frame: Frame,
    regime: Regime,
    services: Services,
    slots: Index,
    base_most: FloatArray,
    module_most: FloatArray,
) -> ServiceRows:
    """Rows of all slots under service rules that a licence helps against.

    Args:
        frame: the case.
        regime: its rules.
        services: its uptimes.
        slots: (plant, node) of the slots.
        base_most: most base capacity of each slot. Shape (slots,).
        module_most: most capacity of each expansion's modules. Shape (expansions,).
    """
    position = {row.plant: at for at, row in enumerate(frame.case.plants)}
    owner = np.array([position[row.plant] for row in frame.case.expansions], dtype=np.int64)
    at, node = services.usable
    rule, plant = services.apply.column(0), services.apply.column(1)
    slot_of: list[int] = []
    base: list[float] = []
    module: list[list[float]] = []
    terms: list[tuple[int, int, float]] = []
    touched = _touched(services, owner) if services.rules else np.zeros((0, 0), dtype=bool)
    for slot, (works, now) in enumerate(slots.members.tolist()):
        if not services.rules or not touched[works, now]:
            continue
        parts = [_part(services, -1, works, now, float(base_most[slot]))]
        parts += [
            _part(services, int(own), int(own), now, float(module_most[own]))
            for own in np.flatnonzero(owner == works)
        ]
        approvals: dict[int, dict[int, float]] = {}
        for application in at[(node == now) & (plant[at] == works)].tolist():
            given = float(services.approval[application])
            approvals.setdefault(int(rule[application]), {})[application] = given
        for uptime, gains in _Slot(parts, approvals).rows():
            terms += [(len(slot_of), application, gain) for application, gain in gains.items()]
            slot_of.append(slot)
            base.append(uptime[-1])
            module.append([uptime.get(own, 1.0) for own in range(len(owner))])
    found = np.array(terms, dtype=float).reshape(-1, 3)
    return ServiceRows(
        np.array(slot_of, dtype=np.int64),
        np.array(base, dtype=float),
        np.array(module, dtype=float).reshape(len(slot_of), len(owner)),
        (found[:, 0].astype(np.int64), found[:, 1].astype(np.int64), found[:, 2]),
    )


def _touched(services: Services, owner: IntArray) -> BoolArray:
    """Whether a rule that a licence helps against is about a plant at a node. (plants, nodes)."""
    touched = np.zeros(services.plants.shape, dtype=bool)
    for one in services.rules:
        touched |= ~np.isnan(one.plants)
        np.logical_or.at(touched, owner, ~np.isnan(one.expansions))
    return touched


def _part(services: Services, expansion: int, row: int, node: int, most: float) -> _Part:
    """A plant's own capacity (expansion -1, row: plant) or an expansion at a node."""
    of_plant = expansion < 0
    left = services.plants if of_plant else services.expansions
    without = {
        one.rule: float((one.plants if of_plant else one.expansions)[row, node])
        for one in services.rules
    }
    known = {rule: uptime for rule, uptime in without.items() if not np.isnan(uptime)}
    return _Part(expansion, float(left[row, node]), most, known)
