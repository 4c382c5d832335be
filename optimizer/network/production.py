"""Plants as arrays: when they can run, what they take and give, how they open and expand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..indexing import Index, as_columns, matching, total_by
from ..tree import FloatArray, IntArray
from .bounds import Bounds
from .frame import Frame
from .moves import Movements
from .reach import PlantIO
from .supply import strategic_points

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Production:
    """Run points and what binds them.

    Attributes:
        run: (plant, mode, node) at which a run can start.
        lag: periods from start to output of each run point.
        capacity: base capacity of each run point (may be inf).
        most: finite bound on activity, modules included; inf if none can be derived.
        candidate: whether the run point needs its plant opened first.
        expandable: whether modules can add to its capacity.
        switched: whether it needs a yes/no variable.
        open: (plant, strategic node) of openings.
        opened: (run position, open position): openings that let it run.
        module: (expansion, strategic node) of modules.
        module_plant: plant of each module point.
        ready: (run position, module position): modules in use at a run point.
        takes: recipe row, run position: inputs. Two arrays.
        gives: recipe row, run position, node of output: outputs. Three arrays.
        fixed_of_open: weighted fixed cost from an opening to the horizon. Shape (open,).
        fixed_of_module: the same per module where it is certain. Shape (module,).
        fixed_existing: weighted fixed cost of existing plants.
        standing: (expansion, node of decision, node) of modules whose fixed cost depends on
            whether their plant is available.
        standing_module: module position of each of these.
        standing_open: (standing position, open position).
        module_most: most modules of each expansion over the horizon. Shape (expansions,).
    """

    run: Index
    lag: IntArray
    days: FloatArray
    capacity: FloatArray
    most: FloatArray
    candidate: BoolArray
    expandable: BoolArray
    switched: BoolArray
    open: Index
    opened: tuple[IntArray, IntArray]
    module: Index
    module_plant: IntArray
    ready: tuple[IntArray, IntArray]
    takes: tuple[IntArray, IntArray]
    gives: tuple[IntArray, IntArray, IntArray]
    fixed_of_open: FloatArray
    fixed_of_module: FloatArray
    fixed_existing: float
    standing: Index
    standing_module: IntArray
    standing_open: tuple[IntArray, IntArray]
    module_most: FloatArray


def build_production(
    frame: Frame, movements: Movements, io: dict[str, PlantIO], bounds: Bounds
) -> Production:
    """Run points of a case."""
    case, values, time = frame.case, frame.values, frame.time
    plants, tree = case.plants, frame.tree
    index = {row.plant: position for position, row in enumerate(plants)}
    candidate = np.array([row.status == "candidate" for row in plants], dtype=bool)
    build = np.array([row.build_periods for row in plants], dtype=np.int64)
    window = time.window(plants)

    owner = np.array([index[row.plant] for row in case.expansions], dtype=np.int64)
    expansion_build = np.array([row.build_periods for row in case.expansions], dtype=np.int64)
    has_modules = np.zeros(len(plants), dtype=bool)
    has_modules[owner] = True
    capacity = values.array("plants", "capacity")
    fed = np.array([_can_run(frame, movements, io, row) for row in plants], dtype=bool)
    possible = window & fed[:, None] & ((capacity > 0) | has_modules[:, None])

    forever = np.full(len(plants), tree.periods)
    open_points = strategic_points(frame, candidate)
    plant, node = np.nonzero(possible)
    opened = _opened(frame, open_points, plant, node, candidate, build, forever)
    keep = ~candidate[plant]
    keep[opened[0]] = True
    plant, node = plant[keep], node[keep]
    opened = _opened(frame, open_points, plant, node, candidate, build, forever)
    run = Index(as_columns(plant, np.zeros_like(plant), node))

    module, module_most, ready = _modules(frame, owner, expansion_build, run, bounds)
    most = np.minimum(capacity[plant, node], np.inf)
    size = values.array("expansions", "module_capacity").max(axis=1, initial=0.0)
    extra = np.zeros(len(plants))
    with np.errstate(invalid="ignore"):
        np.add.at(extra, owner, np.where(size > 0, size * module_most, 0.0))
    most = np.minimum(most + extra[plant], bounds.activity[plant])
    days = values.array("plants", "lead_days")[plant, node]
    takes, gives = _conversions(frame, run, time.lag(days))

    fixed = values.array("plants", "fixed_cost") * time.weight * window
    standing, standing_module, standing_open, fixed_of_module = _module_fixed_cost(
        frame, owner, expansion_build, candidate, build, window, module, open_points
    )
    all_plant, all_node = np.nonzero(window & candidate[:, None])
    at, decision = _opened(frame, open_points, all_plant, all_node, candidate, build, forever)
    fixed_of_open = total_by(decision, fixed[all_plant[at], all_node[at]], len(open_points))
    return Production(
        run=run,
        lag=time.lag(days),
        days=days,
        capacity=capacity[plant, node],
        most=most,
        candidate=candidate[plant],
        expandable=has_modules[plant] & np.isfinite(capacity[plant, node]),
        switched=(values.array("plants", "min_activity")[plant, node] > 0)
        | (values.array("plants", "run_cost")[plant, node] > 0),
        open=open_points,
        opened=opened,
        module=module,
        module_plant=owner[module.column(0)],
        ready=ready,
        takes=takes,
        gives=gives,
        fixed_of_open=fixed_of_open,
        fixed_of_module=fixed_of_module,
        fixed_existing=float(fixed[~candidate].sum()),
        standing=standing,
        standing_module=standing_module,
        standing_open=standing_open,
        module_most=module_most,
    )


def _can_run(frame: Frame, movements: Movements, io: dict[str, PlantIO], plant: object) -> bool:
    """Whether a plant's inputs can reach it and its outputs have somewhere to go."""
    site = frame.site[plant.site]  # type: ignore[attr-defined]  # a row of plants
    flows = io[plant.process]  # type: ignore[attr-defined]
    fed = movements.present[site, flows.always_takes].all()
    return bool(fed and movements.useful[site, flows.always_gives].all())


