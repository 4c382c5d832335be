"""A case as it stands in period 1: what was decided before it turned into plain rows.

A supplier selected earlier needs no selection, a plant opened earlier exists, modules added earlier
are capacity, a stockpile opened earlier is open. Contracts that are still running and lanes opened
earlier have no such plain form; :func:`running_contracts` and :func:`open_lanes` tell them.
"""

from __future__ import annotations

from collections.abc import Callable

from .case import Case
from .commitment_rows import Commitment
from .rule_rows import Change

PLAIN = ("select_offer", "add_modules", "open_stockpile")
"""Decisions that leave nothing but plain rows behind."""


def decided_before(case: Case, *kinds: str) -> list[Commitment]:
    """Decisions taken before period 1, of some kinds or of all."""
    return [
        row
        for row in case.commitments
        if row.quantity > 0
        and case.period(row.period, 1) < 1
        and (not kinds or row.decision in kinds)
    ]


def as_it_stands(case: Case) -> Case:
    """The case with what was decided before period 1 in its rows; itself where there is nothing.

    Commitments that have become plain rows are left out, so that doing it again changes nothing.
    """
    past = decided_before(case)
    if not past:
        return case
    offers, plants, piles = list(case.offers), list(case.plants), list(case.stockpiles)
    expansions, extra = list(case.expansions), []
    for row in past:
        if row.decision == "select_offer":
            for at, offer in enumerate(offers):
                if offer.offer == row.name:
                    update: dict[str, object] = {"select_cost": 0.0, "qualification_periods": 0}
                    start = _later(case, offer.start, first_use(case, row))
                    offers[at] = offer.model_copy(update=update | {"start": start})
            extra += _set_to_zero(case, "offers", f"offer={row.name}", "select_cost")
        elif row.decision == "open_plant":
            for at, plant in enumerate(plants):
                if plant.plant == row.name and plant.status == "candidate":
                    start = _later(case, plant.start, first_use(case, row))
                    plants[at] = plant.model_copy(update={"status": "existing", "start": start})
        elif row.decision == "open_stockpile":
            for at, pile in enumerate(piles):
                if (pile.site, pile.material) == (row.name, row.material):
                    piles[at] = pile.model_copy(update={"open_cost": 0.0})
            key = f"site={row.name};material={row.material}"
            extra += _set_to_zero(case, "stockpiles", key, "open_cost")
        elif row.decision == "add_modules":
            at = expansion_of(case, row)
            own = case.expansions[at]
            most = max(0.0, expansions[at].max_modules - row.quantity)
            expansions[at] = expansions[at].model_copy(update={"max_modules": most})
            extra += _modules(case, row, own.module_capacity, own.fixed_cost)
    left = [row for row in case.commitments if not (row in past and row.decision in PLAIN)]
    return case.model_copy(
        update={
            "offers": offers,
            "plants": plants,
            "stockpiles": piles,
            "expansions": expansions,
            "changes": [*case.changes, *extra],
            "commitments": left,
        }
    )


def first_use(case: Case, row: Commitment) -> int:
    """First period in which a decision of a commitment can be used, at least 1."""
    if row.effective is not None:
        return max(1, case.period(row.effective, 1))
    waits: dict[str, Callable[[], int]] = {
        "select_offer": lambda: next(
            (o.qualification_periods for o in case.offers if o.offer == row.name), 0
        ),
        "open_plant": lambda: next(
            (p.build_periods for p in case.plants if p.plant == row.name), 0
        ),
        "add_modules": lambda: case.expansions[expansion_of(case, row)].build_periods,
    }
    wait = waits.get(row.decision, lambda: 0)()
    return max(1, case.period(row.period, 1) + wait)


def expansion_of(case: Case, row: Commitment) -> int:
    """Position in expansions of the row that a commitment to modules is about.

    Raises:
        ValueError: the plant has no such row, or several and none is named.
    """
    own = [at for at, one in enumerate(case.expansions) if one.plant == row.name]
    if row.row is not None and row.row - 1 in own:
        return row.row - 1
    if len(own) == 1:
        return own[0]
    raise ValueError(
        f"commitments: modules of {row.name!r} name no row of expansions; give its number in `row`"
    )


def running_contracts(case: Case) -> dict[str, int]:
    """Offer -> last period of a contract that was signed before period 1 and still runs in it."""
    length = {row.offer: row.contract_periods for row in case.offers}
    found: dict[str, int] = {}
    for row in decided_before(case, "sign_contract"):
        last = case.period(row.period, 1) + length.get(row.name, 0) - 1
        if last >= 1:
            found[row.name] = max(last, found.get(row.name, 0))
    return found


def open_lanes(case: Case) -> set[tuple[str, str, str]]:
    """(lane row, from, to) of lanes that were opened before period 1."""
    return {(row.name, row.from_ or "", row.to or "") for row in decided_before(case, "open_lane")}


def open_plants(case: Case) -> set[str]:
    """Plants whose opening was decided before period 1."""
    return {row.name for row in decided_before(case, "open_plant")}


def _later(case: Case, start: int | str | None, first: int) -> int | str | None:
    """The later of a row's own start and a first period; left alone where that is its own."""
    return start if case.period(start, 1) >= first else first


def _set_to_zero(case: Case, table: str, key: str, field: str) -> list[Change]:
    """A change that keeps earlier changes from bringing a cost back."""
    if any(row.table == table and row.field == field for row in case.changes):
        return [Change(table=table, key=key, field=field, op="set", value=0.0)]
    return []


def _modules(case: Case, row: Commitment, size: float, fixed: float) -> list[Change]:
    """Capacity and fixed cost that modules add to their plant from their first use on."""
    first, last = first_use(case, row), case.case.periods
    if first > last:
        return []
    key = f"plant={row.name}"
    return [
        Change(
            table="plants", key=key, field=field, start=first, op="add", value=each * row.quantity
        )
        for field, each in (("capacity", size), ("fixed_cost", fixed))
        if each * row.quantity
    ]
