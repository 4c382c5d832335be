"""A plan on a terminal: what to sign, build and store first, what it costs, who supplies it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.case import Case
from ..models.plan import Tables

MOST_ROWS = 14
DECISIONS = {
    "select_offer": "qualify",
    "sign_contract": "sign",
    "open_plant": "build",
    "add_modules": "expand",
    "open_lane": "open lane",
    "open_stockpile": "open store",
}
CATEGORIES = {
    "purchase": "purchases",
    "order": "ordering",
    "select": "qualification",
    "open": "plants built",
    "expand": "expansions",
    "fixed": "fixed costs",
    "run": "set-ups",
    "variable": "processing",
    "transport": "transport",
    "lane_open": "lanes opened",
    "holding": "storage",
    "stock_open": "stores opened",
    "capital": "capital tied up",
    "disposal": "disposal",
    "tariffs": "duties",
    "licences": "licences",
    "shortage": "shortages",
    "backlog": "late deliveries",
    "penalty": "policy penalties",
    "revenue": "revenue",
}


def amount(value: float) -> str:
    """A number as people read it: 1,234 or 12.3 or 0.046."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if size >= 10 else f"{value:,.3g}"


def money(value: float, currency: str) -> str:
    """Money with its magnitude: '1.13 bn USD', '36.7 m USD', '9,400 USD'."""
    for limit, name in ((1e9, "bn"), (1e6, "m")):
        if abs(value) >= limit:
            return f"{value / limit:,.4g} {name} {currency}"
    return f"{amount(value)} {currency}"


def print_plan(case: Case, tables: Tables, summary: Mapping[str, Any], console: Console) -> None:
    """Print a plan of one screen or two."""
    parts: list[RenderableType | None] = [_headline(case, summary)]
    parts += [
        _decisions(case, tables),
        _waiting(case, tables),
        _futures(case, tables),
        _costs(case, summary),
        _shares(tables),
        _stocks(case, tables),
    ]
    parts += [_licences(case, tables), _shortages(case, tables), _policies(case, tables)]
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


