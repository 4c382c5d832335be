"""DRAWS.toml: what is uncertain about a case, read with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..models.draws import Correlation, Draw, Draws, Event, SampleSettings
from ..models.problems import CaseError, Problem, quote
from .check_draws import check_draws
from .nearest import did_you_mean
from .sweep_file import _content, _model, _Reading

SECTIONS = ("sample", "draws", "events", "correlations")
EXAMPLE = 'e.g. name, table, field and distribution = "uniform" with low and high under [[draws]]'
MOST = 200
"""Draws and events of the largest file."""


def read_draws(source: str | Path | Mapping[str, Any]) -> Draws:
    """What is uncertain, from a TOML file or from the content of one as a dict.

    Raises:
        CaseError: with every problem found.
    """
    is_file = not isinstance(source, Mapping)
    reading = _Reading(None)
    content = dict(source) if isinstance(source, Mapping) else _content(Path(source), reading)
    draws = None if content is None else _understand(content, reading)
    if draws is None or any(problem.level == "error" for problem in reading.problems):
        file = Path(source).name if is_file else ""  # type: ignore[arg-type]  # no mapping here
        problems = [replace(one, place=one.place or file) for one in reading.problems]
        raise CaseError(problems, str(source) if is_file else "the draws")
    return draws


def _understand(content: dict[str, Any], reading: _Reading) -> Draws | None:
    """The draws; None where something of them is not understood at all."""
    for section in content:
        if section not in SECTIONS:
            reading.complain(
                f"{quote(section)} is not a section of this file",
                value=str(section),
                remedy=did_you_mean(str(section), SECTIONS) or f"there are {', '.join(SECTIONS)}",
            )
    settings = _settings(content.get("sample", {}), reading)
    lists = {
        name: _rows(content.get(name, []), model, name, reading)
        for name, model in (("draws", Draw), ("events", Event), ("correlations", Correlation))
    }
    if not lists["draws"] and not lists["events"]:
        reading.complain("nothing is drawn", "[[draws]]", remedy=EXAMPLE)
        return None
    if len(lists["draws"]) + len(lists["events"]) > MOST:
        reading.complain(f"there are more than {MOST} draws and events", "[[draws]]")
        return None
    understood = {
        name: {at: one for at, one in enumerate(rows, start=1) if one is not None}
        for name, rows in lists.items()
    }
    complete = all(one is not None for rows in lists.values() for one in rows)
    reading.problems += check_draws(
        understood["draws"], understood["events"], understood["correlations"], complete=complete
    )
    if settings is None or not complete:
        return None
    return Draws(sample=settings, **lists)


def _settings(values: Any, reading: _Reading) -> SampleSettings | None:
    if not isinstance(values, dict):
        reading.complain("must be a section of keys and values", "[sample]")
        return None
    known = {"from_" if key == "from" else key: value for key, value in values.items()}
    if "from_" in values:  # the name of the attribute is nobody's business
        known["from__"] = known.pop("from_")
    before = len(reading.problems)
    found: SampleSettings | None = _model(known, SampleSettings, reading, "sample")
    reading.problems[before:] = [_renamed(one) for one in reading.problems[before:]]
    return found


def _renamed(problem: Problem) -> Problem:
    """A problem with `from` called as it is in the file."""
    return replace(
        problem,
        column=problem.column.replace("from_", "from"),
        message=problem.message.replace("from__", "from_"),
        remedy=problem.remedy.replace("from_", "from"),
    )


def _rows(listed: Any, model: Any, section: str, reading: _Reading) -> list[Any]:
    """Rows of a section as models, None for each that is not understood."""
    if not isinstance(listed, list):
        reading.complain(
            "must be a list of sections", f"[[{section}]]", remedy=f"write [[{section}]]"
        )
        return []
    found = []
    for number, values in enumerate(listed, start=1):
        if not isinstance(values, dict):
            reading.problems.append(
                Problem("error", f"{quote(values)} is no section", section, number, remedy=EXAMPLE)
            )
            found.append(None)
            continue
        found.append(_model(values, model, reading, section, number))
    return found
