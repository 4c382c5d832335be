"""Tables of a sweep, made of the answers at its points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ...models.case import Case
from ...models.sweep import Setting, Sweep, shown
from ...models.sweep_results import (
    CHANGED_COLUMNS,
    OBJECTIVES,
    POINT_COLUMNS,
    Decision,
    Outcome,
)

WORDS = {
    "select_offer": "qualify",
    "sign_contract": "sign",
    "open_plant": "build",
    "add_modules": "expand",
    "open_lane": "open lane",
    "open_stockpile": "open store",
}
MOST_TOLD = 12
"""Decisions that are told in one cell."""

Solved = Iterable[tuple[int, Sequence[Setting], Outcome]]
"""Number of a point (from 1), its values, and its answer."""


def tables_of(
    case: Case, sweep: Sweep, base: Outcome, solved: Solved
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of points in the order given, and that of decisions that differ from the base.

    A decision cannot differ where the point or the base has no plan.
    """
    rows: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for number, values, outcome in solved:
        own = _changed(case, base, outcome) if base.solved and outcome.solved else []
        changed += [{"point": number, **row} for row in own]
        rows.append(
            {
                "point": number,
                **{one.name: value for one, value in zip(sweep.inputs, values, strict=True)},
                "status": outcome.status,
                "reason": outcome.reason,
                "objective": outcome.objective,
                "bound": outcome.bound,
                "gap": outcome.gap,
                **{name: outcome.objectives.get(name) for name in OBJECTIVES},
                "seconds": outcome.seconds,
                "changed": len(own),
                "decisions": in_words(own),
            }
        )
    names = [one.name for one in sweep.inputs]
    table = pd.DataFrame(rows, columns=["point", *names, *POINT_COLUMNS])
    for name in names:
        table[name] = _column([row[name] for row in rows])
    numbers = ("objective", "bound", "gap", *OBJECTIVES, "seconds")
    kinds = {**dict.fromkeys(numbers, "float64"), "point": "int64", "changed": "int64"}
    return table.astype(kinds), _typed(pd.DataFrame(changed, columns=list(CHANGED_COLUMNS)))


def _typed(changed: pd.DataFrame) -> pd.DataFrame:
    kinds = {
        **dict.fromkeys(("point", "row", "period"), "int64"),
        **dict.fromkeys(("before", "after"), "float64"),
    }
    return changed.astype(kinds)


def _changed(case: Case, base: Outcome, outcome: Outcome) -> list[dict[str, Any]]:
    """Decisions of a plan that differ from the base's, in order of time."""
    rows = []
    for decision in sorted({*base.decisions, *outcome.decisions}, key=_order):
        before = base.decisions.get(decision, 0.0)
        after = outcome.decisions.get(decision, 0.0)
        if abs(before - after) > 1e-6:
            rows.append(
                {
                    "decision": decision.decision, "name": decision.name, "from": decision.start,
                    "to": decision.end, "material": decision.material, "row": decision.row,
                    "period": decision.period, "label": case.period_label(decision.period),
                    "scenario": decision.scenario, "before": before, "after": after,
                }
            )  # fmt: skip
    return rows


def _order(decision: Decision) -> tuple[Any, ...]:
    return decision.period, decision.scenario, *decision[:6]


def _column(cells: Sequence[Setting]) -> pd.Series[Any]:
    """An input's values as numbers where they all are, else as text."""
    if all(cell is None or isinstance(cell, float) for cell in cells):
        return pd.Series(cells, dtype="float64")
    text = [None if cell is None else shown(cell) for cell in cells]
    return pd.Series(text, dtype=object)


def in_words(changed: Sequence[Mapping[str, Any]]) -> str:
    """Decisions of one point that differ from the base, as a planner would say it."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in changed:
        key = tuple(
            row[name] for name in ("decision", "name", "from", "to", "material", "row", "scenario")
        )
        groups.setdefault(key, []).append(row)
    several = len({row["scenario"] for row in changed}) > 1
    parts = [_phrase(rows, several=several) for rows in groups.values()]
    more = [f"and {len(parts) - MOST_TOLD} more"] if len(parts) > MOST_TOLD else []
    return "; ".join(parts[:MOST_TOLD] + more)


def _phrase(rows: list[Mapping[str, Any]], *, several: bool) -> str:
    """'build Grenoble-recycling 2027-Q3 (was 2027-Q1)', 'no build ...', 'expand ... 2 (was 1)'."""
    first = rows[0]
    what = f"{WORDS[first['decision']]} {first['name']}"
    if first["to"]:
        what += f" {first['from']} to {first['to']}"
    if first["material"]:
        what += f" {first['material']}"
    where = f" in {first['scenario']}" if several and first["scenario"] else ""
    new = [row for row in rows if row["before"] == 0]
    gone = [row for row in rows if row["after"] == 0]
    if len(rows) == 2 and len(new) == len(gone) == 1:
        much = _much(new[0]["after"]) if new[0]["after"] != gone[0]["before"] else ""
        return f"{what} {new[0]['label']}{much} (was {gone[0]['label']}){where}"
    parts = [f"{what} {row['label']}{_much(row['after'])}" for row in new]
    parts += [f"no {what} {row['label']}" for row in gone]
    parts += [
        f"{what} {row['label']} x {row['after']:g} (was {row['before']:g})"
        for row in rows
        if row["before"] and row["after"]
    ]
    return ", ".join(parts) + where


def _much(quantity: float) -> str:
    return "" if quantity == 1 else f" x {quantity:g}"
