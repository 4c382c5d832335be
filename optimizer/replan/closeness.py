r"""A new plan close to an old one: every strategic decision that differs costs something.

What is decided once on a path (a supplier selected, a plant, lane or stockpile opened) counts as
one change where it is made, dropped or moved in time. Contracts and modules, of which there may be
several, count the larger of what is made anew and what is dropped, so that one that moves counts
once. With :math:`x` the new decisions, :math:`v` the old, and paths :math:`p` of weight
:math:`w_p`, the changes of a thing are

.. math::
    \sum_p w_p \max\Big(\sum_{n \in p} (x_n - v_n)^+,\ \sum_{n \in p} (v_n - x_n)^+\Big)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...models.case import Case
from ...models.notebook import Page, Shown, number
from ...models.plan import Solution, SolveStatus, Tables
from .. import quick_start  # noqa: F401  # before anything that imports scipy
from ..arrays import Arrays
from ..committed import FAMILY
from ..highs import Session, relative_gap
from ..keep import same_nodes, things_of
from ..lexicographic import lexicographic
from ..solve import Built, Request, build, cap_value, solution_of
from ..solve import solve as solve_freely
from ..stress.appending import NewColumns, NewRows, with_columns, with_rows
from ..tree import FloatArray, IntArray

SEVERAL = ("sign", "modules")
"""Families of which a thing may have several on a path."""


@dataclass(frozen=True, repr=False)
class Replanned(Shown):
    """A plan close to an old one.

    Attributes:
        solution: the plan. Its objective, bound and gap are of cost and changes together where
            cost is what was minimised last; its costs are without the changes.
        changes: expected number of decisions that differ.
        change_cost: what they cost [money, present value], apart from the plan's cost.
        kept_cost: cost of the best plan that keeps every decision; None where there is none.
    """

    solution: Solution
    changes: float
    change_cost: float
    kept_cost: float | None

    def page(self) -> Page:
        """What differs, what that costs and saves, and the plan."""
        plan = self.solution.page()
        facts = [
            ("decisions that differ", number(self.changes)),
            ("changing them costs", number(self.change_cost)),
            ("and saves", number(self.saves)),
            *plan.facts,
        ]
        return Page(f"plan close to an old one, {self.solution.status}", facts, plan.tables)

    @property
    def saves(self) -> float | None:
        """What changing decisions saves against keeping all [money], before what changes cost."""
        if self.kept_cost is None or not self.solution.objectives:
            return None
        return self.kept_cost - self.solution.objectives["cost"]


def solve_near(
    case: Case, plan: Tables, change_cost: float, request: Request | None = None, *, shift: int = 0
) -> Replanned:
    """Solve a case where decisions that differ from an old plan's cost something.

    Args:
        case: a checked case.
        plan: tables of the old plan.
        change_cost: per decision that differs [money, present value].
        request: what to solve for; None for what the case says. Cost must be minimised.
        shift: periods that have passed since the old plan began.

    Raises:
        ValueError: cost is not minimised, or is capped; a change costs less than nothing; see also
            :func:`secondsource.optimizer.solve.build`.
    """
    request = request or Request.of(case)
    if not (change_cost >= 0 and np.isfinite(change_cost)):
        raise ValueError(f"a change cannot cost {change_cost:g}; give 0 or more")
    if "cost" not in request.minimise or "cost" in request.caps or request.keep is not None:
        raise ValueError(
            "to stay close to a plan, cost must be minimised and not capped, and no decisions kept"
        )
    later = _shifted(plan, shift)
    built = build(case, request.scenarios, force=request.force, measures=request.asked)
    near = _Near(built, later)
    arrays = near.priced(change_cost)
    session = Session(arrays, request.minimise[0])
    for name, limit in request.caps.items():
        session.cap(name, cap_value(built.network, name, limit))
    outcome, point, last = lexicographic(session, arrays, request.minimise, request.options)
    own = None if point is None else point[: built.arrays.matrix.shape[1]]
    found = solution_of(built, request.scenarios, replace(outcome, bound=None), own, last)
    if own is None:
        return Replanned(replace(found, bound=outcome.bound), 0.0, 0.0, None)
    changes = near.changes(own)
    whole = found.objectives["cost"] + change_cost * changes
    if last == "cost":
        bound = None if outcome.bound is None else min(outcome.bound, whole)
        found = replace(found, objective=whole, bound=bound, gap=relative_gap(whole, bound))
    elif outcome.bound is not None and found.objective is not None:
        bound = min(outcome.bound, found.objective)
        found = replace(found, bound=bound, gap=relative_gap(found.objective, bound))
    kept = solve_freely(case, replace(request, keep=later, write_model=None))
    has_plan = kept.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)
    return Replanned(
        replace(found, warnings=tuple(near.missing)),
        changes,
        change_cost * changes,
        kept.objectives["cost"] if has_plan else None,
    )


def periods_between(old: Case, new: Case) -> int:
    """Periods from the start of an old case to that of a new one, 0 where they do not tell."""
    if isinstance(old.case.start, str) and isinstance(new.case.start, str):
        return old.period(new.case.start, 1) - 1
    return new.case.periods_before - old.case.periods_before


def _shifted(plan: Tables, shift: int) -> Tables:
    """Decisions and nodes of a plan as a case that starts later counts periods."""
    if not shift:
        return plan
    nodes = plan["nodes"].assign(period=plan["nodes"]["period"] - shift)
    decisions = plan["decisions"].assign(period=plan["decisions"]["period"] - shift)
    later = nodes["period"] >= 1
    return {
        **plan,
        "nodes": nodes[later],
        "decisions": decisions[decisions["period"] >= 1],
    }


class _Near:
    """The old decisions on the columns of a new case."""

    def __init__(self, built: Built, plan: Tables) -> None:
        self.arrays, self.tree = built.arrays, built.network.tree
        self.old = {
            family: np.zeros(len(self.arrays.members[family]))
            for family in FAMILY.values()
            if family in self.arrays.columns
        }
        self.missing: list[str] = []
        nodes = same_nodes(self.tree, plan["nodes"])
        position = {
            family: {tuple(one): at for at, one in enumerate(self.arrays.members[family].tolist())}
            for family in self.old
        }
        for row in plan["decisions"].to_dict("records"):
            family, found = FAMILY[row["decision"]], False
            for thing in things_of(built.network, row):
                for node in nodes.get(int(row["node"]), []):
                    at = position.get(family, {}).get((thing, node))
                    if at is not None:
                        self.old[family][at] += float(row["quantity"])
                        found = True
            if not found:
                self.missing.append(
                    f"{str(row['decision']).replace('_', ' ')} {row['name']} of the old plan is no "
                    "decision here any more, and is not counted"
                )

    def _on_paths(self, members: IntArray) -> list[tuple[int, float, IntArray]]:
        """(thing, weight of the path, positions on it) for every thing and path."""
        found = []
        for thing in np.unique(members[:, 0]):
            own = np.flatnonzero(members[:, 0] == thing)
            for path, weight in zip(self.tree.paths, self.tree.weights, strict=True):
                at = own[np.isin(members[own, 1], path)]
                if len(at):
                    found.append((int(thing), float(weight), at))
        return found

    def changes(self, point: FloatArray) -> float:
        """Expected number of decisions of a plan that differ from the old one's."""
        total = 0.0
        for family, old in self.old.items():
            now = point[self.arrays.columns[family]]
            if family not in SEVERAL:
                now = np.round(now)
            for _, weight, at in self._on_paths(self.arrays.members[family]):
                made = np.maximum(now[at] - old[at], 0.0).sum()
                dropped = np.maximum(old[at] - now[at], 0.0).sum()
                total += weight * max(made, dropped)
        return float(total) if total > 1e-6 else 0.0

    def priced(self, each: float) -> Arrays:
        """Arrays in whose cost every change counts."""
        cost = self.arrays.objectives["cost"].copy()
        constant = 0.0
        rows: list[_Counted] = []
        for family, old in self.old.items():
            start = self.arrays.columns[family].start
            for _, weight, at in self._on_paths(self.arrays.members[family]):
                if family in SEVERAL:
                    rows.append(_Counted(start + at, old[at], weight))
                elif old[at].any():  # kept (0), or dropped or moved (1)
                    cost[start + at[old[at] > 0.5]] -= each * weight
                    constant += each * weight
                else:
                    cost[start + at] += each * weight
        arrays = replace(
            self.arrays,
            objectives={**self.arrays.objectives, "cost": cost},
            offsets={
                **self.arrays.offsets, "cost": self.arrays.offsets["cost"] + constant
            },
        )  # fmt: skip
        return _with_counts(arrays, rows, each)


