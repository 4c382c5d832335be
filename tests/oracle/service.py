"""Service rules: what is left of a plant's capacity without the services it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .ground import Ground
from .linear import Expr
from .reader import PlainCase, Row
from .rules import LICENSED, approval, in_force, usable_from
from .technology import concerns
from .tree import Node

YES = ("yes", "true", "True", "1")


@dataclass
class Services:
    """Licences for services: one yes or no for each rule, plant and node of application."""

    applied: dict[tuple[int, str], dict[Node, int]] = field(default_factory=dict)

    def left(
        self,
        ground: Ground,
        plant: Row,
        technology: str,
        node: Node,
        capacity: Expr,
        most: float,
        *,
        endless: bool = False,
    ) -> Expr:
        """Capacity of a part of a plant that is left at a node; without rules, all of it.

        ``most`` is what ``capacity`` can be at most. Of an endless capacity any uptime above 0
        leaves all, and 0 leaves nothing.
        """
        rules = rules_on(ground.case, plant, technology, node)
        if not rules:
            return capacity
        if not math.isfinite(most):
            raise ValueError(f"nothing bounds the capacity of {plant['plant']}")
        program = ground.program
        left = Expr().add(program.variable(f"capacity left {plant['plant']}"))
        program.at_most(left, capacity)
        for index, uptime in rules:
            rule, licensed = ground.case.tables["controls"][index], Expr()
            for applied, licence in self._usable(ground, index, plant, node).items():
                up = uptime + approval(rule, applied) * (1 - uptime)
                up = math.ceil(up) if endless else up
                program.at_most(left, Expr(most).add(capacity, up).add(licence, -most))
                licensed.add(licence, most)
            up = math.ceil(uptime) if endless else uptime
            program.at_most(left, Expr().add(capacity, up).add(licensed))
        return left

    def _usable(self, ground: Ground, index: int, plant: Row, node: Node) -> dict[Node, int]:
        """Licences of a rule for a plant that are in force at a node, by node of application."""
        base = ground.case.tables["controls"][index]
        if base["policy"] not in LICENSED:
            return {}
        if (index, plant["plant"]) not in self.applied:
            self._offer(ground, index, plant)
        return {
            applied: licence
            for applied, licence in self.applied[index, plant["plant"]].items()
            if _is_usable(ground, index, applied, node)
        }

    def _offer(self, ground: Ground, index: int, plant: Row) -> None:
        """Let a licence be applied for at every node, with at most one in force anywhere."""
        program = ground.program
        licences = self.applied[index, plant["plant"]] = {
            node: program.binary(f"service licence {plant['plant']}") for node in ground.nodes
        }
        for node in ground.nodes:
            ground.pay("licences", node, licences[node], node.tables["controls"][index]["cost"])
            together = Expr()
            for applied in node.path:
                if _is_usable(ground, index, applied, node):
                    together.add(licences[applied])
            program.at_most(together, 1.0)


def rules_on(case: PlainCase, plant: Row, technology: str, node: Node) -> list[tuple[int, float]]:
    """Service rules that hold a part of a plant back at a node, with the uptime they leave."""
    rows = [r for r in node.tables["technologies"] if r["technology"] == technology]
    if not rows or rows[0]["needs_services"] not in YES:
        return []
    found = []
    for index, base in enumerate(case.tables["controls"]):
        if base["kind"] != "service" or base["policy"] in ("free", "general_licence"):
            continue
        if concerns(case, base, plant, technology) and in_force(case, base, node):
            uptime = node.tables["controls"][index]["uptime"]
            missing = uptime is None
            found.append((index, rows[0]["uptime_without_services"] if missing else uptime))
    return found


def _is_usable(ground: Ground, index: int, applied: Node, node: Node) -> bool:
    base, rule = ground.case.tables["controls"][index], applied.tables["controls"][index]
    periods = usable_from(ground.case, base, rule, applied)
    return applied in node.path and node.period in periods
