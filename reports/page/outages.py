"""A stress test: the worst outages, who goes short, what would help."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..stress import KINDS, LEFT
from .look import BLUE, GREEN, GREY, ORANGE, RED, axis, figure, hatched, money_axis, names_axis
from .look import rows_height as height_of
from .parts import Cell, Chart, Column, Figures, Points, Section, Table
from .results import Result
from .words import lines, money, several, short

MOST = 25
"""Most outages that are drawn."""
PAINTS = {"site": BLUE, "operator": ORANGE, "country": RED, "lane": GREEN, "control": GREY}


def outages(result: Result) -> list[Section]:
    """Sections of a stress test."""
    table = result.tables["outages"]
    sections = [_head(result, table)]
    if len(table):
        sections += [_ranking(result, table), _survival(result, table)]
    return [*sections, *_short(result), *_fixes(result), *_all(result, table)]


def _name(row: Any) -> str:
    return f"{KINDS.get(str(row['kind']), str(row['kind']))} {row['what']}"


def _labels(table: pd.DataFrame) -> list[str]:
    """What each outage is called; with its start and length where these differ."""
    same = len(table[["start", "recovery"]].drop_duplicates()) <= 1
    return [
        _name(row) if same else f"{_name(row)}, {row['label']}, {_periods(row['recovery'])}"
        for row in table.to_dict("records")
    ]


def _periods(number: Any) -> str:
    return "" if pd.isna(number) else several(int(number), "period")


def _head(result: Result, table: pd.DataFrame) -> Section:
    loss = table["loss"].astype(float)
    hurt = int((loss > 1e-6).sum())
    short_of = int(
        ((table["short"].astype(float) > LEFT) | (table["waiting"].astype(float) > LEFT)).sum()
    )
    figures = [
        ("Outages tried", f"{len(table):,}", f"{hurt:,} cost something"),
        ("Somebody goes short in", f"{short_of:,}", "of them"),
        ("Survived to the horizon", f"{int(table['survives'].sum()):,}", "however long they last"),
    ]
    told = []
    if hurt:
        worst = table.iloc[int(loss.fillna(-1).argmax())]
        figures.append(("Worst loss", money(float(worst["loss"]), result.currency), _name(worst)))
    told.append(
        "Loss is the extra cost of the same plan with its decisions kept, discounted and expected. "
        f"A unit of demand that must be met counts {result.summary.get('shortage_value', '')}."
    )
    told += list(result.summary.get("warnings", []))
    if result.summary.get("status") == "feasible":
        told.append("The test was stopped before all outages were tried.")
    return Section("headline", "In short", (Figures(figures), Points(told)))


def _bars(table: pd.DataFrame, value: str, text: list[str]) -> list[dict[str, Any]]:
    """Horizontal bars in the order of the table, a colour for each kind of outage."""
    data = []
    for number, (kind, paint) in enumerate({**PAINTS, "pair": BLUE}.items()):
        own = [at for at, one in enumerate(table["kind"]) if one == kind]
        if own:
            shape = "x" if kind == "pair" else ("", "/", "", ".", "")[number]
            data.append(
                {
                    "type": "bar", "orientation": "h", "name": KINDS.get(kind, kind), "y": own,
                    "x": [float(table[value].iloc[at]) for at in own], "hoverinfo": "text",
                    "hovertext": [text[at] for at in own], "width": 0.65,
                    "marker": hatched(paint, shape),
                }
            )  # fmt: skip
    return data


def _ranking(result: Result, table: pd.DataFrame) -> Section:
    """The outages that cost most."""
    currency = result.currency
    known = table[table["loss"].notna()]
    drawn = known[known["loss"] > 1e-6].head(MOST)
    drawn = drawn if len(drawn) else known.head(MOST)
    text = [
        lines(label, f"loss {money(row['loss'], currency)}",
              f"never delivered {row['short']:,.3g}" if row["short"] > LEFT else "",
              f"late {row['waiting']:,.3g} unit-periods" if row["waiting"] > LEFT else "",
              "survived to the horizon" if row["survives"] else
              "" if pd.isna(row["time_to_survive_days"]) else
              f"survived for {row['time_to_survive_days']:,.0f} days")
        for label, row in zip(_labels(drawn), drawn.to_dict("records"), strict=True)
    ]  # fmt: skip
    summary = f"The {several(len(drawn), 'outage')} that cost most, of {len(table):,}."
    if len(drawn):
        first = drawn.iloc[0]
        summary += f" Worst is {_name(first)}: {money(float(first['loss']), currency)}."
    chart = Chart(
        "ranking", "Loss by outage", summary,
        figure(_bars(drawn, "loss", text), barmode="overlay",
               xaxis=money_axis("loss, discounted and expected", currency),
               yaxis=names_axis([short(label, 44) for label in _labels(drawn)], down=True)),
        Table(
            "Outages by loss",
            (Column("Outage"), Column("From"), Column("Lasts (periods)", "number"),
             Column("Loss", "money"), Column("Never delivered", "number")),
            [(label, row["label"], float(row["recovery"]), float(row["loss"]), float(row["short"]))
             for label, row in zip(_labels(drawn), drawn.to_dict("records"), strict=True)],
        ),
        height=height_of(len(drawn), 26, 130),
    )  # fmt: skip
    return Section("ranking", "The worst outages", (chart,))


def _survival(result: Result, table: pd.DataFrame) -> Section:
    """How long demand is met in full while an outage lasts."""
    known = table[table["time_to_survive_days"].notna()]
    if known.empty:
        return Section("survival", "Time to survive", ("It was not asked for.",))
    unique = known.drop_duplicates(["kind", "what", "start"])
    ordered = unique.sort_values(["time_to_survive_days", "rank"], kind="stable")
    drawn = ordered[~ordered["survives"].astype(bool)].head(MOST)
    forever = int(unique["survives"].astype(bool).sum())
    summary = (
        f"{several(forever, 'outage')} of {len(unique):,} could last to the horizon without "
        "anybody going short."
    )
    if drawn.empty:
        return Section("survival", "Time to survive", (summary,))
    first = drawn.iloc[0]
    summary += f" Shortest: {_name(first)}, {first['time_to_survive_days']:,.0f} days."
    text = [lines(_name(row), row["label"], f"{row['time_to_survive_days']:,.0f} days")
            for row in drawn.to_dict("records")]  # fmt: skip
    chart = Chart(
        "days", "Days that the plan survives each outage", summary,
        figure(_bars(drawn, "time_to_survive_days", text), barmode="overlay", xaxis=axis("days"),
               yaxis=names_axis([short(label, 44) for label in _labels(drawn)], down=True)),
        Table(
            "Time to survive", (Column("Outage"), Column("From"), Column("Days", "number")),
            [(_name(row), row["label"], float(row["time_to_survive_days"]))
             for row in ordered.to_dict("records")],
            note="Where it is survived to the horizon, the days are those up to the horizon.",
        ),
        height=height_of(len(drawn), 26, 130),
    )  # fmt: skip
    return Section("survival", "Time to survive", (chart,))


def _short(result: Result) -> list[Section]:
    table = result.tables.get("short")
    if table is None or table.empty:
        return []
    keys = ["kind", "what", "start", "recovery", "site", "material", "end_use"]
    sums = table.groupby(keys, as_index=False, sort=False).agg(
        first=("label", "first"), last=("label", "last"), never=("never", "sum"),
        waiting=("waiting", "max"),
    )  # fmt: skip
    sums = sums[(sums["never"] > LEFT) | (sums["waiting"] > LEFT)]
    sums = sums.sort_values("never", ascending=False)
    rows: list[tuple[Cell, ...]] = [
        (_name(row), row["site"], row["end_use"], row["material"], row["first"], row["last"],
         float(row["never"]), float(row["waiting"]))
        for row in sums.to_dict("records")
    ]  # fmt: skip
    found = Table(
        "Who goes short in which outage",
        (Column("Outage"), Column("Customer"), Column("For"), Column("Material"), Column("From"),
         Column("To"), Column("Never delivered", "number"), Column("Most late", "number")), rows,
    )  # fmt: skip
    return [Section("short", "Who goes short", (found,))] if rows else []


def _fixes(result: Result) -> list[Section]:
    table = result.tables.get("fixes")
    if table is None:
        return []
    if table.empty:
        told = "No fix is needed: in the worst outages nobody goes short."
        return [Section("fixes", "The cheapest fix", (told,))]
    rows: list[tuple[Cell, ...]] = [
        (f"{row['fix']} {row['what']}", float(row["quantity"]),
         "at once" if not row["period"] else result.case.period_label(int(row["period"])),
         float(row["cost"]))
        for row in table.to_dict("records")
    ]  # fmt: skip
    parts = [Table(
        "The cheapest fix for the worst outages",
        (Column("What"), Column("How much", "number"), Column("When"),
         Column("Discounted cost", "money")), rows,
    )]  # fmt: skip
    again = result.summary.get("with_fixes") or []
    if again:
        parts.append(Table(
            "Tried again with the fix",
            (Column("Outage"), Column("Loss before", "money"), Column("Loss with it", "money"),
             Column("Still short", "number")),
            [(_name(row), row["loss_before"], row["loss"],
              0.0 if (row["short"] or 0.0) <= LEFT else row["short"]) for row in again],
        ))  # fmt: skip
    return [Section("fixes", "The cheapest fix", parts)]


def _all(result: Result, table: pd.DataFrame) -> list[Section]:
    rows = [
        (int(row["rank"]), KINDS.get(row["kind"], row["kind"]), row["what"], row["label"],
         _number(row["recovery"]), row["status"], _number(row["loss"]), _number(row["short"]),
         _number(row["waiting"]), _number(row["time_to_survive_days"]),
         "yes" if row["survives"] else "no", _number(row["time_to_recover"]), row["note"])
        for row in table.to_dict("records")
    ]  # fmt: skip
    columns = (
        Column("Rank", "number"), Column("Kind"), Column("What is out"), Column("From"),
        Column("Lasts (periods)", "number"), Column("Status"), Column("Loss", "money"),
        Column("Never delivered", "number"), Column("Late (unit-periods)", "number"),
        Column("Survived (days)", "number"), Column("To the horizon"),
        Column("Back after (periods)", "number"), Column("Note"),
    )  # fmt: skip
    return [
        Section("outages", "Every outage", (Table("Every outage that was tried", columns, rows),))
    ]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
