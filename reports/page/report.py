"""The report of one or several results, whatever they are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from .assumptions import assumptions, method
from .compare import compare
from .costs import costs
from .futures import futures
from .headline import decisions, headline
from .material import material
from .outages import outages
from .page import write_page
from .parts import Section
from .places import map_of
from .results import TITLES, Result, numbered_names, one_currency, read_result
from .risks import risks
from .service import service
from .shares import shares
from .stock import stock
from .timeline import timeline
from .trade_off import trade_off
from .what_ifs import what_ifs
from .words import several

STUDIES: dict[str, Callable[[Result], list[Section]]] = {
    "frontier": trade_off, "sweep": what_ifs, "stress": outages, "risk": risks,
}  # fmt: skip
"""What makes the sections of a result that is more than a plan."""


def write_report(runs: Sequence[str | Path], target: Path) -> None:
    """Write the report of result folders as one HTML file that loads nothing.

    Several plans are set side by side, the first being what the others are compared with; each
    frontier, sweep, stress test and risk study has sections of its own.

    Args:
        runs: folders of plans, frontiers, sweeps, stress tests or risk studies, in any mixture.
        target: the file; an earlier one is replaced, whole or not at all.

    Raises:
        CaseError: a folder holds no result.
        ValueError: none is given, or their money is in different currencies.
        OSError: the file cannot be written.
    """
    write_results([read_result(run) for run in runs], target)


def write_results(results: Sequence[Result], target: Path) -> None:
    """Write the report of results at hand; see :func:`write_report`."""
    currency = one_currency(results)
    kinds = ", ".join(
        several(sum(one.kind == kind for one in results), title.lower())
        for kind, title in TITLES.items()
        if any(one.kind == kind for one in results)
    )
    first = results[0]
    title = first.title
    one = len(results) == 1
    subtitle = (TITLES[first.kind] if one else kinds) + _span(first)
    made_from = f"the case {first.case.case.name}, " + ", ".join(numbered_names(results))
    write_page(target, title, subtitle, made_from, currency, _sections(results))


def _span(result: Result) -> str:
    case = result.case
    last = case.period_label(case.case.periods)
    return f" for {case.period_label(1)} to {last}; money in {case.case.currency}"


def _sections(results: Sequence[Result]) -> list[Section]:
    names = dict(zip(map(id, results), numbered_names(results), strict=True))
    plans = [result for result in results if result.kind == "plan"]
    parts: list[tuple[str, list[Section]]] = []
    if len(plans) == 1:
        parts.append((names[id(plans[0])], of_plan(plans[0])))
    elif plans:
        parts.append(("", compare(plans, [names[id(plan)] for plan in plans])))
        parts += [(names[id(plan)], [headline(plan), decisions(plan)]) for plan in plans]
    studies = [result for result in results if result.kind != "plan"]
    parts += [(names[id(study)], STUDIES[study.kind](study)) for study in studies]
    several_parts = len(parts) > 1
    sections = []
    for number, (name, own) in enumerate(parts, start=1):
        for section in own:
            label = f"{name}: {section.title}" if several_parts and name else section.title
            key = f"{section.name}-{number}" if several_parts else section.name
            sections.append(replace(section, name=key, title=label))
    cases = {result.case.model_dump_json(): result.case for result in results}
    for number, case in enumerate(cases.values(), start=1):
        own_section = assumptions(case)
        if len(cases) > 1:
            title = f"{own_section.title} of {case.case.name} ({number})"
            own_section = replace(own_section, name=f"assumptions-case-{number}", title=title)
        sections.append(own_section)
    return [*sections, method(list(results))]


def of_plan(plan: Result) -> list[Section]:
    """Sections of one plan, those with nothing to tell left out."""
    found = [
        headline(plan), decisions(plan), futures(plan), service(plan), map_of(plan), material(plan),
        timeline(plan), stock(plan), costs(plan), shares(plan),
    ]  # fmt: skip
    return [section for section in found if section is not None]
