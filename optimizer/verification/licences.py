"""Licences: what is applied for, what is drawn on it, and what it costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .borders import Borders
from .granted import check_granted
from .leads import Leads, Leg
from .ledger import Ledger, Where
from .marks import Marks
from .need import Needs
from .reading import BoolArray, FloatArray, IntArray, Reading
from .rules import BORDER, LICENSED, Rules
from .supply import USED
from .tables import Plan
from .technology import Parts

KEY = ["position", "exporter", "destination", "end_use"]
"""What goods move under: rule, countries and end use."""
BLOCK = 1000
"""So many applications are followed along all paths at once."""


class Licences:
    """The plan's applications, with the dates at which they can be used by the case.

    Attributes:
        goods: rows of rules about goods at a border.
        technology: rows of rules about technology.
        services: rows of rules about services.
    """

    def __init__(self, reading: Reading, plan: Plan, rules: Rules, ledger: Ledger) -> None:
        self.reading = reading
        self.plan = plan
        self.rules = rules
        controls = reading.case.controls
        kind = np.array([row.kind for row in controls] + [""], dtype=object)
        policy = np.array([row.policy for row in controls] + [""], dtype=object)
        table = plan.licences
        rows = table["position"].to_numpy(dtype=np.int64)
        licensed = np.isin(policy[rows].astype(str), list(LICENSED))
        licensed &= kind[rows] != "procurement"
        plants = {row.plant for row in reading.case.plants}
        licensed &= (kind[rows] != "service") | table["plant"].isin(plants).to_numpy(dtype=bool)
        bad = np.flatnonzero(~licensed)[:1]
        ledger.wrong(
            "licence", [f"{_named(reading, table.iloc[i])}: no such application" for i in bad]
        )
        table = table[licensed].reset_index(drop=True)
        rows = table["position"].to_numpy(dtype=np.int64)
        nodes = table["node"].to_numpy(dtype=np.int64)
        _check_cells(self, table, ledger)
        first, last = dates(reading, rows, nodes)
        table = table.assign(first=first, last=last)
        own = kind[rows].astype(str)
        self.technology = table[own == "technology"].reset_index(drop=True)
        self.services = table[own == "service"].reset_index(drop=True)
        self.goods = table[np.isin(own, list(BORDER))].reset_index(drop=True)

    def most(self, needs: Needs) -> FloatArray:
        """Most that each application for goods may ask for. Shape (applications for goods,)."""
        table = self.goods
        nodes, first, last = (
            table[column].to_numpy(dtype=np.int64) for column in ("node", "first", "last")
        )
        codes, known = pd.factorize(pd.MultiIndex.from_frame(table[["position", "end_use"]]))
        found = np.zeros(len(table))
        for group, (number, use) in enumerate(known.to_list()):
            own = np.flatnonzero(codes == group)
            found[own] = needs.most(int(number), str(use), nodes[own], first[own], last[own])
        return found


def dates(reading: Reading, rows: IntArray, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """First and last period in which applications at nodes can be used. Shape (rows,) each."""
    first = reading.lag(reading.at("controls", "review_days", rows, nodes))
    first = first + reading.tree.period[nodes]
    validity = [row.validity_periods for row in reading.case.controls]
    length = np.array([*(reading.tree.periods if v is None else v for v in validity), 0])
    return first, np.minimum(first + length[rows] - 1, reading.tree.periods)


def _check_cost(
    reading: Reading, table: pd.DataFrame, made: BoolArray, ledger: Ledger
) -> FloatArray:
    """Applications pay the cost of their node; what was not ``made`` may pay nothing. (nodes,)."""
    rows = table["position"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    told = table["cost"].to_numpy(dtype=float)
    due = np.where(made | (told > 0), reading.at("controls", "cost", rows, nodes), 0.0)
    ledger.equal("licence cost", told, due, _where(reading, table), tolerance=1e-6)
    return reading.per_node(nodes, due)


def _named(reading: Reading, row: pd.Series) -> str:
    """An application as people call it."""
    what = row["plant"] or f"{row['exporter']} to {row['destination']}, {row['end_use']}"
    number = int(row["position"])
    return reading.line("controls", number, what, reading.when(int(row["node"])))


def _where(reading: Reading, table: pd.DataFrame) -> Where:
    return lambda i: _named(reading, table.iloc[i])


def _check_cells(licences: Licences, table: pd.DataFrame, ledger: Ledger) -> None:
    """Approval, dates and blanks of every application; ``table`` has them as the plan does."""
    if table.empty:
        return
    reading, where = licences.reading, _where(licences.reading, table)
    rows = table["position"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    ledger.equal("licence", table["approval"], licences.rules.approval[rows, nodes], where)
    border = np.isin([reading.case.controls[row].kind for row in rows], list(BORDER))
    blank = np.where(border, table["plant"], table["end_use"]) == ""
    ledger.add("licence", (~blank).astype(float), 1.0, where)
    first, last = dates(reading, rows, nodes)
    ledger.equal("licence", table["first"], first, where)
    usable = np.flatnonzero(first <= reading.tree.periods)
    told = table.iloc[usable]
    ledger.equal("licence", told["last"], last[usable], _where(reading, told))
    whole = np.flatnonzero(~border)
    told = table.iloc[whole]
    ledger.equal("licence", told["used"], told["quantity"], _where(reading, told))


def check_services(licences: Licences, parts: dict[str, Parts], ledger: Ledger) -> FloatArray:
    """Licences for services, whole and of a plant's technology; what they cost. Shape (nodes,)."""
    table, reading = licences.services, licences.reading
    if table.empty:
        return np.zeros(reading.size)
    where = _where(reading, table)
    ledger.equal("licence", table["quantity"], 1.0, where)
    described = pd.concat([own.table for own in parts.values()])
    known = set(zip(described["plant"], described["origin"], described["country"], strict=True))
    named = zip(table["plant"], table["exporter"], table["destination"], strict=True)
    ledger.add("licence", [float(key not in known) for key in named], 1.0, where)
    _check_unique(reading, table, ["position", "plant", "node"], ledger)
    return _check_cost(reading, table, np.ones(len(table), dtype=bool), ledger)