def titled_table(title: str, *columns: str) -> Table:
    """A table without rows; a column whose title begins with > is set to the right."""
    table = Table(
        title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    for column in columns:
        table.add_column(column.strip(">"), justify="right" if column.startswith(">") else "left")
    return table


def _more(table: Table, total: int) -> Table:
    if total > MOST_ROWS:
        table.caption = f"... and {total - MOST_ROWS} more (decisions.parquet)"
    return table


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
        which = str(row["name"])
        if row["from"]:
            which += f": {row['from']} to {row['to']}"
        if row["material"]:
            which += f": {row['material']}"
        when = str(row["label"]) + (f" ({scenarios[row['node']]})" if several else "")
        ready = case.period_label(int(row["effective"]))
        table.add_row(
            Text(when),
            DECISIONS[row["decision"]],
            Text(which),
            amount(row["quantity"]),
            amount(row["cost"]),
            ready,
        )
    return _more(table, len(rows))


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
        which = str(row["name"])
        if row["from"]:
            which += f": {row['from']} to {row['to']}"
        if row["material"]:
            which += f": {row['material']}"
        table.add_row(
            str(row["label"]),
            DECISIONS[row["decision"]],
            Text(which),
            amount(row["quantity"]),
            f"{100 * row['probability']:.0f} %",
            Text(str(row["trigger"])),
        )
    if len(rows) > MOST_ROWS:
        table.caption = f"... and {len(rows) - MOST_ROWS} more (adaptive.parquet)"
    return table


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


def _costs(case: Case, summary: Mapping[str, Any]) -> Table:
    table = titled_table("Cost, discounted and expected", "for", f">{case.case.currency}", ">share")
    costs = {name: value for name, value in summary["costs"].items() if abs(value) > 1e-9}
    total = sum(costs.values())
    for name, value in sorted(costs.items(), key=lambda item: -abs(item[1])):
        share = f"{100 * value / total:.1f} %" if total else ""
        table.add_row(CATEGORIES[name], money(value, ""), share)
    return table


def _shares(tables: Tables) -> Table | None:
    shares = tables["shares"]
    if shares.empty:
        return None
    table = titled_table("Who supplies it", "stage or material", "countries", ">HHI")
    ordered = shares.sort_values("level", ascending=False, kind="stable")
    for number, (key, rows) in enumerate(ordered.groupby(["level", "name"], sort=False)):
        if number == MOST_ROWS:
            break
        largest = rows.sort_values("share", ascending=False)
        text = ", ".join(
            f"{r['country']} {100 * r['share']:.0f} %" for r in largest.head(5).to_dict("records")
        )
        table.add_row(
            Text(str(key[1]) if isinstance(key, tuple) else str(key)),
            text,
            f"{largest['hhi'].iloc[0]:.2f}",
        )
    return table


def _stocks(case: Case, tables: Tables) -> Table | None:
    stock = tables["stock"]
    if stock.empty:
        return None
    nodes = tables["nodes"].set_index("node")["probability"]
    stock = stock.assign(expected=stock["level"] * stock["node"].map(nodes))
    levels = stock.groupby(["site", "material", "period"], as_index=False)["expected"].sum()
    peak = levels.loc[levels.groupby(["site", "material"])["expected"].idxmax()]
    peak = peak[peak["expected"] > 1e-6].sort_values("expected", ascending=False)
    if peak.empty:
        return None
    units = {row.material: row.unit for row in case.materials}
    table = titled_table("Store", "where", "what", ">most held", "at the end of")
    for row in peak.head(MOST_ROWS).to_dict("records"):
        held = f"{amount(row['expected'])} {units[row['material']]}"
        table.add_row(
            Text(row["site"]),
            Text(row["material"]),
            Text(held),
            case.period_label(int(row["period"])),
        )
    return table


def _licences(case: Case, tables: Tables) -> Table | None:
    """Licences to apply for, those of one rule and route together."""
    rows = tables.get("licences")
    if rows is None or rows.empty:
        return None
    probability = tables["nodes"].set_index("node")["probability"]
    chance = rows["node"].map(probability)
    rows = rows.assign(
        what=rows["end_use"].where(rows["end_use"] != "", rows["plant"]),
        asked=rows["quantity"] * chance,
        paid=rows["cost"] * chance,
    )
    keys = ["control", "exporter", "destination", "what"]
    table = titled_table(
        "Apply for licences", "rule", "from", "to", "for", ">times", ">quantity", "first in",
        f">cost ({case.case.currency})",
    )  # fmt: skip
    groups = sorted(rows.groupby(keys), key=lambda group: -group[1]["asked"].sum())
    for key, own in groups[:MOST_ROWS]:
        table.add_row(
            *(Text(str(part)) for part in key),
            str(len(own)),
            amount(own["asked"].sum()),
            case.period_label(int(own["period"].min())),
            amount(own["paid"].sum()),
        )
    if len(groups) > MOST_ROWS:
        table.caption = f"... and {len(groups) - MOST_ROWS} more (licences.parquet)"
    return table


def _shortages(case: Case, tables: Tables) -> Table | None:
    service = tables["service"]
    wanted = service["row"].map(lambda row: _counts(case, row)).astype(bool)
    short = service[(service["short"] > 1e-6) & wanted]
    if short.empty:
        return None
    probability = tables["nodes"].set_index("node")["probability"]
    short = short.assign(expected=short["short"] * short["node"].map(probability))
    table = titled_table("Left short", "who", "what", "for", ">never delivered", "from", "to")
    units = {row.material: row.unit for row in case.materials}
    for key, rows in short.groupby(["site", "material", "end_use"]):
        site, material, use = (str(part) for part in key)
        total = f"{amount(rows['expected'].sum())} {units[material]}"
        first, last = (
            case.period_label(int(period))
            for period in (rows["period"].min(), rows["period"].max())
        )
        table.add_row(Text(site), Text(material), Text(use), Text(total), first, last)
    return table


def _counts(case: Case, row: int) -> bool:
    """Whether a demand row is more than an optional sale."""
    return case.demand[int(row) - 1].shortage_cost != 0


def _policies(case: Case, tables: Tables) -> Table | None:
    used: pd.DataFrame = tables["policy_use"]
    beyond = used[used["excess"] > 1e-6]
    if beyond.empty:
        return None
    table = titled_table(
        "Policies exceeded, at a penalty",
        "policy",
        "whose",
        ">times",
        f">penalty ({case.case.currency})",
    )
    for key, rows in beyond.groupby(["policy", "key"]):
        policy, whose = (str(part) for part in key)
        table.add_row(Text(policy), Text(whose), str(len(rows)), amount(rows["penalty"].sum()))
    return table
