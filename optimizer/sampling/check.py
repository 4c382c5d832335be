"""Checks of draws against a case: everything that may be drawn is a value that makes sense."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...datasets.check_changes import check_for_bad_changes
from ...datasets.check_sweep_inputs import CHECKS, problems_of_changes
from ...datasets.draws_file import Understood
from ...datasets.nearest import did_you_mean
from ...models.case import Case
from ...models.draws import Draw, Draws, Event
from ...models.problems import Problem, quote
from ...models.rule_rows import Change
from ...models.selectors import SelectorError
from .distributions import reach
from .sites import Outages


def checked(known: Understood, case: Case) -> tuple[Draws, list[str]]:
    """Draws that fit a case, and what else a reader should know.

    Args:
        known: what is understood of the draws, and what is wrong with them by themselves.
        case: the case without futures of its own.

    Raises:
        CaseError: with every problem found.
    """
    settings = known.settings
    problems = _parting(settings.from_, case)
    first = _period(case, settings.from_)
    parting = first if first is not None and not problems else 2
    warnings: list[str] = []
    for number, draw in known.draws.items():
        found = _windows(draw, case, parting) + _values(case, _tried(draw))
        problems += [replace(one, table="draws", row=number) for one in found]
    for number, event in known.events.items():
        found = _windows(event, case, parting)
        if event.site is not None:
            more, told = _outage(event, case)
            found, warnings = found + more, warnings + told
        else:
            found += _values(case, _happens(event))
        problems += [replace(one, table="events", row=number) for one in found]
    return known.complete(problems), warnings


def _period(case: Case, period: int | str | None) -> int | None:
    """A period as a number, None for a date in a case without dates."""
    try:
        return case.period(period, 1)
    except ValueError:
        return None


def _parting(parting: int | str, case: Case) -> list[Problem]:
    """Whether futures part within the horizon, and something comes before."""
    column, periods = "[sample] from", case.case.periods
    first = _period(case, parting)
    if first is None:
        return [Problem("error", "is a date, but [case] start is not given", column=column)]
    if periods < 2:
        return [
            Problem(
                "error", "the case has one period, before which nothing can be decided",
                column=column, remedy="give it a period before the futures differ",
            )
        ]  # fmt: skip
    if not 2 <= first <= periods:
        return [
            Problem(
                "error", f"{parting} is not within periods 2 to {periods}",
                column=column, value=parting,
                remedy="what comes before it is decided once for all futures",
            )
        ]  # fmt: skip
    return []


def _windows(one: Draw | Event, case: Case, parting: int) -> list[Problem]:
    """Whether what is drawn holds in periods after the futures part."""
    found: list[Problem] = []
    given: list[tuple[str, int | str]] = [("starts", start) for start in one.first()]
    given += [(n, v) for n in ("start", "end") if (v := getattr(one, n, None)) is not None]
    known: dict[str, int] = {}
    for column, period in given:
        number = _period(case, period)
        if number is None:
            why = f"{period} is a date, but [case] start is not given"
            found.append(Problem("error", why, column=column, value=period))
        elif not parting <= number <= case.case.periods:
            why = f"{period} is not within the periods in which futures differ"
            remedy = (
                f"from {case.period_label(parting)} to {case.period_label(case.case.periods)}; "
                "see [sample] from"
            )
            found.append(Problem("error", why, column=column, value=period, remedy=remedy))
        else:
            known[column] = max(number, known.get(column, 0))
    if "end" in known and max(known.get("start", 0), known.get("starts", 0)) > known["end"]:
        found.append(Problem("error", "lies before the start", column="end"))
    return found


def _tried(draw: Draw) -> list[tuple[str, str, Change]]:
    """(column, what is told of it, row of changes) of the ends of what a draw may give."""
    tried: list[tuple[str, float | str, str]] = []
    if draw.values is not None:
        numbers = [value for value in draw.values if not isinstance(value, str)]
        ends = [min(numbers), max(numbers)] if numbers else []
        texts = [value for value in draw.values if isinstance(value, str)]
        listed: list[float | str] = [*ends, *texts]
        tried = [("values", value, "") for value in dict.fromkeys(listed)]
    else:
        least, most = (float(f"{end:.6g}") for end in reach(draw))
        for column, value, which in (("low", least, "least"), ("high", most, "largest")):
            own = getattr(draw, column)
            said = own is not None and abs(own - value) <= 1e-9 * max(1.0, abs(own))
            words = "" if said else f"(the {which} number that this distribution can give)"
            tried.append((column if said else "distribution", own if said else value, words))
    return [
        (
            column, words,
            Change(table=draw.table, key=draw.key, field=draw.field, op=draw.op, value=value),
        )
        for column, value, words in tried
    ]  # fmt: skip


def _happens(event: Event) -> list[tuple[str, str, Change]]:
    assert event.table is not None and event.field is not None and event.value is not None
    row = Change(
        table=event.table, key=event.key, field=event.field, op=event.op, value=event.value
    )
    return [("value", "", row)]


def _values(case: Case, tried: Iterable[tuple[str, str, Change]]) -> list[Problem]:
    """What is wrong with rows of `changes`, tried one by one beside those of the case."""
    found: list[Problem] = []
    for column, words, row in tried:
        own = [one for one in case.changes if (one.table, one.field) == (row.table, row.field)]
        more = problems_of_changes(case, own, [row], (*CHECKS, check_for_bad_changes))
        for one in more:
            about = one.column == "value"
            message = f"{one.message} {words}" if about and words else one.message
            remedy = one.remedy
            if about and words:
                remedy = "cut it with low and high" + (f" ({remedy})" if remedy else "")
            found.append(
                replace(one, column=column if about else one.column, message=message, remedy=remedy)
            )
    return list(dict.fromkeys(found))


def _outage(event: Event, case: Case) -> tuple[list[Problem], list[str]]:
    """What is wrong with an outage of a site, and what it does not stop."""
    outages, site = Outages(case), event.site or ""
    try:
        rows, left = outages.of(site), outages.left_over(site)
    except SelectorError as fault:
        sites = [row.site for row in case.sites]
        what = f"{quote(fault.part)} picks no site"
        remedy = did_you_mean(fault.part, sites) or f"there are {', '.join(sites[:20])}"
        return [Problem("error", what, column="site", value=site, remedy=remedy)], []
    if not rows:
        why = f"at {quote(site)} nothing is bought, made or shipped out, so that nothing can fail"
        return [Problem("error", why, column="site", value=site)], []
    return [], [f"in the event {event.name}, {one}" for one in left]
