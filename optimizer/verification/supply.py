"""Orders: when they are possible, how large they may be, and what they cost."""

from __future__ import annotations

import numpy as np

from ...models.network_rows import Offer
from ...models.standing import running_contracts
from .borders import Borders
from .decisions import Decisions
from .leads import Leads, check_leg
from .ledger import Ledger
from .reading import BoolArray, FloatArray, IntArray, Reading, pivot
from .tables import Plan
from .ways import Verdict

USED = 1e-6
"""Below this part of its largest flow (taken as at least 1) something counts as unused."""


def used(flow: FloatArray) -> FloatArray:
    """1 where a flow of shape (rows, nodes) is more than rounding, else 0."""
    largest = np.maximum(1.0, np.abs(flow).max(axis=1, initial=0.0))
    found: FloatArray = (flow > USED * largest[:, None]).astype(float)
    return found


def ordered(reading: Reading, plan: Plan) -> FloatArray:
    """Quantity ordered of each offer at each node. Shape (offers, nodes)."""
    return pivot(plan.orders, "quantity", (len(reading.case.offers), reading.size))


def check_supply(
    reading: Reading, plan: Plan, leads: Leads, decisions: Decisions, ledger: Ledger
) -> dict[str, FloatArray]:
    """Check every order, and return what orders cost at each node by category."""
    case = reading.case
    flow = ordered(reading, plan)
    rows, nodes = np.nonzero(flow)

    def where(i: int) -> str:
        return reading.line(
            "offers", int(rows[i]), _material(case.offers[rows[i]]), reading.when(nodes[i])
        )

    amount = flow[rows, nodes]
    ledger.none_of("closed", np.where(reading.inside("offers", rows, nodes), 0.0, amount), where)
    ledger.at_most("order capacity", amount, reading.at("offers", "capacity", rows, nodes), where)
    least = reading.at("offers", "min_order", rows, nodes)
    ledger.zero_or_at_least("minimum order", amount, least, where)
    ready, covered = _ready(reading, decisions, ledger)
    selected = ready[rows, nodes]
    ledger.none_of("selection", np.where(selected, 0.0, amount), where)
    contracts = np.array([row.contract_periods > 0 for row in case.offers] + [False])
    uncovered = contracts[rows] & (covered[rows, nodes] < 0.5)
    ledger.none_of("contract", np.where(uncovered, amount, 0.0), where)
    _check_takes(reading, leads.borders, flow, ready, covered, ledger=ledger)
    return _check_money(reading, plan, leads, flow, ledger)


def _material(offer: Offer) -> str:
    return f"{offer.material} at {offer.site}"


def _ready(reading: Reading, decisions: Decisions, ledger: Ledger) -> tuple[BoolArray, FloatArray]:
    """Whether each offer is selected and qualified, and how many contracts cover each node."""
    offers = reading.case.offers
    wait = np.array([row.qualification_periods for row in offers], dtype=np.int64)
    needs = reading.ever("offers", "select_cost") | (wait > 0)
    chosen = reading.along(decisions.taken["select_offer"])
    ready = ~needs[:, None] | (reading.earlier(chosen, wait) > 0.5)
    length = np.array([row.contract_periods for row in offers], dtype=np.int64)
    signed = reading.along(decisions.taken["sign_contract"])
    last = running_contracts(reading.case)
    until = np.array([last.get(row.offer, 0) for row in offers], dtype=np.int64)
    covered = signed - reading.earlier(signed, length)
    covered = covered + (reading.tree.period <= until[:, None])
    some = np.flatnonzero(length > 0)
    ledger.at_most(
        "contract",
        covered[some].max(axis=1, initial=0.0),
        1.0,
        lambda i: reading.line("offers", int(some[i]), "contracts at once"),
    )
    return ready, covered


def _check_takes(
    reading: Reading,
    borders: Borders,
    flow: FloatArray,
    ready: BoolArray,
    covered: FloatArray,
    *,
    ledger: Ledger,
) -> None:
    """`min_take` and `commit_quantity`, less what capacity and bans make impossible."""
    bound = reading.ever("offers", "min_take") | reading.ever("offers", "commit_quantity")
    rows = np.repeat(np.flatnonzero(bound), reading.size)
    nodes = np.tile(np.arange(reading.size), int(bound.sum()))
    if not len(rows):
        return
    offers = reading.case.offers
    left = reading.at("offers", "capacity", rows, nodes)
    left = np.where(reading.inside("offers", rows, nodes), left, 0.0)
    left = np.where(borders.banned(borders.offer_moves(rows, nodes)), 0.0, left)
    contract = np.array([row.contract_periods > 0 for row in offers])[rows]
    under = contract & (covered[rows, nodes] > 0.5)
    possible = ready[rows, nodes] & (under | ~contract)
    possible &= left >= reading.at("offers", "min_order", rows, nodes)

    def where(i: int) -> str:
        return reading.line(
            "offers", int(rows[i]), _material(offers[rows[i]]), reading.when(nodes[i])
        )

    amount = flow[rows, nodes]
    take = np.minimum(reading.at("offers", "min_take", rows, nodes), left)
    ledger.at_least("minimum take", amount, np.where(possible, take, 0.0), where)
    commit = np.minimum(reading.at("offers", "commit_quantity", rows, nodes), left)
    ledger.at_least("commitment", amount, np.where(under, commit, 0.0), where)


