"""Technology rules: which openings and modules are forbidden, cost a licence, or must wait."""

from __future__ import annotations

from dataclasses import dataclass

from .reader import PlainCase, Row
from .rules import LICENSED, approval, in_force
from .tree import Node


@dataclass(frozen=True)
class Permit:
    """What the rules say about one decision at one node."""

    forbidden: bool = False
    wait: int = 0
    cost: float = 0.0


def concerns(case: PlainCase, rule: Row, plant: Row, technology: str) -> bool:
    """Is a rule on technology or services about a plant, or a part of it, of a technology?"""
    rows = [r for r in case.tables["technologies"] if r["technology"] == technology]
    if not rows:
        return False
    country = case.country(plant["site"])
    return (
        rows[0]["origin"] != country
        and case.picks(rule["technologies"], technology)
        and case.picks(rule["exporters"], rows[0]["origin"])
        and case.picks(rule["destinations"], country)
        and case.picks(rule["end_users"], case.operator(plant["site"]))
        and case.picks(rule["stages"], case.stage(plant["process"]))
    )


def permit(case: PlainCase, plant: Row, technology: str, node: Node) -> Permit:
    """What is asked of opening a plant, or adding a module, of a technology at a node."""
    forbidden, days, cost = False, 0.0, 0.0
    for index, base in enumerate(case.tables["controls"]):
        if base["kind"] != "technology" or not concerns(case, base, plant, technology):
            continue
        if not in_force(case, base, node):
            continue
        rule = node.tables["controls"][index]
        days = max(days, rule["review_days"])
        if rule["policy"] == "prohibited":
            forbidden = True
        elif rule["policy"] in LICENSED:
            forbidden |= approval(rule, node) == 0
            cost += rule["cost"]
    return Permit(forbidden, case.lag(days), cost)
