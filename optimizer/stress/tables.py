"""What a stress test found, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.stress_results import OUTAGES, SHORT
from ..executors import Failed
from .study import Finding
from .survival import HORIZON
from .trying import Loss
from .undisturbed import Undisturbed

Study = Iterable[tuple[Undisturbed, Sequence[Finding]]]


def tables_of(case: Case, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Table of outages, the worst first, and table of who goes short and when."""
    outages: list[dict[str, Any]] = []
    short: list[dict[str, Any]] = []
    for plan, findings in study:
        for finding in findings:
            about = {
                "kind": finding.outage.kind,
                "what": finding.outage.name,
                "start": finding.start,
            }
            for row, loss in _rows(case, plan, finding):
                outages.append({**about, **row})
                if loss is not None:
                    short += [{**about, **who} for who in _who(case, plan, loss)]
    table = pd.DataFrame(outages, columns=list(OUTAGES))
    order = table.assign(loss=table["loss"].astype(float).fillna(np.inf)).sort_values(
        ["loss", "time_to_survive", "kind", "what", "start", "recovery"],
        ascending=[False, True, True, True, True, True],
        kind="stable",
    )
    table = table.loc[order.index].reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    return table, pd.DataFrame(short, columns=list(SHORT))


def _rows(
    case: Case, plan: Undisturbed, finding: Finding
) -> Iterable[tuple[dict[str, Any], Loss | None]]:
    label = case.period_label(finding.start)
    tried = finding.tried
    if isinstance(tried, Failed):
        yield {"label": label, "status": "failed", "survives": False, "note": tried.message}, None
        return
    survived = _survived(case, plan, tried.survived)
    for loss in tried.losses:
        yield {"label": label, **survived, **_lost(plan, loss), "note": _note(finding, loss)}, loss


def _survived(case: Case, plan: Undisturbed, periods: float | None) -> dict[str, Any]:
    """Time to survive; up to the horizon it is as long as anybody can tell."""
    if periods is None:
        return {"survives": False}
    known = min(periods, float(plan.periods - plan.start + 1))
    return {
        "time_to_survive": known,
        "time_to_survive_days": known * case.days_per_period,
        "survives": periods == HORIZON,
    }


def _lost(plan: Undisturbed, loss: Loss) -> dict[str, Any]:
    needs = plan.needs
    chance, period = needs.probability[loss.needs], needs.period[loss.needs]
    return {
        "recovery": loss.recovery,
        "status": loss.status,
        "loss": loss.loss,
        "error": loss.error,
        "short": float(chance @ loss.never),
        "waiting": float(chance @ loss.waiting),
        "first_short": int(period.min(initial=plan.periods + 1)) if len(period) else 0,
        "time_to_recover": int(period.max(initial=plan.start - 1)) - plan.start + 1,
    }


def _note(finding: Finding, loss: Loss) -> str:
    notes = list(finding.notes)
    if loss.stranded > 0:
        notes.append(f"{loss.stranded:.3g} units are left where nothing can be done with them")
    return "; ".join(notes)


def _who(case: Case, plan: Undisturbed, loss: Loss) -> Iterable[dict[str, Any]]:
    needs = plan.needs
    for at, never, waiting in zip(loss.needs, loss.never, loss.waiting, strict=True):
        row, node = needs.members[at].tolist()
        want = case.demand[row]
        period = int(needs.period[at])
        yield {
            "recovery": loss.recovery,
            "site": want.site,
            "end_use": want.end_use,
            "material": want.material,
            "row": row + 1,
            "node": node,
            "period": period,
            "label": case.period_label(period),
            "never": float(never),
            "waiting": float(waiting),
        }
