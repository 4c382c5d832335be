"""Rulings on a terminal: a memo on what the rules say, and a drawing of the rules over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from ..models.case import Case
from . import ruling_words as words

Row = Mapping[str, Any]
WIDEST = 100
NAMED = 8
"""Most sites that a line names before it counts the rest."""
SECTIONS = {
    "shipment": "Shipments",
    "building": "Building with foreign technology",
    "services": "Running with foreign services",
    "purchase": "What buyers may accept",
}
STYLES = {
    "prohibited": "bold red",
    "denial_presumed": "red",
    "licence": "yellow",
    "general_licence": "cyan",
    "review": "cyan",
    "free": "green",
    "not_subject": "green",
}
SIGNS = {
    "in_force": ("#", "bold red"),
    "unknown": ("?", "yellow"),
    "suspended": ("s", "cyan"),
    "announced": ("a", "blue"),
    "repealed": ("x", "dim"),
    "none": (".", "dim"),
}


@dataclass(frozen=True)
class Memo:
    """What a memo is made of.

    Attributes:
        case: the case.
        rulings, rules, states: tables of the answer.
        scenarios: scenarios looked at.
        first, last: periods asked about.
        asked: what was asked, for people; empty where everything was.
        remarks: what a reader should know besides.
        full: whether every line gets all it has, and every rule its sources.
    """

    case: Case
    rulings: pd.DataFrame
    rules: pd.DataFrame
    states: pd.DataFrame
    scenarios: Sequence[str]
    first: int
    last: int
    asked: Sequence[str]
    remarks: Sequence[str]
    full: bool


def console_for(**how: Any) -> Console:
    """A console no wider than a memo, and as wide where the output is no terminal."""
    console = Console(highlight=False, **how)
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDEST
    return console


def print_memo(memo: Memo, console: Console) -> None:
    """Print what the rules say, and the rules that say it."""
    _head(memo, console)
    rows = memo.rulings.to_dict("records")
    lines: dict[int, list[Row]] = {}
    for row in rows:
        lines.setdefault(row["line"], []).append(row)
    quiet = [spells for spells in lines.values() if not memo.full and _is_quiet(spells)]
    told = (
        [spells for spells in lines.values() if spells not in quiet] if quiet else [*lines.values()]
    )
    for about, title in SECTIONS.items():
        section = [spells for spells in told if spells[0]["about"] == about]
        if section:
            _title(console, title)
            _section(memo, section, console)
    if quiet:
        _title(console, "Not subject to any rule")
        _paragraph(console, _quiet(quiet), 2)
    _notes(memo, told, console)
    if len(memo.rules):
        _title(console, "Rules")
        _rules(memo, told, console)


def _head(memo: Memo, console: Console) -> None:
    case = memo.case
    console.print(Text(case.case.title or case.case.name, style="bold"))
    first, last = case.period_label(memo.first), case.period_label(memo.last)
    when = first if first == last else f"{first} to {last}"
    text = f"What the rules say, {when}"
    if case.scenarios:
        every = len(memo.scenarios) == len(case.scenarios)
        text += f"; scenario{'s' if len(memo.scenarios) > 1 else ''} {', '.join(memo.scenarios)}"
        text += "" if every else f" of {len(case.scenarios)}"
    console.print(Text(text))
    if memo.asked:
        console.print(Text(f"asked: {', '.join(memo.asked)}"))


def _is_quiet(spells: Sequence[Row]) -> bool:
    """Whether no rule is ever about a line."""
    return all(
        row["verdict"] == "not_subject" and not row["not_in_force"] and not row["also"]
        for row in spells
    )


def _quiet(lines: Iterable[Sequence[Row]]) -> str:
    """Everything that no rule is about, in one sentence."""
    lanes = {tuple(lane.values()) for spells in lines for lane in spells[0]["lanes"]}
    offers = {name for spells in lines for name in spells[0]["offers"]}
    materials = dict.fromkeys(name for spells in lines for name in spells[0]["materials"])
    return f"{_counted(len(lanes), len(offers))} with {words.listed(list(materials))}."


def _counted(lanes: int, offers: int) -> str:
    parts = [
        f"{count} {name}" + ("" if count == 1 else "s")
        for count, name in ((lanes, "lane"), (offers, "offer"))
        if count
    ]
    return " and ".join(parts)


def _section(memo: Memo, section: Sequence[Sequence[Row]], console: Console) -> None:
    """Lines of a section under headings of who sends what to where."""
    heading = ""
    for spells in section:
        own = _heading(spells[0])
        if own != heading:
            if heading:
                console.print()
            _paragraph(console, Text(own, style="bold"), 1, more=2)
            heading = own
        _line(memo, spells, console)


def _heading(row: Row) -> str:
    to, goods = words.listed(row["destinations"]), words.listed(row["materials"])
    if row["about"] == "purchase":
        return f"{to}: {goods}"
    if row["about"] == "shipment":
        return f"{row['exporter']} to {to}: {goods}"
    return f"{row['technology']} (of {row['exporter'] or 'no country'}) in {to}: {goods}"


def _line(memo: Memo, spells: Sequence[Row], console: Console) -> None:
    """One line: what it covers, then a row for each spell."""
    row = spells[0]
    condition = "" if row["about"] == "purchase" else words.condition(row)
    what = " ".join(part for part in (words.for_whom(row), condition) if part)
    covers = _covers(memo, row)
    shipment = row["about"] == "shipment"
    text = Text(what or ("for any end use" if shipment else ""))
    text.append((" - " if text else "") + covers, style="dim")
    _paragraph(console, text, 3, f"{row['line']}. ")
    everyone = len(memo.scenarios)
    several = any(len(spell["scenarios"]) != everyone for spell in spells)
    when = max(len(words.span(spell)) for spell in spells)
    who = [
        "all" if len(spell["scenarios"]) == everyone else words.listed(spell["scenarios"], 5)
        for spell in spells
    ]
    for spell, name in zip(spells, who, strict=True):
        told = Text(words.verdict(memo.case, spell), style=STYLES[spell["verdict"]])
        for reason in words.why(memo.case, spell if memo.full else {**spell, "also": []}):
            told.append(f". {reason}", style="not bold default")
        lead = f"{words.span(spell):<{when}}  "
        lead += f"{name:<{max(map(len, who))}}  " if several else ""
        _paragraph(console, told, 6, lead)


def _covers(memo: Memo, row: Row) -> str:
    """'7 lanes from CN-JLMAG to US-BUYER', or the plants or buyers it is about."""
    most = NAMED if memo.full else 3
    if row["about"] == "shipment":
        parts = [_counted(len(row["lanes"]), len(row["offers"]))]
        if row["offers"]:
            parts.append(f"({words.listed(row['offers'], most)})")
        if row["from_sites"]:
            parts.append(f"from {words.listed(row['from_sites'], most)}")
        parts.append(f"to {words.listed(row['to_sites'], most)}")
        return " ".join(parts)
    return words.listed(row["plants"] or row["to_sites"], most)


def _notes(memo: Memo, lines: Sequence[Sequence[Row]], console: Console) -> None:
    """What a reader should know besides."""
    notes = [f"{remark[0].upper()}{remark[1:]}." for remark in memo.remarks]
    unknown = {name for spells in lines for row in spells for name in row["unknown"]}
    if unknown:
        notes.append("? The status of the rule is unknown in that time and taken as in force.")
    kept = [str(spells[0]["line"]) for spells in lines if spells[0]["kept_before"] == "some"]
    if kept and memo.full:
        notes.append(
            "Goods that an earlier border let pass only under a mark, or under a licence for another "
            "end use, stay kept from the end uses it names, whatever this border says "
            f"(line{'s' if len(kept) > 1 else ''} {words.listed(kept, 12)})."
        )
    if notes:
        _title(console, "Notes")
        for note in notes:
            _paragraph(console, note, 2)


def _paragraph(
    console: Console, text: str | Text, indent: int, lead: str | Text = "", more: int = 0
) -> None:
    """Print text wrapped beside its lead, further lines ``more`` columns to the right of the first."""
    text, lead = (Text(part) if isinstance(part, str) else part for part in (text, lead))
    left = indent + lead.cell_len
    for at, line in enumerate(text.wrap(console, console.width - left - more)):
        line.rstrip()
        start = Text(" " * indent).append_text(lead) if not at else Text(" " * (left + more))
        console.print(start.append_text(line), soft_wrap=True)


def _title(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, style="bold underline"))


def _rules(memo: Memo, lines: Sequence[Sequence[Row]], console: Console) -> None:
    """The rules with their terms, states and sources."""
    states: dict[str, list[Row]] = {}
    for row in memo.states.to_dict("records"):
        states.setdefault(row["control"], []).append(row)
    where: dict[str, list[str]] = {}
    for spells in lines:
        for spell in spells:
            for name in (*spell["rules"], *spell["kept_by"], *spell["also"]):
                numbers = where.setdefault(name, [])
                if str(spell["line"]) not in numbers:
                    numbers.append(str(spell["line"]))
    for rule in memo.rules.to_dict("records"):
        name = rule["control"]
        told = Text(name, style="bold")
        told.append(
            "  " + ": ".join(p for p in (rule["authority"], rule["title"]) if p), "not bold"
        )
        _paragraph(console, told, 2, more=2)
        since = words.history(
            memo.case, states.get(name, []), memo.scenarios, memo.case.case.periods
        )
        kind = f"{words.KINDS[rule['kind']]}, {words.POLICIES[rule['policy']]}; {since}"
        _paragraph(console, kind, 6)
        if not memo.full:
            continue
        _scope(memo.case, name, console)
        for at, source in enumerate((rule["source"] or "").split(" ; ")):
            if source:
                dated = ", ".join(p for p in (rule["source_date"], rule["confidence"]) if p)
                lead = "       " if at else "source "
                dated = f" ({dated})" if dated and not at else ""
                console.print(Text(f"      {lead}{source}{dated}", style="dim"), soft_wrap=True)
        if rule["note"]:
            _paragraph(console, rule["note"], 6, "note   ")


def _scope(case: Case, name: str, console: Console) -> None:
    """Whom and what a rule names."""
    row = next(row for row in case.controls if row.control == name)
    columns = (
        "exporters", "operators", "destinations", "materials", "stages", "technologies", "pedigree",
        "end_uses", "exempt_end_uses", "end_users",
    )  # fmt: skip
    parts = [
        f"{column.replace('_', ' ')} {getattr(row, column)}"
        for column in columns
        if getattr(row, column)
    ]
    if parts:
        _paragraph(console, "; ".join(parts), 6, "covers ")


def print_timeline(memo: Memo, console: Console) -> None:
    """Draw the state of every rule over the horizon, a character for each period."""
    _head(memo, console)
    case = memo.case
    width = 1 if case.case.start is None or case.case.months_per_period < 6 else 5
    policies = {row["control"]: row for row in memo.rules.to_dict("records")}
    drawn = _sequences(memo)
    names = max((len(name) for name in drawn), default=4)
    several = any(len(own) > 1 for own in drawn.values())
    labels = max((len(words.listed(s)) for own in drawn.values() for s in own), default=0)
    labels = min(labels, 20) if several else 0
    room = max((console.width - names - labels - 6 - 24) // width, 8)
    for begin in range(memo.first, memo.last + 1, room):
        end = min(begin + room - 1, memo.last)
        console.print()
        lead = " " * (names + 2 + (labels + 2 if several else 0))
        console.print(Text(lead + _axis(case, begin, end, width), style="dim"), soft_wrap=True)
        for name, own in drawn.items():
            for position, (scenarios, statuses) in enumerate(own.items()):
                text = Text(f"{'' if position else name:<{names}}  ", style="bold")
                if several:
                    which = "all" if len(own) == 1 else words.listed(scenarios)
                    text.append(f"{which:<{labels}}  ", style="not bold")
                for period in range(begin, end + 1):
                    sign, style = SIGNS[statuses[period - 1]]
                    text.append(sign * min(width, 4) + " " * (width > 1), style=f"not bold {style}")
                if not position:
                    told = words.POLICIES[policies[name]["policy"]]
                    text.append(f"  {told}", style="not bold dim")
                console.print(text, soft_wrap=True)
    taken = "in force" if case.case.unknown_controls == "in_force" else "suspended"
    used = {status for own in drawn.values() for statuses in own.values() for status in statuses}
    legend = [
        f"{sign} {words.STATUS[status]}" + (f", taken as {taken}" if status == "unknown" else "")
        for status, (sign, _) in SIGNS.items()
        if status in used
    ]
    console.print()
    _paragraph(console, "   ".join(legend), 0)


def _sequences(memo: Memo) -> dict[str, dict[tuple[str, ...], list[str]]]:
    """Rule -> scenarios with the same states -> state in each period."""
    periods = memo.case.case.periods
    found: dict[str, dict[str, list[str]]] = {}
    for row in memo.states.to_dict("records"):
        own = found.setdefault(
            row["control"], {name: ["none"] * periods for name in memo.scenarios}
        )
        for name in row["scenarios"]:
            for period in range(max(row["first"], 1), row["last"] + 1):
                own[name][period - 1] = row["status"]
    together: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for control, by_scenario in found.items():
        alike: dict[tuple[str, ...], list[str]] = {}
        for name, statuses in by_scenario.items():
            shown = tuple(statuses[memo.first - 1 : memo.last])
            alike.setdefault(shown, []).append(name)
        together[control] = {tuple(names): by_scenario[names[0]] for names in alike.values()}
    return together


def _axis(case: Case, begin: int, end: int, width: int) -> str:
    """Years, or numbers of periods where there are no dates, above the drawing."""
    line = [" "] * ((end - begin + 1) * width + 6)
    free = 0
    for period in range(begin, end + 1):
        label = case.period_label(period)
        at = (period - begin) * width
        year, before = label.partition("-")[0], case.period_label(period - 1).partition("-")[0]
        dated = isinstance(case.case.start, str)
        mark = (year if year != before or period == begin else "") if dated else (
            label if period % 5 == 0 or period == begin else ""
        )  # fmt: skip
        if mark and at >= free:
            line[at : at + len(mark)] = list(mark)
            free = at + len(mark) + (0 if width == 1 and case.case.months_per_period == 3 else 1)
    return "".join(line).rstrip()
