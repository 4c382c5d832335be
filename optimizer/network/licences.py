"""Licences for goods as arrays: what may be applied for, and what moves under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...models.case import Case
from ..controls import materials_of_stages
from ..indexing import Index, as_columns, distinct, matching
from ..tree import FloatArray, IntArray
from .frame import Frame
from .inventory import demand_quantity
from .moves import Movements
from .routes import Routes
from .shipping import Shipping
from .supply import Supply
from .technology import granted_nodes, licence_nodes

Pairs = tuple[IntArray, IntArray]
KEY = 4
"""Columns of a licence's key: rule, exporter, destination, end use."""


@dataclass(frozen=True)
class Licences:
    """Applications and what draws on them.

    Attributes:
        apply: (rule, exporter, destination, end use, node) of applications; node -k is that of
            row k of `granted`, which was applied for before period 1.
        most: most that can be applied for. Shape (apply,).
        approval: part of it that is approved. Shape (apply,).
        cost: cost of each application, 0 of what was applied for before. Shape (apply,).
        draw: (application, node) at which one can be drawn on.
        moved: (rule, exporter, destination, end use, node) at which something moves.
        buys, ships, draws: pairs of positions in ``moved`` and in buy, ship and ``draw``.
        total: (application, last node) of every path along which drawing is limited.
        drawn: pairs of positions in ``total`` and ``draw``.
    """

    apply: Index
    most: FloatArray
    approval: FloatArray
    cost: FloatArray
    draw: Index
    moved: Index
    buys: Pairs
    ships: Pairs
    draws: Pairs
    total: Index
    drawn: Pairs


def build_licences(
    frame: Frame, movements: Movements, supply: Supply, shipping: Shipping
) -> Licences:
    """Licences of a case."""
    offer = supply.buy.column(0)
    offer_site = frame.places(frame.case.offers)[0]
    buys = _under(
        movements, supply.routes, frame.offer_country[offer], frame.site_country[offer_site[offer]]
    )
    pair = shipping.ship.column(0)
    ships = _under(
        movements, shipping.routes,
        frame.site_country[movements.pairs.start[pair]],
        frame.site_country[movements.pairs.end[pair]],
    )  # fmt: skip
    both = np.concatenate([buys[1], ships[1]])
    members, of_flow = distinct(both)
    moved = Index(members)
    apply, most, draw = _applications(frame, movements, moved)
    rule, node = apply.column(0), apply.column(KEY)
    new, node = node >= 0, np.maximum(node, 0)
    key = apply.members[draw.column(0)].copy()
    key[:, KEY] = draw.column(1)
    total, drawn = _totals(frame, apply, draw)
    return Licences(
        apply=apply,
        most=most,
        approval=np.where(new, movements.regime.approval[rule, node], 1.0),
        cost=np.where(new, frame.values.array("controls", "cost")[rule, node], 0.0),
        draw=draw,
        moved=moved,
        buys=(of_flow[: len(buys[0])], buys[0]),
        ships=(of_flow[len(buys[0]) :], ships[0]),
        draws=(moved.positions(key), np.arange(len(draw))),
        total=total,
        drawn=drawn,
    )


def _under(
    movements: Movements, routes: Routes, exporter: IntArray, destination: IntArray
) -> tuple[IntArray, IntArray]:
    """(flow, key and node) of everything that moves under a licence."""
    of_cargo = [
        (cargo, rule, use)
        for cargo, own in enumerate(movements.cargo.licences)
        for rule, use in own
    ]
    cargo, rule, use = np.array(of_cargo, dtype=np.int64).reshape(-1, 3).T
    at, flow = matching(cargo, routes.cargo)
    keys = as_columns(rule[at], exporter[flow], destination[flow], use[at], routes.node[flow])
    return flow, keys


def _applications(
    frame: Frame, movements: Movements, moved: Index
) -> tuple[Index, FloatArray, Index]:
    """Applications that can be of use, the most of each, and the nodes they can be drawn on."""
    regime = movements.regime
    used: dict[tuple[int, ...], set[int]] = {}
    for *key, node in moved.members.tolist():
        used.setdefault(tuple(key), set()).add(node)
    needs = _Needs(frame, movements)
    keys: list[tuple[int, ...]] = []
    most: list[float] = []
    draws: list[tuple[int, int]] = []
    for key, nodes in used.items():
        rule, use = key[0], key[3]
        for node in np.flatnonzero(regime.approval[rule] > 0).tolist():
            usable = licence_nodes(frame, rule, node)
            own = [at for at in usable.tolist() if at in nodes]
            need = needs.within(rule, use, usable) if own else 0.0
            if need > 0:
                draws += [(len(keys), at) for at in own]
                keys.append((*key, node))
                most.append(need)
    for number, key, quantity, usable in _granted(frame, movements):
        own = [at for at in usable.tolist() if at in used.get(key, set())]
        if own:
            draws += [(len(keys), at) for at in own]
            keys.append((*key, -number))
            most.append(quantity)
    return (
        Index(np.array(keys, dtype=np.int64).reshape(-1, KEY + 1)),
        np.array(most, dtype=float),
        Index(np.array(draws, dtype=np.int64).reshape(-1, 2)),
    )


