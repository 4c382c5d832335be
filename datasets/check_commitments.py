"""Checks of decisions taken already, and of what running windows hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..models.commitment_rows import Commitment
from ..models.problems import quote
from ..models.selectors import SelectorError
from .check_context import Context

ONCE = ("select_offer", "open_plant", "open_lane", "open_stockpile")
_WINDOWED = ("year", "horizon")


def check_for_unknown_commitments(context: Context) -> None:
    """Commitments to offers, plants, lanes or stockpiles that are not there."""
    for number, row in context.rows("commitments"):
        known = _known(context, row)
        if row.name not in known:
            context.bad_reference("commitments", number)
            context.error(
                "commitments", number, "name",
                f"there is no {_WHAT[row.decision]} {quote(row.name)}", value=row.name,
                remedy=context.did_you_mean(row.name, known) or f"add it to {_TABLE[row.decision]}",
            )  # fmt: skip
            continue
        for column, message, remedy in _incomplete(context, row):
            context.bad_reference("commitments", number)
            context.error("commitments", number, column, message, value=row.name, remedy=remedy)


_WHAT = {
    "select_offer": "offer",
    "sign_contract": "offer",
    "open_plant": "plant",
    "add_modules": "plant with a row in expansions",
    "open_lane": "lane row",
    "open_stockpile": "stockpile at a site",
}
_TABLE = {
    "select_offer": "offers",
    "sign_contract": "offers",
    "open_plant": "plants",
    "add_modules": "expansions",
    "open_lane": "lanes",
    "open_stockpile": "stockpiles",
}


def _known(context: Context, row: Commitment) -> list[str]:
    column = {"offers": "offer", "lanes": "lane", "stockpiles": "site"}.get(
        _TABLE[row.decision], "plant"
    )
    return [getattr(own, column) for own in context.case.rows(_TABLE[row.decision])]


def _incomplete(context: Context, row: Commitment) -> Iterator[tuple[str, str, str]]:
    """(column, message, remedy) where a commitment does not say what it is about."""
    case = context.case
    if row.decision == "open_stockpile":
        held = [pile.material for pile in case.stockpiles if pile.site == row.name]
        if row.material not in held:
            yield (
                "material",
                f"there is no stockpile of {quote(row.material or '')} at {quote(row.name)}",
                f"one of {', '.join(held)}",
            )
    if row.decision == "add_modules":
        own = [at + 1 for at, one in enumerate(case.expansions) if one.plant == row.name]
        if row.row not in own and (len(own) > 1 or row.row is not None):
            yield (
                "row",
                f"row {row.row or 'blank'} of expansions is not one of {quote(row.name)}",
                f"one of {', '.join(map(str, own))}",
            )
    if row.decision == "open_lane" and not _is_pair(context, row):
        yield (
            "from",
            f"lane row {quote(row.name)} does not run from {quote(row.from_ or '')} to "
            f"{quote(row.to or '')}",
            "name the two sites in `from` and `to`",
        )


def _is_pair(context: Context, row: Commitment) -> bool:
    """Whether a lane row has the pair of sites that a commitment names."""
    lane = next(own for own in context.case.lanes if own.lane == row.name)
    place = context.names.of("place")
    try:
        ends = row.from_ in place.select(lane.from_), row.to in place.select(lane.to)
    except SelectorError:
        return True  # the selector has been complained of
    return all(ends) and row.from_ != row.to


def check_for_untimely_commitments(context: Context) -> None:
    """Commitments outside the horizon, between strategic periods, or against their rows' dates."""
    settings = context.case.case
    for number, row in context.sound("commitments"):
        period = context.period(row.period, 1)
        if period > settings.periods:
            _complain(
                context, number, "period", row.period,
                f"{row.period} lies beyond the horizon of {settings.periods} periods",
                "a commitment is a decision already taken; remove it, or lengthen the horizon",
            )  # fmt: skip
        if period < 1 and row.scenario is not None:
            _complain(
                context, number, "scenario", row.scenario,
                "before period 1 there is only one past", "leave it blank",
            )  # fmt: skip
        every = settings.decide_every
        if period >= 1 and (period - 1 + settings.periods_before) % every:
            _complain(
                context, number, "period", row.period,
                f"no decisions fall in period {period} ([case] decide_every is {every})",
                "a period in which decisions fall",
            )  # fmt: skip
        for message, remedy in _against_dates(context, row, period):
            _complain(context, number, "period", row.period, message, remedy)


def _complain(
    context: Context, number: int, column: str, value: Any, message: str, remedy: str
) -> None:
    context.error("commitments", number, column, message, value=value, remedy=remedy)


def _against_dates(context: Context, row: Commitment, period: int) -> Iterator[tuple[str, str]]:
    """(message, remedy) where a commitment contradicts the dates of what it is about."""
    case = context.case
    if row.quantity == 0:
        return
    if row.decision in ("select_offer", "sign_contract"):
        offer = next(own for own in case.offers if own.offer == row.name)
        first, last = context.window(offer)
        wait = offer.qualification_periods if row.decision == "select_offer" else 0
        ready = period + wait
        if row.effective is not None and period < 1:
            ready = context.period(row.effective, 1)
        if offer.end is not None and ready > last:
            yield (
                f"offer {quote(row.name)} ends in {offer.end}, before it could be used",
                "mend the date, or offers.end",
            )
        if row.decision == "sign_contract" and period + offer.contract_periods <= first:
            yield (
                f"a contract of {offer.contract_periods} periods is over before offer "
                f"{quote(row.name)} starts in {offer.start}",
                "mend the date, or offers.start",
            )
    if row.decision in ("open_plant", "add_modules"):
        plant = next((own for own in case.plants if own.plant == row.name), None)
        if plant is not None and plant.end is not None and period > context.window(plant)[1]:
            yield (
                f"plant {quote(row.name)} ends in {plant.end}, before the decision",
                "mend the date, or plants.end",
            )


