"""The plan's tables, made usable: typed, joined to the rows of the case, references checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...models.plan import PLAN_TABLES
from .ledger import Ledger, numbered
from .marks import Marks
from .reading import Reading

TEXT = {
    *("label", "scenario", "offer", "supplier", "origin", "site", "material", "marks", "lane"),
    *("from", "to", "plant", "process", "end_use", "decision", "name", "policy", "key"),
    *("category", "country", "arrives_as", "licences", "rules", "control", "exporter"),
    *("destination", "status"),
}
"""Columns of text; all others are numbers (`level` is text in `shares` only)."""
AMOUNTS = {"quantity", "activity", "stored", "taken", "level", "short", "backlog", "delivered"}
SIGNED = {"conversions"}
"""Tables whose quantities may be negative."""
NODES = {"node", "started", "applied"}
"""Columns of nodes."""
DIGESTS = {"rule_use", "scenarios", "adaptive"}
"""Tables that only add up what others say; nothing rests on them."""
MARKED = (
    ("orders", "site", "marks"),
    ("shipments", "from", "marks"),
    ("shipments", "to", "arrives_as"),
    *((name, "site", "marks") for name in ("conversions", "stock", "deliveries")),
    *((name, "site", "marks") for name in ("returns", "disposals")),
)
"""Tables with marks: name, column of the place where the goods are, column of the marks."""


@dataclass(frozen=True)
class Plan:
    """The plan's tables with ``position`` = the row of the case (from 0) that a row is about.

    ``rule_states`` is None where the plan has no such table.
    """

    nodes: pd.DataFrame
    orders: pd.DataFrame
    shipments: pd.DataFrame
    production: pd.DataFrame
    conversions: pd.DataFrame
    stock: pd.DataFrame
    deliveries: pd.DataFrame
    service: pd.DataFrame
    returns: pd.DataFrame
    disposals: pd.DataFrame
    decisions: pd.DataFrame
    licences: pd.DataFrame
    licence_use: pd.DataFrame
    rule_states: pd.DataFrame | None
    policy_use: pd.DataFrame
    cash: pd.DataFrame
    shares: pd.DataFrame


def read_plan(
    reading: Reading, marks: Marks, tables: Mapping[str, pd.DataFrame], ledger: Ledger
) -> Plan:
    """Read the tables of a plan; what cannot be read is entered as wrong and left out."""
    read = [name for name in PLAN_TABLES if name not in DIGESTS]
    clean = {name: _clean(reading, name, tables.get(name), ledger) for name in read}
    case = reading.case
    by_name = {
        "orders": ("offer", [row.offer for row in case.offers]),
        "shipments": ("lane", [row.lane for row in case.lanes]),
        "production": ("plant", [row.plant for row in case.plants]),
        "conversions": ("plant", [row.plant for row in case.plants]),
        "policy_use": ("policy", [row.policy for row in case.policies]),
        "licences": ("control", [row.control for row in case.controls]),
        "licence_use": ("control", [row.control for row in case.controls]),
        "rule_states": ("control", [row.control for row in case.controls]),
    }
    for name, (column, known) in by_name.items():
        place = {text: number for number, text in enumerate(known)}
        position = clean[name][column].map(place)
        clean[name] = _keep(clean[name], position, name, column, ledger)
    for name, rows in (("deliveries", "demand"), ("service", "demand"), ("returns", "returns")):
        number = clean[name]["row"] - 1
        good = number.between(0, len(case.rows(rows)) - 1) & (number == np.floor(number))
        clean[name] = _keep(clean[name], number.where(good), name, "row", ledger)
    for name in clean.keys() - {"decisions", "shares"}:
        clean[name] = _in_case(reading, clean[name], name, ledger)
    pairs = {(row.site, row.material): number for number, row in enumerate(case.stockpiles)}
    clean["stock"] = _by_pair(clean["stock"], pairs, "stock", ledger)
    pairs = {(row.site, row.material): number for number, row in enumerate(case.disposal)}
    clean["disposals"] = _by_pair(clean["disposals"], pairs, "disposals", ledger)
    works = np.array([row.site for row in case.plants] + [""], dtype=object)
    plants = clean["conversions"]["position"].to_numpy(dtype=np.int64)
    clean["conversions"] = clean["conversions"].assign(site=works[plants])
    for name, site, column in MARKED:
        clean[name] = marks.tidy(clean[name], site, column, name, ledger)
    plan = Plan(**clean)
    if "rule_states" not in tables:
        plan = replace(plan, rule_states=None)
    _check_nodes(reading, plan.nodes, ledger)
    _check_copies(reading, plan, ledger)
    return plan


def _clean(reading: Reading, name: str, table: pd.DataFrame | None, ledger: Ledger) -> pd.DataFrame:
    """A table with every column, of the right type, without rows that cannot be read."""
    columns = PLAN_TABLES[name]
    given = pd.DataFrame(columns=list(columns)) if table is None else table
    missing = [column for column in columns if column not in given.columns]
    ledger.wrong("tables", [f"{name} has no column {column}" for column in missing])
    found: dict[str, NDArray[Any]] = {}
    for column in columns:
        cells = [None] * len(given) if column in missing else given[column].tolist()
        if column in TEXT or (name, column) == ("shares", "level"):
            found[column] = _texts(cells)
        else:
            found[column] = _numbers(cells)
    good = np.ones(len(given), dtype=bool)
    for column in NODES & set(columns):
        if name != "nodes":
            node = found[column]
            least = -len(reading.case.granted) if column == "applied" else 0
            good &= (node >= least) & (node < reading.size) & (node == np.floor(node))
    for column in AMOUNTS & set(columns):
        if column != "level" or name == "stock":
            good &= np.isfinite(found[column])
            if name not in SIGNED:
                ledger.at_least("sign", found[column], 0.0, numbered(f"{name}.{column}"))
    bad = np.flatnonzero(~good)[:1]
    ledger.wrong("tables", [f"{name} row {i + 1} has no known node or quantity" for i in bad])
    for column, values in found.items():
        kept = values if good.all() else values[good]
        whole = column in NODES and name != "nodes"
        found[column] = kept.astype(np.int64) if whole else kept
    return pd.DataFrame(found)


def _texts(cells: list[Any]) -> NDArray[np.object_]:
    """Text cells; '' for blanks."""
    text = np.empty(len(cells), dtype=object)
    text[:] = [
        cell if isinstance(cell, str) else "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124  # NaN
        for cell in cells
    ]
    return text


def _numbers(cells: list[Any]) -> NDArray[np.float64]:
    """Number cells; NaN for what is none."""
    try:
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=float)
    except (TypeError, ValueError):
        return pd.to_numeric(pd.Series(cells), errors="coerce").to_numpy(dtype=float)


def _keep(
    table: pd.DataFrame, position: pd.Series, name: str, column: str, ledger: Ledger
) -> pd.DataFrame:
    """A table without rows of unknown position, which are entered as wrong."""
    unknown = position.isna().to_numpy(dtype=bool)
    for i in np.flatnonzero(unknown)[:1]:
        ledger.wrong("tables", [f"{name}: the case has no {column} {table[column].iloc[i]!r}"])
    if unknown.any():
        table, position = table[~unknown].reset_index(drop=True), position[~unknown]
    return table.assign(position=position.to_numpy(dtype=np.int64))


def _in_case(reading: Reading, table: pd.DataFrame, name: str, ledger: Ledger) -> pd.DataFrame:
    """A table without rows about sites or materials that the case does not have."""
    sites = {row.site for row in reading.case.sites}
    materials = {row.material for row in reading.case.materials}
    for column, known in (
        ("site", sites),
        ("from", sites),
        ("to", sites),
        ("material", materials),
    ):
        if column in table.columns and len(table):
            good = table[column].isin(known).to_numpy(dtype=bool)
            for i in np.flatnonzero(~good)[:1]:
                text = table[column].iloc[i]
                ledger.wrong("tables", [f"{name}: the case has no {column} {text!r}"])
            if not good.all():
                table = table[good].reset_index(drop=True)
    return table


def _by_pair(
    table: pd.DataFrame, pairs: Mapping[tuple[str, str], int], name: str, ledger: Ledger
) -> pd.DataFrame:
    found = [pairs.get(pair) for pair in zip(table["site"], table["material"], strict=True)]
    label = table["site"] + " " + table["material"]
    position = pd.Series(found, index=table.index, dtype=float)
    return _keep(table.assign(pair=label), position, name, "pair", ledger)


def _check_nodes(reading: Reading, nodes: pd.DataFrame, ledger: Ledger) -> None:
    tree = reading.tree
    ledger.equal("nodes", len(nodes), reading.size, lambda _: "number of nodes")
    if len(nodes) != reading.size:
        return
    ordered = nodes.sort_values("node", kind="stable")
    wanted = {
        "node": np.arange(reading.size),
        "period": tree.period,
        "parent": tree.parent,
        "probability": tree.probability,
        "discount": reading.discount,
    }
    for column, values in wanted.items():
        found = ordered[column].to_numpy(dtype=float)
        ledger.equal(
            "nodes",
            found,
            values,
            numbered(f"nodes.{column}"),
            tolerance=1e-9,
        )
    wrong = np.flatnonzero(
        ordered["scenario"].to_numpy(dtype=object) != np.array(tree.owner, dtype=object)
    )
    ledger.wrong("nodes", [f"nodes.scenario, node {i}" for i in wrong[:1]])


def _check_copies(reading: Reading, plan: Plan, ledger: Ledger) -> None:
    """Columns of the plan that repeat the case must repeat it rightly."""
    case, names = reading.case, reading.names
    for name, table in vars(plan).items():
        if table is not None and "period" in table.columns and name not in ("nodes", "shares"):
            wanted = reading.tree.period[table["node"].to_numpy(dtype=np.int64)]
            ledger.equal(
                "tables",
                table["period"],
                wanted,
                numbered(f"{name}.period"),
            )
    country = names.country
    _same(plan.orders, "orders", "supplier", [names.supplier(row) for row in case.offers], ledger)
    origin = [row.origin or country[row.site] for row in case.offers]
    _same(plan.orders, "orders", "origin", origin, ledger)
    _same(plan.production, "production", "process", [row.process for row in case.plants], ledger)
    _same(plan.production, "production", "site", [row.site for row in case.plants], ledger)
    for column in ("site", "material"):
        _same(plan.orders, "orders", column, [getattr(r, column) for r in case.offers], ledger)
        demand = [getattr(row, column) for row in case.demand]
        _same(plan.deliveries, "deliveries", column, demand, ledger)
        _same(plan.service, "service", column, demand, ledger)
        _same(plan.returns, "returns", column, [getattr(r, column) for r in case.returns], ledger)
    end_use = [row.end_use for row in case.demand]
    _same(plan.deliveries, "deliveries", "end_use", end_use, ledger)
    _same(plan.service, "service", "end_use", end_use, ledger)


def _same(
    table: pd.DataFrame, name: str, column: str, wanted: Iterable[str], ledger: Ledger
) -> None:
    known = np.array([*wanted, ""], dtype=object)
    expected = known[table["position"].to_numpy(dtype=np.int64)]
    differ = table[column].to_numpy(dtype=object) != expected
    ledger.add(
        "tables",
        differ.astype(float),
        1.0,
        lambda i: (
            f"{name}.{column}, row {i + 1}: {table[column].iloc[i]!r} instead of {expected[i]!r}"
        ),
    )
