"""What rules about technology do to building plants, and who such rules are about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.commitment_rows import Granted
from ..controls import LICENSED, Regime
from ..indexing import Index, as_columns
from ..tree import FloatArray, IntArray
from .frame import Frame

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Permits:
    """What rules ask of a decision to build: open a plant, or add modules.

    Attributes:
        allowed: whether it may be decided at a node. Shape (rows, nodes).
        wait: periods that reviews add to building. Shape (rows, nodes).
        cost: cost of the licences it needs. Shape (rows, nodes).
        licences: rule -> whether a licence of it is needed. Shape (rows, nodes) each.
    """

    allowed: BoolArray
    wait: IntArray
    cost: FloatArray
    licences: dict[int, BoolArray]


def technologies_of(frame: Frame) -> tuple[list[str | None], list[str | None]]:
    """Technology of each plant, and of each expansion (its plant's where it has none)."""
    case = frame.case
    own = {row.plant: row.technology for row in case.plants}
    return (
        [row.technology for row in case.plants],
        [row.technology or own[row.plant] for row in case.expansions],
    )


def is_about(frame: Frame, rule: int, technology: list[str | None], plants: list[str]) -> BoolArray:
    """Whether a rule is about parts of plants built with some technologies. Shape (parts,)."""
    row, names, case = frame.case.controls[rule], frame.names, frame.case
    stage = {process.process: process.stage for process in case.processes}
    works = {plant.plant: plant for plant in case.plants}
    origin = {known.technology: known.origin for known in case.technologies}

    def picks(selector: str | None, kind: str, name: str | None) -> bool:
        return not selector or name in names.of(kind).select(selector)

    found = []
    for name, owner in zip(technology, plants, strict=True):
        plant = works[owner]
        country = names.country[plant.site]
        found.append(
            name is not None
            and origin[name] != country
            and picks(row.technologies, "technologies", name)
            and picks(row.exporters, "country", origin[name])
            and picks(row.destinations, "country", country)
            and picks(row.end_users, "end_user", names.operator[plant.site])
            and picks(row.stages, "stage", stage[plant.process])
        )
    return np.array(found, dtype=bool)


def build_permits(frame: Frame, regime: Regime) -> tuple[Permits, Permits]:
    """What rules ask of opening each plant, and of adding modules of each expansion."""
    case = frame.case
    of_plants, of_expansions = technologies_of(frame)
    return (
        _permits(frame, regime, of_plants, [row.plant for row in case.plants]),
        _permits(frame, regime, of_expansions, [row.plant for row in case.expansions]),
    )


def _permits(
    frame: Frame, regime: Regime, technology: list[str | None], plants: list[str]
) -> Permits:
    values, shape = frame.values, (len(plants), frame.tree.size)
    allowed, wait, cost = np.ones(shape, dtype=bool), np.zeros(shape, np.int64), np.zeros(shape)
    licences: dict[int, BoolArray] = {}
    for rule, row in enumerate(frame.case.controls):
        if row.kind != "technology":
            continue
        hit = is_about(frame, rule, technology, plants)[:, None] & regime.in_force[rule]
        if row.policy == "prohibited":
            allowed &= ~hit
            continue
        lag = frame.time.lag(values.array("controls", "review_days")[rule])
        wait = np.maximum(wait, np.where(hit, lag, 0))
        if row.policy in LICENSED:
            allowed &= ~(hit & (regime.approval[rule] <= 0))
            cost += np.where(hit, values.array("controls", "cost")[rule], 0.0)
            licences[rule] = hit
    return Permits(allowed, wait, cost, licences)


def licence_nodes(frame: Frame, rule: int, node: int) -> IntArray:
    """Nodes at which a licence can be used that is applied for at a node."""
    tree, row = frame.tree, frame.case.controls[rule]
    days = frame.values.array("controls", "review_days")[rule, node]
    first = int(tree.period[node]) + int(frame.time.lag(np.array([days]))[0])
    last = tree.periods if row.validity_periods is None else first + row.validity_periods - 1
    inside = (tree.period >= first) & (tree.period <= last)
    below = tree.path_at[:, int(tree.period[node]) - 1] == node
    return np.flatnonzero(inside & below)


def granted_nodes(frame: Frame, row: Granted) -> IntArray:
    """Nodes at which a licence granted before period 1 can be used."""
    case, period = frame.case, frame.tree.period
    first, last = case.period(row.start, 1), case.period(row.end, frame.tree.periods)
    return np.flatnonzero((period >= first) & (period <= last))


def after_waits(
    frame: Frame,
    points: Index,
    which: IntArray,
    decision: IntArray,
    nodes: IntArray,
    wait: IntArray,
) -> tuple[IntArray, IntArray]:
    """Keep the decisions that are complete at a node, reviews included.

    Args:
        frame: the case.
        points: (row, node) of possible decisions.
        which: position in ``nodes`` of each pair.
        decision: row and node of decision of each pair. Shape (pairs, 2).
        nodes: nodes of use.
        wait: periods from decision to use. Shape (rows, nodes).

    Returns:
        (which, position in ``points``).
    """
    row, node = decision.T
    age = frame.tree.period[nodes[which]] - frame.tree.period[node]
    position = points.positions(as_columns(row, node))
    keep = (position >= 0) & (age >= wait[row, node])
    return which[keep], position[keep]
