"""What every part of the plain model shares: balances, costs, and how much can ever move."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

from .linear import Expr, Program
from .marks import Marks
from .reader import PlainCase, Row
from .tree import Node


@dataclass
class Ground:
    """The model under construction: one program, its balances and its accounts."""

    case: PlainCase
    nodes: list[Node]
    program: Program = field(default_factory=Program)
    balance: dict[tuple[str, str, Marks, Node], Expr] = field(default_factory=dict)
    forgotten: dict[tuple[str, str], Marks] = field(default_factory=dict)
    variants: dict[tuple[str, str], set[Marks]] = field(default_factory=dict)
    costs: defaultdict[str, Expr] = field(default_factory=lambda: defaultdict(Expr))
    spent: defaultdict[Node, Expr] = field(default_factory=lambda: defaultdict(Expr))
    days: Expr = field(default_factory=Expr)
    short: Expr = field(default_factory=Expr)
    investment: defaultdict[Node, Expr] = field(default_factory=lambda: defaultdict(Expr))
    order: dict[tuple[int, Node], int] = field(default_factory=dict)
    run: dict[tuple[int, Node], int] = field(default_factory=dict)
    plant_opened: dict[tuple[int, Node], Expr] = field(default_factory=dict)
    flow: dict[tuple[int, str, str, str, Node], int] = field(default_factory=dict)
    delivered: dict[tuple[int, Node], int] = field(default_factory=dict)
    delivered_as: dict[tuple[int, Node], dict[Marks, int]] = field(default_factory=dict)
    stock: dict[tuple[int, Node], int] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    followers: dict[Node, list[Node]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in self.nodes:
            for earlier in node.path:
                self.followers.setdefault(earlier, []).append(node)

    def at(self, site: str, material: str, marks: Marks, node: Node) -> Expr:
        """What comes in minus what goes out, of a variant of a material at a site in a node."""
        kept = marks - self.forgotten[site, material]
        return self.balance.setdefault((site, material, kept, node), Expr())

    def variants_at(self, site: str, material: str) -> list[Marks]:
        """The variants of a material that can ever be at a site, in a fixed order."""
        return sorted(self.variants.get((site, material), set()), key=sorted)

    def after(self, node: Node) -> list[Node]:
        """A node and all that can follow it."""
        return self.followers[node]

    def parts(self, name: str, whole: int, variants: list[Marks]) -> dict[Marks, int]:
        """A variable for each variant, together a given variable."""
        found = {marks: self.program.variable(f"{name} {sorted(marks)}") for marks in variants}
        total = Expr()
        for part in found.values():
            total.add(part)
        self.program.equal(total, Expr().add(whole))
        return found

    def send(
        self, sent: Node, days: float, site: str, material: str, marks: Marks, what: int
    ) -> None:
        """Let goods dispatched at a node arrive, and tie up capital until they do."""
        arrival = sent.period + self.case.lag(days)
        for node in self.after(sent):
            if node.period == arrival:
                self.at(site, material, marks, node).add(what)
            elif node.period < arrival:
                self.charge_capital(node, material, what)

    def pay(self, category: str, node: Node, what: Expr | int, price: float) -> None:
        """Book a cost per unit of a variable or expression: expected, and spent at the node."""
        if price:
            self.costs[category].add(what, price * node.weight)
            self.spent[node].add(what, price * node.discount)

    def wait(self, material: str, node: Node, what: Expr | int, days: float) -> None:
        """Count days for units of a demanded material."""
        if days and material in self.demanded:
            self.days.add(what, days * node.probability)

    @property
    def demanded(self) -> set[str]:
        """Materials with a demand row."""
        return {str(row["material"]) for row in self.case.tables["demand"]}

    def materials(self) -> list[str]:
        """All materials."""
        return self.case.names("materials", "material")

    def sites(self) -> list[str]:
        """All sites."""
        return self.case.names("sites", "site")

    def price(self, material: str, node: Node) -> float:
        """A material's price at a node, 0 where it has none."""
        rows = node.tables["materials"]
        return next((r["price"] or 0.0 for r in rows if r["material"] == material), 0.0)

    def arrivals(self, node: Node, days: dict[Node, float]) -> list[Node]:
        """Nodes on the path whose dispatches, by their lead days there, arrive at a node."""
        lag = self.case.lag
        return [m for m in node.path if m in days and m.period + lag(days[m]) == node.period]

    def charge_capital(self, node: Node, material: str, what: Expr | int) -> None:
        """Capital cost for a period on units held or on their way at a node."""
        rate = self.case.capital_rate * self.case.months / 12
        self.pay("capital", node, what, rate * self.price(material, node))

    def limit(self, material: str, *others: float) -> float:
        """A bound for a switched quantity: the least of what is known."""
        return min(self.most[material], *others) if others else self.most[material]


def within(row: Row, node: Node) -> bool:
    """Is the node inside the row's start and end?"""
    return bool(row["start"] <= node.period <= row["end"])


