"""The values that changes lead to, at every node, without building the scenario tree.

A node is a scenario's own period. Between two starts or ends of changes nothing can differ, so it
is enough to look at the first period of each such stretch, in each scenario that a change names and
in one that stands for all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from .wording import explain


@dataclass(frozen=True)
class Step:
    """One change of a number: ``scenario`` None for all; first and last period inclusive."""

    number: int
    op: str
    value: float
    scenario: str | None
    first: int
    last: int


@dataclass(frozen=True)
class Fault:
    """The step after which a value cannot be, and why."""

    step: Step
    reason: str
    remedy: str
    blank: bool = False


def first_fault(
    field: Any,
    base: float | None,
    steps: Sequence[Step],
    branches: dict[str, int],
    periods: int,
) -> Fault | None:
    """The first of the steps that makes a cell something it may not be, None if all is well.

    Args:
        field: pydantic field of the column.
        base: value in the table, None for blank.
        steps: changes of this cell, in file order.
        branches: scenario -> first period of its own.
        periods: length of the horizon.
    """
    named = list(dict.fromkeys(step.scenario for step in steps if step.scenario))
    others = next((name for name in branches if name not in named), None)
    owners = [*named, others] if others is not None or not branches else named
    marks = {1, *(step.first for step in steps), *(step.last + 1 for step in steps)}
    marks |= {branches.get(name or "", 1) for name in owners}
    times = sorted(mark for mark in marks if 1 <= mark <= periods)
    nodes = [
        (owner, time) for owner in owners for time in times if time >= branches.get(owner or "", 1)
    ]
    owner_of = np.array([owner or "" for owner, _ in nodes], dtype=object)
    time_of = np.array([time for _, time in nodes])
    values = np.full(len(nodes), np.nan if base is None else float(base))
    meaning: Any = field.annotation
    if field.metadata:
        meaning = Annotated[field.annotation, *field.metadata]
    adapter: TypeAdapter[Any] = TypeAdapter(meaning)
    for step in steps:
        inside = (time_of >= step.first) & (time_of <= step.last)
        if step.scenario is not None:
            inside &= owner_of == step.scenario
        if not inside.any():
            continue
        if step.op != "set" and np.isnan(values[inside]).any():
            return Fault(step, f"is blank, and {step.op} needs a number", "use set", blank=True)
        with np.errstate(invalid="ignore", over="ignore"):
            values[inside] = _after(step, values[inside])
        for value in np.unique(values[inside]):
            if (fault := _judge(adapter, field, step, float(value))) is not None:
                return fault
    return None


def _after(step: Step, values: Any) -> Any:
    if step.op == "set":
        return step.value
    return values * step.value if step.op == "multiply" else values + step.value


def _judge(adapter: TypeAdapter[Any], field: Any, step: Step, value: float) -> Fault | None:
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        problem = explain(error.errors()[0], field, "changes")
        return Fault(
            step, f"would be {problem.message.replace(' is ', ', which is ', 1)}", problem.remedy
        )
    return None
