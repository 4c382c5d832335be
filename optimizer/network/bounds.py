"""Most of each material that any sensible plan handles: the data behind every big-M.

An optimal plan need not handle more of a material than what is demanded, stored, forced on it or
needed to make such amounts. Where something is earned on moving or making material (a negative
cost) the argument fails and only capacities bound the amount.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..tree import FloatArray
from .frame import Frame
from .reach import PlantIO

HUGE = 1e12


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
    processes = list(io)
    flows = list(io.values())
    rates = [_rates(frame, process) for process in processes]
    of_plant = np.array([processes.index(row.process) for row in frame.case.plants], dtype=np.int64)
    capacity = np.zeros(len(processes))
    np.add.at(capacity, of_plant, plant_capacity)
    batch = np.zeros(len(processes))
    np.add.at(batch, of_plant, path_total(frame, frame.values.array("plants", "min_activity")))

    def pulled(need: FloatArray) -> FloatArray:
        """Activity that makes what is needed."""
        most = [
            max((need[m] / rates[p][1][m] for m in flow.gives), default=0.0)
            for p, flow in enumerate(flows)
        ]
        return np.minimum(np.array(most) + batch, capacity)

    def needed(activity: FloatArray) -> FloatArray:
        """What is wanted, and what activity takes."""
        need = wanted.copy()
        for p, flow in enumerate(flows):
            for material in flow.takes:
                need[material] += activity[p] * -rates[p][0][material]
        return need

    rounds = max(len(frame.case.plants) - 1, 0)
    pull = _fixed_point(pulled, needed, wanted, rounds)

    def pushed(amounts: FloatArray) -> FloatArray:
        """Activity that uses up whatever is there."""
        most = [
            max((amounts[m] / -rates[p][0][m] for m in flow.takes), default=0.0)
            for p, flow in enumerate(flows)
        ]
        return np.minimum(np.maximum(np.array(most) + batch, pull), capacity)

    def made(activity: FloatArray) -> FloatArray:
        """What is there without being asked for, and what activity gives."""
        amounts = wanted.copy()
        for p, flow in enumerate(flows):
            for material in flow.gives:
                amounts[material] += activity[p] * rates[p][2][material]
        return amounts

    activity = _fixed_point(pushed, made, wanted, rounds)
    need = needed(pull) + made(activity)
    supply = offered.copy()
    for p, flow in enumerate(flows):
        for material in flow.gives:
            supply[material] += capacity[p] * rates[p][2][material]
    decay = frame.values.array("stockpiles", "decay").max(initial=0.0)
    if 0 < decay < 1:
        need = need / (1 - decay) ** frame.tree.periods
    return Bounds(
        material=np.minimum(need, supply), activity=np.minimum(activity[of_plant], plant_capacity)
    )


def _fixed_point(
    activity_of: Callable[[FloatArray], FloatArray],
    amounts_of: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    rounds: int,
) -> FloatArray:
    """Activities and amounts that imply each other.

    A recycling loop can make them grow from round to round. No plan needs to send material
    through the same plant twice (a loop only loses), so that chains of all plants are enough.
    """
    amounts = start.copy()
    activity = activity_of(amounts)
    for _ in range(rounds):
        before = activity
        amounts = amounts_of(activity)
        activity = activity_of(amounts)
        if np.allclose(activity, before, rtol=1e-9, atol=1e-9):
            break
    return np.asarray(np.where(activity > HUGE, np.inf, activity))


def _rates(
    frame: Frame, process: str
) -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
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
    return np.asarray(capacity, dtype=float)


def _wanted_directly(frame: Frame, plant_capacity: FloatArray) -> FloatArray:
    """What is demanded, stored, forced or paid for, before any conversion. Shape (materials,)."""
    case, values = frame.case, frame.values
    wanted = np.zeros(len(frame.materials))

    def add(table: str, amounts: FloatArray) -> None:
        _, material = frame.places(case.rows(table))
        np.add.at(wanted, material, amounts)

    demand = path_total(frame, values.array("demand", "quantity") * frame.time.window(case.demand))
    demand = demand + np.array([row.waiting for row in case.demand], dtype=float)
    add("demand", demand)
    for column in ("min_take", "commit_quantity", "min_order"):
        add("offers", path_total(frame, values.array("offers", column)))
    for column in ("initial", "min_level", "final_level"):
        add("stockpiles", values.array("stockpiles", column).max(axis=1, initial=0.0))
    cover = values.array("stockpiles", "min_cover_days").max(axis=1, initial=0.0)
    add("stockpiles", cover / case.days_per_period * demand.sum())
    add("in_transit", values.array("in_transit", "quantity").max(axis=1, initial=0.0))
    share = values.array("returns", "share").max(axis=1, initial=0.0)
    delivered = np.zeros(len(frame.materials))
    np.add.at(delivered, frame.places(case.demand)[1], demand)
    source = np.array([frame.material[row.from_material] for row in case.returns], dtype=np.int64)
    add("returns", share * delivered[source])
    wanted += values.array("lanes", "min_load").max(initial=0.0) * frame.tree.periods
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
    lane_capacity = values.array("lanes", "capacity").max(axis=1, initial=0.0) * periods
    for at in np.flatnonzero(values.array("lanes", "cost").min(axis=1, initial=0.0) < 0):
        selector = case.lanes[at].material
        carried = [frame.material[name] for name in frame.names.of("materials").select(selector)]
        wanted[carried] += lane_capacity[at]
    for at in np.flatnonzero(values.array("plants", "variable_cost").min(axis=1, initial=0.0) < 0):
        for recipe in case.recipes:
            if recipe.process == case.plants[at].process:
                amount = plant_capacity[at] * abs(recipe.quantity)
                wanted[frame.material[recipe.material]] += amount


def _offered(frame: Frame) -> FloatArray:
    """Most of each material that comes from outside plants. Shape (materials,)."""
    case, values = frame.case, frame.values
    offered = np.zeros(len(frame.materials))
    window = frame.time.window(case.offers)
    capacity = path_total(frame, np.where(window, values.array("offers", "capacity"), 0.0))
    np.add.at(offered, frame.places(case.offers)[1], capacity)
    for table, column in (("stockpiles", "initial"), ("in_transit", "quantity")):
        amounts = values.array(table, column).max(axis=1, initial=0.0)
        np.add.at(offered, frame.places(case.rows(table))[1], amounts)
    for row in case.returns:
        offered[frame.material[row.material]] = np.inf
    return offered
