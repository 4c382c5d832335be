"""Rulings on a terminal: what the rules say, in full or at a glance, like a trade lawyer's memo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from . import ruling_words as words
from .memo import Memo, Row, paragraph, print_head, title
from .rules import print_rules

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
"""Verdicts from the strictest on, with the colour they are told in."""
AT_A_GLANCE = {
    "prohibited": "Prohibited, all the time or for some of it",
    "denial_presumed": "Licence needed, denial presumed",
    "licence": "Licence needed",
    "general_licence": "Under the exporter's general licence",
    "review": "After a review",
    "free": "Free but for duties, costs and quotas",
}


def print_memo(memo: Memo, console: Console) -> None:
    """Print what the rules say, and the rules that say it."""
    print_head(memo, console)
    lines = memo.lines()
    for about, name in SECTIONS.items():
        section = [spells for spells in lines if spells[0]["about"] == about]
        if not section:
            continue
        if about == "shipment" and not memo.full:
            _at_a_glance(memo, section, console)
        else:
            title(console, name)
            _section(memo, section, console)
    _notes(memo, lines, console)
    if len(memo.rules):
        title(console, "Rules")
        print_rules(memo, console)


def _section(memo: Memo, section: Sequence[Sequence[Row]], console: Console) -> None:
    """Lines of a section under headings of who sends what to where."""
    heading = ""
    for spells in section:
        own = _heading(spells[0])
        if own != heading:
            if heading:
                console.print()
            paragraph(console, Text(own, style="bold"), 1, more=2)
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
    """One line: what it covers, a row for each spell, and what comes besides."""
    row = spells[0]
    what = _what(row)
    text = Text(what)
    text.append((" - " if what else "") + _covers(memo, row), style="dim")
    lead = f"{row['line']}. "
    paragraph(console, text, 3, lead)
    _spells(memo, spells, console)
    for one in words.besides(row):
        paragraph(console, one, 6, "! ")


def _what(row: Row) -> str:
    """'for defence if they carry CN-content'."""
    if row["about"] == "purchase":
        return words.for_whom(row)
    whom = words.for_whom(row) or ("for any end use" if row["about"] == "shipment" else "")
    return " ".join(part for part in (whom, words.condition(row)) if part)


def _spells(memo: Memo, spells: Sequence[Row], console: Console) -> None:
    """A row for each spell: when, in which scenarios, the verdict and the rules that make it."""
    who = [words.whom(spell["scenarios"], memo.scenarios) for spell in spells]
    several = any(name != "all" for name in who)
    when = max(len(words.span(spell)) for spell in spells)
    for spell, name in zip(spells, who, strict=True):
        told = Text(words.verdict(memo.case, spell), style=STYLES[spell["verdict"]])
        for reason in words.why(memo.case, spell):
            told.append(f". {reason}", style="not bold default")
        lead = f"{words.span(spell):<{when}}  "
        lead += f"{name:<{max(map(len, who))}}  " if several else ""
        paragraph(console, told, 6, lead)


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


def _counted(lanes: int, offers: int) -> str:
    parts = [
        f"{count} {name}" + ("" if count == 1 else "s")
        for count, name in ((lanes, "lane"), (offers, "offer"))
        if count
    ]
    return " and ".join(parts)


def _at_a_glance(memo: Memo, lines: Sequence[Sequence[Row]], console: Console) -> None:
    """All that the same rules treat the same way in one entry, the strictest first."""
    ranks = list(STYLES)
    entries: dict[tuple[int, str, tuple[object, ...]], list[Sequence[Row]]] = {}
    free: list[Sequence[Row]] = []
    for spells in lines:
        plain = [{**row, "brief": True} for row in spells]
        if all(row["verdict"] == "not_subject" for row in spells):
            free.append(spells)
            continue
        told = tuple(
            (
                *row["scenarios"],
                row["first"],
                words.verdict(memo.case, row),
                *words.why(memo.case, row),
            )
            for row in plain
        )
        rank = min(ranks.index(row["verdict"]) for row in spells)
        entries.setdefault((rank, _what(spells[0]), told), []).append(plain)
    shown, routes = -1, ""
    for (rank, what, _), own in sorted(entries.items(), key=lambda entry: entry[0][0]):
        if rank != shown:
            title(console, AT_A_GLANCE[ranks[rank]])
            routes = ""
        if _routes(own) != routes:
            if rank == shown:
                console.print()
            routes = _routes(own)
            paragraph(console, Text(routes, style="bold"), 1, more=2)
        shown = rank
        text = Text(f"{what}: {words.listed(_every(own, 'materials'))} ")
        text.append(f"({_number_of(own)})", style="dim")
        paragraph(console, text, 3)
        _spells(memo, own[0], console)
    if free:
        title(console, "Not subject to any rule in force")
        paragraph(console, f"{_number_of(free)}: {words.listed(_every(free, 'materials'))}.", 1)
        for line in _waiting(free):
            paragraph(console, line, 1)


def _every(lines: Iterable[Sequence[Row]], column: str) -> list[str]:
    """All that some lines name in a column, each once."""
    return list(dict.fromkeys(name for spells in lines for name in spells[0][column]))


def _number_of(lines: Iterable[Sequence[Row]]) -> str:
    """'7 lanes and 1 offer', each counted once."""
    rows = [spells[0] for spells in lines]
    lanes = {tuple(lane.values()) for row in rows for lane in row["lanes"]}
    return _counted(len(lanes), len({name for row in rows for name in row["offers"]}))


def _routes(lines: Iterable[Sequence[Row]]) -> str:
    """'CN to DE, JP; KR, VN to US'."""
    to: dict[str, list[str]] = {}
    for spells in lines:
        known = to.setdefault(spells[0]["exporter"], [])
        known += [name for name in spells[0]["destinations"] if name not in known]
    together: dict[str, list[str]] = {}
    for exporter, destinations in to.items():
        together.setdefault(words.listed(sorted(destinations)), []).append(exporter)
    return "; ".join(f"{words.listed(own)} to {ends}" for ends, own in together.items())


def _waiting(lines: Iterable[Sequence[Row]]) -> Iterable[str]:
    """Rules that are not in force now, such as '5 lanes of them would be hit by X (announced)'."""
    waiting: dict[str, list[Sequence[Row]]] = {}
    for spells in lines:
        states = {
            one["control"]: one["status"] for row in reversed(spells) for one in row["not_in_force"]
        }
        for control, status in states.items():
            waiting.setdefault(f"{control} ({words.STATUS[status]})", []).append(spells)
    for rule, own in waiting.items():
        yield f"{_number_of(own)} of them would be hit by {rule}."


def _notes(memo: Memo, lines: Sequence[Sequence[Row]], console: Console) -> None:
    """What a reader should know besides."""
    notes = [f"{remark[0].upper()}{remark[1:]}." for remark in memo.remarks]
    rows = [row for spells in lines for row in spells]
    if any(row["unknown"] for row in rows):
        notes.append("? The status of the rule is unknown at that time and taken as in force.")
    if any(not row["whole"] for row in rows):
        notes.append(
            "What is prohibited for one end use may leave for others. A mark then keeps the goods, "
            "and whatever is made of them, from the prohibited one."
        )
    named = {name for row in rows for name in (*row["rules"], *row["kept_by"], *row["also"])}
    named |= {one["control"] for row in rows for one in row["not_in_force"]}
    idle = [name for name in memo.rules["control"] if name not in named]
    if idle and not memo.full and not memo.asked:
        notes.append(f"No shipment, plant or buyer of the case is as these say: {', '.join(idle)}.")
    kept = [str(spells[0]["line"]) for spells in lines if spells[0]["kept_before"] == "some"]
    if kept and memo.full:
        notes.append(
            "Goods that passed an earlier border under such a mark, or under a licence for another "
            "end use, stay kept from the end uses it names, whatever this border says "
            f"(line{'s' if len(kept) > 1 else ''} {words.listed(kept, 12)})."
        )
    if notes:
        title(console, "Notes")
        for note in notes:
            paragraph(console, note, 2)
