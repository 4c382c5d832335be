"""Plants as arrays: when and how they run, what they take and give, how they open and expand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..indexing import Index, as_columns, matching, total_by
from ..tree import FloatArray, IntArray
from .bounds import Bounds
from .building import Building
from .frame import Frame
from .moves import Movements
from .reach import PlantIO
from .run_modes import RunMode, conversions, modes_of
from .services import ServiceRows, Services, build_service_rows, build_services
from .technology import Permits

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Production:
    """Run points and what binds them.

    Attributes:
        slot: (plant, node) at which a run can start. Arrays run over it unless they say otherwise.
        run: (plant, mode, node) of the runs that share a slot.
        slot_of_run: position in ``slot`` of each run.
        lag, days: periods and days from start to output of each run.
        capacity: base capacity, uptime included (may be inf).
        most: finite bound on activity, modules included; inf if none can be derived.
        candidate: whether the plant must be opened first.
        expandable: whether modules can add to the capacity.
        switched: whether it needs a yes/no variable.
        open: (plant, strategic node) of openings.
        opened: (slot, open position): openings that let it run.
        open_wait: periods from opening to use. Shape (plants, nodes).
        module: (expansion, strategic node) of modules.
        module_plant: plant of each module point.
        module_wait: periods from adding modules to use. Shape (expansions, nodes).
        ready: (slot, module position): modules in use.
        takes: (recipe row, run, variant): inputs of one possible variant. Three arrays.
        draw: (recipe row, plant, mode, node, variant) of inputs that can be of several variants.
        drawn: (recipe row, plant, mode, node) of such inputs, with the recipe's quantity.
        gives: (recipe row, run, node of output, variant): outputs. Four arrays.
        fixed_of_open: weighted fixed cost from an opening to the horizon. Shape (open,).
        fixed_of_module: the same per module where it is certain. Shape (module,).
        fixed_existing: weighted fixed cost of existing plants.
        standing: (expansion, node of decision, node) of modules whose fixed cost depends on
            whether their plant is available.
        standing_module: module position of each of these.
        standing_open: (standing position, open position).
        module_most: most modules of each expansion over the horizon. Shape (expansions,).
        opening, adding: what rules about technology ask of opening plants and adding modules.
        services: uptimes, and the licences that lift them.
        service_rows: limits on runs under service rules that a licence helps against.
    """

    slot: Index
    run: Index
    slot_of_run: IntArray
    lag: IntArray
    days: FloatArray
    capacity: FloatArray
    most: FloatArray
    candidate: BoolArray
    expandable: BoolArray
    switched: BoolArray
    open: Index
    opened: tuple[IntArray, IntArray]
    open_wait: IntArray
    module: Index
    module_plant: IntArray
    module_wait: IntArray
    ready: tuple[IntArray, IntArray]
    takes: tuple[IntArray, IntArray, IntArray]
    draw: Index
    drawn: Index
    gives: tuple[IntArray, IntArray, IntArray, IntArray]
    fixed_of_open: FloatArray
    fixed_of_module: FloatArray
    fixed_existing: float
    standing: Index
    standing_module: IntArray
    standing_open: tuple[IntArray, IntArray]
    module_most: FloatArray
    opening: Permits
    adding: Permits
    services: Services
    service_rows: ServiceRows


def build_production(
    frame: Frame, movements: Movements, io: dict[str, PlantIO], bounds: Bounds
) -> Production:
    """Run points of a case."""
    case, values, time = frame.case, frame.values, frame.time
    position = {row.plant: number for number, row in enumerate(case.plants)}
    owner = np.array([position[row.plant] for row in case.expansions], dtype=np.int64)
    has_modules = np.zeros(len(case.plants), dtype=bool)
    has_modules[owner] = True
    building, window = Building(frame, movements), time.window(case.plants)
    modes = [modes_of(frame, movements, io, number) for number in range(len(case.plants))]
    slot, opened = _slots(frame, building, modes, has_modules, window)
    run, slot_of_run = _runs(slot, modes)
    plant, node = slot.column(0), slot.column(1)

    module, module_most, ready = _modules(frame, building, owner, slot, bounds)
    services = build_services(frame, movements.regime)
    base = values.array("plants", "capacity")[plant, node]
    own = _with_uptime(base, services.plants[plant, node])
    room = _module_room(frame, module_most)
    extra = total_by(owner, room, len(case.plants))
    days = values.array("plants", "lead_days")[run.column(0), run.column(2)]
    lag = time.lag(days)
    takes, draw, drawn, gives = conversions(frame, movements, modes, run, lag)

    fixed = values.array("plants", "fixed_cost") * time.weight * window
    standing, standing_module, standing_open, fixed_of_module = _module_fixed_cost(
        frame, building, owner, window, module
    )
    return Production(
        slot=slot,
        run=run,
        slot_of_run=slot_of_run,
        lag=lag,
        days=days,
        capacity=own,
        most=np.minimum(own + extra[plant], bounds.activity[plant]),
        candidate=building.candidate[plant],
        expandable=has_modules[plant] & np.isfinite(own),
        switched=(values.array("plants", "min_activity")[plant, node] > 0)
        | (values.array("plants", "run_cost")[plant, node] > 0),
        open=building.open,
        opened=opened,
        open_wait=building.open_wait,
        module=module,
        module_plant=owner[module.column(0)],
        module_wait=building.module_wait,
        ready=ready,
        takes=takes,
        draw=draw,
        drawn=drawn,
        gives=gives,
        fixed_of_open=_open_fixed_cost(building, window, fixed),
        fixed_of_module=fixed_of_module,
        fixed_existing=float(fixed[~building.candidate].sum()),
        standing=standing,
        standing_module=standing_module,
        standing_open=standing_open,
        module_most=module_most,
        opening=building.opening,
        adding=building.adding,
        services=services,
        service_rows=build_service_rows(frame, movements.regime, services, slot, base, room),
    )


def _slots(
    frame: Frame,
    building: Building,
    modes: list[list[RunMode]],
    has_modules: BoolArray,
    window: BoolArray,
) -> tuple[Index, tuple[IntArray, IntArray]]:
    """(plant, node) at which a run can start, and the openings that let it.

    A plant runs where it has something to run on and room to run in, and a candidate where it can
    have been opened.
    """
    fed = np.array([bool(own) for own in modes], dtype=bool)
    capacity = frame.values.array("plants", "capacity")
    possible = window & fed[:, None] & ((capacity > 0) | has_modules[:, None])
    plant, node = np.nonzero(possible)
    keep = ~building.candidate[plant]
    keep[building.opened(plant, node)[0]] = True
    plant, node = plant[keep], node[keep]
    return Index(as_columns(plant, node)), building.opened(plant, node)


def _runs(slot: Index, modes: list[list[RunMode]]) -> tuple[Index, IntArray]:
    """(plant, mode, node) of every run, and the slot of each."""
    plant, node = slot.column(0), slot.column(1)
    count = np.array([len(own) for own in modes], dtype=np.int64)[plant]
    slot_of_run = np.repeat(np.arange(len(slot)), count)
    mode = np.arange(len(slot_of_run)) - np.repeat(np.cumsum(count) - count, count)
    return Index(as_columns(plant[slot_of_run], mode, node[slot_of_run])), slot_of_run


def _module_room(frame: Frame, most: FloatArray) -> FloatArray:
    """Capacity that each expansion can add over the horizon. Shape (expansions,)."""
    size = frame.values.array("expansions", "module_capacity").max(axis=1, initial=0.0)
    with np.errstate(invalid="ignore"):
        return np.where(size > 0, size * most, 0.0)


def _with_uptime(capacity: FloatArray, uptime: FloatArray) -> FloatArray:
    """Capacity that an uptime leaves; no limit stays none unless nothing is left."""
    with np.errstate(invalid="ignore"):
        return np.where(uptime == 0, 0.0, capacity * uptime)


def _modules(
    frame: Frame, building: Building, owner: IntArray, slot: Index, bounds: Bounds
) -> tuple[Index, FloatArray, tuple[IntArray, IntArray]]:
    """Module points, most modules of each expansion, and modules in use at each slot."""
    case, values = frame.case, frame.values
    last = np.array(
        [case.period(case.plants[plant].end, frame.tree.periods) for plant in owner], dtype=np.int64
    )
    row, node = np.nonzero(
        frame.time.strategic[None, :]
        & (frame.tree.period[None, :] <= last[:, None])
        & building.adding.allowed
    )
    module = Index(as_columns(row, node))
    most = values.array("expansions", "max_modules").max(axis=1, initial=0.0)
    size = values.array("expansions", "module_capacity")
    smallest = np.where(size > 0, size, np.inf).min(axis=1, initial=np.inf)
    enough = np.ceil(bounds.activity[owner] / smallest)
    most = np.where(np.isfinite(most), most, np.where(np.isfinite(smallest), enough, np.inf))
    slots, expansions = matching(slot.column(0), owner)
    at, position = building.ready(module, expansions, slot.column(1)[slots])
    return module, most, (slots[at], position)


def _open_fixed_cost(building: Building, window: BoolArray, fixed: FloatArray) -> FloatArray:
    """Weighted fixed cost from each opening to the horizon. Shape (open,)."""
    plant, node = np.nonzero(window & building.candidate[:, None])
    at, decision = building.opened(plant, node)
    return total_by(decision, fixed[plant[at], node[at]], len(building.open))


def _module_fixed_cost(
    frame: Frame, building: Building, owner: IntArray, window: BoolArray, module: Index
) -> tuple[Index, IntArray, tuple[IntArray, IntArray], FloatArray]:
    """Fixed cost of modules: certain with the module itself, or only while its plant is available.

    A module pays what its expansion cost when it was decided, from its own completion while its
    plant is available. That is certain for an existing plant, and for a candidate that is always
    ready no later than its modules.
    """
    time = frame.time
    cost = frame.values.array("expansions", "fixed_cost")
    slowest = building.open_wait.max(axis=1, initial=0)
    fastest = building.module_wait.min(axis=1, initial=frame.tree.periods)
    uncertain = building.candidate[owner] & (fastest < slowest[owner])
    expansion, node = np.nonzero(window[owner])
    at, position = building.ready(module, expansion, node)
    expansion, node = expansion[at], node[at]
    weights = time.weight[node] * cost[expansion, module.column(1)[position]]
    sure = ~uncertain[expansion]
    certain = total_by(position[sure], weights[sure], len(module))
    open_cost = np.flatnonzero(~sure & (weights != 0))
    standing = Index(
        as_columns(expansion[open_cost], module.column(1)[position[open_cost]], node[open_cost])
    )
    opened = building.opened(owner[expansion[open_cost]], node[open_cost])
    return standing, position[open_cost], opened, certain
