"""A plan on a terminal: what to sign, build and store first, what it costs, who supplies it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.case import Case
from ..models.plan import Tables
from .plan_use import costs, licences, policies, shares, shortages, stocks
from .terminal import DECISIONS, MOST_ROWS, amount, cut, money, titled_table


def print_plan(case: Case, tables: Tables, summary: Mapping[str, Any], console: Console) -> None:
    """Print a plan of one screen or two."""
    parts: list[RenderableType | None] = [_headline(case, summary)]
    parts += [
        _decisions(case, tables),
        _waiting(case, tables),
        _futures(case, tables),
        costs(case, summary),
        shares(tables),
        stocks(case, tables),
    ]
    parts += [licences(case, tables), shortages(case, tables), policies(case, tables)]
    console.print(Group(*[part for part in parts if part is not None]))


def _headline(case: Case, summary: Mapping[str, Any]) -> Text:
    currency, objectives = case.case.currency, summary["objectives"]
    gap = summary["gap"]
    proof = "" if gap is None else f", proven within {100 * gap:.2g} %"
    text = Text()
    text.append(f"{case.case.title or case.case.name}\n", style="bold")
    text.append(
        f"{case.case.periods} periods from {case.period_label(1)}; {summary['status']}{proof}\n"
    )
    text.append(f"cost {money(objectives['cost'], currency)}", style="bold")
    dearer = objectives.get("worst_case", objectives["cost"]) - objectives["cost"]
    if dearer > 1e-6 * abs(objectives["cost"]):
        text.append(f" expected, {money(objectives['worst_case'], currency)} at worst")
    text.append(f"   lead time {objectives['lead_time']:,.1f} days   ")
    text.append(f"never delivered {amount(objectives['shortage'])}\n")
    text.append(f"largest country {100 * objectives['concentration']:.0f} % of supply")
    text.append(_unknown(summary))
    return text


def _unknown(summary: Mapping[str, Any]) -> str:
    """How much of the plan hangs on rules of which nobody knows whether they hold."""
    unknown = summary.get("unknown_controls") or {}
    rules = unknown.get("rules", [])
    if not rules:
        return ""
    taken = str(unknown["taken_as"]).replace("_", " ")
    what = f"{rules[0]} is" if len(rules) == 1 else f"{len(rules)} rules are"
    share = 100 * float(unknown["share_of_value_crossing_borders"])
    hangs = f"; {share:.0f} % of the value that crosses borders hangs on that"
    return f"\n{what} in an unknown state and taken as {taken}" + (
        hangs if taken == "in force" else ""
    )


def _which(row: Mapping[Hashable, Any]) -> str:
    """'sea: There to Here: magnet' - what a decision is about."""
    ends = f": {row['from']} to {row['to']}" if row["from"] else ""
    return f"{row['name']}{ends}" + (f": {row['material']}" if row["material"] else "")


def _decisions(case: Case, tables: Tables) -> Table | None:
    rows = tables["decisions"]
    if rows.empty:
        return None
    nodes = tables["nodes"]
    scenarios = nodes.set_index("node")["scenario"]
    alone = nodes.groupby("period")["node"].transform("count") == 1
    several, title = not alone.all(), "Decide"
    if _several(tables):
        rows = rows[rows["node"].isin(nodes.loc[alone, "node"])]
        several, title = False, "Decide now, whatever comes"
        if rows.empty:
            return None
    table = titled_table(
        title, "when", "what", "which", ">how much", f">cost ({case.case.currency})", "ready"
    )
    ordered = rows.sort_values(["period", "cost"], ascending=[True, False])
    for row in ordered.head(MOST_ROWS).to_dict("records"):
        when = str(row["label"]) + (f" ({scenarios[row['node']]})" if several else "")
        ready = case.period_label(int(row["effective"]))
        table.add_row(
            Text(when),
            DECISIONS[row["decision"]],
            Text(_which(row)),
            amount(row["quantity"]),
            amount(row["cost"]),
            ready,
        )
    return cut(table, len(rows), "decisions.parquet")


def _several(tables: Tables) -> bool:
    """Whether more than one future may come."""
    futures = tables.get("scenarios")
    return futures is not None and int((futures["probability"] > 0).sum()) > 1


def _waiting(case: Case, tables: Tables) -> Table | None:
    """Decisions that wait until some futures have left others, and what makes them so."""
    rows = tables.get("adaptive")
    if rows is None or not (rows["commitment"] == "waits").any():
        return None
    rows = rows[rows["commitment"] == "waits"]
    table = titled_table("Decide later", "when", "what", "which", ">how much", ">chance", "")
    ordered = rows.sort_values(["period", "cost", "name"], ascending=[True, False, True])
    for row in ordered.head(MOST_ROWS).to_dict("records"):
        table.add_row(
            str(row["label"]),
            DECISIONS[row["decision"]],
            Text(_which(row)),
            amount(row["quantity"]),
            f"{100 * row['probability']:.0f} %",
            Text(str(row["trigger"])),
        )
    return cut(table, len(rows), "adaptive.parquet")


def _futures(case: Case, tables: Tables) -> Table | None:
    """What the plan costs, misses and takes in each future."""
    if not _several(tables):
        return None
    rows = tables["scenarios"]
    regrets = bool(rows["alone"].notna().any())
    columns = ["future", "", ">chance", f">cost ({case.case.currency})"]
    columns += [">best alone", ">regret"] if regrets else []
    table = titled_table("If it comes", *columns, ">never delivered", ">lead time")
    ordered = rows.sort_values("cost", ascending=False) if len(rows) > MOST_ROWS else rows
    for row in ordered.head(MOST_ROWS).to_dict("records"):
        likely = row["probability"] > 0
        cells = [money(row["cost"], "") if likely else "not planned for"]
        if regrets:
            cells += [money(row[name], "") if likely else "" for name in ("alone", "regret")]
        cells += [amount(row["shortage"]), f"{row['lead_time']:,.1f} days"]
        title = str(row["title"])
        table.add_row(
            Text(str(row["scenario"])),
            Text(title if len(title) < 44 else f"{title[:40]} ..."),
            f"{100 * row['probability']:.3g} %",
            *cells,
        )
    if len(rows) > MOST_ROWS:
        table.caption = (
            f"the {MOST_ROWS} dearest of {len(rows)} futures (scenarios.parquet has them all)"
        )
    return table
