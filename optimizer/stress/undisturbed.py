r"""The plan without any outage, and the arrays in which outages are compared with it.

The undisturbed plan keeps the strategic decisions of the plan that is tested and runs everything
else at least cost, in the arrays of :mod:`.elastic`. Rows are added with which a later solve can
hold everybody to what the undisturbed plan gives: for demand row j at node n

.. math::
    short_{j,n} + missing_{j,n} + backlog_{j,n} - behind_{j,n}
        - \overline{deliver}_{j,n}\, late_{t(n)} \le u_{j,n}

where :math:`\overline{deliver}` is what is delivered undisturbed, :math:`late_t` the part of it
that need not be delivered in period t, 0 unless somebody asks, and :math:`u` infinite until then
(what is missing and waits undisturbed). Optional sales (``shortage_cost`` 0) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options, Session
from ..indexing import Index, as_columns
from ..network import Network
from ..polish import polished
from ..tree import FloatArray, IntArray
from .appending import NewColumns, NewRows, with_columns, with_rows
from .elastic import elastic_arrays, rescue_columns
from .history import with_past
from .worth import Worth


@dataclass(frozen=True)
class Needs:
    """Demand (row, node) from the start of an outage on, optional sales left out.

    Attributes:
        members: row of demand and node. Shape (needs, 2).
        period: period. Shape (needs,).
        probability: of the node. Shape (needs,).
        never: columns of what is never delivered: short or missing, -1 for none. Shape (needs, 2).
        waiting: column of what waits, -1 for none. Shape (needs,).
        unmet: row that holds it to the undisturbed plan. Shape (needs,).
        behind: column of what it may lack of that all the same. Shape (needs,).
        missed, late: never delivered and waiting, undisturbed. Shape (needs,).
        delivered: delivered, undisturbed. Shape (needs,).
    """

    members: IntArray
    period: IntArray
    probability: FloatArray
    never: IntArray
    waiting: IntArray
    unmet: IntArray
    behind: IntArray
    missed: FloatArray
    late: FloatArray
    delivered: FloatArray

    def of(self, point: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What is never delivered and what waits at a point. Shape (needs,) each."""
        padded = np.append(point, 0.0)
        return padded[self.never].sum(axis=1), padded[self.waiting]


WHOLE = 1e-9
"""A number this near to a whole one is whole."""
Basis = tuple[NDArray[np.int8], NDArray[np.int8]]
"""Status of columns and rows in a basis, as HiGHS numbers them."""


@dataclass(frozen=True)
class Undisturbed:
    """A plan without outages, ready to be disturbed from one period on. Plain data, it travels.

    Attributes:
        arrays: elastic arrays with the past fixed and the rows ``unmet``.
        start: first period that can be disturbed.
        periods: last period.
        point: the plan. Shape (columns,).
        cost: its cost, and the proven bound on it.
        basis: of its relaxation without whole numbers, None where nothing was solved.
        needs: who gets what.
        late: column of each period from the start on.
        rescue: columns for outages that no plan fits.
        options: gap, time limit of each solve, threads, seed.
    """

    arrays: Arrays
    start: int
    periods: int
    point: FloatArray
    cost: float
    bound: float
    basis: Basis | None
    needs: Needs
    late: IntArray
    rescue: tuple[NewColumns, ...]
    options: Options

    @property
    def linear(self) -> bool:
        """Whether no whole number is left to decide."""
        return not bool(self.arrays.integer.any())


