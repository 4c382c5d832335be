"""Strategic decisions: when they may be taken, how often, in what amounts, at what cost."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .ledger import Ledger, Where
from .reading import FloatArray, IntArray, Reading
from .tables import Plan
from .technology import Technologies

# decision -> table of its rows, column of its name, column of its cost, category of cost
DECISIONS = {
    "select_offer": ("offers", "offer", "select_cost", "select"),
    "sign_contract": ("offers", "offer", None, None),
    "open_plant": ("plants", "plant", "open_cost", "open"),
    "add_modules": ("expansions", "plant", "module_cost", "expand"),
    "open_lane": ("lanes", "lane", "open_cost", "lane_open"),
    "open_stockpile": ("stockpiles", "site", "open_cost", "stock_open"),
}


@dataclass
class Decisions:
    """What was decided at each node, and what it cost.

    Attributes:
        taken: decision -> amounts decided, shape (rows of its table, nodes); 0 for lanes.
        waits: open_plant and add_modules -> periods until use. Shape (rows of its table, nodes).
        lanes: (lane row, from, to) -> position in ``opened_lanes``.
        opened_lanes: lanes opened at each node, shape (pairs, nodes).
        cash: category -> undiscounted cost at each node, shape (nodes,).
    """

    taken: dict[str, FloatArray]
    waits: dict[str, IntArray]
    lanes: dict[tuple[int, str, str], int]
    opened_lanes: FloatArray
    cash: dict[str, FloatArray] = field(default_factory=dict)


def check_decisions(
    reading: Reading, plan: Plan, technologies: Technologies, ledger: Ledger
) -> Decisions:
    """Check the decisions one by one and sum them up by what they are about."""
    table = plan.decisions
    known = table["decision"].isin(DECISIONS).to_numpy(dtype=bool)
    ledger.wrong("tables", [f"decision {text!r}" for text in table["decision"][~known].unique()])
    waits = {decision: own.delay for decision, own in technologies.waits.items()}
    found = Decisions({}, waits, {}, np.zeros((0, reading.size)))
    for decision, (rows, name, price, category) in DECISIONS.items():
        found.taken[decision] = np.zeros((len(reading.case.rows(rows)), reading.size))
        chosen = (table["decision"] == decision).to_numpy(dtype=bool)
        if not chosen.any():
            continue
        own = _of_table(reading, table[chosen], rows, name, ledger)
        nodes = own["node"].to_numpy(dtype=np.int64)
        positions = own["position"].to_numpy(dtype=np.int64)
        amount = own["quantity"].to_numpy(dtype=float)
        _check_amounts(reading, own, decision, rows, ledger)
        cost = np.zeros(len(own))
        if price is not None and category is not None:
            cost = reading.at(rows, price, positions, nodes) * amount
            found.cash[category] = reading.per_node(nodes, cost)
        ledger.equal(
            "decision cost", own["cost"], cost, _where(reading, own, rows, decision), tolerance=1e-6
        )
        if decision == "open_lane":
            _sum_lanes(reading, own, found)
        else:
            np.add.at(found.taken[decision], (positions, nodes), amount)
        if decision not in ("sign_contract", "add_modules"):
            entity = found.opened_lanes if decision == "open_lane" else found.taken[decision]
            pairs = list(found.lanes) if decision == "open_lane" else []
            _check_once(reading, entity, rows, pairs, ledger)
        _check_effective(reading, own, decision, rows, waits, ledger)
    return found


def _where(reading: Reading, own: pd.DataFrame, rows: str, decision: str) -> Where:
    return reading.told(rows, own["position"], own["node"], decision)


def _of_table(
    reading: Reading, own: pd.DataFrame, rows: str, name: str, ledger: Ledger
) -> pd.DataFrame:
    """Rows of a decision whose `row` and `name` agree with the case."""
    case_rows = reading.case.rows(rows)
    number = own["row"].to_numpy(dtype=float) - 1
    good = (number >= 0) & (number < len(case_rows)) & (number == np.floor(number))
    told = own[["name", "material", "from", "to"]].to_dict("records")
    for i in np.flatnonzero(good):
        row = case_rows[int(number[i])]
        cells = told[i]
        good[i] = cells["name"] == getattr(row, name)
        if rows == "stockpiles":
            good[i] &= cells["material"] == row.material
        if rows == "lanes":
            leave = reading.select("place", row.from_)
            enter = reading.select("place", row.to)
            good[i] &= (
                cells["from"] in leave and cells["to"] in enter and cells["from"] != cells["to"]
            )
    bad = np.flatnonzero(~good)
    ledger.wrong(
        "tables",
        [
            f"decisions: {own['decision'].iloc[i]} {own['name'].iloc[i]!r} is not a row of {rows}"
            for i in bad
        ],
    )
    kept: pd.DataFrame = own[good].assign(position=number[good].astype(np.int64))
    return kept.reset_index(drop=True)


def _check_amounts(
    reading: Reading, own: pd.DataFrame, decision: str, rows: str, ledger: Ledger
) -> None:
    """Only at strategic nodes; whole; candidates only."""
    where = _where(reading, own, rows, decision)
    amount = own["quantity"].to_numpy(dtype=float)
    nodes = own["node"].to_numpy(dtype=np.int64)
    ledger.none_of("decision period", np.where(reading.strategic[nodes], 0.0, amount), where)
    whole = np.abs(amount - np.round(amount))
    if decision == "add_modules":
        continuous = np.array([row.continuous for row in reading.case.expansions] + [False])
        whole[continuous[own["position"].to_numpy(dtype=np.int64)]] = 0.0
    ledger.add("integrality", whole, 1.0, where)
    if decision == "open_plant":
        stands = np.array([row.status == "existing" for row in reading.case.plants] + [False])
        already = stands[own["position"].to_numpy(dtype=np.int64)]
        ledger.none_of("once", np.where(already, amount, 0.0), where)


def _sum_lanes(reading: Reading, own: pd.DataFrame, found: Decisions) -> None:
    keys = zip(own["position"], own["from"], own["to"], strict=True)
    places = [found.lanes.setdefault((int(row), a, b), len(found.lanes)) for row, a, b in keys]
    found.opened_lanes = np.zeros((len(found.lanes), reading.size))
    amounts = own["quantity"].to_numpy(dtype=float)
    np.add.at(found.opened_lanes, (np.array(places, dtype=np.int64), own["node"]), amounts)


def _check_once(
    reading: Reading,
    taken: FloatArray,
    rows: str,
    pairs: list[tuple[int, str, str]],
    ledger: Ledger,
) -> None:
    """At most once on every path."""
    some = np.flatnonzero(taken.any(axis=1))
    total = reading.along(taken[some])
    count = total.max(axis=1, initial=0.0)

    def told(i: int) -> str:
        node = int(total[i].argmax())
        if pairs:
            row, leave, enter = pairs[some[i]]
            return reading.line(rows, row, f"{leave} to {enter}", reading.when(node))
        return reading.line(rows, int(some[i]), reading.when(node))

    ledger.at_most("once", count, 1.0, told)


def _check_effective(
    reading: Reading,
    own: pd.DataFrame,
    decision: str,
    rows: str,
    waits: dict[str, IntArray],
    ledger: Ledger,
) -> None:
    """The column `effective` must name the first period of use."""
    case_rows = reading.case.rows(rows)
    nodes = own["node"].to_numpy(dtype=np.int64)
    period = reading.tree.period[nodes]
    delay = np.zeros(len(own), dtype=np.int64)
    if decision in waits:
        delay = waits[decision][own["position"].to_numpy(dtype=np.int64), nodes]
    first = np.ones(len(own), dtype=np.int64)
    for i, position in enumerate(own["position"].to_numpy(dtype=np.int64)):
        row = case_rows[position]
        if decision == "select_offer":
            delay[i] = row.qualification_periods
        if hasattr(row, "start"):
            first[i] = reading.span(rows)[0][position]
    found = own["effective"].to_numpy(dtype=float)
    # whether a row's own `start` counts is left open: both readings are right
    wanted = np.where(found == np.maximum(period + delay, first), found, period + delay)
    ledger.equal("decision start", found, wanted, _where(reading, own, rows, decision))
