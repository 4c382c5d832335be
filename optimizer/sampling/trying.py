"""What a worker does to try plans on samples: build a future, hold what is settled, solve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...models.case import Case
from ...models.draws import Draws
from ..highs import Options
from ..quiet import quiet_pyomo
from ..resolve import Resolver, Setup
from ..tree import FloatArray
from ..workbench import Workbench
from .futures import Futures
from .held import Commitments, held


@dataclass(frozen=True)
class Trials:
    """What all samples have in common. Plain data, it travels.

    Attributes:
        case: the case, without futures of its own.
        draws: what is uncertain about it.
        plans: what each plan that is tried has settled.
        minimise: what is minimised in each future, in lexicographic order.
        options: gap, time limit of each solve, threads, seed.
        force: build models past the size limit.
    """

    case: Case
    draws: Draws
    plans: Sequence[Commitments]
    minimise: tuple[str, ...]
    options: Options
    force: bool = False


@dataclass(frozen=True)
class Trial:
    """How a plan fares in a sample.

    Attributes:
        status: of the solve.
        cost, lead_time, shortage: of the future; None without a plan.
        seconds: in the solver.
        lost: how many commitments have no place in this future.
    """

    status: str
    cost: float | None
    lead_time: float | None
    shortage: float | None
    seconds: float
    lost: int


class Trier:
    """Tries plans on samples, one after the other; what came before never matters."""

    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self._making = Futures(trials.draws, trials.case)
        with quiet_pyomo():
            self._bench = Workbench(trials.case, force=trials.force)
        built = self._bench.built
        self._resolvers = []
        for plan in trials.plans:
            arrays, _ = held(built.network, built.arrays, plan)
            setup = Setup(arrays, trials.minimise, {}, trials.options)
            self._resolvers.append(Resolver(setup))

    def tried(self, point: FloatArray) -> list[Trial]:
        """Each plan in the future of a point of the unit cube. Shape (coordinates,)."""
        future = self._making.of(point[None, :])[0]
        with quiet_pyomo():
            built = self._bench.changed(future.changes)
        found = []
        for plan, resolver in zip(self.trials.plans, self._resolvers, strict=True):
            arrays, lost = held(built.network, built.arrays, plan)
            answer = resolver.solve(replace(arrays, measures=None))
            of = answer.objectives
            found.append(
                Trial(
                    answer.status.value, of.get("cost"), of.get("lead_time"), of.get("shortage"),
                    answer.seconds, lost,
                )
            )  # fmt: skip
        return found


def start(trials: Trials) -> Trier:
    """A worker ready to try plans."""
    return Trier(trials)


def work(trier: Trier, point: FloatArray) -> list[Trial]:
    """Try every plan on a sample."""
    return trier.tried(point)
