"""Outages that are rules: in force at their strictest, whatever their timelines say."""

from __future__ import annotations

from ...models.case import Case
from ...models.rule_rows import Change, ControlStatus


def with_timelines(case: Case) -> Case:
    """The case with a status row of every rule from period 1 on, and the same meaning.

    What a rule is before its first row, or without any, becomes a row of its own, so that changes
    of status reach every period of every rule. Changes that the case has already leave it alone.
    """
    status, changes = list(case.control_status), list(case.changes)
    for rule in case.controls:
        rows = [row for row in case.control_status if row.control == rule.control]
        if any(case.period(row.start, 1) <= 1 for row in rows):
            continue
        state = "announced" if rows else "in_force"
        usual = 0.0 if rule.policy == "presumption_of_denial" else 1.0
        status.append(ControlStatus(control=rule.control, start=1, status=state, approval=usual))
        key = f"control={rule.control};start=1"
        changes += [
            Change(table="control_status", key=key, field="status", value=state),
            Change(table="control_status", key=key, field="approval", value=usual),
        ]
    return case.model_copy(update={"control_status": status, "changes": changes})


def strictest(control: str, first: int, last: int) -> list[Change]:
    """Changes that put a rule in force, with nothing approved, from one period to another."""
    return [
        Change(
            table="control_status", key=f"control={control}", field=field, value=value,
            start=first, end=last,
        )
        for field, value in (("status", "in_force"), ("approval", 0.0))
    ]  # fmt: skip
