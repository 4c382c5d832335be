"""Whether a case has a plan once some of its requirements are loosened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...models.case import Case
from ...models.plan import SolveStatus
from ..arrays import Arrays
from ..highs import Options, Session
from ..keep import STRATEGIC, keep_decisions
from ..solve import Built, Request, build, cap_value
from ..tree import FloatArray
from ..workbench import Workbench
from .edits import Edit, applied

ANYTHING = "anything"
"""An objective without costs: any plan will do."""
Kept = tuple[str, int]
"""A family of strategic decisions and the offer, plant, expansion, lane pair or stockpile."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a case once it is loosened.

    Attributes:
        edits: changes of the case.
        uncapped: objectives whose caps are left out.
        anew: kept decisions that are taken anew.
    """

    edits: tuple[Edit, ...] = ()
    uncapped: frozenset[str] = frozenset()
    anew: frozenset[Kept] = frozenset()


class Feasibility:
    """Builds a case with edits, and says whether it has a plan.

    Args:
        case: a checked case.
        request: scenarios, caps and kept decisions.
        seconds: limit of each solve; what is not answered in time counts as no plan.

    Attributes:
        tried: how many times a model was solved.
    """

    def __init__(self, case: Case, request: Request, seconds: float = 60.0) -> None:
        self.case, self.request = case, request
        self.options = Options(gap=0.0, time_limit=seconds, threads=1, seed=request.options.seed)
        self.measured = tuple(request.caps)
        self.workbench = Workbench(
            case, request.scenarios, measures=self.measured, force=request.force
        )
        self.tried = 0
        self._known: dict[str, bool] = {}

    def built(self, edits: Sequence[Edit]) -> Built:
        """Network and arrays of the case with edits.

        Raises:
            ValueError: the edits make no case that can be built.
        """
        changes = [edit.change for edit in edits if edit.change is not None]
        if len(changes) == len(edits):
            return self.workbench.changed(changes)
        return build(
            applied(self.case, edits), self.request.scenarios,
            force=self.request.force, measures=self.measured,
        )  # fmt: skip

    def arrays(self, asked: Asked) -> tuple[Built, Arrays]:
        """Arrays of what is asked, earlier decisions kept."""
        built = self.built(asked.edits)
        if self.request.keep is None:
            return built, built.arrays
        return built, freed(built.arrays, keep_decisions(built, self.request.keep)[0], asked.anew)

    def session(self, built: Built, arrays: Arrays, asked: Asked, objective: str) -> Session:
        """A session with the caps that still hold."""
        session = Session(arrays, objective)
        for name, limit in self.request.caps.items():
            if name not in asked.uncapped:
                session.cap(name, cap_value(built.network, name, limit))
        return session

    def point(self, asked: Asked, *, relaxed: bool = False) -> FloatArray | None:
        """Any plan of what is asked, None where there is none; ``relaxed``: in fractions."""
        built, arrays = self.arrays(asked)
        self.tried += 1
        if relaxed:
            arrays = replace(arrays, integer=np.zeros_like(arrays.integer))
        nothing = np.zeros(arrays.matrix.shape[1])
        arrays = replace(
            arrays,
            objectives={**arrays.objectives, ANYTHING: nothing},
            offsets={**arrays.offsets, ANYTHING: 0.0},
        )
        outcome = self.session(built, arrays, asked, ANYTHING).solve(self.options)
        return outcome.point

    def __call__(self, asked: Asked) -> bool:
        """Whether what is asked has a plan."""
        key = repr((asked.edits, sorted(asked.uncapped), sorted(asked.anew)))
        if key not in self._known:
            try:
                self._known[key] = self.point(asked) is not None
            except ValueError:  # a yes/no decision over an amount that nothing bounds any more
                self._known[key] = False
        return self._known[key]

    def best(self, asked: Asked, options: Options) -> tuple[SolveStatus, float | None]:
        """Cost of the cheapest plan of what is asked."""
        built, arrays = self.arrays(asked)
        outcome = self.session(built, arrays, asked, "cost").solve(options)
        return outcome.status, outcome.objective


def freed(free: Arrays, kept: Arrays, anew: Collection[Kept]) -> Arrays:
    """Arrays with kept decisions, some of which are taken anew."""
    if not anew:
        return kept
    lower, upper = kept.lower.copy(), kept.upper.copy()
    for family in STRATEGIC:
        if family not in free.columns:
            continue
        part = free.columns[family]
        things = [thing for name, thing in anew if name == family]
        own = part.start + np.flatnonzero(np.isin(free.members[family][:, 0], things))
        lower[own], upper[own] = free.lower[own], free.upper[own]
    return replace(kept, lower=lower, upper=upper, integer=free.integer & (lower < upper))
