"""Settings and lists in a TOML file of a study, read with every problem at once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..models.problems import Problem, quote
from .files import UnsafeFileError, read_text
from .nearest import did_you_mean
from .wording import explain


@dataclass
class Reading:
    """What is wrong with a file.

    Attributes:
        folder: holds the file, and what it names must lie in it; None where what is read is no
            file but a program's own, or names nothing.
        problems: all that was found.
        bad_inputs: numbers of the inputs, from 1, that problems are about.
    """

    folder: Path | None
    problems: list[Problem] = field(default_factory=list)
    bad_inputs: set[int] = field(default_factory=set)

    def complain(self, message: str, column: str = "", row: int | None = None, **more: Any) -> None:
        """Note an error in a setting, or in an input if ``row`` is given."""
        table = "inputs" if row is not None else ""
        self.problems.append(Problem("error", message, table, row, column, **more))


def content_of(path: Path, reading: Reading) -> dict[str, Any] | None:
    """What a TOML file holds; None, and the reason told, where it cannot be read."""
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


def as_model(
    values: dict[str, Any], model: type[BaseModel], reading: Reading, section: str,
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


def _complain(reading: Reading, problem: Problem) -> None:
    """Note a problem, '[sweep] points' where it is about a setting."""
    if problem.row is None:
        problem = replace(problem, table="", column=f"[{problem.table}] {problem.column}")
    reading.problems.append(problem)
