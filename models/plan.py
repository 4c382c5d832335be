"""A plan: what to buy, move, make, store, deliver and decide, at every node, as tables.

A plan is a dict of pandas DataFrames with the tables and columns below. Quantities are in the
material's unit, money is undiscounted unless a column says otherwise. ``node`` numbers the rows of
the ``nodes`` table; ``row`` is the number of a row in its case table, from 1.

``marks`` is the sorted, comma-joined list of a variant's marks, '' for none: names of pedigrees,
and ``!use`` (or ``!use=end user``) for a destination it is kept from. ``licences`` joins
``rule=end use`` by semicolons, ``rules`` joins names of controls by commas.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from .notebook import Page, Shown, number, percent

PLAN_TABLES: dict[str, dict[str, str]] = {
    "nodes": {
        "node": "number of the node, from 0",
        "period": "its period, from 1",
        "label": "what people call the period",
        "parent": "node before it, -1 for the first",
        "probability": "probability of the node",
        "scenario": "scenario it belongs to",
        "discount": "what money of the node is worth in period 1",
    },
    "orders": {
        "node": "node of the order",
        "period": "its period",
        "offer": "offer ordered from",
        "supplier": "who sells",
        "origin": "country the goods come from",
        "site": "where they arrive",
        "material": "what",
        "marks": "marks they arrive with",
        "quantity": "how much",
        "purchase": "price paid, tiers and floors included",
        "tariff": "duties paid",
        "days": "lead days, border review included",
        "arrives": "period of arrival (may lie beyond the horizon)",
        "licences": "licences they move under",
        "review": "days of licence review that lead_time counts on top of days",
        "rules": "controls that hit them",
    },
    "shipments": {
        "node": "node of dispatch",
        "period": "its period",
        "lane": "lane row",
        "from": "site of dispatch",
        "to": "site of arrival",
        "material": "what",
        "marks": "marks it leaves with",
        "arrives_as": "marks it arrives with",
        "quantity": "how much",
        "transport": "freight paid",
        "tariff": "duties paid",
        "days": "lead days, border review included",
        "arrives": "period of arrival (may lie beyond the horizon)",
        "licences": "licences it moves under",
        "review": "days of licence review that lead_time counts on top of days",
        "rules": "controls that hit it",
    },
    "production": {
        "node": "node in which the run starts",
        "period": "its period",
        "plant": "plant",
        "site": "where",
        "process": "what it does",
        "mode": "which sets of marked inputs it may draw (0: any)",
        "activity": "units of activity",
        "variable": "variable cost paid",
    },
    "conversions": {
        "node": "node in which the material is taken or given",
        "started": "node in which the run started",
        "plant": "plant",
        "mode": "mode of the run",
        "material": "what",
        "marks": "marks it carries",
        "quantity": "given > 0, taken < 0",
    },
    "stock": {
        "node": "node",
        "period": "its period",
        "site": "where",
        "material": "what",
        "marks": "marks it carries",
        "before": "level at the end of the period before",
        "stored": "put in",
        "taken": "taken out",
        "level": "level at the period's end: (1 - decay) before + stored - taken",
    },
    "deliveries": {
        "node": "node",
        "period": "its period",
        "row": "row of demand",
        "site": "where",
        "material": "what",
        "marks": "marks it carries",
        "end_use": "what for",
        "quantity": "how much",
        "revenue": "earned",
    },
    "service": {
        "node": "node",
        "period": "its period",
        "row": "row of demand",
        "site": "where",
        "material": "what",
        "end_use": "what for",
        "wanted": "quantity of the row",
        "delivered": "delivered",
        "short": "never to be delivered",
        "backlog": "waiting at the period's end",
    },
    "returns": {
        "node": "node in which it comes back",
        "row": "row of returns",
        "site": "where",
        "material": "what",
        "marks": "marks it carries",
        "quantity": "how much",
    },
    "disposals": {
        "node": "node",
        "period": "its period",
        "site": "where",
        "material": "what",
        "marks": "marks it carries",
        "quantity": "how much",
        "cost": "paid",
    },
    "decisions": {
        "node": "node of the decision",
        "period": "its period",
        "label": "what people call the period",
        "decision": (
            "select_offer, sign_contract, open_plant, add_modules, open_lane, open_stockpile"
        ),
        "name": "offer, plant, lane row or site",
        "row": "row of its table (offers, plants, expansions, lanes, stockpiles)",
        "from": "lane: site of dispatch",
        "to": "lane: site of arrival",
        "material": "stockpile: what it stores",
        "quantity": "1, or the number of modules",
        "cost": "paid when decided",
        "effective": "first period of use (may lie beyond the horizon)",
    },
    "licences": {
        "node": "node of the application",
        "period": "its period",
        "label": "what people call the period",
        "control": "rule it is a licence of",
        "exporter": "country of dispatch, or origin of the technology",
        "destination": "country of arrival, or of the plant",
        "end_use": "end use applied for (goods)",
        "plant": "plant it is for (technology, services)",
        "quantity": "applied for: goods, openings or modules, 1 for services",
        "approval": "part of it that is approved",
        "used": "most that was drawn on it along a path",
        "cost": "paid",
        "first": "first period in which it can be used",
        "last": "last period in which it can be used",
    },
    "licence_use": {
        "node": "node of the shipment",
        "period": "its period",
        "control": "rule",
        "exporter": "country of dispatch",
        "destination": "country of arrival",
        "end_use": "end use applied for",
        "applied": "node of the application; -k: row k of the case's table granted",
        "quantity": "what moved under it",
    },
    "rule_states": {
        "control": "rule",
        "node": "node",
        "period": "its period",
        "status": "state of the rule, 'none' before its first",
        "in_force": "whether it counts as in force",
    },
    "rule_use": {
        "control": "rule, '' for all together",
        "status": "state it was in",
        "value": "expected value of the goods crossing borders that it is about",
        "share": "its part of the value of all goods crossing borders",
        "licences": "applications made while it was in that state",
    },
    "policy_use": {
        "policy": "policy",
        "node": "last node of the window",
        "period": "its period",
        "key": "country, operator, supplier or site where the policy binds each",
        "value": "what the limit is compared with",
        "limit": "the limit",
        "excess": "beyond the limit (soft policies)",
        "penalty": "penalty paid",
    },
    "cash": {
        "node": "node",
        "period": "its period",
        "category": "category of cost; revenue is negative",
        "amount": "undiscounted",
        "discounted": "amount x discount of the node",
        "expected": "amount x discount x probability of the node",
    },
    "shares": {
        "level": "'material' or 'stage'",
        "name": "which",
        "country": "country of supply",
        "quantity": "expected supply over the horizon",
        "share": "its part of the total",
        "hhi": "Herfindahl-Hirschman index of the level (0 to 1)",
    },
    "scenarios": {
        "scenario": "future",
        "title": "its title",
        "probability": "of the future, 1 in all",
        "cost": "discounted cost if it comes; of probability 0 it counts nowhere",
        "shortage": "quantity never delivered if it comes",
        "lead_time": "days per unit of its demand, as in the objective lead_time",
        "alone": "cost of the best plan found for it alone (where regret was asked for)",
        "alone_bound": "proven bound on that",
        "regret": "cost - alone",
    },
    "adaptive": {
        "commitment": "'now': before any future has left another; 'waits': after",
        "period": "period of the decision",
        "label": "what people call the period",
        "decision": "as in decisions",
        "name": "as in decisions",
        "row": "as in decisions",
        "from": "as in decisions",
        "to": "as in decisions",
        "material": "as in decisions",
        "quantity": "1, or the number of modules",
        "cost": "paid when decided, the most of these futures",
        "futures": "futures in which it is made then, joined by commas",
        "probability": "of these futures together",
        "trigger": "what makes it so: 'whatever comes', or what these futures alone have in common",
    },
}
"""Tables and columns of a plan."""

COST_CATEGORIES = (
    "purchase",
    "order",
    "select",
    "open",
    "expand",
    "fixed",
    "run",
    "variable",
    "transport",
    "lane_open",
    "holding",
    "stock_open",
    "capital",
    "disposal",
    "tariffs",
    "licences",
    "shortage",
    "backlog",
    "penalty",
    "revenue",
)
"""Categories of cost; discounted and expected they add up to the cost objective."""

Tables = dict[str, pd.DataFrame]


class SolveStatus(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True, repr=False)
class Solution(Shown):
    """The outcome of a solve.

    Attributes:
        status: how it ended.
        objective: value of what was minimised (the last of several), None without a plan.
        bound: proven bound on it, None if there is none.
        gap: relative gap between the two, None without a plan.
        objectives: every objective by name, in its own unit.
        costs: discounted expected cost by category.
        solve_seconds: time in the solver.
        build_seconds: time from the case to the arrays handed over.
        variables: columns of the model.
        rows: rows of the model.
        nonzeros: entries of its matrix.
        tables: the plan, empty without one.
        warnings: what a reader of the plan should know.
    """

    status: SolveStatus
    objective: float | None
    bound: float | None
    gap: float | None
    objectives: dict[str, float]
    costs: dict[str, float]
    solve_seconds: float
    build_seconds: float
    variables: int
    rows: int
    nonzeros: int
    tables: Tables
    warnings: tuple[str, ...] = ()

    def page(self) -> Page:
        """Objectives, costs, decisions and who supplies it."""
        facts = [("cost", number(self.objectives.get("cost")))] if self.objectives else []
        facts += [
            (name.replace("_", " "), number(self.objectives[name]))
            for name in ("lead_time", "shortage", "concentration")
            if name in self.objectives
        ]
        facts.append(("gap", percent(self.gap)))
        facts.append(("solved in", f"{self.solve_seconds:.1f} s"))
        facts += [("warning", line) for line in self.warnings]
        costs = pd.DataFrame(
            [(name, money) for name, money in self.costs.items() if money],
            columns=["category", "cost"],
        )
        tables = [("Costs", costs)]
        for name, columns in (
            ("decisions", ["label", "decision", "name", "from", "to", "material", "quantity"]),
            ("shares", ["level", "name", "country", "share"]),
        ):
            if name in self.tables:
                tables.append((name.capitalize(), self.tables[name][columns]))
        return Page(f"plan, {self.status}", facts, tables, f"tables: {', '.join(self.tables)}")
