"""The first sheet: what the plans cost and promise, what to decide first, what else is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..page.headline import RISKS, in_words, remarks, same_as_cost
from ..page.results import TITLES, Result
from ..page.words import MEASURES, MONEY
from ..terminal import CATEGORIES
from .cash import GROUPS, CashFlow
from .sheets import Book, Cell, Formula, Kind, Sheet

MOST_DECISIONS = 12
MEANING = {
    "cost": "Discounted, expected, over the whole horizon; follows the cash flow",
    "lead_time": "Expected days for a unit of demand, unmet demand included",
    "shortage": "Expected quantity of demand, over the horizon",
    "cvar": "Mean of the worst futures",
    "mean_risk": "Expected cost and that of the worst futures, weighted",
    "worst_case": "Discounted",
    "regret": "Dearer than the best plan for that future alone",
    "concentration": "Of the supply of what is demanded",
}


def write_summary(
    book: Book,
    sheet: Sheet,
    plans: Sequence[tuple[str, Result]],
    others: Sequence[tuple[str, Result]],
    flows: Mapping[str, CashFlow],
) -> None:
    """Write the summary of everything in the workbook, all but its list of sheets."""
    first = (*plans, *others)[0][1]
    case = first.case
    span = f"{case.period_label(1)} to {case.period_label(case.case.periods)}"
    sheet.head(first.title, f"{TITLES[first.kind]} for {span}; money in {book.currency}")
    sheet.own.set_column(0, 0, 36)
    sheet.own.set_column(1, max(2, len(plans)), 20)
    row = 3
    if plans:
        row = _figures(sheet, plans, flows, row)
        row = _costs(book, sheet, plans, flows, row)
    for name, result in plans:
        row = _told(sheet, name if len(plans) > 1 else "", result, row)
    for name, result in others:
        sheet.put(row, 0, f"{TITLES[result.kind]}: {name}", "heading")
        row += 1
        for line in _about(result):
            sheet.put(row, 0, line)
            row += 1
        row += 1
    _contents(book, sheet, row)


def _figures(
    sheet: Sheet, plans: Sequence[tuple[str, Result]], flows: Mapping[str, CashFlow], row: int
) -> int:
    """Objectives of each plan, the cost as a formula."""
    _heads(sheet, row, ["Key figures", *(name for name, _ in plans)])
    told = [
        name for name in MEASURES
        if any(_says(result, name) for _, result in plans)
    ]  # fmt: skip
    for name in told:
        row += 1
        kind: Kind = "money" if name in MONEY else "number"
        kind = "share" if name == "concentration" else kind
        unit = " (days)" if name == "lead_time" else ""
        sheet.put(row, 0, MEASURES[name] + unit, "bold" if name == "cost" else "plain")
        for at, (plan, result) in enumerate(plans, start=1):
            value: Cell = result.summary["objectives"].get(name)
            if name == "cost":
                value = Formula(f"={flows[plan].total}", flows[plan].worth)
            sheet.put(row, at, value, "bold" if name == "cost" else "plain", kind)
        sheet.put(row, len(plans) + 1, MEANING[name], "aside")
    for words, which in (("Decisions", "decisions"), ("Licences to apply for", "licences")):
        row += 1
        sheet.put(row, 0, words)
        for at, (_, result) in enumerate(plans, start=1):
            sheet.put(row, at, len(result.tables[which]), kind="whole")
    row += 1
    sheet.put(row, 0, "Proven within")
    for at, (_, result) in enumerate(plans, start=1):
        gap = result.summary.get("gap")
        sheet.put(row, at, None if gap is None else float(gap), kind="proof")
    sheet.put(row, len(plans) + 1, "No plan is better by more than this part", "aside")
    return row + 2


def _says(result: Result, name: str) -> bool:
    """Whether a measure is known, and tells something that the cost does not."""
    objectives = result.summary["objectives"]
    if objectives.get(name) is None:
        return False
    return not (name in RISKS and same_as_cost(objectives[name], objectives["cost"]))


def _costs(
    book: Book,
    sheet: Sheet,
    plans: Sequence[tuple[str, Result]],
    flows: Mapping[str, CashFlow],
    row: int,
) -> int:
    """Present values by group and by category, linked to the cash flows, with a chart."""
    _heads(sheet, row, ["Present value", *(name for name, _ in plans)])
    begin = row + 1
    for group in GROUPS:
        row += 1
        sheet.put(row, 0, group)
        for at, (plan, _) in enumerate(plans, start=1):
            address, value = flows[plan].groups[group][:2]
            sheet.put(row, at, Formula(f"={address}", value), kind="money")
    row += 1
    sheet.put(row, 0, "Net cost", "grand")
    for at, (plan, _) in enumerate(plans, start=1):
        name = chr(65 + at)
        text = f"=SUM({name}{begin + 1}:{name}{row})"
        sheet.put(row, at, Formula(text, flows[plan].worth), "grand", "money")
    row += 2
    _heads(sheet, row, ["By category", *(name for name, _ in plans)])
    top = row + 1
    used = {name for flow in flows.values() for name in flow.categories}
    order = sorted(
        (name for name in CATEGORIES if name in used),
        key=lambda name: (
            -max(abs(flow.categories.get(name, ("", 0.0))[1]) for flow in flows.values())
        ),
    )
    for category in order:
        row += 1
        sheet.put(row, 0, CATEGORIES[category])
        for at, (plan, _) in enumerate(plans, start=1):
            address, value = flows[plan].categories.get(category, ("0", 0.0))
            sheet.put(row, at, Formula(f"={address}", value), kind="money")
    chart = book.chart("bar", "Present value by category")
    for at in range(1, len(plans) + 1):
        chart.add_series({
            "name": f"={sheet.away(top - 1, at)}",
            "categories": f"={sheet.span((top, 0), (row, 0))}",
            "values": f"={sheet.span((top, at), (row, at))}", "gap": 40,
        })  # fmt: skip
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": "#,##0", "name": book.currency, "num_font": {"rotation": 0}})
    if len(plans) == 1:
        chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 150 + 24 * len(order) * max(1, len(plans) // 2)})
    sheet.own.insert_chart(top - len(GROUPS) - 4, len(plans) + 2, chart)
    return row + 2


def _told(sheet: Sheet, name: str, result: Result, row: int) -> int:
    """First decisions and remarks in words."""
    table = result.tables["decisions"].sort_values(["period", "cost"], ascending=[True, False])
    sheet.put(row, 0, f"Decide first{f': {name}' if name else ''}", "heading")
    lines = [in_words(result, one) for one in table.head(MOST_DECISIONS).to_dict("records")]
    rest = len(table) - MOST_DECISIONS
    lines += [f"... and {rest} more in the sheet Decisions"] if rest > 0 else []
    lines = lines or ["The plan takes no strategic decision: what exists is enough."]
    for line in lines:
        row += 1
        sheet.put(row, 0, line)
    row += 2
    sheet.put(row, 0, "Worth knowing", "heading")
    for line in remarks(result):
        row += 1
        sheet.put(row, 0, line)
    return row + 2


def _about(result: Result) -> list[str]:
    """What a study asked and found, in a line or two."""
    summary = result.summary
    if result.kind == "frontier":
        names = " and ".join(MEASURES[name].lower() for name in summary["trade_off"])
        return [f"{len(summary['points'])} efficient plans between {names}: none can be bettered "
                "in one without losing in another"]  # fmt: skip
    if result.kind == "sweep":
        return [f"{summary['done']:,} of {summary['points']:,} points over "
                + ", ".join(map(str, summary["inputs"]))]  # fmt: skip
    if result.kind != "stress":
        return []
    outages = result.tables["outages"]
    worst = outages.iloc[0] if len(outages) else None
    lines = [f"{len(outages)} outages tried, the costliest first"]
    if worst is not None and worst["loss"] == worst["loss"]:  # NaN
        lines.append(
            f"Worst: {worst['what']} out from {worst['label']}, {worst['loss']:,.0f} "
            f"{result.currency}"
        )
    return lines


def _heads(sheet: Sheet, row: int, words: Sequence[str]) -> None:
    for at, cell in enumerate(words):
        sheet.put(row, at, cell, "header")


def _contents(book: Book, sheet: Sheet, row: int) -> None:
    """Remember where the list of sheets goes: it is written once all of them are there."""
    sheet.put(row, 0, "Sheets", "heading")
    book.contents = (sheet, row + 1)


def write_contents(book: Book) -> None:
    """Write a list of all sheets, each a link."""
    if book.contents is None:
        return
    sheet, row = book.contents
    for own in book.book.worksheets():
        if own.name != sheet.name:
            name = "'" + own.name.replace("'", "''") + "'"
            sheet.own.write_url(row, 0, f"internal:{name}!A1", string=own.name)
            row += 1
