"""Proof of a fix: each of the outages it is for, tried again by itself with the fix in place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Arrays
from ..highs import Options, Session
from ..network import Network
from .fixes import Fix, Trouble, with_fix
from .undisturbed import with_whole_fixed


@dataclass(frozen=True)
class Proof:
    """What an outage does to a plan with a fix.

    Attributes:
        loss: extra cost against the plan with the fix undisturbed; None without a plan.
        short: least expected quantity that somebody gets less than undisturbed; None likewise.
    """

    loss: float | None
    short: float | None


def tried_again(network: Network, trouble: Trouble, fix: Fix, options: Options) -> Proof:
    """Solve an outage alone, with the decisions of a fix held and its stock there.

    Nothing here knows the model in which the fix was found: the outage's own arrays are solved
    twice, for cost and for what somebody lacks, and the undisturbed plan's once.
    """
    arrays, plan = trouble.arrays()
    base = _least(with_fix(trouble.plan.arrays, fix, network, plan.start), "cost", options)
    hit = with_whole_fixed(with_fix(arrays, fix, network, plan.start))
    cost = _least(hit, "cost", options)
    needs = plan.needs
    high = hit.row_upper.copy()
    high[needs.unmet] = needs.missed + needs.late
    weights = np.zeros(hit.matrix.shape[1])
    weights[needs.behind] = needs.probability
    asked = replace(hit, row_upper=high, objectives={"behind": weights}, offsets={"behind": 0.0})
    short = _least(asked, "behind", replace(options, gap=0.0))
    loss = None if base is None or cost is None else max(cost - base, 0.0)
    return Proof(loss, None if short is None else max(short, 0.0))


def _least(arrays: Arrays, objective: str, options: Options) -> float | None:
    """Least value of an objective, None where nothing is possible."""
    return Session(with_whole_fixed(arrays), objective).solve(options).objective
