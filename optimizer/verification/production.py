"""Plants: when they can run, how much, what they take and give, at what cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .decisions import Decisions
from .ledger import Ledger, Where
from .reading import BoolArray, FloatArray, IntArray, Reading, pivot
from .service import Services
from .supply import used
from .tables import Plan


@dataclass(frozen=True)
class Output:
    """An output of a plant: one row per plant and recipe row with quantity > 0.

    Attributes:
        plants: position of the plant. Shape (outputs,).
        recipes: position of the row of recipes. Shape (outputs,).
        main: whether it is the plant's main (first) output. Shape (outputs,).
    """

    plants: IntArray
    recipes: IntArray
    main: BoolArray


def outputs(reading: Reading) -> Output:
    """Every output of every plant."""
    case = reading.case
    made: dict[str, list[int]] = {}
    for number, row in enumerate(case.recipes):
        if row.quantity > 0:
            made.setdefault(row.process, []).append(number)
    rows = [
        (position, number, i == 0)
        for position, plant in enumerate(case.plants)
        for i, number in enumerate(made.get(plant.process, []))
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Output(table[:, 0], table[:, 1], table[:, 2].astype(bool))


def activity(reading: Reading, plan: Plan) -> FloatArray:
    """Units of activity started in each plant at each node. Shape (plants, nodes)."""
    return pivot(plan.production, "activity", (len(reading.case.plants), reading.size))


def check_production(
    reading: Reading, plan: Plan, decisions: Decisions, services: Services, ledger: Ledger
) -> dict[str, FloatArray]:
    """Check every run, and return what plants cost at each node by category."""
    plants = reading.case.plants
    level = activity(reading, plan)
    available = _available(reading, decisions)
    rows, nodes = np.nonzero(level)

    def where(i: int) -> str:
        place = plants[rows[i]].site
        return reading.line("plants", int(rows[i]), place, reading.when(int(nodes[i])))

    amount = level[rows, nodes]
    ledger.none_of("unopened", np.where(available[rows, nodes], 0.0, amount), where)
    with np.errstate(invalid="ignore"):
        size = reading.dense("plants", "capacity") * services.base
    size = np.where(available & (services.base > 0), size, 0.0)
    added = _modules(reading, decisions, available, "module_capacity")
    np.add.at(size, _owners(reading), added * services.modules)
    ledger.at_most("plant capacity", amount, size[rows, nodes], where)
    least = reading.at("plants", "min_activity", rows, nodes)
    ledger.zero_or_at_least("minimum activity", amount, least, where)
    _check_modules(reading, decisions, ledger)
    _check_recipes(reading, plan, ledger)
    runs = plan.production
    place = runs["position"].to_numpy(dtype=np.int64)
    when = runs["node"].to_numpy(dtype=np.int64)
    variable = runs["activity"].to_numpy(dtype=float)
    variable = variable * reading.at("plants", "variable_cost", place, when)
    ledger.equal(
        "variable",
        runs["variable"],
        variable,
        lambda i: reading.line("plants", int(place[i]), reading.when(int(when[i]))),
    )
    fixed = np.where(available, reading.dense("plants", "fixed_cost"), 0.0).sum(axis=0)
    fixed = fixed + _modules(reading, decisions, available, "fixed_cost").sum(axis=0)
    return {
        "variable": reading.per_node(when, variable),
        "run": (used(level) * reading.dense("plants", "run_cost")).sum(axis=0),
        "fixed": fixed,
    }


def _available(reading: Reading, decisions: Decisions) -> BoolArray:
    """Whether each plant can run at each node: it stands, and start..end holds."""
    plants = reading.case.plants
    stands = np.array([row.status == "existing" for row in plants], dtype=bool)
    built = reading.after(decisions.taken["open_plant"], decisions.waits["open_plant"]) > 0.5
    found: BoolArray = (stands[:, None] | built) & reading.inside_dense("plants")
    return found


def _owners(reading: Reading) -> IntArray:
    """Position of the plant of each row of expansions."""
    place = {row.plant: number for number, row in enumerate(reading.case.plants)}
    return np.array([place[row.plant] for row in reading.case.expansions], dtype=np.int64)


def _modules(
    reading: Reading, decisions: Decisions, available: BoolArray, column: str
) -> FloatArray:
    """A number of the modules in use, as it was when each was decided. Shape (expansions, nodes).

    ``column`` is module_capacity or fixed_cost. Modules count from `build_periods` and reviews
    after their decision, where their plant is available.
    """
    decided = decisions.taken["add_modules"] * reading.dense("expansions", column)
    ready = reading.after(decided, decisions.waits["add_modules"])
    return np.where(available[_owners(reading)], ready, 0.0)


def _check_modules(reading: Reading, decisions: Decisions, ledger: Ledger) -> None:
    """Cumulative modules stay within `max_modules`, and only an opened plant has any."""
    taken = decisions.taken["add_modules"]
    total = reading.along(taken)
    rows, nodes = np.nonzero(taken)
    owners = _owners(reading)
    opened = reading.along(decisions.taken["open_plant"]) > 0.5
    existing = np.array([row.status == "existing" for row in reading.case.plants], dtype=bool)
    last = reading.span("plants")[1]
    plants = owners[rows]
    inside = reading.tree.period[nodes] <= last[plants]
    allowed = existing[plants] | (opened[plants, nodes] & inside)
    limit = np.where(allowed, reading.at("expansions", "max_modules", rows, nodes), 0.0)

    def where(i: int) -> str:
        return reading.line("expansions", int(rows[i]), reading.when(int(nodes[i])))

    ledger.at_most("modules", total[rows, nodes], limit, where)


def _check_recipes(reading: Reading, plan: Plan, ledger: Ledger) -> None:
    """Conversions must equal activity x recipe: inputs at the start, outputs at the finish."""
    keys = ["position", "mode", "material", "started", "node"]
    found = plan.conversions[[*keys, "quantity"]].assign(wanted=0.0)
    wanted = _expected(reading, plan).assign(quantity=0.0)
    table = pd.concat([found, wanted[found.columns]], ignore_index=True)
    table["size"] = table["quantity"].abs()
    total = table.groupby(keys, sort=False)[["quantity", "wanted", "size"]].sum().reset_index()
    where = _where_conversion(reading, total)
    ledger.equal("recipe", total["quantity"], total["wanted"], where)
    # Marked and unmarked parts may not have opposite signs.
    ledger.equal("recipe", total["size"], total["wanted"].abs(), where)
    amount = total["quantity"].to_numpy(dtype=float)
    early = (total["node"] != total["started"]).to_numpy(dtype=bool) & (amount < 0)
    ledger.none_of("recipe", np.where(early, amount, 0.0), where)


def _where_conversion(reading: Reading, total: pd.DataFrame) -> Where:
    def where(i: int) -> str:
        row = total.iloc[i]
        place = reading.case.plants[int(row["position"])].site
        began = f"started in {reading.when(int(row['started']))}"
        return reading.line(
            "plants",
            int(row["position"]),
            row["material"],
            place,
            reading.when(int(row["node"])),
            began,
        )

    return where


def _expected(reading: Reading, plan: Plan) -> pd.DataFrame:
    """What the runs of the plan take and give by FORMAT: one row per run, material and node."""
    case = reading.case
    runs = plan.production[["position", "mode", "node", "activity"]].rename(
        columns={"node": "started"}
    )
    process = np.array([row.process for row in case.plants] + [""], dtype=object)
    runs["process"] = process[runs["position"].to_numpy(dtype=np.int64)]
    recipes = pd.DataFrame(
        {
            "process": [row.process for row in case.recipes],
            "material": [row.material for row in case.recipes],
            "recipe": np.arange(len(case.recipes)),
        }
    )
    pairs = runs.merge(recipes.astype({"process": object, "material": object}), on="process")
    recipe = pairs["recipe"].to_numpy(dtype=np.int64)
    started = pairs["started"].to_numpy(dtype=np.int64)
    level = pairs["activity"].to_numpy(dtype=float)
    takes = np.minimum(reading.at("recipes", "quantity", recipe, started), 0.0) * level
    taken = pairs.assign(node=started, wanted=takes)
    days = reading.at("plants", "lead_days", pairs["position"].to_numpy(dtype=np.int64), started)
    run, finish = reading.onward(started, reading.lag(days))
    gives = np.maximum(reading.at("recipes", "quantity", recipe[run], finish), 0.0) * level[run]
    given = pairs.iloc[run].assign(node=finish, wanted=gives)
    both = pd.concat([taken, given], ignore_index=True)
    return both[both["wanted"] != 0]
