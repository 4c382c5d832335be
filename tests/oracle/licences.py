"""Licences of border rules: applications, what may move under them, how much is asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .demand import asked
from .ground import Ground
from .linear import Expr
from .reader import PlainCase
from .rules import approval, is_about, usable_from
from .tree import Node


@dataclass(frozen=True)
class Key:
    """What a licence is for."""

    rule: int
    exporter: str
    destination: str
    end_use: str


class Licences:
    """Writes down what moves under licences of each kind, then has them applied for."""

    def __init__(self) -> None:
        self.moved: dict[Key, defaultdict[Node, Expr]] = {}

    def note(self, key: Key, node: Node, variable: int) -> None:
        """Remember what moves under a licence."""
        self.moved.setdefault(key, defaultdict(Expr))[node].add(variable)

    def limit(self, ground: Ground) -> None:
        """Let every unit that moves draw on a licence usable at its node."""
        for key, moved in self.moved.items():
            drawn: dict[Node, Expr] = {node: Expr() for node in ground.nodes}
            for applied in ground.nodes:
                _apply(ground, key, applied, drawn)
            for node, quantity in moved.items():
                ground.program.equal(drawn[node], quantity)


def _apply(ground: Ground, key: Key, applied: Node, drawn: dict[Node, Expr]) -> None:
    """An application at a node: its cost, its quantity, and what is drawn on it later."""
    case, program = ground.case, ground.program
    base, rule = case.tables["controls"][key.rule], applied.tables["controls"][key.rule]
    periods = usable_from(case, base, rule, applied)
    most = most_asked(ground, key, applied, periods)
    quantity = program.variable(f"licence {base['control']} {key.end_use}", most)
    if rule["cost"] > 0:
        made = program.binary(f"apply {base['control']} {key.end_use}")
        program.at_most(Expr().add(quantity), Expr().add(made, most))
        ground.pay("licences", applied, made, rule["cost"])
    draws: dict[Node, int] = {}
    for node in ground.after(applied):
        if node.period in periods:
            draws[node] = program.variable(f"draw {base['control']} {key.end_use}")
            drawn[node].add(draws[node])
    granted = Expr().add(quantity, approval(base, applied))
    for last in ground.after(applied):
        if last.last:
            used = Expr()
            for node in last.path:
                if node in draws:
                    used.add(draws[node])
            program.at_most(used, granted)


def most_asked(ground: Ground, key: Key, applied: Node, periods: range) -> float:
    """The most that may be applied for: what demand could need, on the worst path."""
    case = ground.case
    rule = case.tables["controls"][key.rule]
    need = needs(case, [m for m in ground.materials() if is_about(case, rule, m)])
    most = 0.0
    for last in ground.after(applied):
        if not last.last:
            continue
        total = 0.0
        for node in last.path:
            if node.period in periods:
                for row in node.tables["demand"]:
                    if row["end_use"] == key.end_use:
                        total += asked(row, node) * need[row["material"]]
        most = max(most, total)
    return most


def needs(case: PlainCase, goods: list[str]) -> dict[str, float]:
    """The most of some goods that can move for one unit of each material.

    A unit of a material moves once by itself if it is one of the goods, or all that goes into it
    does, by the recipes in the tables themselves.
    """
    need = dict.fromkeys(case.names("materials", "material"), 0.0)
    for _ in range(len(need)):
        need = {m: max(1.0 if m in goods else 0.0, _best(case, m, need)) for m in need}
    return need


def _best(case: PlainCase, material: str, need: dict[str, float]) -> float:
    """The most that the inputs of any process need, per unit of a material it makes."""
    most = 0.0
    recipes = case.tables["recipes"]
    for output in recipes:
        if output["material"] != material or output["quantity"] <= 0:
            continue
        drawn = 0.0
        for row in recipes:
            if row["process"] == output["process"] and row["quantity"] < 0:
                drawn += abs(row["quantity"]) / output["quantity"] * need[row["material"]]
        most = max(most, drawn)
    return most
