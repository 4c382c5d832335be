"""A risk study: what knowing the future is worth, how plans fare in it, what safety costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .futures import COLUMNS
from .look import figure, marker, measure_axis, names_axis
from .parts import Cell, Chart, Column, Figures, Points, Section, Table
from .results import Result
from .words import lines, money, several, short

MEANT = {
    "expected_cost": ("Expected cost", "of the best plan for all futures"),
    "EVPI": ("Worth of knowing the future", "expected value of perfect information (EVPI)"),
    "VSS": ("Worth of planning for all", "against a plan for the mean future (VSS)"),
}


def risks(result: Result) -> list[Section]:
    """Sections of a risk study."""
    found = [_head(result), _fares(result)]
    robust = result.tables.get("robustness")
    return [*found, _safety(result, robust)] if robust is not None and len(robust) else found


def _head(result: Result) -> Section:
    summary, currency = result.summary, result.currency
    figures = []
    for name, (title, words) in MEANT.items():
        told: Mapping[str, Any] = summary.get(name) or {}
        if told.get("value") is None:
            continue
        proven = ""
        if told.get("least") is not None and told.get("most") is not None:
            low, high = (money(float(told[end]), currency) for end in ("least", "most"))
            proven = f"; proven within {low} to {high}"
        figures.append((title, money(float(told["value"]), currency), words + proven))
    told_so = [f"The futures part in {summary['branch']}."] if summary.get("branch") else []
    warnings = [str(one) for one in summary.get("warnings") or []]
    return Section("headline", "In short", (Figures(figures), Points([*told_so, *warnings])))


def _fares(result: Result) -> Section:
    """What each plan costs in each future."""
    currency, table = result.currency, result.tables["plans"]
    plans = list(dict.fromkeys(table["plan"].astype(str)))
    futures = list(dict.fromkeys(table["scenario"].astype(str)))
    data = []
    for number, future in enumerate(futures):
        own = table[(table["scenario"] == future) & table["cost"].notna()].to_dict("records")
        data.append(
            {
                "type": "bar", "name": lines(future),
                "x": [plans.index(str(row["plan"])) for row in own],
                "y": [float(row["cost"]) for row in own], "marker": marker(number),
                "hoverinfo": "text",
                "hovertext": [
                    lines(f"plan for {row['plan']}", f"if {future} comes",
                          money(float(row["cost"]), currency),
                          "" if pd.isna(row["regret"])
                          else f"regret {money(float(row['regret']), currency)}")
                    for row in own
                ],
            }
        )  # fmt: skip
    sums = result.tables["sums"]
    safe = sums[sums["largest_regret"].notna()].sort_values("largest_regret")
    summary = f"{several(len(plans), 'plan')} in {several(len(futures), 'future')}."
    if len(safe):
        least = safe.iloc[0]
        summary += (
            f" Least to regret in any of them: the plan for {least['plan']}, at most "
            f"{money(float(least['largest_regret']), currency)}."
        )
    rows: list[tuple[Cell, ...]] = [
        (str(row["plan"]), str(row["scenario"]), float(row["probability"]), _some(row["cost"]),
         _some(row["regret"]), str(row["status"]))
        for row in table.to_dict("records")
    ]  # fmt: skip
    chart = Chart(
        "plans", "Cost of each plan in each future", summary,
        figure(data, barmode="group", yaxis=measure_axis("cost", currency),
               xaxis=names_axis([short(f"for {name}", 22) for name in plans])),
        Table(
            "Cost of each plan in each future",
            (Column("Plan made for"), Column("If this comes"), Column("Probability", "share"),
             Column("Cost", "money"), Column("Regret", "money"), Column("Solve")), rows,
        ),
        height=400,
    )  # fmt: skip
    total = Table(
        "Each plan over all futures",
        (Column("Plan made for"), Column("Expected cost", "money"), Column("Dearest", "money"),
         Column("Largest regret", "money"), Column("No way on in")),
        [(str(row["plan"]), _some(row["expected"]), _some(row["worst"]),
          _some(row["largest_regret"]), str(row["fails_in"] or ""))
         for row in sums.to_dict("records")],
    )  # fmt: skip
    alone = result.tables["futures"]
    known = [name for name in COLUMNS if name in alone and alone[name].notna().any()]
    own_table = Table(
        "What the plan for all futures costs in each", [COLUMNS[name] for name in known],
        [tuple(row) for row in alone[known].itertuples(index=False)],
    )  # fmt: skip
    return Section("futures", "Plans and futures", (chart, total, own_table))


def _safety(result: Result, robust: pd.DataFrame) -> Section:
    """What sparing the worst futures costs."""
    currency = result.currency
    rows = robust.to_dict("records")
    drawn = {
        "type": "scatter", "mode": "lines+markers", "name": "plan",
        "x": [float(row["cost"]) for row in rows], "y": [float(row["cvar"]) for row in rows],
        "hoverinfo": "text", "line": {"dash": "dot"}, "marker": {"size": 11},
        "hovertext": [lines(f"{money(float(row['price']), currency)} dearer on average",
                            f"worst futures {money(float(row['saved']), currency)} cheaper")
                      for row in rows],
    }  # fmt: skip
    last = rows[-1]
    summary = (
        f"Sparing the worst futures {money(float(last['saved']), currency)} costs "
        f"{money(float(last['price']), currency)} on average."
    )
    chart = Chart(
        "price", "The price of robustness", summary,
        figure([drawn], xaxis=measure_axis("cost", currency), yaxis=measure_axis("cvar", currency)),
        Table(
            "The price of robustness",
            (Column("Expected cost", "money"), Column("Cost of the worst futures", "money"),
             Column("Dearest future", "money"), Column("Dearer on average by", "money"),
             Column("Worst futures cheaper by", "money")),
            [tuple(_some(row[name]) for name in ("cost", "cvar", "worst_case", "price", "saved"))
             for row in rows],
        ),
        height=360, wide_open=True,
    )  # fmt: skip
    return Section("robustness", "What safety costs", (chart,))


def _some(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