@dataclass(frozen=True)
class _Counted:
    """Columns of one thing on one path, their old values, and the weight of the path."""

    columns: IntArray
    old: FloatArray
    weight: float


def _with_counts(arrays: Arrays, counted: list[_Counted], each: float) -> Arrays:
    """Arrays with a column for the changes of every thing on every path, and rows that count them.

    For each: `more_n >= x_n - v_n`, `less_n >= v_n - x_n`, and the count is at least the sum of
    either.
    """
    if not counted:
        return arrays
    sizes = [len(one.columns) for one in counted]
    points, height = sum(sizes), arrays.matrix.shape[0]
    nothing: dict[str, IntArray] = {"rows": np.zeros(0, np.int64), "owner": np.zeros(0, np.int64)}

    def family(name: str, size: int, cost: FloatArray) -> NewColumns:
        return NewColumns(
            name, np.arange(size)[:, None], np.full(size, np.inf), cost, **nothing,
            values=np.zeros(0),
        )  # fmt: skip

    weights = np.array([one.weight for one in counted])
    wide = with_columns(
        arrays,
        [
            family("changes", len(counted), each * weights),
            family("changed_more", points, np.zeros(points)),
            family("changed_less", points, np.zeros(points)),
        ],
    )
    base = {name: wide.columns[name].start for name in ("changes", "changed_more", "changed_less")}
    column = np.concatenate([one.columns for one in counted])
    old = np.concatenate([one.old for one in counted])
    owner, every = np.repeat(np.arange(len(counted)), sizes), np.arange(points)
    number = np.arange(len(counted))
    infinite = np.full(points, np.inf)
    added = []
    for name, sign in (("changed_more", 1.0), ("changed_less", -1.0)):
        added.append(  # more - x >= -v, or less + x >= v
            NewRows(
                f"{name}_at_least", every[:, None], -sign * old, infinite,
                np.concatenate([every, every]),
                np.concatenate([base[name] + every, column]),
                np.concatenate([np.ones(points), np.full(points, -sign)]),
            )
        )  # fmt: skip
        added.append(
            NewRows(
                f"{name}_counts", number[:, None], np.zeros(len(counted)),
                np.full(len(counted), np.inf),
                np.concatenate([number, owner]),
                np.concatenate([base["changes"] + number, base[name] + every]),
                np.concatenate([np.ones(len(counted)), -np.ones(points)]),
            )
        )  # fmt: skip
    assert height == wide.matrix.shape[0]
    return with_rows(wide, added)