def undisturbed_plan(
    network: Network,
    kept: Arrays,
    worth: Worth,
    start: int,
    past: FloatArray | None,
    options: Options,
) -> Undisturbed:
    """The plan without outages, free from period ``start`` on.

    Args:
        network: network of the case.
        kept: its arrays with the decisions of the plan.
        worth: what a missing unit is worth.
        start: first period that can be disturbed.
        past: the plan before it, None if there is nothing before. Shape (columns of ``kept``,).
        options: gap, time limit, threads, seed.

    Raises:
        ValueError: with these decisions there is no plan at all.
    """
    arrays = with_whole_fixed(elastic_arrays(network, kept, worth, start))
    if past is not None:
        arrays = with_past(network, arrays, past, start)
    point, bound, statuses = _cheapest(arrays, options)
    needs = _needs(network, arrays, point, start)
    full, late, needs = with_survival_rows(network, arrays, needs, start)
    cost = float(arrays.objectives["cost"] @ point + arrays.offsets["cost"])
    added = full.matrix.shape[1] - len(point), full.matrix.shape[0] - arrays.matrix.shape[0]
    if statuses is not None:
        statuses = (
            np.concatenate([statuses[0], np.full(added[0], LOWER, dtype=np.int8)]),
            np.concatenate([statuses[1], np.full(added[1], BASIC, dtype=np.int8)]),
        )
    return Undisturbed(
        arrays=full,
        start=start,
        periods=network.tree.periods,
        point=np.concatenate([point, np.zeros(added[0])]),
        cost=cost,
        bound=min(bound, cost),
        basis=statuses,
        needs=needs,
        late=late,
        rescue=tuple(rescue_columns(network, full, worth, start)),
        options=replace(options, threads=1, progress=None),
    )


def _cheapest(arrays: Arrays, options: Options) -> tuple[FloatArray, float, Basis | None]:
    """The cheapest plan, a bound on its cost, and the basis of its relaxation.

    A relaxation that is whole all the same is the plan; else its whole numbers are searched for.

    Raises:
        ValueError: there is no plan.
    """
    relaxed = Session(replace(arrays, integer=np.zeros_like(arrays.integer)), "cost")
    outcome = relaxed.solve(options)
    if outcome.point is not None and outcome.status == SolveStatus.OPTIMAL:
        basis = statuses_of(relaxed.basis())
        chosen = outcome.point[arrays.integer]
        if (np.abs(chosen - np.round(chosen)) <= WHOLE).all():
            point = polished(relaxed, outcome.point)
            assert point is not None  # nothing but tiny amounts is taken away
            return point, np.inf, basis
        session = Session(arrays, "cost")
        outcome = session.solve(options)
        clean = None if outcome.point is None else polished(session, outcome.point)
        if clean is not None:
            return clean, np.inf if outcome.bound is None else outcome.bound, basis
    raise ValueError(
        "the decisions of the plan cannot be followed even without an outage "
        f"({outcome.status}); solve the case again, or check the case for what cannot be met"
    )


def on_other_arrays(
    plan: Undisturbed, network: Network, arrays: Arrays, worth: Worth
) -> Undisturbed:
    """A plan to be disturbed in other arrays of the same case: others' columns, its amounts."""
    own = plan.needs
    places = _needs(network, arrays, np.zeros(arrays.matrix.shape[1]), plan.start)
    order = Index(places.members).positions(own.members)
    needs = replace(
        own,
        never=places.never[order],
        waiting=places.waiting[order],
    )
    full, late, needs = with_survival_rows(network, arrays, needs, plan.start)
    return replace(
        plan,
        arrays=full,
        point=np.zeros(full.matrix.shape[1]),
        basis=None,
        needs=needs,
        late=late,
        rescue=tuple(rescue_columns(network, full, worth, plan.start)),
    )


def with_whole_fixed(arrays: Arrays) -> Arrays:
    """The arrays with whole numbers that are fixed no longer marked; perhaps all is linear then."""
    return replace(arrays, integer=arrays.integer & (arrays.lower < arrays.upper))


