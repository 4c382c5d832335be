"""DRAWS.toml: what is uncertain about a case, read with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..models.draws import Correlation, Draw, Draws, Event, SampleSettings
from ..models.problems import CaseError, Problem, quote
from .check_draws import check_draws
from .nearest import did_you_mean
from .toml_file import Reading, as_model, content_of

SECTIONS = ("sample", "draws", "events", "correlations")
EXAMPLE = 'e.g. name, table, field and distribution = "uniform" with low and high under [[draws]]'
MOST = 200
"""Draws and events of the largest file."""


@dataclass(frozen=True)
class Understood:
    """What of a file was understood.

    Attributes:
        settings: of [sample]; those by default where they are not understood.
        draws: number in the file, from 1, and the draw.
        events: likewise.
        correlations: likewise.
        problems: what is wrong with the file by itself.
        file: name of the file, '' for none.
        name: what to call it in messages.
    """

    settings: SampleSettings
    draws: dict[int, Draw]
    events: dict[int, Event]
    correlations: dict[int, Correlation]
    problems: list[Problem]
    file: str
    name: str

    def complete(self, more: Sequence[Problem] = ()) -> Draws:
        """The draws.

        Args:
            more: what is wrong with them for a case.

        Raises:
            CaseError: something is wrong.
        """
        problems = [*self.problems, *more]
        if any(problem.level == "error" for problem in problems):
            told = [replace(one, place=one.place or self.file) for one in dict.fromkeys(problems)]
            raise CaseError(told, self.name)
        return Draws(
            sample=self.settings,
            draws=list(self.draws.values()),
            events=list(self.events.values()),
            correlations=list(self.correlations.values()),
        )


def understand(source: Draws | str | Path | Mapping[str, Any]) -> Understood:
    """What a TOML file, the content of one as a dict, or draws say, and what is wrong with it."""
    if isinstance(source, Draws):
        draws = dict(enumerate(source.draws, start=1))
        events = dict(enumerate(source.events, start=1))
        ties = dict(enumerate(source.correlations, start=1))
        return Understood(source.sample, draws, events, ties, [], "", "the draws")
    reading = Reading(None)
    is_file = not isinstance(source, Mapping)
    content = content_of(Path(source), reading) if is_file else dict(source)  # type: ignore[arg-type]  # by kind
    file, name = (Path(source).name, str(source)) if is_file else ("", "the draws")  # type: ignore[arg-type]  # no mapping
    if content is None:
        return Understood(SampleSettings(), {}, {}, {}, reading.problems, file, name)
    return _understand(content, reading, file, name)


def read_draws(source: Draws | str | Path | Mapping[str, Any]) -> Draws:
    """What is uncertain, from a TOML file or from the content of one as a dict.

    Raises:
        CaseError: with every problem found.
    """
    return understand(source).complete()


def _understand(content: dict[str, Any], reading: Reading, file: str, name: str) -> Understood:
    """What is understood of the content of a file."""
    for section in content:
        if section not in SECTIONS:
            reading.complain(
                f"{quote(section)} is not a section of this file",
                value=str(section),
                remedy=did_you_mean(str(section), SECTIONS) or f"there are {', '.join(SECTIONS)}",
            )
    settings = _settings(content.get("sample", {}), reading)
    lists = {
        section: _rows(content.get(section, []), model, section, reading)
        for section, model in (("draws", Draw), ("events", Event), ("correlations", Correlation))
    }
    if not lists["draws"] and not lists["events"]:
        reading.complain("nothing is drawn", "[[draws]]", remedy=EXAMPLE)
    elif len(lists["draws"]) + len(lists["events"]) > MOST:
        reading.complain(f"there are more than {MOST} draws and events", "[[draws]]")
        lists = {section: [] for section in lists}
    known: dict[str, dict[int, Any]] = {
        section: {at: one for at, one in enumerate(rows, start=1) if one is not None}
        for section, rows in lists.items()
    }
    whole = all(one is not None for rows in lists.values() for one in rows)
    found = check_draws(known["draws"], known["events"], known["correlations"], complete=whole)
    reading.problems += found
    bad = {(one.table, one.row) for one in found}
    good = {
        section: {at: one for at, one in rows.items() if (section, at) not in bad}
        for section, rows in known.items()
    }
    return Understood(
        settings or SampleSettings(), good["draws"], good["events"], good["correlations"],
        reading.problems, file, name,
    )  # fmt: skip


def _settings(values: Any, reading: Reading) -> SampleSettings | None:
    if not isinstance(values, dict):
        reading.complain("must be a section of keys and values", "[sample]")
        return None
    known = {"from_" if key == "from" else key: value for key, value in values.items()}
    if "from_" in values:  # the name of the attribute is nobody's business
        known["from__"] = known.pop("from_")
    before = len(reading.problems)
    found: SampleSettings | None = as_model(known, SampleSettings, reading, "sample")
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


def _rows(listed: Any, model: Any, section: str, reading: Reading) -> list[Any]:
    """Rows of a section as models, None for each that is not understood."""
    if not isinstance(listed, list):
        reading.complain(
            "must be a list of sections", f"[[{section}]]", remedy=f"write [[{section}]]"
        )
        return []
    found: list[Any] = []
    for number, values in enumerate(listed, start=1):
        if not isinstance(values, dict):
            reading.problems.append(
                Problem("error", f"{quote(values)} is no section", section, number, remedy=EXAMPLE)
            )
            found.append(None)
            continue
        found.append(as_model(values, model, reading, section, number))
    return found
