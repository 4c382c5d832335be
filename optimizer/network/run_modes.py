"""Ways to run a plant, by the variants that it takes and gives, and what each run converts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..indexing import Index, as_columns, matching
from ..tree import IntArray
from .frame import Frame
from .moves import Movements
from .reach import PlantIO


@dataclass(frozen=True)
class RunMode:
    """One way to run a plant, in variants.

    Attributes:
        inputs: material -> variants it may be drawn from.
        outputs: material -> variant it comes out as.
    """

    inputs: dict[int, list[int]]
    outputs: dict[int, int]


def modes_of(
    frame: Frame, movements: Movements, io: dict[str, PlantIO], position: int
) -> list[RunMode]:
    """Ways to run a plant: none unless its inputs reach it and its outputs have somewhere to go.

    Args:
        frame: the case.
        movements: what can be where, and the marks that goods bear.
        io: inputs and outputs of each process.
        position: of the plant.
    """
    plant, provenance = frame.case.plants[position], movements.provenance
    site, flows = frame.site[plant.site], io[plant.process]
    fed = movements.present[site, flows.always_takes].all()
    if not (fed and movements.useful[site, flows.always_gives].all()):
        return []
    if provenance.plain:
        return [
            RunMode(
                {int(material): [int(material)] for material in flows.takes},
                {int(material): int(material) for material in flows.gives},
            )
        ]
    found = []
    for mode in provenance.modes(position):
        outputs = {
            int(material): provenance.becomes(site, int(material), mode.marks)
            for material in flows.gives
        }
        if not all(provenance.goes_on(site, outputs[int(m)]) for m in flows.always_gives):
            continue
        inputs = {
            int(material): [
                provenance.number(int(material), marks)
                for marks in sorted(mode.allowed[frame.materials[material]])
            ]
            or [int(material)]
            for material in flows.takes
        }
        found.append(RunMode(inputs, outputs))
    return found


def conversions(
    frame: Frame,
    movements: Movements,
    modes: list[list[RunMode]],
    run: Index,
    lag: IntArray,
) -> tuple[
    tuple[IntArray, IntArray, IntArray],
    Index,
    Index,
    tuple[IntArray, IntArray, IntArray, IntArray],
]:
    """Inputs at the start and outputs at the finish of each run, by variant.

    Args:
        frame: the case.
        movements: what can be where, and the marks that goods bear.
        modes: ways to run each plant.
        run: (plant, mode, node) of each run.
        lag: periods from start to output of each run.

    Returns:
        Inputs of one variant, draws and drawn inputs of several, and outputs.
    """
    case = frame.case
    quantity = frame.values.array("recipes", "quantity")
    process = {row.process: position for position, row in enumerate(case.processes)}
    of_recipe = np.array([process[row.process] for row in case.recipes], dtype=np.int64)
    of_plant = np.array([process[row.process] for row in case.plants], dtype=np.int64)
    material = np.array([frame.material[row.material] for row in case.recipes], dtype=np.int64)
    runs, recipes = matching(of_plant[run.column(0)], of_recipe)
    taking = np.flatnonzero(quantity[recipes, run.column(2)[runs]] < 0)
    at, finish = frame.time.arrivals(run.column(2)[runs], lag[runs])
    giving = quantity[recipes[at], finish] > 0
    out_recipe, out_run, finish = recipes[at][giving], runs[at][giving], finish[giving]
    in_recipe, in_run = recipes[taking], runs[taking]
    if movements.provenance.plain:
        none = Index(np.zeros((0, 5), dtype=np.int64)), Index(np.zeros((0, 4), dtype=np.int64))
        plain = in_recipe, in_run, material[in_recipe]
        return plain, *none, (out_recipe, out_run, finish, material[out_recipe])

    own = [modes[plant][mode] for plant, mode in run.members[:, :2].tolist()]
    wanted = zip(in_run.tolist(), material[in_recipe].tolist(), strict=True)
    variants = [own[at].inputs[what] for at, what in wanted]
    given = zip(out_run.tolist(), material[out_recipe].tolist(), strict=True)
    made = np.array([own[at].outputs[what] for at, what in given], dtype=np.int64)
    inputs, draw, drawn = _inputs(run, in_recipe, in_run, variants)
    return inputs, draw, drawn, (out_recipe, out_run, finish, made)


def _inputs(
    run: Index, recipe: IntArray, runs: IntArray, variants: list[list[int]]
) -> tuple[tuple[IntArray, IntArray, IntArray], Index, Index]:
    """Inputs of one variant, and draws and drawn inputs of those of several.

    Args:
        run: (plant, mode, node) of each run.
        recipe: recipe row of each input.
        runs: run of each input.
        variants: what each input can be drawn from, at least one.
    """
    several = np.array([len(own) > 1 for own in variants], dtype=bool)
    single = ~several
    first = np.array([own[0] for own in variants], dtype=np.int64)
    drawn = as_columns(recipe[several], *run.members[runs[several]].T)
    lengths = np.array([len(own) for own in variants], dtype=np.int64)[several]
    choice = np.array(
        [variant for own in variants if len(own) > 1 for variant in own], dtype=np.int64
    )
    draw = np.column_stack([np.repeat(drawn, lengths, axis=0), choice])
    return (recipe[single], runs[single], first[single]), Index(draw), Index(drawn)
