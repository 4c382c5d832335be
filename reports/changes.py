"""What changes from one plan to another, and the points of a frontier as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..models.case import Case
from ..models.plan import Tables
from .terminal import DECISIONS, amount

LITTLE = 1e-3
"""A change below this part of the largest quantity is not told."""
MOST_SHIFTS = 3

Decision = tuple[str, str, str]
"""What is decided, about what, and in which scenario ('' where there is only one)."""


def changes_between(before: Tables, after: Tables) -> list[str]:
    """Decisions that one plan takes otherwise than another, one line each."""
    old, new = decisions_of(before), decisions_of(after)
    lines = []
    for key in [*new, *(key for key in old if key not in new)]:
        what, which, scenario = key
        place = f" ({scenario})" if scenario else ""
        had, has = old.get(key), new.get(key)
        if had is None and has is not None:
            lines.append(f"{what} {which}{place}: {times(has)}")
        elif has is None and had is not None:
            lines.append(f"no longer {what} {which}{place}: was {times(had)}")
        elif had is not None and has is not None and times(had) != times(has):
            lines.append(f"{what} {which}{place}: {times(has)} instead of {times(had)}")
    return lines


def decisions_of(tables: Tables, column: str = "quantity") -> dict[Decision, dict[str, float]]:
    """Every decision with its quantity (or cost) in each period, by name of the period."""
    nodes = tables["nodes"]
    scenarios = nodes.set_index("node")["scenario"]
    several = bool(nodes["period"].duplicated().any())  # one future may begin as another's
    found: dict[Decision, dict[str, float]] = {}
    for row in tables["decisions"].to_dict("records"):
        which = str(row["name"])
        if row["from"]:
            which += f": {row['from']} to {row['to']}"
        if row["material"]:
            which += f": {row['material']}"
        scenario = str(scenarios[row["node"]]) if several else ""
        own = found.setdefault((DECISIONS[row["decision"]], which, scenario), {})
        own[str(row["label"])] = own.get(str(row["label"]), 0.0) + float(row[column])
    return found


def times(quantities: Mapping[str, float]) -> str:
    """'2027-Q1', or with numbers of modules '3 in 2027-Q1, 2 in 2028-Q1'."""
    if all(abs(quantity - 1.0) < 1e-6 for quantity in quantities.values()):
        return ", ".join(quantities)
    return ", ".join(f"{amount(quantity)} in {label}" for label, quantity in quantities.items())


def shifts_between(case: Case, before: Tables, after: Tables) -> list[str]:
    """What is bought more and less of in one plan than in another: a line for each, largest first.

    Quantities are expected, over the horizon.
    """
    old, new = _bought(before), _bought(after)
    change = new.sub(old, fill_value=0.0)
    size = np.maximum(old.reindex(change.index).fillna(0), new.reindex(change.index).fillna(0))
    change = change[change.abs() > LITTLE * size.max()] if len(change) else change
    units = {row.material: row.unit for row in case.materials}
    material = {row.offer: row.material for row in case.offers}
    lines = []
    for word, part in (("more", change[change > 0]), ("less", change[change < 0])):
        largest = part.reindex(part.abs().sort_values(ascending=False).index)
        told = [
            f"{amount(abs(value))} {units[material[str(offer)]]} from {offer}"
            for offer, value in largest.head(MOST_SHIFTS).items()
        ]
        if told:
            more = len(largest) - len(told)
            lines.append(f"{word}: {', '.join(told)}" + (f" and {more} others" if more else ""))
    return lines


def _bought(tables: Tables) -> pd.Series[float]:
    """Expected purchases by offer."""
    orders = tables["orders"]
    chance = orders["node"].map(tables["nodes"].set_index("node")["probability"])
    return (orders["quantity"] * chance).groupby(orders["offer"]).sum()


def frontier_table(summary: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each point of a frontier's summary: objectives, gap, marks, costs."""
    rows = [
        {
            "point": number,
            "run": point["run"],
            **point["objectives"],
            "gap": point["gap"],
            "knee": point["knee"],
            "supported": point["supported"],
            "joined": point["joined"],
            **{f"cost_{name}": value for name, value in point["costs"].items()},
            "changes": "; ".join([*point["changes"], *point["shifts"]]),
        }
        for number, point in enumerate(summary["points"], start=1)
    ]
    table = pd.DataFrame(rows)
    money = [name for name in table.columns if name.startswith("cost_")]
    return table.assign(**{name: table[name].fillna(0.0) for name in money})
