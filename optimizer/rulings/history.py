"""The states of rules over time, from before the horizon to its end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.case import Case
from ..controls import rule_states
from ..tree import Tree
from ..values import Values
from .spells import spells

RULE_STATES = {
    "control": "rule",
    "scenarios": "scenarios in which the spell comes",
    "first": "first period of the spell; 0 and below before the horizon",
    "last": "last period of the spell",
    "begins": "label of the first period; the date of the status row before the horizon",
    "ends": "label of the last period",
    "status": "announced, in_force, suspended, repealed, unknown, or none before the first row",
    "in_force": "whether it counts as in force",
}
"""Columns of the states of rules over time."""


def states(case: Case, tree: Tree, values: Values, cited: list[int]) -> pd.DataFrame:
    """States of some rules over time, with those that began before the horizon by their dates."""
    status = rule_states(case, tree, values)
    known, codes = np.unique(status.astype(str), return_inverse=True)
    codes = codes.reshape(status.shape)
    counts = {"in_force"} | ({"unknown"} if case.case.unknown_controls == "in_force" else set())
    rows = []
    for at in cited:
        name = case.controls[at].control
        found = spells(tree, codes[at], 1, tree.periods)
        history = [row for row in case.control_status if row.control == name]
        history = sorted(
            (row for row in history if case.period(row.start, 1) < 1),
            key=lambda row: case.period(row.start, 1),
        )
        for row, later in zip(history, [*history, None][1:], strict=True):
            first = case.period(row.start, 1)
            last = case.period(later.start, 1) - 1 if later else 0
            if last >= first:
                rows.append(
                    {
                        "control": name,
                        "scenarios": list(tree.scenarios),
                        "first": first,
                        "last": last,
                        "begins": str(row.start),
                        "ends": case.period_label(last),
                        "status": row.status,
                        "in_force": row.status in counts,
                    }
                )
        for spell in found:
            told = str(known[spell.code])
            rows.append(
                {
                    "control": name,
                    "scenarios": list(spell.scenarios),
                    "first": spell.first,
                    "last": spell.last,
                    "begins": case.period_label(spell.first),
                    "ends": case.period_label(spell.last),
                    "status": told,
                    "in_force": told in counts,
                }
            )
    return pd.DataFrame(rows, columns=list(RULE_STATES), dtype=object)
