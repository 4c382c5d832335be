"""Tables of what a plan comes to: cost, who supplies it, stores, licences, what falls short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from ..models.case import Case
from ..models.plan import Tables
from .terminal import CATEGORIES, MOST_ROWS, amount, cut, money, titled_table


def costs(case: Case, summary: Mapping[str, Any]) -> Table:
    """Cost by category, largest first."""
    table = titled_table("Cost, discounted and expected", "for", f">{case.case.currency}", ">share")
    costs = {name: value for name, value in summary["costs"].items() if abs(value) > 1e-9}
    total = sum(costs.values())
    for name, value in sorted(costs.items(), key=lambda item: -abs(item[1])):
        share = f"{100 * value / total:.1f} %" if total else ""
        table.add_row(CATEGORIES[name], money(value, ""), share)
    return table


def shares(tables: Tables) -> Table | None:
    """Countries behind each stage and material, and how concentrated they are."""
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


def stocks(case: Case, tables: Tables) -> Table | None:
    """The most that each store is expected to hold, and when."""
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


def licences(case: Case, tables: Tables) -> Table | None:
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
    return cut(table, len(groups), "licences.parquet")


def shortages(case: Case, tables: Tables) -> Table | None:
    """Demand that is not met, and in which periods."""
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


def policies(case: Case, tables: Tables) -> Table | None:
    """Soft policies that the plan breaks."""
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
