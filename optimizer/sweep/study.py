"""The points of a sweep as models: built one after the other, each only when it is to be solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

from ...models.case import Case
from ...models.plan import Tables
from ...models.rule_rows import Change
from ...models.sweep_results import OBJECTIVES, Decision, Outcome
from ..arrays import Arrays
from ..keep import keep_decisions
from ..network import Network
from ..patches import Patch, difference
from ..quiet import quiet_pyomo
from ..resolve import Setup, few_whole
from ..solve import Built, Request, cap_value
from ..starts import most_in_a_row
from ..tree import IntArray
from ..workbench import Workbench
from .work import FAMILIES, Solved

Pairs = tuple[IntArray, IntArray, IntArray]
"""Row of ``lanes``, start and end of each lane pair."""


@dataclass(frozen=True)
class Task:
    """A point ready to be solved.

    Attributes:
        change: what differs from the base's arrays; whole arrays where their shape does.
        pairs: lane pairs of the point's network, which its decisions are numbered by.
    """

    change: Patch | Arrays | None
    pairs: Pairs


class Study:
    """A case, how to solve it, and what its points change. Nothing is built before it is needed.

    Args:
        case: a checked case.
        request: how each point is solved.
        base: changes of the base, with which the points are compared.
        kept: tables of a plan whose decisions are kept, None for none.
    """

    def __init__(
        self, case: Case, request: Request, base: Sequence[Change] = (), kept: Tables | None = None
    ) -> None:
        self.case, self.request, self.kept = case, request, kept
        self.base = tuple(base)
        self.warnings: dict[str, None] = {}

    @cached_property
    def bench(self) -> Workbench:
        """The case, ready to be built again."""
        request = self.request
        return Workbench(self.case, request.scenarios, measures=request.asked, force=request.force)

    @cached_property
    def _built(self) -> tuple[Built, Arrays]:
        """The base."""
        with quiet_pyomo():
            built = self.bench.changed(self.base)
        return built, self._arrays(built)

    @cached_property
    def setup(self) -> Setup:
        """What all points have in common.

        Raises:
            ValueError: the base cannot be built.
        """
        built, arrays = self._built
        caps = {
            name: cap_value(built.network, name, limit) for name, limit in self.request.caps.items()
        }
        return Setup(arrays, self.request.minimise, caps, self.request.options)

    @property
    def in_a_row(self) -> int:
        """How many neighbouring points are solved one from the other; 1 where a search decides."""
        arrays = self.setup.arrays
        free = bool((arrays.integer & (arrays.lower < arrays.upper)).any())
        if free and (len(self.request.minimise) > 1 or not few_whole(arrays)):
            return 1
        return most_in_a_row(len(arrays.lower))

    def task(self, changes: Sequence[Change]) -> Task:
        """A point as what differs from the base.

        Raises:
            ValueError: a change cannot be applied.
        """
        if tuple(changes) == self.base:
            return Task(None, _pairs(self._built[0].network))
        with quiet_pyomo():
            built = self.bench.changed(changes)
        arrays = self._arrays(built)
        patch = difference(self._built[1], arrays)
        return Task(arrays if patch is None else patch, _pairs(built.network))

    def _arrays(self, built: Built) -> Arrays:
        if self.kept is None:
            return built.arrays
        arrays, warnings = keep_decisions(built, self.kept)
        self.warnings |= dict.fromkeys(warnings)
        return arrays

    def outcome(self, solved: Solved, pairs: Pairs) -> Outcome:
        """What a worker sent back, with names."""
        answer = solved.answer
        objectives = {name: _finite(answer.objectives.get(name)) for name in OBJECTIVES}
        return Outcome(
            status=answer.status.value,
            objective=_finite(answer.objective),
            bound=_finite(answer.bound),
            gap=_finite(answer.gap),
            objectives={name: value for name, value in objectives.items() if value is not None},
            seconds=round(answer.seconds, 6),
            decisions=self._decisions(solved, pairs),
        )

    def _decisions(self, solved: Solved, pairs: Pairs) -> dict[Decision, float]:
        tree = self._built[0].network.tree
        found: dict[Decision, float] = {}
        for family, (members, amounts) in solved.taken.items():
            for (thing, node), amount in zip(members.tolist(), amounts.tolist(), strict=True):
                what = Decision(
                    FAMILIES[family],
                    *self._named(family, thing, pairs),
                    period=int(tree.period[node]),
                    scenario=tree.owner[node],
                )
                whole = round(amount)
                found[what] = float(whole if abs(amount - whole) < 1e-6 else amount)
        return found

    def _named(self, family: str, thing: int, pairs: Pairs) -> tuple[str, str, str, str, int]:
        """Name, both ends, material and row (from 1) of what a decision is about."""
        case = self.case
        if family in {"select", "sign"}:
            return case.offers[thing].offer, "", "", "", thing + 1
        if family == "open":
            return case.plants[thing].plant, "", "", "", thing + 1
        if family == "modules":
            return case.expansions[thing].plant, "", "", "", thing + 1
        if family == "stock_open":
            pile = case.stockpiles[thing]
            return pile.site, "", "", pile.material, thing + 1
        row, start, end = (int(column[thing]) for column in pairs)
        return case.lanes[row].lane, case.sites[start].site, case.sites[end].site, "", row + 1

    def diagnosed(self, changes: Sequence[Change]) -> list[str]:
        """Why there is no plan at a point."""
        from ..diagnose import explain_infeasible  # noqa: PLC0415  # seldom needed

        changed = self.case.model_copy(update={"changes": [*self.case.changes, *changes]})
        return explain_infeasible(changed, replace(self.request, write_model=None))


def _finite(value: float | None) -> float | None:
    """A number that JSON can hold; a gap to an objective of 0 is none."""
    return None if value is None or not isfinite(value) else float(value)


def _pairs(network: Network) -> Pairs:
    pairs = network.movements.pairs
    return pairs.row, pairs.start, pairs.end
