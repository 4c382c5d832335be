"""Which variants of each material there can ever be at each site, by following the goods."""

from __future__ import annotations

from .borders import Shipment, find_ways
from .ground import Ground, within
from .lanes import lane_pairs
from .marks import Marks, named_marks, sticking
from .modes import find_modes, output_marks
from .supply import offer_shipment


def find_variants(ground: Ground) -> None:
    """Follow the goods from where they come, until nothing new turns up."""
    _start(ground)
    while True:
        before = sum(len(found) for found in ground.variants.values())
        _follow_lanes(ground)
        _follow_plants(ground)
        _follow_returns(ground)
        if sum(len(found) for found in ground.variants.values()) == before:
            return


def _found(ground: Ground, site: str, material: str, marks: Marks) -> None:
    kept = marks - ground.forgotten[site, material]
    ground.variants.setdefault((site, material), set()).add(kept)


def _start(ground: Ground) -> None:
    """Offers, initial stock and goods in transit."""
    case = ground.case
    for row in case.tables["offers"]:
        shipment = offer_shipment(case, row)
        for node in ground.nodes:
            if within(row, node):
                for way in find_ways(ground, shipment, node):
                    _found(ground, row["site"], row["material"], shipment.marks | way.marks)
    for table in ("stockpiles", "in_transit"):
        for row in case.tables[table]:
            marks = named_marks(case, row["pedigrees"], row["material"])
            _found(ground, row["site"], row["material"], marks)


def _follow_lanes(ground: Ground) -> None:
    case = ground.case
    for row, start, end, material in lane_pairs(case):
        for marks in ground.variants_at(start, material):
            shipment = Shipment.by_lane(case, start, end, material, marks)
            for node in ground.nodes:
                if within(row, node):
                    for way in find_ways(ground, shipment, node):
                        _found(ground, end, material, marks | way.marks)


def _follow_plants(ground: Ground) -> None:
    case = ground.case
    for plant in case.tables["plants"]:
        outputs = {
            recipe["material"]
            for node in ground.nodes
            for recipe in node.tables["recipes"]
            if recipe["process"] == plant["process"] and recipe["quantity"] > 0
        }
        for mode in find_modes(ground, plant):
            for material in outputs:
                _found(ground, plant["site"], material, output_marks(case, mode, material))


def _follow_returns(ground: Ground) -> None:
    for row in ground.case.tables["returns"]:
        for marks in ground.variants_at(row["from_site"], row["from_material"]):
            back = sticking(ground.case, marks, row["material"])
            _found(ground, row["site"], row["material"], back)
