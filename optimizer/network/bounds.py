"""Most of each material that any sensible plan handles: the data behind every big-M.

An optimal plan need not handle more of a material than what is demanded, stored, forced on it or
needed to make such amounts. Where something is earned on moving or making material (a negative
cost) the argument fails and only capacities bound the amount.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..tree import FloatArray
from .frame import Frame
from .reach import PlantIO

ROUNDS = 60


@dataclass(frozen=True)
class Bounds:
    """Upper bounds over the whole horizon, ``inf`` where none can be derived.

    Attributes:
        material: most of each material moved, bought, made or stored. Shape (materials,).
        activity: most activity of each plant. Shape (plants,).
    """

    material: FloatArray
    activity: FloatArray


def path_total(frame: Frame, amounts: FloatArray) -> FloatArray:
    """Sum over periods of the largest value in each period. Shape (rows,)."""
    total = np.zeros(len(amounts))
    for period in range(1, frame.tree.periods + 1):
        total += amounts[:, frame.tree.in_period(period)].max(axis=1, initial=0.0)
    return total


def build_bounds(frame: Frame, io: dict[str, PlantIO]) -> Bounds:
    """Bounds of a case."""
    plant_capacity = _plant_capacity(frame)
    wanted = _wanted_directly(frame, plant_capacity)
    offered = _offered(frame)
    plants = [io[row.process] for row in frame.case.plants]
    rates = [_rates(frame, row.process) for row in frame.case.plants]
    batch = frame.values.array("plants", "min_activity").max(axis=1, initial=0.0)

    need = wanted.copy()
    activity = np.zeros(len(plants))
    for _ in range(ROUNDS):
        before = need.copy()
        for position, flows in enumerate(plants):
            makes = [need[m] / rates[position][1][m] for m in flows.gives]
            activity[position] = min(plant_capacity[position], max(makes, default=0.0) + batch[position])
        need = wanted.copy()
        for position, flows in enumerate(plants):
            lowest, _, highest = rates[position]
            for material in flows.takes:
                need[material] += activity[position] * -lowest[material]
            for material in flows.gives:
                need[material] += activity[position] * highest[material]
        if np.allclose(need, before, rtol=1e-9, atol=1e-9, equal_nan=True):
            break
    else:
        need = np.where(np.isclose(need, before, rtol=1e-6), need, np.inf)
        for position, flows in enumerate(plants):
            if np.isinf(need[flows.gives]).any():
                activity[position] = plant_capacity[position]
    supply = offered.copy()
    for position, flows in enumerate(plants):
        for material in flows.gives:
            supply[material] += plant_capacity[position] * rates[position][2][material]
    decay = frame.values.array("stockpiles", "decay").max(initial=0.0)
    if 0 < decay < 1:
        need = need / (1 - decay) ** frame.tree.periods
    return Bounds(material=np.minimum(need, supply), activity=activity)


def _rates(frame: Frame, process: str) -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
    """Lowest quantity, smallest positive output and largest output per material of a process."""
    quantity = frame.values.compact("recipes", "quantity")
    lowest, smallest, largest = {}, {}, {}
    for position, row in enumerate(frame.case.recipes):
        if row.process == process:
            material = frame.material[row.material]
            lowest[material] = float(quantity[position].min())
            positive = quantity[position][quantity[position] > 0]
            smallest[material] = float(positive.min()) if len(positive) else 1.0
            largest[material] = float(max(quantity[position].max(), 0.0))
    return lowest, smallest, largest


def _plant_capacity(frame: Frame) -> FloatArray:
    """Most activity of each plant over the horizon by its capacity and modules. Shape (plants,)."""
    values, case = frame.values, frame.case
    periods = frame.tree.periods
    capacity = values.array("plants", "capacity").max(axis=1, initial=0.0) * periods
    position = {row.plant: at for at, row in enumerate(case.plants)}
    size = values.array("expansions", "module_capacity").max(axis=1, initial=0.0)
    most = values.array("expansions", "max_modules").max(axis=1, initial=0.0)
    for at, row in enumerate(case.expansions):
        if size[at] > 0 and most[at] > 0:
            capacity[position[row.plant]] += size[at] * most[at] * periods
    return capacity


def _wanted_directly(frame: Frame, plant_capacity: FloatArray) -> FloatArray:
    """What is demanded, stored, forced or paid for, before any conversion. Shape (materials,)."""
    case, values = frame.case, frame.values
    wanted = np.zeros(len(frame.materials))

    def add(table: str, amounts: FloatArray) -> None:
        _, material = frame.places(case.rows(table))
        np.add.at(wanted, material, amounts)

    demand = path_total(frame, values.array("demand", "quantity") * frame.time.window(case.demand))
    add("demand", demand)
    for column in ("min_take", "commit_quantity"):
        add("offers", path_total(frame, values.array("offers", column)))
    add("offers", values.array("offers", "min_order").max(axis=1, initial=0.0))
    for column in ("initial", "min_level", "final_level"):
        add("stockpiles", values.array("stockpiles", column).max(axis=1, initial=0.0))
    cover = values.array("stockpiles", "min_cover_days").max(axis=1, initial=0.0)
    add("stockpiles", cover / case.days_per_period * demand.sum())
    add("in_transit", values.array("in_transit", "quantity").max(axis=1, initial=0.0))
    share = values.array("returns", "share").max(axis=1, initial=0.0)
    delivered = np.zeros(len(frame.materials))
    np.add.at(delivered, frame.places(case.demand)[1], demand)  # type: ignore[arg-type]  # rows of one type
    source = np.array([frame.material[row.from_material] for row in case.returns], dtype=np.int64)
    add("returns", share * delivered[source])
    load = values.array("lanes", "min_load").max(initial=0.0)
    wanted += load
    for row, value in zip(case.policies, values.array("policies", "value"), strict=True):
        if row.kind == "min_quantity":
            wanted += value.max() * frame.tree.periods
        if row.kind == "min_cover_days":
            wanted += value.max() / case.days_per_period * demand.sum()
    _add_gainful(frame, wanted, plant_capacity)
    return wanted


def _add_gainful(frame: Frame, wanted: FloatArray, plant_capacity: FloatArray) -> None:
    """Add capacities of whatever earns money by itself, where only capacities bound a plan."""
    case, values, periods = frame.case, frame.values, frame.tree.periods
    for table, column in (("offers", "price"), ("disposal", "cost")):
        _, material = frame.places(case.rows(table))
        earns = values.array(table, column).min(axis=1, initial=0.0) < 0
        capacity = values.array(table, "capacity").max(axis=1, initial=0.0) * periods
        np.add.at(wanted, material[earns], capacity[earns])
    tiers = {row.offer for row in case.offer_tiers if row.price < 0}
    for row, capacity in zip(case.offers, values.array("offers", "capacity"), strict=True):
        if row.offer in tiers:
            wanted[frame.material[row.material]] += capacity.max() * periods
    for at, row in enumerate(case.lanes):
        if values.array("lanes", "cost")[at].min() < 0:
            materials = [frame.material[m] for m in frame.names.of("materials").select(row.material)]
            wanted[materials] += values.array("lanes", "capacity")[at].max() * periods
    for at, plant in enumerate(case.plants):
        if values.array("plants", "variable_cost")[at].min() < 0:
            for recipe in case.recipes:
                if recipe.process == plant.process:
                    wanted[frame.material[recipe.material]] += plant_capacity[at] * abs(recipe.quantity)


def _offered(frame: Frame) -> FloatArray:
    """Most of each material that comes from outside plants. Shape (materials,)."""
    case, values = frame.case, frame.values
    offered = np.zeros(len(frame.materials))
    window = frame.time.window(case.offers)
    capacity = path_total(frame, np.where(window, values.array("offers", "capacity"), 0.0))
    np.add.at(offered, frame.places(case.offers)[1], capacity)  # type: ignore[arg-type]  # rows of one type
    for table, column in (("stockpiles", "initial"), ("in_transit", "quantity")):
        amounts = values.array(table, column).max(axis=1, initial=0.0)
        np.add.at(offered, frame.places(case.rows(table))[1], amounts)
    for row in case.returns:
        offered[frame.material[row.material]] = np.inf
    return offered
