"""The scenario tree: nodes, their past, their probability, and the tables as they stand there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .reader import NUMBERS, PlainCase, Row, number

FIRST_COLUMN = {
    "materials": "material", "sites": "site", "offers": "offer", "offer_tiers": "offer",
    "recipes": "process", "plants": "plant", "expansions": "plant", "lanes": "lane",
    "demand": "site", "returns": "site", "disposal": "site", "stockpiles": "site",
    "in_transit": "site", "technologies": "technology", "pedigrees": "pedigree",
    "controls": "control", "control_status": "control", "policies": "policy",
}  # fmt: skip
NODE_FIXED = {"qualification_periods", "contract_periods", "build_periods", "release_lag",
              "lag_periods", "validity_periods", "initial", "start", "end"}  # fmt: skip


@dataclass
class Node:
    """One period of one bundle of scenarios that cannot yet be told apart."""

    owner: str
    period: int
    path: list[Node]
    probability: float
    strategic: bool
    last: bool
    discount: float
    tables: dict[str, list[Row]]

    @property
    def weight(self) -> float:
        """Expected present worth of one unit of cash at this node."""
        return self.probability * self.discount

    def back(self, periods: int) -> Node | None:
        """The node so many periods earlier (0: itself), None before period 1."""
        position = len(self.path) - 1 - periods
        return self.path[position] if 0 <= position < len(self.path) else None

    def __hash__(self) -> int:
        """Nodes are their own identity."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        """Nodes are their own identity."""
        return self is other


def build_tree(case: PlainCase) -> list[Node]:
    """All nodes, parents before children, for the scenarios chosen in the case."""
    rows: list[Row] = case.tables["scenarios"]
    if not rows:
        rows = [{"scenario": "", "parent": "", "branches_at": None, "probability": 1.0}]
    if len(rows) == 1 and rows[0]["probability"] is None:
        rows = [{**rows[0], "probability": 1.0}]
    by_name = {row["scenario"]: row for row in rows}
    chosen = case.chosen_scenarios or list(by_name)
    total = sum(by_name[name]["probability"] for name in chosen)
    nodes: dict[tuple[str, int], Node] = {}
    for name in chosen:
        share = by_name[name]["probability"] / total
        path: list[Node] = []
        for period in range(1, case.periods + 1):
            owner = _owner(by_name, name, period)
            node = nodes.get((owner, period))
            if node is None:
                node = nodes[owner, period] = Node(
                    owner=owner, period=period, path=[], probability=0.0,
                    strategic=(period - 1) % case.decide_every == 0,
                    last=period == case.periods, discount=case.discount(period),
                    tables=_tables_at(case, by_name, owner, period),
                )  # fmt: skip
                node.path = [*path, node]
            node.probability += share
            path.append(node)
    return list(nodes.values())


def _owner(by_name: dict[str, Row], name: str, period: int) -> str:
    """The scenario whose own node a scenario passes through in a period."""
    row = by_name[name]
    while row["parent"] and period < row["branches_at"]:
        row = by_name[row["parent"]]
    return str(row["scenario"])


def _tables_at(
    case: PlainCase, by_name: dict[str, Row], owner: str, period: int
) -> dict[str, list[Row]]:
    """The base tables with every change that applies at a node, in file order."""
    tables = dict(case.tables)
    copied: set[str] = set()
    for change in case.tables["changes"]:
        if change["scenario"] not in ("", owner):
            continue
        _check_start(change, by_name)
        if not change["start"] <= period <= change["end"]:
            continue
        table = change["table"]
        if table not in copied:
            tables[table] = [dict(row) for row in tables[table]]
            copied.add(table)
        for row in _rows_hit(case, tables[table], table, change["key"]):
            row[change["field"]] = _changed(table, row, change)
    return tables


def _check_start(change: Row, by_name: dict[str, Row]) -> None:
    branch = by_name[change["scenario"]]["branches_at"] if change["scenario"] else None
    if change["has_start"] and branch and change["start"] < branch:
        raise ValueError(f"change of {change['scenario']} starts before its branch")


def _rows_hit(case: PlainCase, rows: list[Row], table: str, key: str) -> list[Row]:
    """Rows of a table that a key selects (on its first column, or column=selector;...)."""
    wanted = [(FIRST_COLUMN[table], key)]
    if "=" in key:
        wanted = []
        for part in key.split(";"):
            column, selector = part.split("=", 1)
            wanted.append((column.strip(), selector.strip()))
    hit = rows
    for column, selector in wanted:
        names = list(dict.fromkeys(str(row[column]) for row in rows))
        found = set(case.select(selector, names))
        hit = [row for row in hit if str(row[column]) in found]
    if not hit:
        raise ValueError(f"key {key!r} hits nothing in {table}")
    return hit


def _changed(table: str, row: Row, change: Row) -> Any:
    column = change["field"]
    if column in NODE_FIXED:
        raise ValueError(f"{table}.{column} cannot change")
    if column not in NUMBERS[table]:
        return change["value"]
    value = number(change["value"], NUMBERS[table][column])
    if change["op"] == "set":
        return value
    if row[column] is None or value is None:
        raise ValueError(f"{change['op']} needs a number in {table}.{column}")
    return row[column] * value if change["op"] == "multiply" else row[column] + value
