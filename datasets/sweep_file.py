"""SWEEP.toml: what to vary, read with every problem at once.

``[sweep]`` holds the design, ``[solve]`` how each point is solved, each ``[[inputs]]`` one input.
A list of points may stand in a CSV file beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..models.problems import CaseError, Problem, quote
from ..models.sweep import Input, Setting, Sweep, SweepSettings, SweepSolve
from .check_sweep import check_design
from .files import UnsafeFileError, read_text
from .nearest import did_you_mean
from .sweep_rows import rows_of
from .wording import explain

SECTIONS = ("sweep", "solve", "inputs")
EXAMPLE = 'e.g. design = "grid" under [sweep], and name, table, field and values under [[inputs]]'


@dataclass
class _Reading:
    """What is wrong with a sweep.

    ``folder`` holds the sweep's file, and what it names must lie in it; None for a sweep that is
    no file but a program's own.
    """

    folder: Path | None
    problems: list[Problem] = field(default_factory=list)
    bad_inputs: set[int] = field(default_factory=set)

    def complain(self, message: str, column: str = "", row: int | None = None, **more: Any) -> None:
        """Note an error in a setting, or in an input if ``row`` is given."""
        table = "inputs" if row is not None else ""
        self.problems.append(Problem("error", message, table, row, column, **more))


def read_sweep(source: str | Path | Mapping[str, Any], *, force: bool = False) -> Sweep:
    """A sweep from a file, or from the content of one as a dict.

    Args:
        source: path of a TOML file, or its content.
        force: allow more points than :data:`secondsource.models.sweep.MOST_POINTS`.

    Raises:
        CaseError: with every problem found.
    """
    name = "the sweep" if isinstance(source, Mapping) else str(source)
    folder = None if isinstance(source, Mapping) else Path(source).parent
    reading = _Reading(folder)
    content = dict(source) if isinstance(source, Mapping) else _content(Path(source), reading)
    sweep = None if content is None else _understand(content, reading)
    if sweep is not None:
        reading.problems += check_design(sweep, content or {}, reading.bad_inputs, force=force)
    if sweep is None or any(problem.level == "error" for problem in reading.problems):
        file = "" if isinstance(source, Mapping) else Path(source).name
        problems = [replace(one, place=one.place or file) for one in reading.problems]
        raise CaseError(problems, name)
    return sweep


def _content(path: Path, reading: _Reading) -> dict[str, Any] | None:
    try:
        if not path.exists():
            raise UnsafeFileError("is not there")
        return tomllib.loads(read_text(path))
    except UnsafeFileError as error:
        reading.complain(f"{quote(path)} {error}", remedy="name a TOML file")
    except RecursionError:
        reading.complain("is not valid TOML: too deeply nested")
    except ValueError as error:
        reading.complain(
            f"is not valid TOML: {error}", remedy='text stands in quotes, e.g. field = "price"'
        )
    return None


def _understand(content: dict[str, Any], reading: _Reading) -> Sweep | None:
    """The sweep, None where too little of it is understood to go on."""
    for section in content:
        if section not in SECTIONS:
            reading.complain(
                f"{quote(section)} is not a section of a sweep",
                value=str(section),
                remedy=did_you_mean(str(section), SECTIONS) or f"there are {', '.join(SECTIONS)}",
            )
    sections: dict[str, Any] = {}
    for section, model in (("sweep", SweepSettings), ("solve", SweepSolve)):
        values = content.get(section, {})
        if not isinstance(values, dict):
            reading.complain("must be a section of keys and values", f"[{section}]")
            values = {}
        sections[section] = _model(values, model, reading, section)
    inputs = _inputs(content.get("inputs"), reading)
    settings = sections["sweep"]
    if settings is None or inputs is None:
        return None
    rows: list[tuple[Setting, ...]] = []
    if settings.design == "list" and not reading.bad_inputs:
        rows = rows_of(settings, inputs, reading.folder, reading.problems)
    solve = _kept(sections["solve"] or SweepSolve(), reading)
    return Sweep(sweep=settings, solve=solve, inputs=inputs, rows=rows)


def _inputs(listed: Any, reading: _Reading) -> list[Input] | None:
    if not isinstance(listed, list) or not listed:
        reading.complain("a sweep needs inputs to vary", "[[inputs]]", remedy=EXAMPLE)
        return None
    if len(listed) > MOST_INPUTS:
        reading.complain(
            f"there are {len(listed):,} inputs; the most is {MOST_INPUTS}", "[[inputs]]"
        )
        return None
    found = []
    for number, values in enumerate(listed, start=1):
        one, before = None, len(reading.problems)
        if isinstance(values, dict):
            one = _model(values, Input, reading, "inputs", number)
        else:
            reading.complain(f"{quote(values)} is not an input", "", number, remedy=EXAMPLE)
        if len(reading.problems) > before:
            reading.bad_inputs.add(number)
        found.append(one or Input(name=f"input {number}", table="?", field="?"))
    return found


MOST_INPUTS = 200


def _model(
    values: dict[str, Any], model: type[BaseModel], reading: _Reading, section: str,
    row: int | None = None,
) -> Any:  # fmt: skip
    """The values as a model; None, and every reason told, where they do not make one."""
    fields = model.model_fields
    known = {}
    for key, value in values.items():
        if key in fields:
            known[key] = value
        else:
            _complain(
                reading,
                Problem(
                    "error", f"{quote(key)} means nothing here", section, row, str(key),
                    str(key), did_you_mean(str(key), fields) or f"there are {', '.join(fields)}",
                ),
            )  # fmt: skip
    try:
        return model.model_validate(known)
    except ValidationError as error:
        told = set()
        for detail in error.errors():
            key = str(detail["loc"][0])
            place = detail["loc"][:2] if isinstance(detail["loc"][-1], int) else detail["loc"][:1]
            if place not in told:
                told.add(place)
                _complain(reading, _explained(detail, fields[key], section, row, key))
    return None


def _explained(detail: Any, of_field: Any, section: str, row: int | None, key: str) -> Problem:
    """What pydantic found, in words."""
    if detail["type"] == "list_type":
        message, remedy = f"{quote(detail['input'])} is not a list", f"e.g. {key} = [0.8, 1, 1.2]"
        return Problem("error", message, section, row, key, None, remedy)
    return explain(detail, of_field, section, row=row, column=key)


def _complain(reading: _Reading, problem: Problem) -> None:
    """Note a problem, '[sweep] points' where it is about a setting."""
    if problem.row is None:
        problem = replace(problem, table="", column=f"[{problem.table}] {problem.column}")
    reading.problems.append(problem)


def _kept(solve: SweepSolve, reading: _Reading) -> SweepSolve:
    """The settings with the run to keep found beside the sweep's file."""
    if solve.keep_decisions is None:
        return solve
    if reading.folder is None:
        return solve
    path = reading.folder / solve.keep_decisions
    if not path.resolve().is_relative_to(reading.folder.resolve()):
        reading.complain(
            f"{quote(solve.keep_decisions)} lies outside the folder of the sweep file",
            "[solve] keep_decisions",
            remedy="move the run there, or give --keep-decisions on the command line",
        )
    return solve.model_copy(update={"keep_decisions": str(path)})