def check_goods(
    licences: Licences, leads: Leads, needs: Needs, marks: Marks, ledger: Ledger
) -> FloatArray:
    """Applications for goods: within need, drawn on in time and within what is approved.

    Returns what they cost at each node. Shape (nodes,).
    """
    reading, table, drawn = licences.reading, licences.goods, licences.plan.licence_use
    moved = leads.orders.verdict.licensed or leads.shipments.verdict.licensed
    if table.empty and drawn.empty and not moved:
        return np.zeros(reading.size)
    where = _where(reading, table)
    known = table["end_use"].isin(marks.uses).to_numpy(dtype=bool)
    ledger.add("licence", (~known).astype(float), 1.0, where)
    _check_unique(reading, table, [*KEY, "node"], ledger)
    most, quantity = licences.most(needs), table["quantity"].to_numpy(dtype=float)
    ledger.at_most("licence need", quantity, most, where)
    new = drawn[drawn["applied"] >= 0].reset_index(drop=True)
    place = _application(table, new)
    _check_dates(reading, table, new, place, ledger)
    _check_totals(licences, new, place, ledger)
    check_granted(reading, drawn[drawn["applied"] < 0], ledger)
    _check_draws(leads, drawn, ledger)
    return _check_cost(reading, table, quantity > USED * np.maximum(1.0, most), ledger)


def _check_unique(
    reading: Reading, table: pd.DataFrame, columns: list[str], ledger: Ledger
) -> None:
    """At most one application of a key at a node."""
    again = table.duplicated(columns).to_numpy(dtype=bool)
    ledger.none_of("once", again.astype(float), _where(reading, table))