def _opened(
    frame: Frame,
    points: Index,
    plant: IntArray,
    node: IntArray,
    candidate: BoolArray,
    build: IntArray,
    forever: IntArray,
) -> tuple[IntArray, IntArray]:
    """(which, open position): openings early enough for each (plant, node) of a candidate."""
    which = np.flatnonzero(candidate[plant])
    at, decision = frame.time.decided(node[which], build[plant[which]], forever[plant[which]])
    return which[at], points.positions(as_columns(plant[which[at]], decision))


def _modules(
    frame: Frame, owner: IntArray, build: IntArray, run: Index, bounds: Bounds
) -> tuple[Index, FloatArray, tuple[IntArray, IntArray]]:
    """Module points, most modules of each expansion, and modules in use at each run point."""
    case, values = frame.case, frame.values
    last = np.array(
        [case.period(case.plants[plant].end, frame.tree.periods) for plant in owner], dtype=np.int64
    )
    row, node = np.nonzero(
        frame.time.strategic[None, :] & (frame.tree.period[None, :] <= last[:, None])
    )
    module = Index(as_columns(row, node))
    most = values.array("expansions", "max_modules").max(axis=1, initial=0.0)
    size = values.array("expansions", "module_capacity")
    smallest = np.where(size > 0, size, np.inf).min(axis=1, initial=np.inf)
    enough = np.ceil(bounds.activity[owner] / smallest)
    most = np.where(np.isfinite(most), most, np.where(np.isfinite(smallest), enough, np.inf))
    runs, expansions = matching(run.column(0), owner)
    at, decision = frame.time.decided(
        run.column(2)[runs], build[expansions], np.full(len(runs), frame.tree.periods)
    )
    position = module.positions(as_columns(expansions[at], decision))
    keep = position >= 0
    return module, most, (runs[at][keep], position[keep])


def _conversions(
    frame: Frame, run: Index, lag: IntArray
) -> tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray, IntArray]]:
    """Inputs at the start and outputs at the finish of each run point."""
    case = frame.case
    quantity = frame.values.array("recipes", "quantity")
    process = {row.process: position for position, row in enumerate(case.processes)}
    of_recipe = np.array([process[row.process] for row in case.recipes], dtype=np.int64)
    of_plant = np.array([process[row.process] for row in case.plants], dtype=np.int64)
    runs, recipes = matching(of_plant[run.column(0)], of_recipe)
    taking = quantity[recipes, run.column(2)[runs]] < 0
    takes = (recipes[taking], runs[taking])
    at, finish = frame.time.arrivals(run.column(2)[runs], lag[runs])
    recipes, runs = recipes[at], runs[at]
    giving = quantity[recipes, finish] > 0
    return takes, (recipes[giving], runs[giving], finish[giving])


def _module_fixed_cost(
    frame: Frame,
    owner: IntArray,
    expansion_build: IntArray,
    candidate: BoolArray,
    build: IntArray,
    window: BoolArray,
    module: Index,
    open_points: Index,
) -> tuple[Index, IntArray, tuple[IntArray, IntArray], FloatArray]:
    """Fixed cost of modules: certain with the module itself, or only while its plant is available.

    A module pays what its expansion cost when it was decided, from its own completion while its
    plant is available. That is certain for an existing plant, and for a candidate that is always
    ready no later than its modules.
    """
    time, periods = frame.time, frame.tree.periods
    cost = frame.values.array("expansions", "fixed_cost")
    uncertain = candidate[owner] & (expansion_build < build[owner])
    expansion, node = np.nonzero(window[owner])
    at, decision = time.decided(node, expansion_build[expansion], np.full(len(node), periods))
    position = module.positions(as_columns(expansion[at], decision))
    at, position = at[position >= 0], position[position >= 0]
    expansion, node = expansion[at], node[at]
    weights = time.weight[node] * cost[expansion, module.column(1)[position]]
    sure = ~uncertain[expansion]
    certain = total_by(position[sure], weights[sure], len(module))
    open_cost = np.flatnonzero(~sure & (weights != 0))
    standing = Index(
        as_columns(expansion[open_cost], module.column(1)[position[open_cost]], node[open_cost])
    )
    opened = _opened(
        frame,
        open_points,
        owner[expansion[open_cost]],
        node[open_cost],
        candidate,
        build,
        np.full(len(candidate), periods),
    )
    return standing, position[open_cost], opened, certain
