"""Licences of a plan that can still be used when some of its periods have passed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from ...models.commitment_rows import Granted
from .state import Passed

ROUNDING = 1e-9
"""Less than this part of a licence is rounding."""


def granted(passed: Passed) -> list[Granted]:
    """What is left of licences for goods and services.

    What a licence about technology allowed is a decision, and told by `commitments`.
    """
    case, gone = passed.case, passed.periods
    rows = []
    for number, row in enumerate(case.granted, start=1):
        begin, last = case.period(row.start, 1), case.period(row.end, case.case.periods)
        left = _left(passed, row.quantity, -number)
        if last > gone and (row.plant is not None or left > 0):
            over = None if row.end is None else last
            rows.append(row.model_copy(update={"quantity": left, **_dates(begin, over, gone)}))
    kinds = {row.control: row.kind for row in case.controls}
    table = passed.rows("licences")
    for own in table[table["last"] > gone].to_dict("records"):
        kind = kinds[str(own["control"])]
        if kind == "technology":
            continue
        found = _service(own) if kind == "service" else _goods(passed, own)
        if kind == "service" or found["quantity"] > 0:
            end = None if own["last"] >= case.case.periods else int(own["last"])
            dates = _dates(int(own["first"]), end, gone)
            rows.append(Granted.model_validate({"control": own["control"], **found, **dates}))
    return rows


def _service(own: dict[Hashable, Any]) -> dict[str, Any]:
    return {"plant": own["plant"], "approval": float(own["approval"])}


def _goods(passed: Passed, own: dict[Hashable, Any]) -> dict[str, Any]:
    names = {name: own[name] for name in ("exporter", "destination", "end_use")}
    quantity = float(own["approval"]) * float(own["quantity"])
    return {**names, "quantity": _left(passed, quantity, int(own["node"]), own)}


def _left(
    passed: Passed, quantity: float, applied: int, own: dict[Hashable, Any] | None = None
) -> float:
    """What has not moved yet of what was approved; ``own`` says which of a node's licences."""
    used: pd.DataFrame = passed.rows("licence_use")
    mine = used["applied"] == applied
    for key in ("control", "exporter", "destination", "end_use") if own is not None else ():
        mine &= used[key] == own[key]  # type: ignore[index]  # not None here
    left = quantity - float(used.loc[mine, "quantity"].sum())
    return left if left > ROUNDING * max(1.0, quantity) else 0.0


def _dates(first: int, last: int | None, gone: int) -> dict[str, int | None]:
    """First and last period of use as the case that starts later counts them."""
    start = first - gone if first > gone + 1 else None
    return {"start": start, "end": None if last is None else last - gone}
