"""What all rules share: timelines, approvals, validity, and the materials they are about."""

from __future__ import annotations

from .reader import PlainCase, Row
from .tree import Node

LICENSED = ("case_by_case", "presumption_of_denial")


def latest_status(rule: Row, node: Node) -> Row | None:
    """The latest row of a rule's timeline that has begun at a node."""
    rows = [r for r in node.tables["control_status"] if r["control"] == rule["control"]]
    begun = [r for r in rows if r["start"] <= node.period]
    return max(begun, key=lambda row: row["start"]) if begun else None


def in_force(case: PlainCase, rule: Row, node: Node) -> bool:
    """Is a rule in force at a node, by the latest row of its timeline?"""
    if all(row["control"] != rule["control"] for row in case.tables["control_status"]):
        return True
    latest = latest_status(rule, node)
    if latest is None:
        return False
    return latest["status"] == "in_force" or (
        latest["status"] == "unknown" and case.unknown_in_force
    )


def approval(rule: Row, node: Node) -> float:
    """Part of an application at a node that is approved."""
    latest = latest_status(rule, node)
    if latest is not None and latest["approval"] is not None:
        return float(latest["approval"])
    return 1.0 if rule["policy"] == "case_by_case" else 0.0


def usable_from(case: PlainCase, base: Row, rule: Row, applied: Node) -> range:
    """Periods in which a licence applied for at a node can be used.

    ``base`` is the rule in the table itself, ``rule`` as it stands at the node.
    """
    first = applied.period + case.lag(rule["review_days"])
    if base["validity_periods"] is None:
        return range(first, case.periods + 1)
    return range(first, min(first + int(base["validity_periods"]), case.periods + 1))


def is_about(case: PlainCase, rule: Row, material: str) -> bool:
    """Is a rule about a material, by its materials and stages?"""
    if not case.picks(rule["materials"], material):
        return False
    return not rule["stages"] or material in _put_out(case, rule["stages"])


def _put_out(case: PlainCase, stages: str) -> set[str]:
    """Materials that a process or an offer of a stage puts out."""
    found = set()
    for process in case.tables["processes"]:
        if case.picks(stages, process["stage"]):
            for recipe in case.tables["recipes"]:
                if recipe["process"] == process["process"] and recipe["quantity"] > 0:
                    found.add(recipe["material"])
    for offer in case.tables["offers"]:
        if case.select(stages, case.offer_stages(offer)):
            found.add(offer["material"])
    return found
