"""Money and objectives, from quantities alone, and whether the plan says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ...models.plan import COST_CATEGORIES
from .demand import Service
from .futures import Futures
from .ledger import Ledger, Where, named, numbered
from .measures import Supply
from .reading import FloatArray, Reading
from .tables import Plan

COST_TOLERANCE = 1e-6
"""Costs must agree within this part of themselves, of the largest category, or of 100 money."""
ESTIMATE_TOLERANCE = 1e-5
MONEY = ("cost", "cvar", "mean_risk", "worst_case", "regret")
"""Objectives in money."""


def gather(reading: Reading, parts: Iterable[Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
    """Sum up what each family costs: category -> undiscounted amounts at each node."""
    cash = {category: np.zeros(reading.size) for category in COST_CATEGORIES}
    for part in parts:
        for category, amount in part.items():
            cash[category] = cash[category] + amount
    return cash


def settle_fees(
    reading: Reading, plan: Plan, cash: dict[str, FloatArray], hidden: FloatArray
) -> None:
    """Take the plan's word for costs of licences, as far as ``hidden`` allows. Shape (nodes,)."""
    table = plan.cash[plan.cash["category"] == "licences"]
    told = reading.per_node(table["node"], table["amount"])
    cash["licences"] = cash["licences"] + np.clip(told - cash["licences"], 0.0, hidden)


def total_costs(reading: Reading, cash: Mapping[str, FloatArray]) -> dict[str, float]:
    """Discounted expected cost by category."""
    weight = reading.tree.probability * reading.discount
    return {category: float(amount @ weight) for category, amount in cash.items()}


def check_cash(
    reading: Reading, plan: Plan, cash: Mapping[str, FloatArray], ledger: Ledger
) -> None:
    """The plan's own cash table, node by node."""
    table = plan.cash
    nodes = table["node"].to_numpy(dtype=np.int64)
    amount = table["amount"].to_numpy(dtype=float)

    def told(i: int) -> str:
        return f"cash row {i + 1}, {table['category'].iloc[i]}, {reading.when(int(nodes[i]))}"

    known = table["category"].isin(COST_CATEGORIES).to_numpy(dtype=bool)
    ledger.none_of("cash", np.where(known, 0.0, amount), told)
    worth = amount * reading.discount[nodes]
    ledger.equal("discount", table["discounted"], worth, told, tolerance=COST_TOLERANCE)
    worth = worth * reading.tree.probability[nodes]
    ledger.equal("discount", table["expected"], worth, told, tolerance=COST_TOLERANCE)
    largest = max((float(np.abs(own).max(initial=0.0)) for own in cash.values()), default=0.0)
    for category, own in cash.items():
        chosen = (table["category"] == category).to_numpy(dtype=bool)
        found = reading.per_node(nodes[chosen], amount[chosen])
        ledger.equal(
            "cash",
            found,
            own,
            _in_cash(reading, category),
            scale=largest,
            tolerance=COST_TOLERANCE,
        )


def _in_cash(reading: Reading, category: str) -> Where:
    return lambda i: f"cash, {category}, {reading.when(i)}"


def check_costs(
    found: Mapping[str, float], told: Mapping[str, float] | None, ledger: Ledger
) -> None:
    """Costs by category as the plan's summary gives them."""
    if told is None:
        return
    largest = max([100.0, *(abs(value) for value in found.values())])
    ledger.wrong("cost", [f"unknown category {name}" for name in told if name not in found])
    names = list(found)
    ledger.equal(
        "cost",
        [told.get(name, 0.0) for name in names],
        [found[name] for name in names],
        lambda i: f"costs, {names[i]}",
        scale=largest,
        tolerance=COST_TOLERANCE,
    )


def check_objectives(
    found: Mapping[str, float],
    told: Mapping[str, float] | None,
    costs: Mapping[str, float],
    ledger: Ledger,
) -> None:
    """Objectives as the plan's summary gives them (those it leaves out are not checked)."""
    largest = max([100.0, *(abs(value) for value in costs.values())])
    for name, value in (told or {}).items():
        if name not in found:
            ledger.wrong("objective", [f"unknown objective {name}"])
            continue
        money = name in MONEY
        ledger.equal(
            "objective",
            value,
            found[name],
            named(f"objectives, {name}"),
            scale=largest if money else 1.0,
            tolerance=COST_TOLERANCE if money else ESTIMATE_TOLERANCE,
        )


