"""Who gets what: demand met, late and never met."""

from __future__ import annotations

from .futures import expected
from .look import BLUE, ORANGE, RED, axis, figure, hatched, period_axis
from .parts import Chart, Column, Section, Table
from .results import Result
from .words import lines, share


def service(result: Result) -> Section | None:
    """Demand and what is delivered of it, by period, with a row for each customer."""
    tables, case = result.tables, result.case
    table = tables["service"]
    optional = {at + 1 for at, row in enumerate(case.demand) if row.shortage_cost == 0}
    table = table[~table["row"].isin(optional)]
    if table.empty:
        return None
    kinds = ("wanted", "delivered", "short", "backlog")
    table = table.assign(**{name: expected(tables, table, name) for name in kinds})
    sums = table.groupby("period")[list(kinds)].sum()
    keys = ["site", "material", "end_use"]
    by_row = table.groupby(keys, as_index=False, sort=False)[list(kinds)].sum()
    total, met = float(sums["wanted"].sum()), float(sums["delivered"].sum())
    never = float(sums["short"].sum())
    x = [int(period) for period in sums.index]
    data = [
        {
            "type": "bar", "name": name, "x": x, "y": [float(value) for value in sums[column]],
            "hoverinfo": "text",
            "marker": hatched(paint, shape),
            "hovertext": [lines(case.period_label(period), f"{name}: {value:,.4g}")
                          for period, value in zip(x, sums[column], strict=True)],
        }
        for column, name, paint, shape in (
            ("delivered", "delivered", BLUE, ""), ("short", "never delivered", RED, "x"),
            ("backlog", "late at the period's end", ORANGE, "/"),
        ) if column == "delivered" or float(sums[column].max()) > 1e-6
    ]  # fmt: skip
    summary = f"{share(met / total if total else 1.0)} of demand is delivered"
    summary += (
        f"; {never:,.4g} are never delivered." if never > 1e-6 else "; nothing is left short."
    )
    units = {row.unit for row in case.materials if row.material in set(table["material"])}
    chart = Chart(
        "periods", "Demand by period", summary,
        figure(data, barmode="stack", xaxis=period_axis(case),
               yaxis=axis("expected, " + "/".join(sorted(units)))),
        Table(
            "Demand and deliveries by customer, expected over the horizon",
            (Column("Customer"), Column("Material"), Column("For"), Column("Wanted", "number"),
             Column("Delivered", "number"), Column("Never delivered", "number"),
             Column("Met", "share")),
            [(row["site"], row["material"], row["end_use"], float(row["wanted"]),
              float(row["delivered"]), float(row["short"]),
              float(row["delivered"] / row["wanted"]) if row["wanted"] > 0 else None)
             for row in by_row.to_dict("records")],
        ),
        height=320, wide_open=never > 1e-6,
    )  # fmt: skip
    return Section("service", "Service", (chart,))