def _needs(network: Network, arrays: Arrays, point: FloatArray, start: int) -> Needs:
    """Demand from ``start`` on, without rows to hold it to anything yet."""
    market, tree = network.market, network.tree
    every = market.need.members
    chosen = np.flatnonzero((tree.period[every[:, 1]] >= start) & ~market.optional)
    members = every[chosen]

    def columns(family: str) -> IntArray:
        at = np.full(len(members), -1, dtype=np.int64)
        if family in arrays.columns:
            known = {tuple(own): k for k, own in enumerate(arrays.members[family].tolist())}
            found = np.array(
                [known.get(tuple(own), -1) for own in members.tolist()], dtype=np.int64
            )
            at = np.where(found >= 0, arrays.columns[family].start + found, -1)
        return at

    never = as_columns(columns("short"), columns("missing"))
    waiting = columns("backlog")
    delivered = np.zeros(len(every))
    if "deliver" in arrays.columns:
        to = market.need.positions(arrays.members["deliver"][:, [0, 2]])
        np.add.at(delivered, to, point[arrays.columns["deliver"]])
    none = np.zeros(0, dtype=np.int64)
    plain = Needs(
        members, tree.period[members[:, 1]], tree.probability[members[:, 1]], never, waiting,
        none, none, np.zeros(0), np.zeros(0), delivered[chosen],
    )  # fmt: skip
    missed, late = plain.of(point)
    return replace(plain, missed=missed, late=late)


def with_survival_rows(
    network: Network, arrays: Arrays, needs: Needs, start: int
) -> tuple[Arrays, IntArray, Needs]:
    """Arrays with the rows ``unmet`` and the columns ``behind`` and ``late``.

    Returns:
        The arrays, the positions of ``late``, and the needs with those of the others.
    """
    periods = np.arange(start, network.tree.periods + 1)
    height, width = arrays.matrix.shape
    count, size = len(needs.period), len(periods)

    def plain(family: str, members: IntArray, upper: float) -> NewColumns:
        none = np.zeros(0, dtype=np.int64)
        length = len(members)
        return NewColumns(
            family, members, np.full(length, upper), np.zeros(length), none, none, np.zeros(0)
        )

    late = [plain("behind", needs.members, np.inf), plain("late", periods[:, None], 0.0)]
    arrays = with_columns(arrays, late)
    behind, first = width + np.arange(count), width + count
    columns = np.column_stack([needs.never, needs.waiting, behind, first + needs.period - start])
    values = np.column_stack([np.ones((count, 3)), -np.ones(count), -needs.delivered])
    used = (columns >= 0) & (values != 0)
    rows = NewRows(
        "unmet", needs.members, np.full(count, -np.inf), np.full(count, np.inf),
        np.nonzero(used)[0], columns[used], values[used],
    )  # fmt: skip
    needs = replace(needs, unmet=height + np.arange(count), behind=behind)
    return with_rows(arrays, [rows]), first + np.arange(size), needs


LOWER, BASIC = int(highspy.HighsBasisStatus.kLower), int(highspy.HighsBasisStatus.kBasic)
_STATUS = {
    int(status): status
    for status in (
        highspy.HighsBasisStatus.kLower,
        highspy.HighsBasisStatus.kBasic,
        highspy.HighsBasisStatus.kUpper,
        highspy.HighsBasisStatus.kZero,
        highspy.HighsBasisStatus.kNonbasic,
    )
}


def statuses_of(basis: Any) -> Basis | None:
    """A basis of HiGHS as numbers, None where it has none."""
    if not basis.valid:
        return None
    return (
        np.array([int(one) for one in basis.col_status], dtype=np.int8),
        np.array([int(one) for one in basis.row_status], dtype=np.int8),
    )


def basis_of(statuses: Basis) -> Any:
    """Numbers as a basis of HiGHS."""
    basis = highspy.HighsBasis()
    basis.col_status = [_STATUS[one] for one in statuses[0].tolist()]
    basis.row_status = [_STATUS[one] for one in statuses[1].tolist()]
    basis.valid = True
    basis.alien = False  # it comes from these arrays: no need to factor it to see that it is one
    return basis
