"""Which outages a fix must survive, and what it is, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ...models.stress_results import FIXED, FIXES
from .fixes import Fix, Trouble, cheapest_fix
from .outages import Exposure
from .proof import tried_again
from .study import Finding, Prepared, Question, rule_task
from .trying import Task
from .undisturbed import Undisturbed

WORDS = {
    "select": "qualify",
    "sign": "sign a contract with",
    "open": "build",
    "modules": "expand",
    "lane_open": "open the lane",
    "stock_open": "open the stockpile",
    "extra": "stock",
}
"""Family of a decision -> what people call it."""
LEFT = 1e-6
"""Quantities below this are nobody's shortage."""


def fix_for_worst(
    prepared: Prepared,
    question: Question,
    done: Sequence[tuple[Undisturbed, Sequence[Finding]]],
    outages: pd.DataFrame,
    worst: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cheapest fix for the worst outages in which somebody goes short.

    Args:
        prepared: the plan.
        question: what was tried.
        done: what was found.
        outages: table of it, the worst first.
        worst: how many outages to survive.

    Returns:
        Table of the fix, and table of those outages, each tried again with the fix in place.
    """
    hurt = outages[(outages["short"].fillna(0) > LEFT) | (outages["waiting"].fillna(0) > LEFT)]
    keys = ["kind", "what", "start", "recovery"]
    chosen = hurt.head(worst)[[*keys, "loss"]].rename(columns={"loss": "loss_before"})
    if chosen.empty:
        return pd.DataFrame(columns=list(FIXES)), pd.DataFrame(columns=list(FIXED))
    plans = {plan.start: plan for plan, _ in done}
    found = {(one.outage.kind, one.outage.name, one.start): one for _, own in done for one in own}
    troubles = []
    for kind, what, start, recovery in chosen[keys].to_numpy().tolist():
        plan = plans[start]
        task = task_of(prepared, question, plan, found[kind, what, start], recovery)
        troubles.append(Trouble(plan, task, 0))
    fix = cheapest_fix(
        prepared.network, prepared.workbench.built.arrays, prepared.kept, prepared.worth,
        troubles, question.options,
    )  # fmt: skip
    proofs = [tried_again(prepared.network, one, fix, question.options) for one in troubles]
    fixed = chosen.reset_index(drop=True)
    fixed["loss"] = pd.Series([proof.loss for proof in proofs], dtype=float)
    fixed["short"] = pd.Series([proof.short for proof in proofs], dtype=float)
    return _table(prepared, fix), fixed


def task_of(
    prepared: Prepared, question: Question, plan: Undisturbed, finding: Finding, recovery: int
) -> Task:
    """What is tried for an outage that was found: where it starts, how long, what it takes away."""
    if finding.outage.kind == "control":
        return rule_task(prepared, plan, finding.outage.name, (recovery,), question)[0]
    exposure = Exposure(prepared.network, plan.arrays)
    return Task((recovery,), False, 0, exposure.of(finding.outage))


def _table(prepared: Prepared, fix: Fix) -> pd.DataFrame:
    network = prepared.network
    period = network.tree.period
    rows: list[dict[str, Any]] = []
    for (family, member), added, cost in zip(
        fix.shared.names, fix.added, fix.shared.cost, strict=True
    ):
        if added > 0:
            when = 0 if family == "extra" else int(period[member[-1]])
            rows.append(
                {
                    "fix": WORDS[family],
                    "what": _what(prepared, family, member),
                    "quantity": float(added),
                    "period": when,
                    "cost": float(added * cost),
                }
            )
    table = pd.DataFrame(rows, columns=list(FIXES))
    return table.sort_values("cost", ascending=False, ignore_index=True)


def _what(prepared: Prepared, family: str, member: tuple[int, ...]) -> str:
    case, network = prepared.workbench.case, prepared.network
    thing = member[0]
    if family in ("select", "sign"):
        return case.offers[thing].offer
    if family == "open":
        return case.plants[thing].plant
    if family == "modules":
        return case.expansions[thing].plant
    if family == "lane_open":
        pairs, sites = network.movements.pairs, network.frame.sites
        lane = case.lanes[int(pairs.row[thing])].lane
        return f"{lane}: {sites[pairs.start[thing]]} > {sites[pairs.end[thing]]}"
    pile = case.stockpiles[thing]
    return f"{pile.material} in {pile.site}"
