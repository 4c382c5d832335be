"""The rules themselves on a terminal: terms and sources, and their states over time."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ..models.case import Case
from . import ruling_words as words
from .memo import Memo, paragraph, print_head, records

SIGNS = {
    "in_force": ("#", "bold red"),
    "unknown": ("?", "yellow"),
    "suspended": ("s", "cyan"),
    "announced": ("a", "blue"),
    "repealed": ("x", "dim"),
    "none": (".", "dim"),
}
SCOPE = (
    "exporters", "operators", "destinations", "materials", "stages", "technologies", "pedigree",
    "end_uses", "exempt_end_uses", "end_users",
)  # fmt: skip
"""Columns of controls that say whom and what a rule is about."""


def print_rules(memo: Memo, console: Console) -> None:
    """Print what each rule is, its states over time, and in full its scope and sources."""
    histories = memo.histories()
    rows = {row.control: row for row in memo.case.controls}
    for rule in records(memo.rules):
        name, row = str(rule["control"]), rows[str(rule["control"])]
        told = Text(name, style="bold")
        named = ": ".join(part for part in (rule["authority"], rule["title"]) if part)
        told.append(f"  {named}", style="not bold")
        state = words.history(memo.case, histories.get(name, []), memo.scenarios)
        what = f"{words.KINDS[rule['kind']]}, {words.terms_of(memo.case, name)}; {state}"
        if not memo.full:
            told.append(f"; {what}" if named else what, style="not bold")
        paragraph(console, told, 2, more=4)
        if not memo.full:
            continue
        paragraph(console, what, 6)
        scope = [
            f"{column.replace('_', ' ')} {getattr(row, column)}"
            for column in SCOPE
            if getattr(row, column)
        ]
        paragraph(console, "; ".join(scope) or "everything", 6, "covers ")
        _sources(console, *(rule[column] for column in ("source", "source_date", "confidence")))
        if rule["note"]:
            paragraph(console, rule["note"], 6, "note   ")


def _sources(
    console: Console, source: str | None, date: str | None, confidence: str | None
) -> None:
    """Sources one to a line and never broken, so that links stay links."""
    dated = ", ".join(part for part in (date, confidence) if part)
    sources = [part.strip() for part in (source or "").split(" ; ") if part.strip()]
    for at, one in enumerate(sources):
        text = f"      {'       ' if at else 'source '}{one}"
        text += f" ({dated})" if dated and not at else ""
        console.print(Text(text, style="dim"), soft_wrap=True)


def print_timeline(memo: Memo, console: Console, *, changes_only: bool = False) -> None:
    """Draw the state of every rule over the horizon, a character or a block for each period."""
    print_head(memo, console)
    case = memo.case
    yearly = isinstance(case.case.start, str) and case.case.months_per_period >= 12
    width = 4 if yearly else 1
    drawn = _sequences(memo)
    if changes_only:
        drawn = {
            name: own
            for name, own in drawn.items()
            if len({status for statuses in own.values() for status in statuses}) > 1
        }
    names = max((len(name) for name in drawn), default=4)
    several = any(len(own) > 1 for own in drawn.values())
    which = [words.whom(who, memo.scenarios) for own in drawn.values() for who in own]
    label = max(map(len, which), default=0) if several else 0
    lead = names + 2 + (label + 2 if several else 0)
    years = 12 / case.case.months_per_period if isinstance(case.case.start, str) else 1000
    room = max(int((console.width - lead - 25) / (width + 1 / years)), 8)
    for begin in range(memo.first, memo.last + 1, room):
        end = min(begin + room - 1, memo.last)
        console.print()
        axis = " " * lead + _axis(case, begin, end, width)
        console.print(Text(axis, style="dim"), soft_wrap=True)
        for name, own in drawn.items():
            for position, (scenarios, statuses) in enumerate(own.items()):
                text = Text(f"{'' if position else name:<{names}}  ", style="bold")
                if several:
                    who = words.whom(scenarios, memo.scenarios)
                    text.append(f"{who:<{label}}  ", style="not bold")
                for period in range(begin, end + 1):
                    sign, style = SIGNS[statuses[period - memo.first]]
                    gap = " " * (period > begin and _new_year(case, period))
                    text.append(gap + sign * width, style=f"not bold {style}")
                if not position:
                    text.append(f"  {words.terms_of(case, name)}", style="not bold dim")
                text.rstrip()
                console.print(text, soft_wrap=True)
    taken = "in force" if case.case.unknown_controls == "in_force" else "suspended"
    used = {status for own in drawn.values() for statuses in own.values() for status in statuses}
    legend = [
        f"{sign} {words.STATUS[status]}" + (f", taken as {taken}" if status == "unknown" else "")
        for status, (sign, _) in SIGNS.items()
        if status in used
    ]
    console.print()
    paragraph(console, "   ".join(legend) or "no rules", 0)


def _sequences(memo: Memo) -> dict[str, dict[tuple[str, ...], list[str]]]:
    """Rule -> scenarios with the same states -> state in each period asked about."""
    together: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for control, rows in memo.histories().items():
        found = {name: ["none"] * memo.case.case.periods for name in memo.scenarios}
        for row in rows:
            for name in row["scenarios"]:
                for period in range(max(row["first"], 1), row["last"] + 1):
                    found[name][period - 1] = row["status"]
        alike: dict[tuple[str, ...], list[str]] = {}
        for name, statuses in found.items():
            alike.setdefault(tuple(statuses[memo.first - 1 : memo.last]), []).append(name)
        together[control] = {tuple(names): list(shown) for shown, names in alike.items()}
    return together


def _new_year(case: Case, period: int) -> bool:
    """Whether a period is the first of a year; there are none without dates."""
    if not isinstance(case.case.start, str):
        return False
    years = [case.period_label(at).partition("-")[0] for at in (period - 1, period)]
    return years[0] != years[1]


def _axis(case: Case, begin: int, end: int, width: int) -> str:
    """Years, or numbers of periods where there are no dates, above the drawing."""
    dated, line = isinstance(case.case.start, str), ""
    at = 0
    for period in range(begin, end + 1):
        first = period == begin
        at += not first and _new_year(case, period)
        due = first or (_new_year(case, period) if dated else period % 5 == 0)
        if due and (first or at > len(line)):
            line = f"{line:<{at}}{case.period_label(period).partition('-')[0]}"
        at += width
    return line
