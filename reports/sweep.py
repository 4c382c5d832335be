"""A sweep on a terminal: how far results range, what moves them, which decisions change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.sweep_results import OBJECTIVES, SOLVED, SweepResult
from .sweep_inputs import correlations, indices, tornado
from .terminal import DECISIONS, amount, cut, money, titled_table

MOST_ROWS = 12
MEASURES = {
    "cost": "cost",
    "lead_time": "lead time (days)",
    "shortage": "never delivered",
    "cvar": "worst futures",
    "mean_risk": "cost and risk",
    "worst_case": "worst case",
    "concentration": "largest country",
}
MONEY = frozenset({"cost", "cvar", "mean_risk", "worst_case"})
"""Measures in money."""
STATES = {
    "optimal": "solved",
    "feasible": "stopped at the time limit with a plan",
    "no_solution": "stopped at the time limit without a plan",
    "infeasible": "without any plan",
    "unbounded": "with a cost that has no lower bound",
    "failed": "failed",
}


def print_sweep(result: SweepResult, console: Console) -> None:
    """Print what a sweep found, on one screen or two."""
    parts: list[RenderableType | None] = [
        _headline(result),
        _ranges(result),
        tornado(result),
        indices(result),
        correlations(result),
        _decisions(result),
        _infeasible(result),
        _failures(result),
    ]
    console.print(Group(*[part for part in parts if part is not None]))


def value_of(measure: str, value: float, currency: str) -> str:
    """A measure as people read it."""
    if measure in MONEY:
        return money(value, currency)
    if measure == "concentration":
        return f"{100 * value:.0f} %"
    return amount(value)


def _headline(result: SweepResult) -> Text:
    design = result.sweep.sweep.design.replace("_", " ")
    names = ", ".join(one.name for one in result.sweep.inputs[:6])
    more = len(result.sweep.inputs) - 6
    text = Text()
    text.append(f"{result.title or result.case}\n", style="bold")
    text.append(f"{design} over {names}{f' and {more} more' if more > 0 else ''}\n")
    states = result.points["status"].value_counts()
    told = [f"{states[state]:,} {words}" for state, words in STATES.items() if state in states]
    asked = f"{result.asked:,} points" if result.asked != 1 else "1 point"
    if len(result.points) < result.asked:
        asked = f"{len(result.points):,} of {asked} so far"
    text.append(f"{asked}: {', '.join(told) or 'none yet'}\n", style="bold")
    if result.base.solved:
        base = [
            f"{MEASURES[name]} {value_of(name, value, result.currency)}"
            for name, value in result.base.objectives.items()
            if name not in MONEY - {"cost"} or value != result.base.objectives.get("cost")
        ]
        text.append(f"base: {', '.join(base)}")
    else:
        text.append(f"base: {STATES.get(result.base.status, result.base.status)}")
        if result.base.reason:
            text.append(f" ({result.base.reason})")
    return text


def _inputs_at(result: SweepResult, row: Mapping[Any, Any]) -> str:
    """'oxide price 0.7, demand 1.5' of a row of the table of points."""
    told = [
        f"{one.name} {row[one.name]:g}" if isinstance(row[one.name], float)
        else f"{one.name} {row[one.name]}"
        for one in result.sweep.inputs
        if row[one.name] is not None and row[one.name] == row[one.name]  # NaN
    ]  # fmt: skip
    return ", ".join(told) or "as in the case"


def _ranges(result: SweepResult) -> Table | None:
    solved = result.points[result.points["status"].isin(SOLVED)]
    if solved.empty:
        return None
    table = titled_table(
        "How far it ranges", "", ">least", ">middle", ">most", "least at", "most at"
    )
    for measure in OBJECTIVES:
        known = solved[solved[measure].notna()]
        if known.empty or (measure in MONEY - {"cost"} and _one_future(known, measure)):
            continue
        values = known[measure]
        ends = [known.iloc[int(values.argmin())], known.iloc[int(values.argmax())]]
        flat = values.max() - values.min() <= 1e-9 * max(1.0, abs(values.max()))
        table.add_row(
            MEASURES[measure],
            *(
                Text(value_of(measure, float(value), result.currency))
                for value in (values.min(), values.median(), values.max())
            ),
            *(Text("everywhere" if flat else _inputs_at(result, end.to_dict())) for end in ends),
        )
    return table


def _one_future(points: pd.DataFrame, measure: str) -> bool:
    """Whether the worst futures cost what all cost, as they do where there is one."""
    return bool(((points[measure] - points["cost"]).abs() <= 1e-6 * points["cost"].abs()).all())


def _decisions(result: SweepResult) -> Table | None:
    """Which decisions differ from the base most often."""
    changed = result.changed_decisions
    solved = int(result.points["status"].isin(SOLVED).sum())
    if not solved or not result.base.solved:
        return None
    if changed.empty:
        return _note("Every point decides what the base decides.")
    table = titled_table("Which decisions change", "decision", "which", ">in points", "how")
    keys = ["decision", "name", "from", "to", "material"]
    groups = sorted(
        ((key, rows) for key, rows in changed.groupby(keys, sort=True)),
        key=lambda group: -group[1]["point"].nunique(),
    )
    for key, rows in groups[:MOST_ROWS]:
        decision, name, start, end, material = (str(part) for part in key)
        which = " ".join(
            part for part in (name, f"{start} to {end}" if end else "", material) if part
        )
        points = rows["point"].nunique()
        table.add_row(
            DECISIONS[decision], Text(which),
            f"{points:,} of {solved:,} ({100 * points / solved:.0f} %)", change_counts(rows),
        )  # fmt: skip
    return cut(table, len(groups), "changed_decisions.parquet", MOST_ROWS)


def change_counts(rows: pd.DataFrame) -> str:
    """'less in 8, more in 2, at another time in 4'."""
    more = rows.groupby("point")["after"].sum() - rows.groupby("point")["before"].sum()
    told = (
        ("less", (more < -1e-6).sum()),
        ("more", (more > 1e-6).sum()),
        ("at another time", (more.abs() <= 1e-6).sum()),
    )
    return ", ".join(f"{words} in {count:,}" for words, count in told if count)


def _infeasible(result: SweepResult) -> Table | None:
    """Where no plan exists, by input, and what stands against one."""
    points = result.points
    without = points[points["status"].isin(["infeasible", "unbounded"])]
    if without.empty:
        return None
    table = titled_table("Where no plan exists", "point", "inputs", "why")
    for row in without.head(MOST_ROWS // 2).to_dict("records"):
        why = result.why.get(int(row["point"]), [])
        table.add_row(str(row["point"]), Text(_inputs_at(result, row)), Text("\n".join(why[:3])))
    return cut(table, len(without), "points.parquet", MOST_ROWS // 2)


def _failures(result: SweepResult) -> Table | None:
    failed = result.points[result.points["status"] == "failed"]
    if failed.empty:
        return None
    table = titled_table("What failed", ">points", "why", "first at")
    for reason, rows in sorted(failed.groupby("reason"), key=lambda group: -len(group[1])):
        first = _inputs_at(result, rows.iloc[0].to_dict())
        table.add_row(f"{len(rows):,}", Text(str(reason)), Text(first))
    return table


def _note(text: str) -> Table:
    table = Table.grid()
    table.add_row(Text(text))
    return table
