"""Supply as policies see it: bought through offers, made by plants."""

from __future__ import annotations

from dataclasses import dataclass, field

from .ground import Ground, plant_limit
from .linear import Expr
from .reader import PlainCase, Row
from .tree import Node


@dataclass
class Supply:
    """One source of supply in a window, with all that a policy may ask about it."""

    country: str
    operator: str
    supplier: str
    site: str
    stage: str = ""
    main: bool = False
    quantity: Expr = field(default_factory=Expr)
    most: float = 0.0
    plant: int = -1

    @classmethod
    def of_plant(cls, case: PlainCase, index: int) -> Supply:
        """The makers' side of a plant, without quantities."""
        row = case.tables["plants"][index]
        operator = case.operator(row["site"])
        stage = next(p["stage"] for p in case.tables["processes"] if p["process"] == row["process"])
        country = case.country(row["site"])
        return cls(country, operator, operator, row["site"], stage, plant=index)

    def made_by(self, case: PlainCase, policy: Row) -> bool:
        """Does the plant supply the policy's materials (any output) or stages (the main one)?"""
        process = case.tables["plants"][self.plant]["process"]
        made = [
            row["material"]
            for row in case.tables["recipes"]
            if row["process"] == process and row["quantity"] > 0
        ]
        if policy["stages"]:
            if not case.select(policy["stages"], [self.stage]):
                return False
            made = made[:1]
        elif not policy["materials"]:
            return True
        return bool(case.select(policy["materials"], made))


def main_output(case: PlainCase, process: str) -> str:
    """The first output of a process ("" for a sink)."""
    rows = [r for r in case.tables["recipes"] if r["process"] == process and r["quantity"] > 0]
    return str(rows[0]["material"]) if rows else ""


def fits(case: PlainCase, policy: Row, supply: Supply) -> bool:
    """Is a supply inside the countries, operators, suppliers and sites of a policy?"""
    return all(
        not policy[column] or case.select(policy[column], [value])
        for column, value in (
            ("countries", supply.country),
            ("operators", supply.operator),
            ("suppliers", supply.supplier),
            ("sites", supply.site),
        )
    )


def supplied(ground: Ground, policy: Row, window: list[Node]) -> list[Supply]:
    """All supply in a window of the policy's materials, or of its stages, or of both."""
    return [*_bought(ground, policy, window), *_made(ground, policy, window)]


def _bought(ground: Ground, policy: Row, window: list[Node]) -> list[Supply]:
    case, found = ground.case, []
    for index, row in enumerate(case.tables["offers"]):
        if not case.select(policy["materials"], [row["material"]]):
            continue
        named = case.offer_stages(row)
        if policy["stages"] and not case.select(policy["stages"], named):
            continue
        supply = Supply(row["origin"], case.operator(row["site"]), row["supplier"], row["site"])
        for node in window:
            supply.quantity.add(ground.order[index, node])
            capacity = node.tables["offers"][index]["capacity"]
            supply.most += ground.limit(row["material"], capacity)
        found.append(supply)
    return found


def _made(ground: Ground, policy: Row, window: list[Node]) -> list[Supply]:
    case, found = ground.case, []
    for index, plant in enumerate(case.tables["plants"]):
        supply = Supply.of_plant(case, index)
        main = main_output(case, plant["process"])
        if policy["stages"] and not case.select(policy["stages"], [supply.stage]):
            continue
        for k, recipe in enumerate(case.tables["recipes"]):
            if recipe["process"] != plant["process"] or recipe["quantity"] <= 0:
                continue
            if not case.select(policy["materials"], [recipe["material"]]):
                continue
            if policy["stages"] and recipe["material"] != main:
                continue
            made = Supply.of_plant(case, index)
            made.main = recipe["material"] == main
            for node in window:
                quantity = node.tables["recipes"][k]["quantity"]
                made.quantity.add(ground.run[index, node], quantity)
                limit = plant_limit(ground, index, ground.most) * quantity
                made.most += min(limit, ground.most[recipe["material"]])
            found.append(made)
    return found
