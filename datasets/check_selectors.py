"""Checks of selectors: every one must mean something and hit something."""

from __future__ import annotations

from ..models.case import TABLES, columns
from ..models.fields import column_info
from ..models.problems import quote
from ..models.selectors import Names, SelectorError
from .cells import attribute
from .check_context import Context
from .wording import country_hint

_MEANT = {
    "materials": "material or group",
    "place": "site, country or group",
    "country": "country or group of countries",
    "operator": "operator or group",
    "supplier": "supplier or group",
    "stage": "stage",
    "technologies": "technology or group",
    "pedigrees": "pedigree or group",
    "processes": "process or group",
    "end_use": "end use or group",
    "end_user": "operator, end user or group",
}
_HOLDERS = {
    "materials": ("materials",),
    "place": ("sites",),
    "country": ("sites", "offers"),
    "operator": ("sites", "offers"),
    "supplier": ("sites", "offers"),
    "technologies": ("technologies",),
    "pedigrees": ("pedigrees",),
    "processes": ("processes",),
    "end_use": ("demand",),
    "end_user": ("sites", "demand"),
}
"""Tables that the names of each kind come from."""
_WORLDWIDE = ("controls", "pedigrees")
"""Tables that may name countries, and lists of operators, that the case does not have."""


def check_for_empty_selectors(context: Context) -> None:
    """Selectors that are unknown, hit nothing, or only take out."""
    for table, model in TABLES.items():
        if table == "changes":
            continue
        for column, field in columns(model).items():
            kind = column_info(field).selects
            if kind:
                _check_column(context, table, column, kind)


def _check_column(context: Context, table: str, column: str, kind: str) -> None:
    name = attribute(column)
    names = context.names.of(kind) if table in _WORLDWIDE else context.names.here(kind)
    faults: dict[str, SelectorError | None] = {}
    for number, row in context.rows(table):
        value = getattr(row, name)
        if value is None:
            continue
        if value not in faults:
            faults[value] = _fault(names, value)
        fault = faults[value]
        if fault is None:
            continue
        context.bad_reference(table, number)
        if {"groups", *_HOLDERS.get(kind, ())} & context.lost:
            continue  # the name may stand in a row that could not be read
        message, remedy = describe(context, kind, names, fault)
        context.error(table, number, column, message, value=value, remedy=remedy)


def _fault(names: Names, selector: str) -> SelectorError | None:
    try:
        names.select(selector)
    except SelectorError as error:
        return error
    return None


def describe(context: Context, kind: str, names: Names, fault: SelectorError) -> tuple[str, str]:
    """What is wrong with a selector among ``names`` of a kind, and what would mend it."""
    part, reason = fault.part, fault.reason
    if reason.startswith("only takes out"):
        return f"{quote(part)} only takes out", f"write *,{part}"
    universe = list(names.universe)
    if reason == "has no site":
        country = part.removeprefix("@")
        hint = country_hint(country)
        known = {*context.names.country.values(), *context.names.groups}
        nearest = hint if hint in known and hint != country else ""
        return (
            f"no site lies in {quote(part)}",
            f"did you mean @{nearest}?"
            if nearest
            else _among(context, country, sorted(known), "@"),
        )
    if reason.startswith("names a place"):
        bare = part.removeprefix("@")
        return (
            f"{quote(part)} names a place, and no sites are meant here",
            f"did you mean {bare}?" if bare in {*universe, *names.elsewhere, *names.groups} else "",
        )
    if reason == "is unknown":
        return f"no {_MEANT[kind]} {quote(part)}", _hint(context, kind, part, names)
    members = names.groups.get(part)
    if members is not None:
        return f"none of the members of group {quote(part)} is a {_MEANT[kind].split(' or ')[0]}", (
            f"its members are {', '.join(sorted(members)[:6])}"
        )
    return f"{quote(part)} selects nothing", "widen it, or remove the row"


def _hint(context: Context, kind: str, part: str, names: Names) -> str:
    code = country_hint(part) if len(part) in {2, 3} else ""
    if kind == "place":
        countries = set(context.names.country.values())
        if code in countries:
            return f"did you mean @{code}?"
    elif kind == "country":
        if code in names.universe or code in names.elsewhere:
            return f"did you mean {code}?"
        if code:
            return f"no site, offer or technology of the case is in {code}; remove it or add one"
    return _among(context, part, [*names.universe, *names.groups])


def _among(context: Context, part: str, known: list[str], lead: str = "") -> str:
    hint = context.did_you_mean(part, known)
    if hint:
        return hint.replace("mean ", f"mean {lead}") if lead else hint
    some = [lead + name for name in known]
    if not some:
        return "there are none in this case"
    return f"there are {', '.join(some[:6])}{' ...' if len(some) > 6 else ''}"
