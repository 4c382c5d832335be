"""Random changes of the numbers of a case, as a sweep makes them."""

from __future__ import annotations

import numpy as np
from secondsource.models.case import TABLES, Case, columns
from secondsource.models.row_keys import PROVENANCE
from secondsource.models.rule_rows import Change

FIXED = {
    "qualification_periods", "contract_periods", "build_periods", "release_lag", "lag_periods",
    "initial", "start", "end", "validity_periods", "period", "latitude", "longitude",
}  # fmt: skip
"""Numbers that changes may not alter, or that mean nothing to a plan."""
KEPT = ("groups", "scenarios", "changes", "control_status", "pedigrees", "processes", "sites")


def changeable(case: Case) -> list[tuple[str, str]]:
    """(table, column) of every number that some row of the case gives."""
    found = []
    for table, model in TABLES.items():
        if table in KEPT:
            continue
        for name in columns(model):
            attribute = "from_" if name == "from" else name
            cells = [getattr(row, attribute, None) for row in case.rows(table)]
            numbers = [cell for cell in cells if isinstance(cell, float)]
            if numbers and name not in FIXED and name not in PROVENANCE:
                found.append((table, name))
    return found


def random_changes(case: Case, draw: np.random.Generator) -> list[Change]:
    """One to three changes of numbers of the case, by a factor or to another value."""
    fields = changeable(case)
    changes = []
    for _ in range(int(draw.integers(1, 4))):
        table, column = fields[int(draw.integers(len(fields)))]
        rows = case.rows(table)
        key = next(name for name in columns(TABLES[table]) if name not in PROVENANCE)
        name = getattr(rows[int(draw.integers(len(rows)))], key)
        value = round(float(draw.uniform(0.4, 1.6)), 2)
        start = int(draw.integers(1, case.case.periods + 1)) if draw.random() < 0.3 else None
        changes.append(
            Change(
                table=table, key=f"{name}" if draw.random() < 0.7 else "*", field=column,
                op="multiply", value=value, start=start,
            )
        )  # fmt: skip
    return changes
