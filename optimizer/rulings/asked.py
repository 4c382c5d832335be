"""What a reader asks about: from where to where, which goods, for what, when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...datasets.nearest import did_you_mean
from ...models.case import Case
from ...models.names import CaseNames
from ...models.selectors import Names, SelectorError
from ..marks import Outlet

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Question:
    """A question as it is written; None asks about everything.

    Attributes:
        start: sites, countries (``@CN``), operators or offers that send.
        end: sites, countries or operators that receive.
        material: selector of materials.
        end_use: selector of end uses, or ``use=end user``.
        when: a period, a month ``YYYY-MM``, a label such as 2027-Q1, or a range of two of them.
        changes_only: leave out whatever stays the same over the horizon.
        each: every lane and offer by itself, not those together that the rules treat alike.
    """

    start: str | None = None
    end: str | None = None
    material: str | None = None
    end_use: str | None = None
    when: str | None = None
    changes_only: bool = False
    each: bool = False

    @property
    def narrow(self) -> bool:
        """Whether it asks about a part of the goods only."""
        return any((self.start, self.end, self.material, self.end_use))


@dataclass(frozen=True)
class Asked:
    """A question understood. Arrays say for each row of a table whether it is asked about.

    Attributes:
        from_sites, to_sites: shape (sites,).
        from_offers: shape (offers,).
        materials: shape (materials,).
        origins: countries that are asked about as senders, None for all.
        outlets: outlets asked about, None for all.
        first, last: periods.
    """

    from_sites: BoolArray
    to_sites: BoolArray
    from_offers: BoolArray
    materials: BoolArray
    origins: set[str] | None
    outlets: set[Outlet] | None
    first: int
    last: int


def understand(case: Case, names: CaseNames, question: Question) -> Asked:
    """Look up everything that a question names.

    Raises:
        ValueError: a selector hits nothing, or a time is none or outside the horizon.
    """
    senders = _parties(case, names, "from", question.start, with_offers=True)
    receivers = _parties(case, names, "to", question.end, with_offers=False)
    kinds = _select(names.of("materials"), "material", question.material)
    first, last = window(case, question.when)
    return Asked(
        from_sites=np.array([row.site in senders for row in case.sites], dtype=bool),
        to_sites=np.array([row.site in receivers for row in case.sites], dtype=bool),
        from_offers=np.array([f"offer {row.offer}" in senders for row in case.offers], dtype=bool),
        materials=np.array([row.material in kinds for row in case.materials], dtype=bool),
        origins=None if question.start is None else _countries(case, names, senders),
        outlets=_outlets(case, names, question.end_use),
        first=first,
        last=last,
    )


def _parties(
    case: Case, names: CaseNames, option: str, selector: str | None, *, with_offers: bool
) -> set[str]:
    """Sites, and offers as ``offer <name>``, that a selector picks as sender or receiver."""
    offers = {
        f"offer {row.offer}": (row.offer, row.origin or names.country[row.site], row)
        for row in case.offers
        if with_offers
    }
    sites = [row.site for row in case.sites]
    if selector is None:
        return {*sites, *offers}
    taken = set(sites)
    called = {offer: key for key, (offer, _, _) in offers.items() if offer not in taken}
    places = Names(
        [*sites, *called],
        names.groups,
        {**names.country, **{offer: offers[key][1] for offer, key in called.items()}},
    )
    operators = names.here("operator")
    try:
        return {called.get(name, name) for name in places.select(selector)}
    except SelectorError as fault:
        try:
            chosen = set(operators.select(selector))
        except SelectorError:
            known = [*sites, *names.groups, *operators.universe]
            countries = {*names.country.values(), *(country for _, country, _ in offers.values())}
            hint = "" if "only" in fault.reason else _hint(fault.part, known, sorted(countries))
            raise ValueError(
                f"{option} {selector!r}: {_reason(fault, 'site, group or operator')}{hint}"
            ) from None
    found = {site for site in sites if names.operator[site] in chosen}
    return found | {key for key, (_, _, row) in offers.items() if names.supplier(row) in chosen}


def _reason(fault: SelectorError, what: str) -> str:
    """What is wrong with a selector, for people."""
    if fault.reason == "has no site":
        return f"no site lies in {fault.part.removeprefix('@')}"
    if fault.reason == "is unknown":
        return f"there is no {what} {fault.part!r}"
    return str(fault)


def _hint(part: str, known: Iterable[str], countries: list[str]) -> str:
    """What may have been meant, as the end of a sentence."""
    if part.startswith("@"):
        return f"; the case has {', '.join(countries)}"
    if part.upper() in countries:
        return f"; write @{part.upper()} for all sites in a country"
    hint = did_you_mean(part, known)
    return f"; {hint}" if hint else ""


def _select(names: Names, option: str, selector: str | None) -> set[str]:
    try:
        return set(names.select(selector))
    except SelectorError as fault:
        what = option.replace("-", " ")
        hint = did_you_mean(fault.part, [*names.universe, *names.groups])
        known = "" if hint or len(names.universe) > 30 else ", ".join(names.universe)
        told = hint or (f"the case has {known}" if known else "")
        text = f"{option} {selector!r}: {_reason(fault, what)}"
        raise ValueError(f"{text}; {told}" if told else text) from None


def _countries(case: Case, names: CaseNames, senders: set[str]) -> set[str]:
    """Countries of sites and offers."""
    found = {names.country[row.site] for row in case.sites if row.site in senders}
    return found | {
        row.origin or names.country[row.site]
        for row in case.offers
        if f"offer {row.offer}" in senders
    }


def _outlets(case: Case, names: CaseNames, selector: str | None) -> set[Outlet] | None:
    """Outlets of the end uses, and with ``use=end user`` of the end users, that are asked about."""
    if selector is None:
        return None
    use, equals, user = selector.partition("=")
    uses = _select(names.here("end_use"), "end-use", use.strip())
    known = {(row.end_use, row.end_user) for row in case.demand if row.end_use in uses}
    if equals:
        listed = Names(sorted({name for _, name in known if name}), names.groups)
        users = _select(listed, "end-user", user.strip())
        known = {outlet for outlet in known if outlet[1] in users}
    return known


def window(case: Case, when: str | None) -> tuple[int, int]:
    """First and last period of a time or a range of times.

    Raises:
        ValueError: it is no time, outside the horizon, or ends before it begins.
    """
    last = case.case.periods
    if when is None or not when.strip():
        return 1, last
    start, dots, end = (part.strip() for part in when.partition(".."))
    begins = _span(case, start)[0] if start else 1
    ends = (_span(case, end)[1] if end else last) if dots else _span(case, start)[1]
    if ends < begins:
        raise ValueError(f"when {when!r}: ends before it begins")
    if ends < 1 or begins > last:
        horizon = f"{case.period_label(1)} to {case.period_label(last)}"
        raise ValueError(f"when {when!r}: outside the horizon, {horizon}")
    return max(begins, 1), min(ends, last)


def _span(case: Case, text: str) -> tuple[int, int]:
    """Periods that a number, a month, a quarter or a year is or lies in."""
    labels = {case.period_label(period): period for period in range(1, case.case.periods + 1)}
    if text in labels:
        return labels[text], labels[text]
    year = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
    if year and isinstance(case.case.start, str):
        quarter, month = year[2], year[3]
        first = int(month or (3 * int(quarter) - 2 if quarter else 1))
        until = first if month else first + 2 if quarter else 12
        return (
            case.period(f"{year[1]}-{first:02d}", 1),
            case.period(f"{year[1]}-{until:02d}", 1),
        )
    if re.fullmatch(r"\d+", text):
        return int(text), int(text)
    dates = (
        ", a month such as 2027-04, a quarter such as 2027-Q2, a year" if case.case.start else ""
    )
    raise ValueError(f"when {text!r}: write a period from 1 to {case.case.periods}{dates}, or a..b")
