"""What demand rows refuse: goods kept from their outlet, and pedigrees that rules rule out."""

from __future__ import annotations

import numpy as np

from ...models.rule_rows import Control
from .ledger import Ledger
from .marks import Marks
from .reading import BoolArray, Reading
from .rules import Rules
from .tables import Plan


def check_refusals(
    reading: Reading, plan: Plan, rules: Rules, marks: Marks, ledger: Ledger
) -> None:
    """No delivery carries a mark that its row of demand refuses."""
    table = plan.deliveries
    rows, nodes = (table[column].to_numpy(dtype=np.int64) for column in ("position", "node"))
    amount = table["quantity"].to_numpy(dtype=float)
    bearing = marks.bearing(table["marks"])
    where = reading.told("demand", rows, nodes)
    if len(table):
        kept = bearing.outlets[np.arange(len(table)), marks.outlet[rows]]
        ledger.none_of("refused", np.where(kept, amount, 0.0), where)
    for number, rule in rules.of("procurement"):
        if rule.policy != "prohibited" or rule.pedigree is None:
            continue
        carried = bearing.pedigrees[:, marks.pedigrees.index(rule.pedigree)]
        hit = carried & _bound(reading, rules, rule)[rows] & rules.in_force[number, nodes]
        ledger.none_of("refused", np.where(hit, amount, 0.0), where)


def _bound(reading: Reading, rules: Rules, rule: Control) -> BoolArray:
    """Rows of demand that a procurement rule is about. Shape (demand rows,)."""
    names, uses, goods = reading.names, rules.uses(rule), rules.goods(rule)
    countries = reading.select("country", rule.destinations) if rule.destinations else None
    users = reading.select("end_user", rule.end_users) if rule.end_users else None
    found = [
        (countries is None or names.country[row.site] in countries)
        and (uses is None or row.end_use in uses)
        and (users is None or (row.end_user or names.operator[row.site]) in users)
        and (goods is None or row.material in goods)
        for row in reading.case.demand
    ]
    return np.array(found, dtype=bool)
