"""Modes of running a plant: one variant of each input, and the marks that outputs then carry.

A run that draws several variants of an input is a mix of such modes. Splitting it can only leave
fewer outputs marked, and runs may be split freely, so no other modes are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, product

from .ground import Ground
from .marks import Marks, destinations, marks_what_it_makes, sticking, washes_off
from .reader import PlainCase, Row

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Mode:
    """One mode: the variant of each input it draws, and the marks of its outputs.

    The marks include those that cannot stick to every output.
    """

    draws: dict[str, Marks]
    marks: Marks


def find_modes(ground: Ground, plant: Row) -> list[Mode]:
    """All modes of a plant, given the variants of its inputs that there can be at its site."""
    inputs = _inputs(ground, plant["process"])
    variants = [ground.variants_at(plant["site"], material) for material in inputs]
    modes = []
    for chosen in product(*variants):
        draws = dict(zip(inputs, chosen, strict=True))
        modes.append(Mode(draws, _marks(ground.case, plant, draws)))
    return modes


def _inputs(ground: Ground, process: str) -> list[str]:
    """Materials that a process draws at some node."""
    drawn = [
        recipe["material"]
        for node in ground.nodes
        for recipe in node.tables["recipes"]
        if recipe["process"] == process and recipe["quantity"] < 0
    ]
    return sorted(set(drawn))


def _marks(case: PlainCase, plant: Row, draws: dict[str, Marks]) -> Marks:
    """Marks of what a plant makes of some variants."""
    marks = set(chain.from_iterable(destinations(drawn) for drawn in draws.values()))
    for pedigree in case.tables["pedigrees"]:
        name = pedigree["pedigree"]
        marked = [material for material, drawn in draws.items() if name in drawn]
        given = marks_what_it_makes(case, pedigree, plant)
        if (given or _inherits(case, pedigree, plant["process"], marked)) and not washes_off(
            case, pedigree, plant["process"]
        ):
            marks.add(name)
    return frozenset(marks)


def _inherits(case: PlainCase, pedigree: Row, process: str, marked: list[str]) -> bool:
    """Do outputs carry a pedigree where these input materials were drawn with it?"""
    if not marked:
        return False
    drawn = made = 0.0
    for recipe in case.tables["recipes"]:
        if recipe["process"] != process:
            continue
        value = abs(recipe["quantity"]) * case.base_price(recipe["material"])
        if recipe["quantity"] > 0:
            made += value
        elif recipe["material"] in marked:
            drawn += value
    least = float(pedigree["min_value_share"]) * made
    return least == 0 or drawn >= least - TOLERANCE * max(drawn, least)


def output_marks(case: PlainCase, mode: Mode, material: str) -> Marks:
    """Marks that an output carries in a mode."""
    return sticking(case, mode.marks, material)
