"""Bundled and made-up cases with many futures."""

from __future__ import annotations

import numpy as np
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.models.rule_rows import Change, Scenario


def quickstart_with(futures: int, seed: int = 0) -> Case:
    """`quickstart` with futures of demand, prices and lanes that part in the second year."""
    draw = np.random.default_rng(seed)
    case = load_case("quickstart")
    names = [f"f{number}" for number in range(futures)]
    scenarios = [
        Scenario(
            scenario=name,
            probability=1 / futures,
            parent=names[0] if at else None,
            branches_at="2028-01" if at else None,
        )
        for at, name in enumerate(names)
    ]
    changes = [
        Change(
            scenario=name,
            table=table,
            field=field,
            op="multiply",
            start="2028-01",
            value=float(np.round(np.exp(width * draw.standard_normal()), 3)),
        )
        for name in names
        for table, field, width in (("demand", "quantity", 0.15), ("offers", "price", 0.2))
    ]
    return case.model_copy(update={"scenarios": scenarios, "changes": [*case.changes, *changes]})