def _application(table: pd.DataFrame, use: pd.DataFrame) -> IntArray:
    """Row of the applications that each row of use draws on, -1 for none."""
    keys = table[[*KEY, "node"]].drop_duplicates([*KEY, "node"])
    keys = keys.rename(columns={"node": "applied"}).assign(place=keys.index.to_numpy())
    if keys.empty or use.empty:
        return np.full(len(use), -1, dtype=np.int64)
    joined = use[[*KEY, "applied"]].merge(keys, on=[*KEY, "applied"], how="left")
    return joined["place"].fillna(-1).to_numpy(dtype=np.int64)


def _where_used(reading: Reading, use: pd.DataFrame) -> Where:
    def where(i: int) -> str:
        row = use.iloc[i]
        what = f"{row['exporter']} to {row['destination']}, {row['end_use']}"
        return reading.line("controls", int(row["position"]), what, reading.when(int(row["node"])))

    return where


def _check_dates(
    reading: Reading, table: pd.DataFrame, use: pd.DataFrame, place: IntArray, ledger: Ledger
) -> None:
    """Every draw is on an application made earlier on the path and usable then."""
    tree = reading.tree
    node, applied = (use[column].to_numpy(dtype=np.int64) for column in ("node", "applied"))
    limits = table[["first", "last"]].to_numpy(dtype=np.int64)
    limits = np.vstack([limits, [[1, 0]]])[place]
    below = tree.path_at[node, tree.period[applied] - 1] == applied
    inside = (tree.period[node] >= limits[:, 0]) & (tree.period[node] <= limits[:, 1])
    good = (place >= 0) & below & inside
    amount = use["quantity"].to_numpy(dtype=float)
    ledger.none_of("licence use", np.where(good, 0.0, amount), _where_used(reading, use))


def _check_totals(licences: Licences, use: pd.DataFrame, place: IntArray, ledger: Ledger) -> None:
    """Along every path no more is drawn than is approved of what was applied for."""
    reading, table = licences.reading, licences.goods
    rows = table["position"].to_numpy(dtype=np.int64)
    nodes = table["node"].to_numpy(dtype=np.int64)
    most = np.zeros(len(table))
    when, amount = use["node"].to_numpy(dtype=np.int64), use["quantity"].to_numpy(dtype=float)
    for begin in range(0, len(table), BLOCK):
        drawn = np.zeros((min(BLOCK, len(table) - begin), reading.size))
        own = (place >= begin) & (place < begin + BLOCK)
        np.add.at(drawn, (place[own] - begin, when[own]), amount[own])
        most[begin : begin + BLOCK] = reading.along(drawn).max(axis=1, initial=0.0)
    where = _where(reading, table)
    approved = licences.rules.approval[rows, nodes] * table["quantity"].to_numpy(dtype=float)
    ledger.at_most("licence use", most, approved, where)
    ledger.equal("licence", table["used"], most, where)


def _check_draws(leads: Leads, use: pd.DataFrame, ledger: Ledger) -> None:
    """What moves under licences is what is drawn on them, by key and node."""
    keys = [*KEY, "node"]
    told = use[[*keys, "quantity"]].assign(moved=0.0)
    parts = [_draws(leads.borders, leg) for leg in (leads.orders, leads.shipments)]
    both = pd.concat([part for part in [told, *parts] if len(part)] or [told])
    total = both.groupby(keys, sort=False)[["quantity", "moved"]].sum().reset_index()
    where = _where_used(leads.reading, total)
    ledger.equal("licence use", total["quantity"], total["moved"], where)


def _draws(borders: Borders, leg: Leg) -> pd.DataFrame:
    """What orders or shipments move under each licence: columns of KEY, node, quantity, moved."""
    uses = np.array([*borders.marks.uses, ""], dtype=object)
    parts = [
        leg.moves.table[["exporter", "destination", "node"]]
        .iloc[rows]
        .assign(position=number, end_use=uses[use], quantity=0.0, moved=leg.quantity[rows])
        for number, (rows, use) in leg.verdict.licensed.items()
    ]
    empty = pd.DataFrame({column: [] for column in [*KEY, "node", "quantity", "moved"]})
    return pd.concat([part for part in parts if len(part)] or [empty], ignore_index=True)
