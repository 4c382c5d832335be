"""How long a stress test of a network of 1,700 sites takes.

Run: python -m benchmarks.stress [--outages 1500] [--periods 4] [--recovery 4] [--workers 2]

A network of the size at which a published stress-test solution reports about a minute on a cluster
of four workers and an hour on one machine: 1,700 sites in five tiers, 1,500 outages of one site
each, the loss of an outage of a period and the time to survive of each. Every site of a tier sends
to a few of the next; customers must be served; stocks cover some weeks; capacities leave some room.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time

import numpy as np
import pandas as pd
import secondsource.optimizer.quick_start  # noqa: F401  # before anything that imports scipy
from secondsource.models.case import Case, CaseSettings
from secondsource.models.network_rows import (
    Demand,
    Lane,
    Material,
    Offer,
    Plant,
    Process,
    Recipe,
    Site,
    Stockpile,
)
from secondsource.models.plan import Tables
from secondsource.optimizer.executors import open_executor
from secondsource.optimizer.stress.outages import Outage, outages_of
from secondsource.optimizer.stress.study import Question, prepare, try_outages, undisturbed

TIERS = ("mine", "separator", "alloyer", "magnetmaker", "customer")
MATERIALS = ("concentrate", "oxide", "alloy", "magnet")
NEEDS = {"separator": 4.0, "alloyer": 0.35, "magnetmaker": 1.2}
"""Units of the tier before for a unit of this one."""


def tiered_case(sites: int = 1700, periods: int = 4, fan: int = 4, seed: int = 0) -> Case:
    """A case with a fifth of the sites in each tier.

    Args:
        sites: sites of all tiers together.
        periods: quarters.
        fan: sites of the next tier that each site sends to.
        seed: of costs, capacities, demands and lead times.
    """
    draw = np.random.default_rng(seed)
    each = sites // len(TIERS)
    wanted = draw.uniform(20, 80, each)
    flow = {"customer": float(wanted.sum())}
    for tier, before in zip(TIERS[:0:-1], TIERS[-2::-1], strict=True):
        flow[before] = flow[tier] * NEEDS.get(tier, 1.0)
    return Case(
        case=CaseSettings(name="tiers", periods=periods, discount_rate=0.08),
        materials=[Material(material=name, price=10.0) for name in MATERIALS],
        sites=[Site(site=f"{tier}{n}", country="DE") for tier in TIERS for n in range(each)],
        offers=[
            Offer(
                offer=f"mine{n}/ore", site=f"mine{n}", material="concentrate",
                price=float(draw.uniform(6, 12)),
                capacity=_room(flow["mine"], each, draw),
            )
            for n in range(each)
        ],
        processes=[Process(process=tier) for tier in NEEDS],
        recipes=[
            Recipe(process=tier, material=material, quantity=quantity)
            for tier, before, after in zip(NEEDS, MATERIALS, MATERIALS[1:], strict=False)
            for material, quantity in ((before, -NEEDS[tier]), (after, 1.0))
        ],
        plants=[
            Plant(
                plant=f"{tier}{n}/plant", site=f"{tier}{n}", process=tier,
                capacity=_room(flow[tier], each, draw),
                variable_cost=float(draw.uniform(1, 4)),
            )
            for tier in NEEDS
            for n in range(each)
        ],
        lanes=_lanes(each, fan, draw),
        demand=[
            Demand(
                site=f"customer{n}", material="magnet", quantity=float(wanted[n]),
                shortage_cost=float(draw.uniform(500, 1500)),
            )
            for n in range(each)
        ],
        stockpiles=_stocks(each, flow, wanted, draw),
    )  # fmt: skip


def _room(flow: float, sites: int, draw: np.random.Generator) -> float:
    """Capacity of a site: a third more than its part on average, half or twice that at most."""
    return flow / sites * 1.35 * float(draw.uniform(0.5, 1.5))


def _lanes(each: int, fan: int, draw: np.random.Generator) -> list[Lane]:
    lanes = []
    for number, (tier, after) in enumerate(itertools.pairwise(TIERS)):
        steps = draw.choice(each, size=fan, replace=False)
        for n in range(each):
            row = {
                "lane": f"{tier}{n}/out", "from": f"{tier}{n}",
                "to": ",".join(f"{after}{(n + int(step)) % each}" for step in steps),
                "material": MATERIALS[number], "cost": float(draw.uniform(0.1, 2)),
                "lead_days": float(draw.choice([5, 20, 50])),
            }  # fmt: skip
            lanes.append(Lane(**row))
    return lanes


def _stocks(
    each: int, flow: dict[str, float], wanted: np.ndarray, draw: np.random.Generator
) -> list[Stockpile]:
    """Some weeks of what each maker of alloys and magnets uses, and each customer too."""
    piles = []
    for tier, material in (
        ("separator", "concentrate"),
        ("alloyer", "oxide"),
        ("magnetmaker", "alloy"),
        ("customer", "magnet"),
    ):
        for n in range(each):
            use = wanted[n] if tier == "customer" else flow[TIERS[TIERS.index(tier) - 1]] / each
            piles.append(
                Stockpile(
                    site=f"{tier}{n}",
                    material=material,
                    holding_cost=0.2,
                    initial=float(use * draw.uniform(0.1, 1.2)),
                )
            )
    return piles


def no_decisions(periods: int) -> Tables:
    """Tables of a plan that decides nothing."""
    nodes = {"node": range(periods), "period": range(1, periods + 1), "scenario": "base"}
    return {
        "decisions": pd.DataFrame(columns=["node", "decision", "name"]),
        "nodes": pd.DataFrame(nodes),
    }


def main() -> None:
    """Print what each part takes, as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--outages", type=int, default=1500)
    options.add_argument("--sites", type=int, default=1700)
    options.add_argument("--periods", type=int, default=4)
    options.add_argument("--recovery", type=int, default=4)
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()
    case = tiered_case(chosen.sites, chosen.periods)
    question = Question(kinds=("site",), recoveries={"": (chosen.recovery,)})
    started = time.perf_counter()
    prepared = prepare(case, no_decisions(chosen.periods), question)
    built = time.perf_counter()
    plan = next(undisturbed(prepared, question))
    solved = time.perf_counter()
    # Customers at the end only receive: the last of all sites, and the ones left out.
    outages: list[Outage] = outages_of(prepared.network, ("site",))[: chosen.outages]
    how = {"workers": chosen.workers} if chosen.workers > 1 else {}
    with open_executor("processes" if how else "serial", **how) as executor:  # type: ignore[arg-type]  # a number
        findings = try_outages(prepared, question, plan, outages, executor)
    ended = time.perf_counter()
    tried = [finding.tried for finding in findings]
    print(
        json.dumps(
            {
                "sites": len(case.sites),
                "outages": len(outages),
                "columns": plan.arrays.matrix.shape[1],
                "rows": plan.arrays.matrix.shape[0],
                "solved": sum(one.seconds > 0 for one in tried),
                "build": round(built - started, 2),
                "undisturbed": round(solved - built, 2),
                "outages_seconds": round(ended - solved, 2),
                "solver_seconds": round(sum(one.seconds for one in tried), 2),
                "seconds": round(ended - started, 2),
                "short": sum(one.losses[0].never.sum() > 0 for one in tried),
                "survived_to_the_horizon": sum(one.survived == float("inf") for one in tried),
            },
            default=float,
        )
    )


if __name__ == "__main__":
    main()