def find_bounds(ground: Ground) -> dict[str, float]:
    """For each material, more than can be in use over the horizon in any sensible plan.

    From above: what offers, plants and returns can bring at most. Where that is endless,
    twice what demand, stock targets, forced takes and thresholds could ask for.
    """
    most = dict.fromkeys(ground.materials(), math.inf)
    for _ in range(len(most) + 5):
        most = {material: _brought(ground, material, most) for material in most}
    need = _needed(ground)
    return {m: value if math.isfinite(value) else 2 * need[m] for m, value in most.items()}


def _largest(ground: Ground, table: str, index: int, column: str) -> float:
    return max(abs(float(node.tables[table][index][column] or 0.0)) for node in ground.nodes)


def _brought(ground: Ground, material: str, most: dict[str, float]) -> float:
    tables, periods = ground.case.tables, ground.case.periods
    total = 0.0
    for i, row in enumerate(tables["offers"]):
        if row["material"] == material:
            total += _largest(ground, "offers", i, "capacity") * periods
    for i, row in enumerate(tables["stockpiles"]):
        if row["material"] == material:
            total += _largest(ground, "stockpiles", i, "initial")
    for i, row in enumerate(tables["in_transit"]):
        if row["material"] == material:
            total += _largest(ground, "in_transit", i, "quantity")
    for i, row in enumerate(tables["returns"]):
        if row["material"] == material:
            total += _times(_largest(ground, "returns", i, "share"), most[row["from_material"]])
    for p, plant in enumerate(tables["plants"]):
        for i, recipe in enumerate(tables["recipes"]):
            is_output = recipe["process"] == plant["process"] and recipe["material"] == material
            if is_output and recipe["quantity"] > 0:
                activity = plant_limit(ground, p, most) * periods
                total += _times(_largest(ground, "recipes", i, "quantity"), activity)
    return total


def _times(a: float, b: float) -> float:
    return a * b if a and b else 0.0


def plant_limit(ground: Ground, index: int, most: dict[str, float]) -> float:
    """The most activity a plant can have in a period: by capacity, or by its inputs."""
    tables = ground.case.tables
    plant = tables["plants"][index]
    capacity = _largest(ground, "plants", index, "capacity")
    for i, row in enumerate(tables["expansions"]):
        if row["plant"] == plant["plant"]:
            size = _largest(ground, "expansions", i, "module_capacity")
            capacity += _times(size, _largest(ground, "expansions", i, "max_modules"))
    for i, recipe in enumerate(tables["recipes"]):
        if recipe["process"] == plant["process"]:
            least = min(abs(node.tables["recipes"][i]["quantity"]) for node in ground.nodes)
            if recipe["quantity"] < 0 and least > 0:
                capacity = min(capacity, most[recipe["material"]] / least)
    return capacity


def _needed(ground: Ground) -> dict[str, float]:
    tables, periods = ground.case.tables, ground.case.periods
    own = dict.fromkeys(ground.materials(), 1.0)
    for i, row in enumerate(tables["demand"]):
        own[row["material"]] += _largest(ground, "demand", i, "quantity") * periods
    for i, row in enumerate(tables["stockpiles"]):
        for column in ("initial", "min_level", "final_level"):
            own[row["material"]] += _largest(ground, "stockpiles", i, column)
        days = _largest(ground, "stockpiles", i, "min_cover_days")
        demand = sum(
            _largest(ground, "demand", k, "quantity") for k in range(len(tables["demand"]))
        )
        own[row["material"]] += days / ground.case.period_days * demand
    for i, row in enumerate(tables["offers"]):
        for column in ("min_take", "min_order", "commit_quantity"):
            own[row["material"]] += _largest(ground, "offers", i, column) * periods
        for k, tier in enumerate(tables["offer_tiers"]):
            if tier["offer"] == row["offer"]:
                own[row["material"]] += _largest(ground, "offer_tiers", k, "from_quantity")
    for row in tables["in_transit"]:
        own[row["material"]] += row["quantity"]
    for i, row in enumerate(tables["disposal"]):
        room = _largest(ground, "disposal", i, "capacity")
        own[row["material"]] += room * periods if math.isfinite(room) else 0.0
    for i, row in enumerate(tables["policies"]):
        if row["kind"] == "min_quantity":
            for material in own:
                own[material] += _largest(ground, "policies", i, "value") * periods
    need = dict(own)
    for _ in range(len(own)):
        need = {m: own[m] + _moved_by_plants(ground, m, need) for m in own}
    return need


def _moved_by_plants(ground: Ground, material: str, need: dict[str, float]) -> float:
    """What plants draw or put out of a material to make all that is needed of their outputs."""
    tables, total = ground.case.tables, 0.0
    for row in tables["recipes"]:
        if row["material"] != material or row["quantity"] == 0:
            continue
        runs = [0.0]
        for i, plant in enumerate(tables["plants"]):
            if plant["process"] == row["process"]:
                runs.append(_largest(ground, "plants", i, "min_activity") * ground.case.periods)
        for i, output in enumerate(tables["recipes"]):
            same = output["process"] == row["process"] and output["material"] != material
            least = min(node.tables["recipes"][i]["quantity"] for node in ground.nodes)
            if same and least > 0:
                runs.append(need[output["material"]] / least)
        total += abs(row["quantity"]) * max(runs)
    return total