def check_for_needless_commitments(context: Context) -> None:
    """Commitments to what needs no decision."""
    changed = context.changed
    for number, row in context.sound("commitments"):
        need = _need(context, row, changed)
        if need:
            context.error(
                "commitments", number, "decision", f"{quote(row.name)} {need}, so there is nothing "
                "to decide", value=row.decision, remedy="remove the row",
            )  # fmt: skip


def _need(context: Context, row: Commitment, changed: frozenset[tuple[str, str]]) -> str:
    """Why a decision is not one; '' where it is."""
    case = context.case

    def costs(table: str, own: Any) -> bool:
        column = "select_cost" if table == "offers" else "open_cost"
        return getattr(own, column) != 0 or (table, column) in changed

    needless = ""
    if row.decision in ("select_offer", "sign_contract"):
        offer = next(own for own in case.offers if own.offer == row.name)
        if row.decision == "sign_contract":
            needless = "" if offer.contract_periods else "is bought without contracts"
        elif not offer.qualification_periods and not costs("offers", offer):
            needless = "needs no selection"
    elif row.decision == "open_plant":
        plant = next(own for own in case.plants if own.plant == row.name)
        needless = "stands already" if plant.status == "existing" else ""
    elif row.decision == "open_lane":
        lane = next(own for own in case.lanes if own.lane == row.name)
        if lane.shares:
            needless = f"shares the opening of {quote(lane.shares)}"
        elif not costs("lanes", lane):
            needless = "needs no opening"
    elif row.decision == "open_stockpile":
        place = (row.name, row.material)
        pile = next(own for own in case.stockpiles if (own.site, own.material) == place)
        needless = "" if costs("stockpiles", pile) else "needs no opening"
    return needless


def check_for_excessive_commitments(context: Context) -> None:
    """The same decision twice, contracts that overlap, more modules than there may be."""
    case = context.case
    seen: dict[tuple[object, ...], tuple[int, int]] = {}
    modules: dict[tuple[int, str], float] = {}
    for number, row in context.sound("commitments"):
        if row.quantity == 0:
            continue
        period = context.period(row.period, 1)
        _check_quantity(context, number, row)
        if row.decision in (*ONCE, "sign_contract"):
            key = (row.decision, row.name, row.from_, row.to, row.material, row.scenario)
            if row.decision == "sign_contract":
                _check_overlap(context, number, row, period, seen, key)
            elif key in seen:
                _complain(
                    context, number, "name", row.name,
                    f"row {seen[key][0]} decides the same already", "keep one of the two",
                )  # fmt: skip
            seen.setdefault(key, (number, period))
        if row.decision == "add_modules":
            own = [at for at, one in enumerate(case.expansions) if one.plant == row.name]
            at = row.row - 1 if row.row is not None else own[0]
            most = case.expansions[at].max_modules
            total = modules.get((at, row.scenario or ""), 0.0) + row.quantity
            modules[at, row.scenario or ""] = total
            if total > most + 1e-9 and ("expansions", "max_modules") not in context.changed:
                _complain(
                    context, number, "quantity", row.quantity,
                    f"{total:g} modules of {quote(row.name)} are committed, of at most {most:g}",
                    "lower it, or raise expansions.max_modules",
                )  # fmt: skip


def _check_quantity(context: Context, number: int, row: Commitment) -> None:
    """Whole numbers of modules, and 1 of everything else."""
    case = context.case
    if row.decision != "add_modules":
        if row.quantity != 1:
            _complain(
                context, number, "quantity", row.quantity,
                f"{row.quantity:g} is neither 1 (decided) nor 0 (decided against)", "1",
            )  # fmt: skip
        return
    own = [at for at, one in enumerate(case.expansions) if one.plant == row.name]
    at = row.row - 1 if row.row is not None else own[0]
    if not case.expansions[at].continuous and row.quantity != int(row.quantity):
        _complain(
            context, number, "quantity", row.quantity,
            f"{row.quantity:g} is no whole number of modules",
            "a whole number, or set expansions.continuous",
        )  # fmt: skip


def _check_overlap(
    context: Context,
    number: int,
    row: Commitment,
    period: int,
    seen: dict[tuple[object, ...], tuple[int, int]],
    key: tuple[object, ...],
) -> None:
    """Contracts of one offer run one at a time."""
    length = next(own.contract_periods for own in context.case.offers if own.offer == row.name)
    before = seen.get(key)
    if before is not None and abs(period - before[1]) < length:
        _complain(
            context, number, "period", row.period,
            f"the contract of row {before[0]} still runs; one of {length} periods at a time",
            "mend one of the dates",
        )  # fmt: skip
    if before is not None:
        seen[key] = (number, period)


def check_for_odd_carries(context: Context) -> None:
    """Carried amounts of limits that are not there, or that do not outlast a period."""
    case = context.case
    policies = {row.policy: row for row in case.policies}
    rules = {row.control: row for row in case.controls}
    for number, row in context.rows("carried"):
        window = None
        if row.limit in policies:
            window = policies[row.limit].span
        elif row.limit in rules:
            window = rules[row.limit].quota_window
        if window is None:
            context.error(
                "carried", number, "limit",
                f"there is no policy and no control {quote(row.limit)}", value=row.limit,
                remedy=context.did_you_mean(row.limit, [*policies, *rules]) or "name one of them",
            )  # fmt: skip
        elif window not in _WINDOWED:
            context.warn(
                "carried", number, "limit",
                f"{quote(row.limit)} counts each period by itself, so nothing is carried into it",
                value=row.limit, remedy="remove the row",
            )  # fmt: skip
