"""Futures of a plan: which nodes a scenario passes through, and what its path adds up to."""

from __future__ import annotations

import pandas as pd

from ...models.plan import Tables
from .look import BLUE, figure, money_axis, names_axis, rows_height
from .parts import Chart, Column, Section, Table
from .results import Result
from .words import lines, money, short

COLUMNS = {
    "scenario": Column("Future"),
    "title": Column("What happens"),
    "probability": Column("Probability", "share"),
    "cost": Column("Discounted cost", "money"),
    "shortage": Column("Never delivered", "number"),
    "lead_time": Column("Lead time (days)", "number"),
    "regret": Column("Regret", "money"),
}


def chances(tables: Tables) -> pd.Series[float]:
    """Probability of each node."""
    return tables["nodes"].set_index("node")["probability"]


def expected(tables: Tables, table: pd.DataFrame, column: str = "quantity") -> pd.Series[float]:
    """A column weighted with the probability of each row's node."""
    return table[column].astype(float) * table["node"].map(chances(tables)).astype(float)


def paths(tables: Tables) -> dict[str, list[int]]:
    """Scenario -> its nodes, first to last. A shared node is on the path of all that share it."""
    nodes = tables["nodes"]
    parent = dict(zip(nodes["node"].tolist(), nodes["parent"].tolist(), strict=True))
    period = dict(zip(nodes["node"].tolist(), nodes["period"].tolist(), strict=True))
    found: dict[str, list[int]] = {}
    for scenario, own in nodes.groupby("scenario", sort=False):
        node, path = max(own["node"].tolist(), key=lambda one: period[one]), []
        while node >= 0:
            path.append(int(node))
            node = parent[node]
        found[str(scenario)] = path[::-1]
    last = max(period.values())
    return {name: path for name, path in found.items() if period[path[-1]] == last}


def node_names(tables: Tables) -> dict[int, str]:
    """Node -> what people call the futures that pass through it; '' where there is only one."""
    through: dict[int, list[str]] = {}
    every = paths(tables)
    for scenario, path in every.items():
        for node in path:
            through.setdefault(node, []).append(scenario)
    return {
        node: "" if len(every) == 1 else "all futures" if len(own) == len(every) else ", ".join(own)
        for node, own in through.items()
    }


def outcomes(result: Result) -> pd.DataFrame:
    """Scenario, title, probability, discounted cost and quantity never delivered, by scenario.

    The plan's own table of scenarios where it has one; else the sums along each path.
    """
    tables = result.tables
    if "scenarios" in tables:
        kept = ["scenario", "title", "probability", "cost", "shortage", "lead_time", "regret"]
        own = tables["scenarios"]
        own = own[[name for name in kept if name in own and own[name].notna().any()]]
        return own.sort_values("cost", ascending=False).reset_index(drop=True)
    chance = chances(tables)
    titles = {row.scenario: row.title or "" for row in result.case.scenarios}
    cash, service = tables["cash"], tables["service"]
    optional = {at + 1 for at, row in enumerate(result.case.demand) if row.shortage_cost == 0}
    service = service[~service["row"].isin(optional)]
    rows = []
    for scenario, path in paths(tables).items():
        rows.append(
            {
                "scenario": scenario,
                "title": titles.get(scenario, ""),
                "probability": float(chance[path[-1]]),
                "cost": float(cash.loc[cash["node"].isin(path), "discounted"].sum()),
                "shortage": float(service.loc[service["node"].isin(path), "short"].sum()),
            }
        )
    return pd.DataFrame(rows).sort_values("cost", ascending=False).reset_index(drop=True)


def futures(result: Result) -> Section | None:
    """What the plan costs and leaves short in each future; None where there is only one."""
    if len(paths(result.tables)) < 2:
        return None
    table = outcomes(result)
    currency = result.currency
    names = [short(name, 24) for name in table["scenario"]]
    bars = {
        "type": "bar", "orientation": "h", "x": table["cost"].tolist(),
        "y": list(range(len(table))), "name": "discounted cost", "marker": {"color": BLUE},
        "hoverinfo": "text",
        "hovertext": [
            lines(row["scenario"], money(row["cost"], currency),
                  "" if pd.isna(row["title"]) else str(row["title"]),
                  f"probability {100 * row['probability']:.0f} %",
                  f"never delivered {row['shortage']:,.3g}")
            for row in table.to_dict("records")
        ],
    }  # fmt: skip
    worst = table.iloc[0]
    likely = float((table["cost"] * table["probability"]).sum())
    summary = (
        f"The plan costs {money(likely, currency)} on average over {len(table)} futures, and "
        f"{money(float(worst['cost']), currency)} in {worst['scenario']}, the dearest."
    )
    chart = Chart(
        "cost", "Discounted cost in each future", summary,
        figure([bars], xaxis=money_axis("discounted cost", currency),
               yaxis=names_axis(names, down=True), showlegend=False),
        Table(
            "What the plan costs in each future",
            [COLUMNS[str(name)] for name in table.columns],
            [tuple(row) for row in table.itertuples(index=False)],
        ),
        height=rows_height(len(table), 40), wide_open=True,
    )  # fmt: skip
    return Section("futures", "In each future", (chart,))
