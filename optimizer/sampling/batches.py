"""What a worker does for a replication: draw a batch, build its case, solve it."""

from __future__ import annotations

from dataclasses import dataclass

from ...models.case import Case
from ...models.draws import Draws, Method
from ..highs import Options, Outcome, Session
from ..lexicographic import least
from ..quiet import quiet_pyomo
from ..solve import Built, build
from ..tree import FloatArray
from .futures import Futures
from .held import Commitments, commitments_of
from .sampled_case import with_futures
from .units import unit_points


@dataclass(frozen=True)
class Replications:
    """What all batches have in common. Plain data, it travels.

    Attributes:
        case: the case, without futures of its own.
        draws: what is uncertain about it.
        scenarios: futures of each batch.
        seed: of the batches.
        method: Latin hypercube or plain Monte Carlo.
        options: gap, time limit of each solve, threads, seed.
        force: build models past the size limit.
    """

    case: Case
    draws: Draws
    scenarios: int
    seed: int
    method: Method
    options: Options
    force: bool = False

    def sampled(self, batch: int) -> Case:
        """The case with the futures of a batch."""
        making = Futures(self.draws, self.case)
        points = unit_points(
            self.draws, self.scenarios, self.seed, "batch", batch=batch, method=self.method
        )
        even = [1.0 / self.scenarios] * self.scenarios
        return with_futures(self.case, making.of(points), even, making.parting)


@dataclass(frozen=True)
class Batch:
    """A replication.

    Attributes:
        outcome: how its solve ended.
        point: the plan; None without one. Shape (columns,).
        cost: its expected cost, None without a plan.
        settled: what it decides before futures part.
    """

    outcome: Outcome
    point: FloatArray | None
    cost: float | None
    settled: Commitments | None


def start(replications: Replications) -> Replications:
    """Nothing to make ready: every batch is another model."""
    return replications


def work(replications: Replications, batch: int) -> Batch:
    """Draw and solve a batch, numbered from 0."""
    return solve_batch(replications, built_batch(replications, batch))


def built_batch(replications: Replications, batch: int) -> Built:
    """Network and arrays of a batch."""
    with quiet_pyomo():
        return build(replications.sampled(batch), force=replications.force)


def solve_batch(replications: Replications, built: Built) -> Batch:
    """Solve a batch."""
    arrays = built.arrays
    session = Session(arrays, "cost")
    outcome, point = least(session, arrays, "cost", replications.options, None)
    if point is None:
        return Batch(outcome, None, None, None)
    cost = float(arrays.objectives["cost"] @ point + arrays.offsets["cost"])
    parting = replications.case.period(replications.draws.sample.from_, 2)
    return Batch(outcome, point, cost, commitments_of(built.network, arrays, point, parting))