def _check_money(
    reading: Reading, plan: Plan, leads: Leads, flow: FloatArray, ledger: Ledger
) -> dict[str, FloatArray]:
    """What rules ask of each order, and its purchase cost."""
    orders = plan.orders
    rows = orders["position"].to_numpy(dtype=np.int64)
    nodes = orders["node"].to_numpy(dtype=np.int64)
    amount = orders["quantity"].to_numpy(dtype=float)
    verdict = leads.orders.verdict

    def where(i: int) -> str:
        row = reading.case.offers[rows[i]]
        return reading.line("offers", int(rows[i]), _material(row), reading.when(int(nodes[i])))

    check_leg(leads.orders, where, ledger)
    told = pivot(orders, "purchase", flow.shape)
    paid = _purchase(reading, flow, _floors(reading, flow, rows, nodes, verdict), told)
    some, when = np.nonzero((flow > 0) | (told != 0))
    ledger.equal(
        "purchase",
        told[some, when],
        paid[some, when],
        lambda i: reading.line("offers", int(some[i]), reading.when(int(when[i]))),
    )
    calls = used(flow) * reading.dense("offers", "order_cost")
    return {
        "purchase": paid.sum(axis=0),
        "order": calls.sum(axis=0),
        "tariffs": reading.per_node(nodes, amount * verdict.tariff),
        "licences": reading.per_node(nodes, amount * verdict.fee),
    }


def _floors(
    reading: Reading, flow: FloatArray, rows: IntArray, nodes: IntArray, verdict: Verdict
) -> FloatArray:
    """Price floor of each offer at each node with an order."""
    floor = np.full(flow.shape, -np.inf)
    np.maximum.at(floor, (rows, nodes), verdict.floor)
    return floor


def _purchase(
    reading: Reading, flow: FloatArray, floor: FloatArray, told: FloatArray
) -> FloatArray:
    """Purchase cost by the offer's price, tiers and floors. ``told`` breaks ties at a boundary."""
    case = reading.case
    paid = flow * np.maximum(reading.dense("offers", "price"), floor)
    tiers: dict[str, list[int]] = {}
    for number, row in enumerate(case.offer_tiers):
        tiers.setdefault(row.offer, []).append(number)
    for position, offer in enumerate(case.offers):
        nodes = np.flatnonzero(flow[position])
        if offer.discount == "none" or offer.offer not in tiers or not len(nodes):
            continue
        own = np.array(tiers[offer.offer], dtype=np.int64)
        begin = reading.at("offer_tiers", "from_quantity", own[:, None], nodes[None, :])
        price = reading.at("offer_tiers", "price", own[:, None], nodes[None, :])
        order = np.argsort(begin, axis=0, kind="stable")
        begin = np.take_along_axis(begin, order, axis=0)
        price = np.take_along_axis(price, order, axis=0)
        first = reading.at("offers", "price", position, nodes)[None, :]
        price = np.maximum(np.vstack([first, price]), floor[position, nodes])
        begin = np.vstack([np.zeros((1, len(nodes))), begin])
        amount = flow[position, nodes]
        if offer.discount == "incremental":
            end = np.vstack([begin[1:], np.full((1, len(nodes)), np.inf)])
            units = np.clip(np.minimum(amount, end) - begin, 0.0, None)
            paid[position, nodes] = (units * price).sum(axis=0)
        else:
            paid[position, nodes] = _all_units(amount, begin, price, told[position, nodes])
    return paid


def _all_units(
    amount: FloatArray, begin: FloatArray, price: FloatArray, told: FloatArray
) -> FloatArray:
    """Whole orders at one price; at a boundary where the price rises, either price."""
    slack = 1e-6 * np.maximum(1.0, np.abs(begin))
    paid = np.zeros_like(amount)
    for i, quantity in enumerate(amount):
        reached = np.flatnonzero(begin[:, i] <= quantity + slack[:, i])
        tier = int(reached[-1])
        price_at = price[tier, i]
        before = price[tier - 1, i] if tier else price_at
        boundary = tier > 0 and quantity <= begin[tier, i] + slack[tier, i]
        if boundary and before < price_at:
            nearer = abs(told[i] - before * quantity) < abs(told[i] - price_at * quantity)
            price_at = before if nearer else price_at
        paid[i] = price_at * quantity
    return paid
