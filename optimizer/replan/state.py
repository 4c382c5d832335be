"""What a plan has left behind when some of its periods have passed: stocks, goods, decisions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...models.case import Case
from ...models.commitment_rows import Commitment
from ...models.network_rows import Demand, InTransit, Stockpile
from ...models.outlets import outlets_text
from ...models.plan import Tables
from ...models.standing import as_it_stands
from ..network import build_network
from ..tree import IntArray, Tree
from ..values import Values

TINY = 1e-9
"""Amounts below this are rounding."""


@dataclass
class Passed:
    """A plan some of whose periods have passed.

    Attributes:
        case: its case.
        tables: the plan.
        tree: the tree it was solved on.
        path: nodes that have passed, one for each period from 1.
        later: nodes that are still to come, of futures that are still possible.
        values: numbers of the case as it stands.
        lost: what cannot be carried into a case, and why, for the user.
    """

    case: Case
    tables: Tables
    tree: Tree
    path: IntArray
    later: IntArray
    values: Values
    lost: list[str] = field(default_factory=list)

    @property
    def periods(self) -> int:
        """Number of periods that have passed."""
        return len(self.path)

    def rows(self, table: str) -> pd.DataFrame:
        """Rows of a table of the plan that belong to passed nodes."""
        own = self.tables[table]
        return own[own["node"].isin(self.path)]

    @classmethod
    def of(cls, case: Case, tables: Tables, tree: Tree, path: IntArray) -> Passed:
        """The plan after the nodes of a path."""
        period = len(path)
        after = tree.path_at[:, period - 1] == path[-1]
        later = np.flatnonzero(after & (tree.period > period))
        return cls(case, tables, tree, path, later, Values(as_it_stands(case), tree))


def stockpiles(passed: Passed) -> tuple[list[Stockpile], list[InTransit]]:
    """Stockpiles that begin with what they held, and what of it bears other marks.

    A stockpile begins with goods of one kind of marks. Others are goods that arrive in period 1,
    which comes to the same where nothing delays their release.
    """
    table = passed.tables["stock"]
    held = table[(table["node"] == passed.path[-1]) & (table["level"] > TINY)]
    piles, extra = [], []
    for at, pile in enumerate(passed.case.stockpiles):
        own = held[(held["site"] == pile.site) & (held["material"] == pile.material)]
        own = own.sort_values("level", ascending=False, kind="stable")
        level, marks = 0.0, _marks(passed, "")
        for number, row in enumerate(own.to_dict("records")):
            place = f"stock of {pile.material} at {pile.site}"
            if number == 0:
                level, marks = float(row["level"]), _marks(passed, str(row["marks"]))
                continue
            if pile.release_lag:
                passed.lost.append(
                    f"{place}: goods with different marks, in a stockpile with a release lag"
                )
            roots = passed.later[passed.tree.period[passed.later] == passed.periods + 1]
            decay = passed.values.array("stockpiles", "decay")[at, roots]
            if np.ptp(decay) > 0:
                passed.lost.append(f"{place}: its decay differs between futures")
            kept = (1 - float(decay[0])) * float(row["level"])
            extra.append(_goods(passed, pile.site, pile.material, 1, kept, str(row["marks"])))
        piles.append(pile.model_copy(update={"initial": level, **marks}))
    return piles, extra


def _marks(passed: Passed, text: str) -> dict[str, str | None]:
    """Marks of goods as the columns `pedigrees` and `kept_from` of a case hold them."""
    names = [mark for mark in text.split(",") if mark]
    outlets = list(dict.fromkeys((row.end_use, row.end_user) for row in passed.case.demand))
    written = [f"!{use}" if user is None else f"!{use}={user}" for use, user in outlets]
    return {
        "pedigrees": ",".join(mark for mark in names if not mark.startswith("!")) or None,
        "kept_from": outlets_text([written.index(m) for m in names if m in written], outlets),
    }


def _goods(
    passed: Passed,
    site: str,
    material: str,
    period: int,
    quantity: float,
    marks: str,
    *,
    capital: bool = True,
) -> InTransit:
    return InTransit(
        site=site,
        material=material,
        period=period,
        quantity=quantity,
        capital=capital,
        **_marks(passed, marks),
    )


def under_way(passed: Passed) -> list[InTransit]:
    """Goods under way: bought, shipped, made, released, coming back, or given by the case."""
    gone = passed.periods
    found: dict[tuple[str, str, int, str, bool], float] = {}

    def add(site: str, material: str, period: int, marks: str, amount: float, tied: bool) -> None:
        key = (site, material, period - gone, marks, tied)
        found[key] = found.get(key, 0.0) + amount

    for table, site, marks in (("orders", "site", "marks"), ("shipments", "to", "arrives_as")):
        own = passed.rows(table)
        for row in own[own["arrives"] > gone].to_dict("records"):
            add(str(row[site]), str(row["material"]), int(row["arrives"]), str(row[marks]),
                float(row["quantity"]), True)  # fmt: skip
    for site, material, period, text, amount in _expected(passed):
        add(site, material, period, text, amount, False)
    lags = {(pile.site, pile.material): pile.release_lag for pile in passed.case.stockpiles}
    for row in passed.rows("stock").to_dict("records"):
        place = (str(row["site"]), str(row["material"]))
        arrives = int(row["period"]) + lags[place]
        if lags[place] and arrives > gone:
            add(*place, arrives, str(row["marks"]), float(row["taken"]), False)
    goods = [
        _goods(passed, site, material, period, amount, marks, capital=tied)
        for (site, material, period, marks, tied), amount in sorted(found.items())
        if amount > TINY
    ]
    given = [
        row.model_copy(
            update={"period": row.period - gone if isinstance(row.period, int) else row.period}
        )
        for row in passed.case.in_transit
        if passed.case.period(row.period, 1) > gone
    ]
    return [*given, *goods]


def _expected(passed: Passed) -> list[tuple[str, str, int, str, float]]:
    """What plants and returns give later of what was started or delivered before."""
    gone, period = passed.periods, passed.tree.period
    made = passed.tables["conversions"]
    made = made[made["started"].isin(passed.path) & made["node"].isin(passed.later)]
    site = {row.plant: row.site for row in passed.case.plants}
    made = made[made["quantity"] > 0].assign(place=lambda own: own["plant"].map(site))
    back = passed.tables["returns"]
    lag = np.array([row.lag_periods for row in passed.case.returns] + [0], dtype=np.int64)
    source = period[back["node"].to_numpy(dtype=np.int64)] - lag[back["row"].to_numpy(int) - 1]
    back = back[back["node"].isin(passed.later) & (source <= gone)].assign(
        place=lambda own: own["site"]
    )
    both = pd.concat([made, back], ignore_index=True)
    if both.empty:
        return []
    both["period"] = period[both["node"].to_numpy(dtype=np.int64)]
    keys = ["place", "material", "period", "marks"]
    by_node = both.groupby([*keys, "node"])["quantity"].sum().reset_index()
    found = []
    for key, own in by_node.groupby(keys):
        place, material, when, marks = key
        nodes = passed.later[period[passed.later] == int(when)]
        amounts = own["quantity"].to_numpy(dtype=float)
        if len(own) < len(nodes) or np.ptp(amounts) > 1e-7 * max(1.0, amounts.max()):
            passed.lost.append(
                f"{material} expected at {place}: how much of it comes differs between futures"
            )
        found.append((str(place), str(material), int(when), str(marks), float(amounts[0])))
    return found


def demand(passed: Passed) -> list[Demand]:
    """Demand with what is waiting."""
    table = passed.tables["service"]
    now = table[table["node"] == passed.path[-1]].set_index("row")["backlog"]
    return [
        row.model_copy(update={"waiting": max(0.0, float(now.get(number, 0.0)))})
        for number, row in enumerate(passed.case.demand, start=1)
    ]


def commitments(passed: Passed, scenarios: set[str]) -> list[Commitment]:
    """Decisions taken so far, and commitments that are still to come."""
    case, gone = passed.case, passed.periods
    kept: list[Commitment] = []
    for row in case.commitments:
        period = case.period(row.period, 1)
        if 1 <= period <= gone or (row.scenario and row.scenario not in scenarios):
            continue  # what was decided in the plan is told by the plan
        if period < 1 and _is_over(passed, row.decision, row.name, period):
            continue
        kept.append(row.model_copy(update={
            "period": _moved(row.period, gone), "effective": _moved(row.effective, gone),
        }))  # fmt: skip
    for taken in passed.rows("decisions").to_dict("records"):
        if _is_over(passed, str(taken["decision"]), str(taken["name"]), int(taken["period"])):
            continue
        whole = round(float(taken["quantity"]))
        exact = abs(whole - float(taken["quantity"])) < 1e-6
        kept.append(
            Commitment.model_validate(
                {
                    "period": _told(case, int(taken["period"]), gone),
                    "label": str(taken["label"]),
                    "decision": taken["decision"],
                    "name": taken["name"],
                    "row": int(taken["row"]) if taken["decision"] == "add_modules" else None,
                    "from": taken["from"],
                    "to": taken["to"],
                    "material": taken["material"],
                    "quantity": whole if exact else float(taken["quantity"]),
                    "effective": _told(case, int(taken["effective"]), gone),
                    "cost": float(taken["cost"]),
                }
            )
        )
        if taken["decision"] == "add_modules":
            _check_modules(passed, int(taken["row"]) - 1, int(taken["node"]))
    return kept


def _is_over(passed: Passed, decision: str, name: str, period: int) -> bool:
    """Whether nothing is left of a decision: a contract that has run out."""
    if decision != "sign_contract":
        return False
    length = next(row.contract_periods for row in passed.case.offers if row.offer == name)
    return period + length - 1 <= passed.periods


def _moved(value: int | str | None, gone: int) -> int | str | None:
    return value - gone if isinstance(value, int) else value


def _told(case: Case, period: int, gone: int) -> int | str:
    """A period of the case, as the case that starts later calls it: a month if it has dates."""
    months, start = case.case.months_per_period, case.case.start
    if not isinstance(start, str) or months != int(months):
        return period - gone
    year, month = (int(part) for part in start.split("-"))
    count = year * 12 + month - 1 + (period - 1) * int(months)
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def _check_modules(passed: Passed, at: int, node: int) -> None:
    """Modules whose size, cost or uptime is not what their row says."""
    case = passed.case
    own = case.expansions[at]
    for column in ("module_capacity", "fixed_cost"):
        value = passed.values.array("expansions", column)[at, node]
        if abs(value - getattr(own, column)) > 1e-9 * max(1.0, abs(value)):
            passed.lost.append(
                f"modules of {own.plant}: their {column.replace('_', ' ')} was changed when they "
                "were decided, and their row of expansions says otherwise"
            )
    if any(row.table == "expansions" and row.field == "max_modules" for row in case.changes):
        passed.lost.append(f"modules of {own.plant}: changes alter how many there may be")
    plant = next(row for row in case.plants if row.plant == own.plant)
    differs = own.technology not in (None, plant.technology)
    if differs and _serviced_otherwise(passed, at, case.plants.index(plant)):
        passed.lost.append(
            f"modules of {own.plant}: a rule about services treats their technology "
            f"({own.technology}) otherwise than that of the plant"
        )


def _serviced_otherwise(passed: Passed, expansion: int, plant: int) -> bool:
    """Whether rules about services ever leave modules another uptime than their plant."""
    if not any(rule.kind == "service" for rule in passed.case.controls):
        return False
    services = build_network(as_it_stands(passed.case), passed.tree).production.services
    pairs = [(services.plants, services.expansions)]
    pairs += [(rule.plants, rule.expansions) for rule in services.rules]
    return any(
        not np.array_equal(own[plant, passed.later], added[expansion, passed.later], equal_nan=True)
        for own, added in pairs
    )
