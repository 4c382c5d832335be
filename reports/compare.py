"""Plans side by side: costs bridged, decisions that differ, lead time and exposure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from ..models.comparison import MEASURES, ComparedPlan, Comparison
from ..models.plan import COST_CATEGORIES
from .attribution import cost_by_decision
from .changes import changes_between, decisions_of, shifts_between, times
from .terminal import CATEGORIES


def compare_plans(plans: Sequence[ComparedPlan]) -> Comparison:
    """Compare plans with the first of them.

    Raises:
        ValueError: fewer than two plans, two of one name, or a plan without tables.
    """
    names = tuple(plan.name for plan in plans)
    if len(plans) < 2:
        raise ValueError("a comparison needs at least two plans")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"two plans are called {twice[0]!r}; give them different names")
    for plan in plans:
        if not plan.tables or not plan.objectives:
            raise ValueError(f"{plan.name} holds no plan, so there is nothing to compare")
    currencies = {plan.case.case.currency for plan in plans}
    accounts = [cost_by_decision(p.case, p.tables, p.costs, CATEGORIES) for p in plans]
    by_category = _side_by_side(names, [dict(plan.costs) for plan in plans], ["category"])
    order = {category: at for at, category in enumerate(COST_CATEGORIES)}
    by_category = by_category.sort_values(
        "category", key=lambda column: column.map(order), ignore_index=True
    )
    by_category["category"] = by_category["category"].map(CATEGORIES)
    first = plans[0]
    return Comparison(
        names=names,
        currency=currencies.pop() if len(currencies) == 1 else None,
        measures=_measures(plans),
        by_category=by_category,
        by_decision=_side_by_side(names, accounts, ["kind", "name"]),
        decisions=_decisions(plans),
        short=_short(names, plans),
        shares=_side_by_side(names, [_shares(p) for p in plans], ["level", "name", "country"]),
        concentration=_side_by_side(names, [_index(p) for p in plans], ["level", "name"]),
        changes={
            plan.name: [
                *changes_between(first.tables, plan.tables),
                *_shifts(first, plan),
            ]
            for plan in plans[1:]
        },
        notes=tuple(_notes(plans)),
    )


def _side_by_side(
    names: Sequence[str], values: Sequence[Mapping[Any, float]], keys: list[str]
) -> pd.DataFrame:
    """One row for every key of any plan, 0 where a plan has none."""
    known = list(dict.fromkeys(key for own in values for key in own))
    rows = [[own.get(key, 0.0) for own in values] for key in known]
    table = pd.DataFrame(rows, columns=list(names), dtype=float)
    parts = [key if isinstance(key, tuple) else (key,) for key in known]
    for at, column in enumerate(keys):
        table.insert(at, column, pd.Series([part[at] for part in parts], dtype=object))
    return table


def _measures(plans: Sequence[ComparedPlan]) -> pd.DataFrame:
    told: dict[str, Callable[[ComparedPlan], float]] = {
        "unknown_controls": _unknown,
        "decisions": lambda plan: float(len(plan.tables["decisions"])),
        "paid_for_decisions": _paid,
    }
    rows = []
    for measure in MEASURES:
        own = told.get(measure, lambda plan, name=measure: plan.objectives.get(name, float("nan")))
        rows.append([measure, *(float(own(plan)) for plan in plans)])
    return pd.DataFrame(rows, columns=["measure", *(plan.name for plan in plans)])


def _unknown(plan: ComparedPlan) -> float:
    """Share of the value crossing borders that rules of unknown state are about."""
    used = plan.tables.get("rule_use")
    if used is None or used.empty:
        return 0.0
    hit = used[(used["control"] == "") & (used["status"] == "unknown")]
    return float(hit["share"].sum())


def _paid(plan: ComparedPlan) -> float:
    nodes = plan.tables["nodes"].set_index("node")
    own = plan.tables["decisions"]
    weight = own["node"].map(nodes["discount"] * nodes["probability"]).astype(float)
    return float((own["cost"].astype(float) * weight).sum())


def _decisions(plans: Sequence[ComparedPlan]) -> pd.DataFrame:
    """Strategic decisions that are not taken alike in all plans."""
    taken = [decisions_of(plan.tables) for plan in plans]
    paid = [decisions_of(plan.tables, "cost") for plan in plans]
    rows, sizes = [], []
    for key in dict.fromkeys(key for own in taken for key in own):
        when = [times(own[key]) if key in own else "" for own in taken]
        if len(set(when)) > 1:
            rows.append([*key, *when])
            costs = [sum(own.get(key, {}).values()) for own in paid]
            sizes.append(max(costs) - min(costs))
    rows = [rows[at] for at in sorted(range(len(rows)), key=lambda at: -sizes[at])]
    columns = ["decision", "name", "scenario", *(plan.name for plan in plans)]
    return pd.DataFrame(rows, columns=columns)


def _short(names: Sequence[str], plans: Sequence[ComparedPlan]) -> pd.DataFrame:
    """What each plan never delivers, to whom; optional sales are none."""
    keys = ["site", "material", "end_use", "unit"]
    table = _side_by_side(names, [_never(plan) for plan in plans], keys)
    largest = table[list(names)].max(axis=1)
    kept = largest[largest > 1e-6].sort_values(ascending=False, kind="stable").index
    return pd.DataFrame(table.loc[kept]).reset_index(drop=True)


def _never(plan: ComparedPlan) -> dict[object, float]:
    own = plan.tables["service"]
    unit = {row.material: row.unit for row in plan.case.materials}
    optional = [at for at, row in enumerate(plan.case.demand, start=1) if row.shortage_cost == 0]
    own = own[~own["row"].isin(optional)]
    chance = own["node"].map(plan.tables["nodes"].set_index("node")["probability"])
    amounts = own["short"].astype(float) * chance.astype(float)
    found: dict[object, float] = {}
    for row, amount in zip(own.to_dict("records"), amounts, strict=True):
        material = str(row["material"])
        key = (str(row["site"]), material, str(row["end_use"]), unit[material])
        found[key] = found.get(key, 0.0) + float(amount)
    return found


def _shares(plan: ComparedPlan) -> dict[object, float]:
    rows = plan.tables["shares"]
    return {
        (str(level), str(name), str(country)): float(share)
        for level, name, country, share in zip(
            rows["level"], rows["name"], rows["country"], rows["share"], strict=True
        )
    }


def _index(plan: ComparedPlan) -> dict[object, float]:
    rows = plan.tables["shares"].drop_duplicates(["level", "name"])
    return {
        (str(level), str(name)): float(value)
        for level, name, value in zip(rows["level"], rows["name"], rows["hhi"], strict=True)
    }


def _shifts(first: ComparedPlan, plan: ComparedPlan) -> list[str]:
    """What is bought more and less of; nothing where the cases do not share their offers."""
    own = {row.offer: row.material for row in first.case.offers}
    other = {row.offer: row.material for row in plan.case.offers}
    return shifts_between(plan.case, first.tables, plan.tables) if own == other else []


def _notes(plans: Sequence[ComparedPlan]) -> list[str]:
    """What keeps plans from being like for like."""
    asked: list[tuple[str, Callable[[ComparedPlan], object]]] = [
        ("are in different currencies ({}): money is shown but not bridged",
         lambda plan: plan.case.case.currency),
        ("have horizons of different length ({} months): their costs cover different lengths of "
         "time", lambda plan: _number(plan.case.case.periods * plan.case.case.months_per_period)),
        ("begin at different times ({}): present values are of different moments",
         lambda plan: plan.case.case.start or "no date"),
        ("discount differently ({} a year): part of the difference in cost is that",
         lambda plan: _number(plan.case.case.discount_rate)),
        ("are for different scenarios ({}): expected values are over different futures",
         _scenarios),
        ("take rules of unknown state differently ({})",
         lambda plan: plan.case.case.unknown_controls.replace("_", " ")),
    ]  # fmt: skip
    notes = []
    for text, value in asked:
        found = list(dict.fromkeys(str(value(plan)) for plan in plans))
        if len(found) > 1:
            notes.append("the plans " + text.format(", ".join(found)))
    notes += _different_tables(plans)
    for measure in ("lead_time", "cvar", "concentration"):
        missing = [plan.name for plan in plans if measure not in plan.objectives]
        if missing:
            notes.append(f"{measure.replace('_', ' ')} is not known of {', '.join(missing)}")
    return notes


def _scenarios(plan: ComparedPlan) -> str:
    """Scenarios that a plan is for, 'all' of them by name."""
    if plan.scenarios != ("all",):
        return " and ".join(plan.scenarios)
    return " and ".join(row.scenario for row in plan.case.scenarios) or "one future"


def _different_tables(plans: Sequence[ComparedPlan]) -> list[str]:
    """Names that one case has and another has not: differences the plans cannot help."""
    notes = []
    for table, column in (("offers", "offer"), ("plants", "plant"), ("materials", "material")):
        sets = [{getattr(row, column) for row in plan.case.rows(table)} for plan in plans]
        only = sorted(set.union(*sets) - set.intersection(*sets))
        if only:
            some = ", ".join(only[:5]) + (f" and {len(only) - 5} more" if len(only) > 5 else "")
            notes.append(f"{table} that not every case has: {some}")
    return notes


def _number(value: float) -> str:
    return f"{value:g}"