def compute_objectives(
    reading: Reading,
    futures: Futures,
    service: Service,
    *,
    supply: Supply,
    cash: Mapping[str, FloatArray],
    regret: float | None,
) -> dict[str, float]:
    """Every objective of a plan: money, days, quantities and shares; regret where it is known."""
    weight, likely = reading.tree.probability, reading.tree.weights > 0
    total = float((service.wanted * service.counts).sum(axis=0) @ weight)
    cost, risk = sum(total_costs(reading, cash).values()), reading.case.case.risk_weight
    tail = _tail_mean(reading, futures.cost)
    found = {
        "cost": cost,
        "lead_time": float(futures.days @ weight) / total if total > 0 else 0.0,
        "shortage": float((service.short * service.counts).sum(axis=0) @ weight),
        "cvar": tail,
        "mean_risk": (1 - risk) * cost + risk * tail,
        "worst_case": float(futures.cost[likely].max()),
        "concentration": _concentration(reading, supply),
    }
    return found if regret is None else {**found, "regret": regret}


def _tail_mean(reading: Reading, cost: FloatArray) -> float:
    """Mean of the worst 1 - cvar_level of the scenarios' discounted cost."""
    tail = 1 - reading.case.case.cvar_level
    order = np.argsort(-cost, kind="stable")
    reached = np.minimum(np.cumsum(reading.tree.weights[order]), tail)
    part = np.diff(np.concatenate([[0.0], reached]))
    return float((part * cost[order]).sum() / part.sum())


def _concentration(reading: Reading, supply: Supply) -> float:
    """Largest share of a country in the supply of the demanded materials."""
    demanded = {row.material for row in reading.case.demand}
    chosen = supply.sources["material"].isin(demanded).to_numpy(dtype=bool)
    amount = supply.by("country", chosen)[1] @ reading.tree.probability
    total = float(amount.sum())
    return float(amount.max()) / total if total > 0 else 0.0


def check_shares(reading: Reading, plan: Plan, supply: Supply, ledger: Ledger) -> None:
    """The plan's shares of countries in the supply of materials and stages."""
    table = plan.shares
    found: dict[tuple[str, str, str], tuple[float, float, float]] = {}
    materials = [("material", row.material) for row in reading.case.materials]
    stages = [("stage", name) for name in table.loc[table["level"] == "stage", "name"].unique()]
    for level, name in [*materials, *stages]:
        chosen = supply.of(name, None) if level == "material" else supply.of(None, name)
        countries, flow = supply.by("country", chosen)
        amount = flow @ reading.tree.probability
        total = amount.sum()
        share = amount / total if total > 0 else np.zeros_like(amount)
        concentration = float((share**2).sum())
        for country, quantity, part in zip(countries, amount, share, strict=True):
            found[level, name, country] = (float(quantity), float(part), concentration)
    keys = list(zip(table["level"], table["name"], table["country"], strict=True))
    wanted = np.array([found.get(key, (0.0, 0.0, 0.0)) for key in keys]).reshape(-1, 3)
    _compare_shares(table, wanted, ledger)
    told = set(keys)
    listed = {key[:2] for key in keys}
    missing = [
        key
        for key, (quantity, _, _) in found.items()
        if quantity > ESTIMATE_TOLERANCE and key[:2] in listed and key not in told
    ]
    ledger.wrong("shares", [f"shares: no row for {' '.join(key)}" for key in missing])


def _compare_shares(table: pd.DataFrame, wanted: FloatArray, ledger: Ledger) -> None:
    for number, column in enumerate(("quantity", "share", "hhi")):
        ledger.equal(
            "shares",
            table[column],
            wanted[:, number],
            numbered(f"shares.{column}"),
        )
