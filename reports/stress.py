"""A stress test on a terminal: the worst outages, who goes short, what would help."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.stress_results import StressResult
from .terminal import amount, money, titled_table

MOST_ROWS = 15
MOST_SHORT = 10
LEFT = 1e-5
"""Quantities below this are nobody's shortage but the solver's tolerance."""
KINDS = {"control": "rule"}
"""What people call a kind of outage, where the word differs."""


def print_stress(result: StressResult, console: Console) -> None:
    """Print what a stress test found, on one screen or two."""
    parts: list[RenderableType | None] = [
        _headline(result),
        _ranking(result),
        _short(result),
        _fixes(result),
        _footnotes(result),
    ]
    console.print(Group(*[part for part in parts if part is not None]))


def _headline(result: StressResult) -> Text:
    table = result.outages
    text = Text()
    text.append(f"{result.title or result.case}\n", style="bold")
    hurt = int((table["loss"].astype(float) > 0).sum())
    short = int(((table["short"].astype(float) > 0) | (table["waiting"].astype(float) > 0)).sum())
    same = _same_everywhere(result)
    told = f" from {same['label']} on, {_periods(same['recovery'])} long" if same else ""
    text.append(
        f"{len(table):,} outages tried{told}: {hurt:,} cost something, in {short:,} somebody goes "
        f"short, {int(table['survives'].sum()):,} could last to the horizon",
        style="bold",
    )
    return text


def _ranking(result: StressResult) -> Table | None:
    worst = result.outages.head(MOST_ROWS)
    if worst.empty:
        return None
    same = _same_everywhere(result)
    table = titled_table(
        "The worst outages", "what is out", *(() if same else (">from", ">lasts")), ">loss",
        ">never delivered", ">late", ">survived for", ">back after",
    )  # fmt: skip
    for row in worst.to_dict("records"):
        kind = KINDS.get(str(row["kind"]), str(row["kind"]))
        table.add_row(
            Text(f"{kind} {row['what']}"),
            *(() if same else (str(row["label"]), _periods(row["recovery"]))),
            _money(row, result.currency),
            _some(row["short"]),
            _some(row["waiting"]),
            _survived(row),
            _periods(row["time_to_recover"]) if row["time_to_recover"] else "",
        )
    rest = len(result.outages) - len(worst)
    if rest > 0:
        table.caption = f"and {rest:,} more that cost less"
    return table


def _same_everywhere(result: StressResult) -> dict[str, Any]:
    """Start and length of the outages where all have the same; empty otherwise."""
    kinds = result.outages[["label", "recovery"]].drop_duplicates()
    return {str(k): v for k, v in kinds.iloc[0].items()} if len(kinds) == 1 else {}


def _money(row: Mapping[Hashable, Any], currency: str) -> str:
    if row["loss"] is None or pd.isna(row["loss"]):
        return str(row["status"])
    about = "" if row["error"] <= 0.05 * abs(row["loss"]) else "about "
    return f"{about}{money(row['loss'], currency)}"


def _periods(number: Any) -> str:
    if pd.isna(number):
        return ""
    return f"{int(number)} period{'s' if number != 1 else ''}"


def _some(value: Any) -> str:
    return amount(value) if value and not pd.isna(value) else ""


def _survived(row: Mapping[Hashable, Any]) -> str:
    if row["survives"]:
        return "to the horizon"
    days = row["time_to_survive_days"]
    return "" if days is None or pd.isna(days) else f"{days:,.0f} days"


def _short(result: StressResult) -> Table | None:
    """Who goes short in the worst outages."""
    keys = ["kind", "what", "start", "recovery"]
    worst = result.outages.head(MOST_ROWS)[keys]
    rows = worst.merge(result.short, on=keys)
    if rows.empty:
        return None
    who = ["site", "material", "end_use"]
    rows = rows.groupby([*keys, *who], sort=False, as_index=False).agg(
        first=("label", "first"), last=("label", "last"), never=("never", "sum"),
        waiting=("waiting", "max"),
    )  # fmt: skip
    table = titled_table(
        "Who goes short", "what is out", "who", "of what", "when", ">never delivered", ">most late"
    )
    for row in rows.head(MOST_SHORT).to_dict("records"):
        when = row["first"] if row["first"] == row["last"] else f"{row['first']} to {row['last']}"
        table.add_row(
            Text(f"{KINDS.get(str(row['kind']), str(row['kind']))} {row['what']}"),
            Text(f"{row['site']} ({row['end_use']})"),
            Text(str(row["material"])),
            when,
            _some(row["never"]),
            _some(row["waiting"]),
        )
    if len(rows) > MOST_SHORT:
        table.caption = f"and {len(rows) - MOST_SHORT:,} more"
    return table


def _fixes(result: StressResult) -> RenderableType | None:
    if result.fixes is None:
        return None
    if result.fixes.empty:
        return Text("\nNo fix is needed: in the worst outages nobody goes short.")
    table = titled_table(
        "The cheapest fix for the worst outages", "what", ">how much", ">when", ">cost"
    )
    for row in result.fixes.to_dict("records"):
        table.add_row(
            Text(f"{row['fix']} {row['what']}"),
            amount(row["quantity"]),
            "at once" if not row["period"] else str(row["period"]),
            money(row["cost"], result.currency),
        )
    if result.fixed is None:
        return table
    left = float(result.fixed["short"].astype(float).sum())
    table.caption = (
        "with it nobody goes short in any of them" if left <= LEFT
        else f"with it {amount(left)} are still never delivered; nothing in the case helps more"
    )  # fmt: skip
    again = titled_table(
        "Tried again with the fix", "what is out", ">loss before", ">loss with it", ">still short"
    )
    for row in result.fixed.to_dict("records"):
        again.add_row(
            Text(f"{KINDS.get(str(row['kind']), str(row['kind']))} {row['what']}"),
            money(row["loss_before"], result.currency),
            "no plan" if pd.isna(row["loss"]) else money(row["loss"], result.currency),
            "" if row["short"] <= LEFT else amount(row["short"]),
        )
    return Group(table, again)


def _footnotes(result: StressResult) -> Text | None:
    lines = [
        "Loss: extra cost of the same plan with its decisions kept, discounted and expected. "
        f"A unit of demand that must be met counts {result.shortage_value}.",
        *(
            f"{row['what']}: {row['note']}"
            for row in result.outages.head(MOST_ROWS).to_dict("records")
            if row["note"]
        ),
    ]
    return Text("\n" + "\n".join(lines), style="dim")
