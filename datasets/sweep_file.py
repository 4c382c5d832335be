"""SWEEP.toml: what to vary, read with every problem at once.

``[sweep]`` holds the design, ``[solve]`` how each point is solved, each ``[[inputs]]`` one input.
A list of points may stand in a CSV file beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..models.problems import CaseError, quote
from ..models.sweep import Input, Setting, Sweep, SweepSettings, SweepSolve
from .check_sweep import check_design
from .nearest import did_you_mean
from .sweep_rows import rows_of
from .toml_file import Reading, as_model, content_of

SECTIONS = ("sweep", "solve", "inputs")
EXAMPLE = 'e.g. design = "grid" under [sweep], and name, table, field and values under [[inputs]]'
MOST_INPUTS = 200


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
    reading = Reading(folder)
    content = dict(source) if isinstance(source, Mapping) else content_of(Path(source), reading)
    sweep = None if content is None else _understand(content, reading)
    if sweep is not None:
        reading.problems += check_design(sweep, content or {}, reading.bad_inputs, force=force)
    if sweep is None or any(problem.level == "error" for problem in reading.problems):
        file = "" if isinstance(source, Mapping) else Path(source).name
        problems = [replace(one, place=one.place or file) for one in reading.problems]
        raise CaseError(problems, name)
    return sweep


def _understand(content: dict[str, Any], reading: Reading) -> Sweep | None:
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
        sections[section] = as_model(values, model, reading, section)
    inputs = _inputs(content.get("inputs"), reading)
    settings = sections["sweep"]
    if settings is None or inputs is None:
        return None
    rows: list[tuple[Setting, ...]] = []
    if settings.design == "list" and not reading.bad_inputs:
        rows = rows_of(settings, inputs, reading.folder, reading.problems)
    solve = _kept(sections["solve"] or SweepSolve(), reading)
    return Sweep(sweep=settings, solve=solve, inputs=inputs, rows=rows)


def _inputs(listed: Any, reading: Reading) -> list[Input] | None:
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
            one = as_model(values, Input, reading, "inputs", number)
        else:
            reading.complain(f"{quote(values)} is not an input", "", number, remedy=EXAMPLE)
        if len(reading.problems) > before:
            reading.bad_inputs.add(number)
        found.append(one or Input(name=f"input {number}", table="?", field="?"))
    return found


def _kept(solve: SweepSolve, reading: Reading) -> SweepSolve:
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
