"""Assemble the network of a case and the balance that ties its flows together."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ...models.case import Case
from ...models.rule_rows import Change
from ..controls import BORDER_KINDS
from ..guard import refuse_if_too_large
from ..tree import FloatArray, IntArray, Tree, build_tree
from .balance import Balance, build_balance
from .bounds import Bounds, build_bounds
from .flows import build_flows
from .frame import Frame
from .inventory import Inventory, Market, build_inventory, build_market
from .licences import Licences, build_licences
from .limit_rows import LimitRows
from .limits import build_limits
from .moves import Movements, build_movements
from .production import Production, build_production
from .reach import process_io
from .shipping import Gates, Shipping, build_gates, build_shipping, only_delivers
from .stages import Stages
from .supplier_rows import SupplierRows, build_supplier_rows
from .supply import Supply, build_supply

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Network:
    """Everything the formulation and the plan need, as arrays."""

    frame: Frame
    bounds: Bounds
    movements: Movements
    supply: Supply
    production: Production
    shipping: Shipping
    gates: Gates
    inventory: Inventory
    market: Market
    limits: LimitRows
    quotas: LimitRows
    licences: Licences
    suppliers: SupplierRows
    balance: Balance
    stages: Stages = field(repr=False, compare=False)

    @property
    def case(self) -> Case:
        """The case."""
        return self.frame.case

    @property
    def tree(self) -> Tree:
        """Its scenario tree."""
        return self.frame.tree

    @property
    def weight(self) -> FloatArray:
        """Discount times probability of each node. Shape (nodes,)."""
        return self.frame.time.weight

    def at(self, table: str, column: str, row: IntArray, node: IntArray) -> FloatArray:
        """Values of a column for rows at nodes. Shape (rows,)."""
        return np.asarray(self.frame.values.array(table, column)[row, node])

    @cached_property
    def total_demand(self) -> float:
        """Expected demand over the horizon, optional sales left out."""
        row, node = self.market.need.members.T
        quantity = self.frame.values.array("demand", "quantity")[row, node]
        inside = self.frame.time.window(self.case.demand)[row, node] & ~self.market.optional
        return float((quantity * inside * self.tree.probability[node]).sum())


RULES = ("controls", "control_status")
"""Tables whose numbers decide what can move at all: where one changes, all is built again."""


def build_network(case: Case, tree: Tree | None = None, *, force: bool = False) -> Network:
    """Network of a checked case on a tree (default: all its scenarios).

    Args:
        case: the case.
        tree: its scenario tree.
        force: build it even if the estimated size is past the limit.

    Raises:
        TooLargeError: the model would not fit.
        ChangeError: a row of `changes` cannot be applied.
    """
    with _collector_at_rest():
        frame = Frame.of(case, tree or build_tree(case))
        return _build(frame, Stages(frame.values), force=force)


def network_of(frame: Frame, *, force: bool = False) -> Network:
    """Network of a frame, whatever its numbers.

    Raises:
        TooLargeError: the model would not fit.
    """
    with _collector_at_rest():
        return _build(frame, Stages(frame.values), force=force)


def rebuild_network(
    network: Network,
    changes: Sequence[Change],
    *,
    near: Network | None = None,
    force: bool = False,
) -> Network:
    """Network of the same case with more rows in `changes`; what they do not reach is shared.

    Args:
        network: of the case without these rows.
        changes: the rows.
        near: network of the case with other rows, with which more may be shared.
        force: build models past the size limit.

    Raises:
        TooLargeError, ChangeError: see :func:`build_network`.
    """
    before = network.frame
    if before.given is not before.case:  # what was decided before comes after every change
        given = before.given.model_copy(update={"changes": [*before.given.changes, *changes]})
        return build_network(given, before.tree, force=force)
    case = before.case.model_copy(update={"changes": [*before.case.changes, *changes]})
    values, changed = before.values.extended(case)
    if any(table in RULES for table, _ in changed):
        return build_network(case, before.tree, force=force)
    frame = before.with_values(case, values)
    known = network
    if near is not None and near.frame.given is near.frame.case:
        differing = values.differing(near.frame.values)
        if not any(table in RULES for table, _ in differing):
            known, changed = near, differing
    with known.frame.values.outdated(changed), _collector_at_rest():
        return _build(frame, Stages(values, known.stages, changed), force=force)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from walking every row of a large case again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _build(frame: Frame, stage: Stages, *, force: bool) -> Network:
    """Every part of a network, in the order in which they build on each other."""
    _refuse_wide_lanes(frame, force=force)
    io = stage("io", lambda: process_io(frame))
    bounds = stage("bounds", lambda _: build_bounds(frame, io), io)
    movements = stage("movements", lambda _: build_movements(frame, io), io)
    full = frame.with_variants(movements.variants)
    refuse_if_too_large(
        len(movements.carried) * frame.tree.size,
        "shipments on lanes (lane x material x node)",
        force=force,
    )
    supply = stage("supply", lambda m, b: build_supply(full, m, b), movements, bounds)
    production = stage(
        "production", lambda m, _, b: build_production(full, m, io, b), movements, io, bounds
    )
    sinks = stage("sinks", lambda m: only_delivers(full, m), movements)
    counted = stage("counted", lambda m: _counted_lanes(full, m), movements)
    shipping = stage(
        "shipping",
        lambda m, b, *_: build_shipping(full, m, b, sinks, counted),
        movements, bounds, sinks, counted,
    )  # fmt: skip
    gates = stage(
        "gates",
        lambda m, sent, bought, made, _: build_gates(full, m, sent, bought.select, made, sinks),
        movements, shipping, supply, production, sinks,
    )  # fmt: skip
    inventory = stage(
        "inventory", lambda m, b: build_inventory(full, m, b.material), movements, bounds
    )
    market = stage("market", lambda m: build_market(full, m), movements)
    parts = (movements, supply, production, shipping, inventory, market)
    flows = stage("flows", partial(build_flows, full), *parts)
    limits, quotas = stage(
        "limits",
        lambda f, *moved: build_limits(full, f, _quotas(full, *moved)),
        flows, movements, supply, shipping,
    )  # fmt: skip
    suppliers = stage("suppliers", partial(build_supplier_rows, full), flows)
    licences = stage("licences", partial(build_licences, full), movements, supply, shipping)
    balance = stage("balance", partial(build_balance, full), *parts)
    return Network(
        full, bounds, movements, supply, production, shipping, gates, inventory, market, limits,
        quotas, licences, suppliers, balance, stage,
    )  # fmt: skip


def _refuse_wide_lanes(frame: Frame, *, force: bool) -> None:
    """Refuse lane selectors whose pairs of sites alone are past the limit, before making them."""
    place = frame.names.of("place")
    pairs = sum(
        len(place.select(row.from_)) * len(place.select(row.to)) for row in frame.case.lanes
    )
    refuse_if_too_large(pairs, "pairs of sites on lanes", force=force)


def _counted_lanes(frame: Frame, movements: Movements) -> BoolArray:
    """Lane pairs out of sites whose used lanes a policy counts. Shape (pairs,)."""
    counted = np.zeros(len(movements.pairs.row), dtype=bool)
    for policy in frame.case.policies:
        if policy.kind == "max_lanes":
            sites = [frame.site[name] for name in frame.names.of("place").select(policy.sites)]
            counted |= np.isin(movements.pairs.start, sites)
    return counted


def _quotas(
    frame: Frame, movements: Movements, supply: Supply, shipping: Shipping
) -> list[tuple[int, dict[str, BoolArray]]]:
    """(row of controls, family -> whether it hits each position) of every rule with a quota."""
    quotas = []
    quota = frame.values.compact("controls", "quota")
    for position, rule in enumerate(frame.case.controls):
        if not np.isfinite(quota[position]).any():
            continue
        if rule.kind in BORDER_KINDS:
            buys = movements.asks(supply.routes, position)
            ships = movements.asks(shipping.routes, position)
            quotas.append((position, {"buy": buys, "ship": ships}))
    return quotas