def _granted(
    frame: Frame, movements: Movements
) -> Iterator[tuple[int, tuple[int, ...], float, IntArray]]:
    """(row of `granted`, key, quantity, nodes) of licences for goods granted before period 1."""
    case, uses = frame.case, movements.regime.marks.uses
    rules = {row.control: at for at, row in enumerate(case.controls)}
    country = {name: at for at, name in enumerate(frame.countries)}
    for number, row in enumerate(case.granted, start=1):
        ends = country.get(row.exporter or "", -1), country.get(row.destination or "", -1)
        if row.plant is None and row.end_use in uses and min(ends) >= 0 and row.quantity > 0:
            key = (rules[row.control], *ends, uses.index(row.end_use))
            yield number, key, row.quantity, granted_nodes(frame, row)


class _Needs:
    """The need behind applications: demand for an end use, in units of the goods moved."""

    def __init__(self, frame: Frame, movements: Movements) -> None:
        self.frame, self.movements = frame, movements
        self._known: dict[tuple[int, int], FloatArray] = {}

    def within(self, rule: int, use: int, nodes: IntArray) -> float:
        """Largest need along a path through some nodes."""
        inside = np.zeros(self.frame.tree.size)
        inside[nodes] = self._at(rule, use)[nodes]
        return float(inside[self.frame.tree.paths].sum(axis=1).max(initial=0.0))

    def _at(self, rule: int, use: int) -> FloatArray:
        """Need of the goods of a rule at each node for an end use. Shape (nodes,)."""
        if (rule, use) not in self._known:
            case = self.frame.case
            per_unit = goods_per_unit(case, self._goods(rule))
            wanted = self.movements.regime.marks.uses[use]
            factor = [
                per_unit[row.material] if row.end_use == wanted else 0.0 for row in case.demand
            ]
            quantity = demand_quantity(self.frame)
            self._known[rule, use] = np.asarray(np.array(factor) @ quantity)
        return self._known[rule, use]

    def _goods(self, rule: int) -> set[str]:
        """Materials that a rule is about."""
        row, names = self.frame.case.controls[rule], self.frame.names
        goods = set(names.of("materials").select(row.materials or "*"))
        if row.stages:
            goods &= materials_of_stages(self.frame.case, names, row.stages)
        return goods


def goods_per_unit(case: Case, goods: set[str]) -> dict[str, float]:
    """Most of some goods that can move for a unit of each material, by the recipes' input needs.

    Either the material itself moves, or what its inputs take does; of several processes the one
    that takes most counts. Loops are followed for as many rounds as there are materials.
    """
    made_of: dict[str, list[list[tuple[str, float]]]] = {}
    for process in case.processes:
        rows = [row for row in case.recipes if row.process == process.process]
        for made in rows:
            if made.quantity > 0:
                inputs = [
                    (row.material, -row.quantity / made.quantity)
                    for row in rows
                    if row.quantity < 0
                ]
                made_of.setdefault(made.material, []).append(inputs)
    itself = {row.material: float(row.material in goods) for row in case.materials}
    takes = dict.fromkeys(itself, 0.0)
    for _ in itself:
        before = takes
        takes = {
            name: max(
                own,
                *(
                    sum(amount * before[needed] for needed, amount in inputs)
                    for inputs in made_of.get(name, [])
                ),
                0.0,
            )
            for name, own in itself.items()
        }
        if takes == before:
            break
    return takes


def _totals(frame: Frame, apply: Index, draw: Index) -> tuple[Index, Pairs]:
    """Paths along which what is drawn on an application adds up."""
    tree = frame.tree
    nodes: dict[int, list[int]] = {}
    for application, node in draw.members.tolist():
        nodes.setdefault(application, []).append(node)
    rows: list[tuple[int, int]] = []
    pairs: list[tuple[int, int]] = []
    position = {tuple(member): at for at, member in enumerate(draw.members.tolist())}
    for application, own in nodes.items():
        paths = {tuple(int(at) for at in path if int(at) in set(own)) for path in tree.paths}
        paths.discard(())
        longest = [
            path
            for path in paths
            if not any(path != other and set(path) <= set(other) for other in paths)
        ]
        for path in sorted(longest):
            pairs += [(len(rows), position[application, at]) for at in path]
            rows.append((application, path[-1]))
    row, at = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Index(np.array(rows, dtype=np.int64).reshape(-1, 2)), (row, at)
