r"""The cheapest fix: what to decide or to store beforehand, so that the worst outages hurt nobody.

The worst outages are put side by side as blocks of one model. They share what is decided before
anybody knows which of them comes: the strategic decisions of the case (those of the plan stay
taken, more may be added: a second source, a module, a plant, a lane, a stockpile) and extra stock
:math:`e_p` in each stockpile when an outage starts. Everything else is each outage's own,

.. math::
    \min \sum_p c_p e_p + \sum_i f_i (y_i - \bar y_i) \quad \text{s.t.}\quad
    A_o x_o + B_o y + E_o e \in [l_o, u_o],\quad short_o + late_o \le behind_o
    \qquad \forall \text{ outages } o

after the quantity behind, expected and added up over the outages, was minimised: 0 where a fix for
all of them exists. A unit of extra stock costs its price, and what holding it to the horizon
costs; decisions cost what they cost in the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options, Session
from ..keep import STRATEGIC
from ..lexicographic import lexicographic
from ..network import Network
from ..patches import Patch, patched
from ..tree import FloatArray, IntArray
from .trying import Task
from .undisturbed import Undisturbed
from .worth import Worth

DECIDED = 1e-6
"""Quantities below this are decisions not taken."""
STOCKED = ("balance", "carry_over")
"""Rows that say where the stock of a period comes from."""


@dataclass(frozen=True)
class Trouble:
    """An outage that a fix must survive.

    Attributes:
        plan: the undisturbed plan.
        task: the outage.
        number: which of its recoveries.
    """

    plan: Undisturbed
    task: Task
    number: int

    def arrays(self) -> tuple[Arrays, Undisturbed]:
        """Arrays with the outage in them, and the plan whose needs they have."""
        plan, hit = self.plan, self.task.hit
        if hit is None:
            other = self.task.other[self.number]
            if isinstance(other, Patch):
                return patched(plan.arrays, other), plan
            return other.arrays, other
        last = plan.start + self.task.recoveries[self.number] - 1
        shut, lifted = hit.during(plan.start, last)
        lower, upper = plan.arrays.lower.copy(), plan.arrays.upper.copy()
        lower[shut] = upper[shut] = 0.0
        low, high = plan.arrays.row_lower.copy(), plan.arrays.row_upper.copy()
        low[lifted], high[lifted] = -np.inf, np.inf
        shown = replace(plan.arrays, lower=lower, upper=upper, row_lower=low, row_upper=high)
        return shown, plan


@dataclass(frozen=True)
class Shared:
    """What is decided before anybody knows which outage comes.

    Attributes:
        names: (family, member) of each: strategic families, and 'extra' for stock (pile, variant).
        lower, upper: bounds; lower is what the plan has.
        integer: whether it must be whole.
        cost: discounted cost of a unit.
    """

    names: list[tuple[str, tuple[int, ...]]]
    lower: FloatArray
    upper: FloatArray
    integer: np.ndarray
    cost: FloatArray


@dataclass(frozen=True)
class Fix:
    """What to add to a plan.

    Attributes:
        shared: what could be decided.
        added: how much of each, beyond the plan. Shape (shared,).
        behind: quantity that nobody gets all the same, expected. Shape (outages,).
        status: how the search ended.
    """

    shared: Shared
    added: FloatArray
    behind: FloatArray
    status: SolveStatus


def cheapest_fix(
    network: Network, free: Arrays, kept: Arrays, worth: Worth, troubles: Sequence[Trouble],
    options: Options,
) -> Fix:  # fmt: skip
    """The cheapest additions to a plan with which nobody is worse off in the outages.

    Args:
        network: network of the case.
        free: its arrays, with every decision open.
        kept: its arrays with the decisions of the plan.
        worth: what missing units are worth.
        troubles: the outages.
        options: gap, time limit, seed.
    """
    shared = _shared(network, free, kept, worth)
    arrays = _together(network, shared, troubles)
    session = Session(arrays, "behind")
    outcome, point, _ = lexicographic(session, arrays, ("behind", "cost"), options)
    if point is None:
        nothing = np.full(len(troubles), np.inf)
        return Fix(shared, np.zeros(len(shared.names)), nothing, outcome.status)
    added = point[: len(shared.names)] - shared.lower
    lacking = arrays.objectives["behind"] * point
    behind = np.array(
        [lacking[arrays.columns[f"outage {at}"]].sum() for at in range(len(troubles))]
    )
    return Fix(shared, np.where(added > DECIDED, added, 0.0), behind, outcome.status)


def _shared(network: Network, free: Arrays, kept: Arrays, worth: Worth) -> Shared:
    names: list[tuple[str, tuple[int, ...]]] = []
    lower, upper, integer, cost = [], [], [], []
    for family in STRATEGIC:
        if family in free.columns:
            part = free.columns[family]
            names += [(family, tuple(member)) for member in free.members[family].tolist()]
            lower.append(kept.lower[part])
            upper.append(np.maximum(free.upper[part], kept.lower[part]))
            integer.append(free.integer[part])
            cost.append(free.objectives["cost"][part])
    piles, dear, room = _extra_stock(network, free, worth)
    names += [("extra", pile) for pile in piles]
    lower.append(np.zeros(len(piles)))
    upper.append(room)
    integer.append(np.zeros(len(piles), dtype=bool))
    cost.append(dear)
    return Shared(
        names, np.concatenate(lower), np.concatenate(upper),
        np.concatenate(integer).astype(bool), np.concatenate(cost),
    )  # fmt: skip


def _extra_stock(
    network: Network, free: Arrays, worth: Worth
) -> tuple[list[tuple[int, ...]], FloatArray, FloatArray]:
    """(stockpile, variant) of unmarked goods that can be stored, cost of a unit, and room."""
    if "stock" not in free.columns:
        return [], np.zeros(0), np.zeros(0)
    pile, variant, _ = free.members["stock"].T
    holding = free.objectives["cost"][free.columns["stock"]]
    frame = network.frame
    plain = np.array([not borne for _, borne in frame.variants], dtype=bool)
    pairs, owner = np.unique(np.column_stack([pile, variant]), axis=0, return_inverse=True)
    held = np.bincount(owner.reshape(-1), weights=holding, minlength=len(pairs))
    first = network.tree.in_period(1)
    material = frame.variant_material[pairs[:, 1]]
    price = frame.price[material][:, first].max(axis=1, initial=0.0)
    price = np.where(price > 0, price, worth.unit[material])
    room = frame.values.array("stockpiles", "capacity").max(axis=1, initial=0.0)[pairs[:, 0]]
    good = plain[pairs[:, 1]] & (room > 0)
    members: list[tuple[int, ...]] = [(int(k), int(v)) for k, v in pairs[good]]
    return members, np.asarray((price + held)[good]), np.asarray(room[good])


def _together(network: Network, shared: Shared, troubles: Sequence[Trouble]) -> Arrays:
    """One model of all outages, shared columns first."""
    position = {name: at for at, name in enumerate(shared.names)}
    decay = network.frame.values.array("stockpiles", "decay")
    period = network.tree.period
    left, blocks, sides = [], [], []
    lower, upper, integer, behind = [], [], [], []
    for trouble in troubles:
        arrays, plan = trouble.arrays()
        needs = plan.needs
        low, high = arrays.row_lower.copy(), arrays.row_upper.copy()
        high[needs.unmet] = needs.missed + needs.late
        own = np.ones(arrays.matrix.shape[1], dtype=bool)
        common: list[tuple[IntArray, IntArray]] = []
        for family in STRATEGIC:
            if family in arrays.columns:
                part = arrays.columns[family]
                at = [position.get((family, tuple(m)), -1) for m in arrays.members[family].tolist()]
                found = np.array(at, dtype=np.int64)
                columns = np.arange(part.start, part.stop)[found >= 0]
                common.append((columns, found[found >= 0]))
                own[columns] = False
        columns = np.concatenate([a for a, _ in common]) if common else np.zeros(0, dtype=np.int64)
        places = np.concatenate([b for _, b in common]) if common else columns
        link = sparse.coo_array(
            (np.ones(len(columns)), (np.arange(len(columns)), places)),
            shape=(len(columns), len(shared.names)),
        ).tocsr()
        matrix = arrays.matrix.tocsc()
        extra = _extra_entries(arrays, plan.start, period, decay, position)
        more = sparse.coo_array(
            (extra[2], (extra[0], extra[1])), shape=(matrix.shape[0], len(shared.names))
        ).tocsr()
        left.append(sparse.csr_array(matrix[:, columns] @ link) + more)
        blocks.append(sparse.csr_array(matrix[:, np.flatnonzero(own)]))
        sides.append((low, high))
        weight = np.zeros(arrays.matrix.shape[1])
        weight[needs.behind] = needs.probability
        lower.append(arrays.lower[own])
        upper.append(arrays.upper[own])
        integer.append(arrays.integer[own])
        behind.append(weight[own])
    count = len(shared.names)
    none = np.zeros(count)
    matrix = sparse.hstack([sparse.vstack(left), sparse.block_diag(blocks)], format="csr")
    rest = matrix.shape[1] - count
    base = float(shared.cost @ shared.lower)
    return Arrays(
        matrix=sparse.csr_array(matrix),
        row_lower=np.concatenate([low for low, _ in sides]),
        row_upper=np.concatenate([high for _, high in sides]),
        lower=np.concatenate([shared.lower, *lower]),
        upper=np.concatenate([shared.upper, *upper]),
        integer=np.concatenate([shared.integer, *integer]).astype(bool),
        objectives={
            "behind": np.concatenate([none, *behind]),
            "cost": np.concatenate([shared.cost, np.zeros(rest)]),
        },
        offsets={"behind": 0.0, "cost": -base},
        columns=_slices("outage", [len(part) for part in lower], count)
        | {"shared": slice(0, count)},
        rows=_slices("outage", [len(low) for low, _ in sides], 0),
        members={},
    )


def _slices(name: str, sizes: Sequence[int], first: int) -> dict[str, slice]:
    """'name 0', 'name 1', ... -> its part."""
    ends = first + np.cumsum([0, *sizes])
    return {f"{name} {at}": slice(int(ends[at]), int(ends[at + 1])) for at in range(len(sizes))}


def _extra_entries(
    arrays: Arrays,
    start: int,
    period: IntArray,
    decay: FloatArray,
    position: dict[tuple[str, tuple[int, ...]], int],
) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows, shared columns and coefficients by which extra stock is there when an outage starts."""
    none = np.zeros(0, dtype=np.int64)
    if "stock" not in arrays.columns:
        return none, none, np.zeros(0)
    first = arrays.columns["stock"].start
    members = arrays.members["stock"]
    at = np.flatnonzero(period[members[:, 2]] == start)
    wanted = {first + int(k): tuple(members[k].tolist()) for k in at}
    rows, columns, values = [], [], []
    for family in STOCKED:
        if family not in arrays.rows:
            continue
        part = arrays.rows[family]
        own = arrays.matrix[part].tocoo()
        node_of = arrays.members[family][:, -1]
        for row, column, value in zip(*own.coords, own.data, strict=True):
            name = wanted.get(int(column))
            if name is None or node_of[row] != name[2]:
                continue
            where = position.get(("extra", name[:2]))
            if where is not None:
                rows.append(part.start + int(row))
                columns.append(where)
                values.append(-float(value) * (1.0 - float(decay[name[0], name[2]])))
    return (
        np.array(rows, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        np.array(values, dtype=float),
    )


def with_fix(kept: Arrays, fix: Fix, network: Network, start: int) -> Arrays:
    """Arrays of a plan with a fix: its decisions taken, its extra stock there at the start."""
    position = {name: at for at, name in enumerate(fix.shared.names)}
    lower, upper = kept.lower.copy(), kept.upper.copy()
    for family in STRATEGIC:
        if family in kept.columns:
            part = kept.columns[family]
            found = [position.get((family, tuple(m)), -1) for m in kept.members[family].tolist()]
            at = np.array(found, dtype=np.int64)
            held = fix.shared.lower[at] + fix.added[at]
            held = np.where(fix.shared.integer[at], np.round(held), held)
            lower[part] = upper[part] = np.where(at >= 0, held, kept.lower[part])
    rows, columns, values = _extra_entries(
        kept, start, network.tree.period, network.frame.values.array("stockpiles", "decay"),
        position,
    )  # fmt: skip
    there = np.zeros(kept.matrix.shape[0])
    np.add.at(there, rows, values * fix.added[columns])
    return replace(
        kept, lower=lower, upper=upper,
        row_lower=kept.row_lower - there, row_upper=kept.row_upper - there,
    )  # fmt: skip
