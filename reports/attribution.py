"""What each decision of a plan costs: its discounted expected cost by offer, plant, lane and so on.

Only what the plan's tables say of a single thing is put to its account; what is left of a category
has a row of its own, so that all rows add up to the cost of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from ..models.case import Case
from ..models.plan import COST_CATEGORIES, Tables

Account = tuple[str, str]
"""Kind of thing and its name."""
REST = "not tied to one decision"

_STRATEGIC = {
    "select_offer": ("select", "offer"),
    "open_plant": ("open", "plant"),
    "add_modules": ("expand", "plant"),
    "open_lane": ("lane_open", "lane"),
    "open_stockpile": ("stock_open", "stockpile"),
}


def cost_by_decision(
    case: Case, tables: Tables, costs: Mapping[str, float], words: Mapping[str, str]
) -> dict[Account, float]:
    """Discounted expected cost of everything a plan uses, by what it is for.

    Args:
        case: the case of the plan.
        tables: the plan.
        costs: its cost by category; what no row accounts for is kept under the category's words.
        words: category -> what people call it.

    Returns:
        (kind, name) -> money; the values add up to the sum of ``costs``.
    """
    entries = _Entries(tables)
    orders, shipments = tables["orders"], tables["shipments"]
    entries.add("purchase", "offer", orders["offer"], orders["node"], orders["purchase"])
    entries.add("tariffs", "offer", orders["offer"], orders["node"], orders["tariff"])
    entries.add("transport", "lane", shipments["lane"], shipments["node"], shipments["transport"])
    entries.add("tariffs", "lane", shipments["lane"], shipments["node"], shipments["tariff"])
    runs = tables["production"]
    entries.add("variable", "plant", runs["plant"], runs["node"], runs["variable"])
    for decision, (category, kind) in _STRATEGIC.items():
        own = tables["decisions"][tables["decisions"]["decision"] == decision]
        name = own["name"].astype(str)
        if kind == "stockpile":
            name = name + ": " + own["material"].astype(str)
        entries.add(category, kind, name, own["node"], own["cost"])
    out = tables["disposals"]
    where = out["site"].astype(str) + ": " + out["material"].astype(str)
    entries.add("disposal", "disposal", where, out["node"], out["cost"])
    sold = tables["deliveries"]
    customer = sold["site"].astype(str) + ": " + sold["material"].astype(str)
    entries.add("revenue", "demand", customer, sold["node"], -sold["revenue"])
    asked, limits = tables["licences"], tables["policy_use"]
    entries.add("licences", "rule", asked["control"], asked["node"], asked["cost"])
    entries.add("penalty", "policy", limits["policy"], limits["node"], limits["penalty"])
    _shortages(case, tables, entries)
    found = entries.found
    for category in COST_CATEGORIES:
        whole = float(costs.get(category, 0.0))
        rest = math.fsum([whole, *(-value for value in entries.of[category])])
        # the sums of the accounts round; the remainder takes it up, so that the whole is exact
        if abs(rest) > 1e-9 * max(1.0, abs(whole)):
            key = (REST, words[category])
            found[key] = found.get(key, 0.0) + rest
    return found


def _shortages(case: Case, tables: Tables, entries: _Entries) -> None:
    """Shortages and late deliveries by demand, where nothing changes what they cost."""
    changed = {row.field for row in case.changes if row.table == "demand"}
    served = tables["service"]
    rows = [case.demand[int(row) - 1] for row in served["row"]]
    name = served["site"].astype(str) + ": " + served["material"].astype(str)
    for category, column, field in (
        ("shortage", "short", "shortage_cost"),
        ("backlog", "backlog", "backlog_cost"),
    ):
        if field not in changed:
            price = [float(getattr(row, field) or 0.0) for row in rows]
            entries.add(category, "demand", name, served["node"], served[column] * price)


class _Entries:
    """Money of a plan by account, discounted and expected."""

    def __init__(self, tables: Tables) -> None:
        nodes = tables["nodes"].set_index("node")
        self.weight = nodes["discount"] * nodes["probability"]
        self.found: dict[Account, float] = {}
        self.of: dict[str, list[float]] = {category: [] for category in COST_CATEGORIES}

    def add(
        self,
        category: str,
        kind: str,
        names: pd.Series[str],
        nodes: pd.Series[int],
        money: pd.Series[float],
    ) -> None:
        """Enter undiscounted money of things at nodes."""
        if not len(names):
            return
        worth = money.astype(float) * nodes.map(self.weight).astype(float)
        for name, value in worth.groupby(names.astype(str)).sum().items():
            if value != 0:
                key = (kind, str(name))
                self.found[key] = self.found.get(key, 0.0) + float(value)
                self.of[category].append(float(value))
