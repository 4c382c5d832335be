"""Checks of names: given once, referred to rightly, groups that end somewhere, real countries."""

from __future__ import annotations

from typing import Any

from ..models.case import TABLES, UNIQUE, columns
from ..models.countries import ALPHA_2, is_user_assigned
from ..models.fields import column_info
from ..models.names import CaseNames
from ..models.problems import quote
from .cells import attribute
from .check_context import Context, without
from .wording import country_hint


def check_for_circular_groups(context: Context) -> None:
    """Groups that contain themselves; they are taken out of the names that later checks use."""
    members: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    for number, row in context.rows("groups"):
        members.setdefault(row.group, []).append(row.member)
        first.setdefault(row.group, number)
    circular = {group for group in members if _reaches(group, group, members)}
    for group, own in members.items():
        if group in circular:
            through = [m for m in own if m in circular and m != group]
            context.error(
                "groups",
                first[group],
                "group",
                f"group {quote(group)} contains itself"
                + (f" by way of {quote(through[0])}" if through else ""),
                value=group,
                remedy="take one of the members out",
            )
    if circular:
        kept = [row for row in context.case.groups if row.group not in circular]
        context.names = CaseNames(without(context.case, "groups", kept))
        context.lost.add("groups")


def _reaches(start: str, goal: str, members: dict[str, list[str]]) -> bool:
    waiting, seen = list(members[start]), set[str]()
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting += members.get(name, [])
    return False


def check_for_missing_tables(context: Context) -> None:
    """A case without materials, sites or demand."""
    for table, what in (("materials", "material"), ("sites", "site")):
        if not context.case.rows(table) and table not in context.lost:
            context.error(
                table, None, "", "the table has no rows", remedy=f"add at least one {what}"
            )
            context.lost.add(table)  # so that no row is blamed for naming what is not there
    if not context.case.demand and "demand" not in context.lost:
        context.warn(
            "demand",
            None,
            "",
            "the table has no rows, so there is nothing to plan for",
            remedy="add what is wanted, where and when",
        )


def check_for_duplicates(context: Context) -> None:
    """A second row with the name of another."""
    for table, names in UNIQUE.items():
        seen: dict[tuple[Any, ...], int] = {}
        for number, row in context.rows(table):
            key = tuple(_comparable(context, name, getattr(row, name)) for name in names)
            if key in seen:
                label = " and ".join(quote(part) for part in key)
                context.error(
                    table,
                    number,
                    names[0],
                    f"{label} is already in row {seen[key]}",
                    value=key[0],
                    remedy="give it another name" if len(names) == 1 else "keep one of the two",
                )
            else:
                seen[key] = number


def _comparable(context: Context, column: str, value: Any) -> Any:
    """A cell so that equal ones mean the same: a date as its period."""
    if column != "start":
        return value
    try:
        return context.case.period(value, 1)
    except ValueError:
        return value


def check_for_unknown_references(context: Context) -> None:
    """Names that are not in the table they refer to."""
    for table, model in TABLES.items():
        for column, field in columns(model).items():
            refers = column_info(field).refers
            if not refers or refers in context.lost:
                continue
            known = context.known[refers]
            name = attribute(column)
            for number, row in context.rows(table):
                value = getattr(row, name)
                if value is not None and value not in known:
                    context.bad_reference(table, number)
                    context.error(
                        table,
                        number,
                        column,
                        f"there is no {_ONE[refers]} {quote(value)}",
                        value=value,
                        remedy=context.did_you_mean(value, known) or f"add it to {refers}",
                    )


_ONE = {
    "materials": "material",
    "sites": "site",
    "offers": "offer",
    "processes": "process",
    "plants": "plant",
    "lanes": "lane row",
    "technologies": "technology",
    "pedigrees": "pedigree",
    "controls": "control",
    "scenarios": "scenario",
}


def check_for_odd_groups(context: Context) -> None:
    """Group members that name nothing, and groups called like something else (warnings)."""
    names = context.names
    kinds = (
        "materials",
        "place",
        "operator",
        "country",
        "technologies",
        "processes",
        "pedigrees",
        "end_use",
        "end_user",
    )
    universe = {name for kind in kinds for name in names.of(kind).universe}
    groups = {row.group for row in context.case.groups}
    tables = ("materials", "sites", "offers", "lanes", "plants", "demand")
    keys = {name for table in context.known.values() for name in table}
    doubtful = context.doubtful(*tables)
    strangers = _strangers(context)
    told: set[str] = set()
    for number, row in context.rows("groups"):
        if row.group in universe and row.group not in told:
            told.add(row.group)
            context.warn(
                "groups",
                number,
                "group",
                f"{quote(row.group)} is a name as well as a group; a selector means the name",
                value=row.group,
                remedy="call the group something else",
            )
        member = row.member
        unknown = member not in universe and member not in groups and member not in keys
        if not unknown or doubtful or _is_country(member):
            continue
        if member not in strangers:
            hint = context.did_you_mean(member, universe | groups | keys)
        elif known := strangers[member]:
            hint = f"did you mean {known}?"
        else:
            continue
        context.warn(
            "groups",
            number,
            "member",
            f"{quote(member)} names nothing in this case",
            value=member,
            remedy=hint,
        )


def _strangers(context: Context) -> dict[str, str]:
    """Member of an entity list that the case does not know -> who is called almost like it.

    A list that a rule goes by names whoever the lawmaker named, so that most of its members may
    have nothing to do with the case; only one that differs in nothing but capitals, blanks and
    punctuation is probably meant. '' where nobody is.
    """
    names = context.names
    known = {*names.of("operator").universe, *names.of("end_user").universe}
    members: set[str] = set()
    for row in context.case.controls:
        for selector in (row.operators, row.end_users):
            for part in (selector or "").split(","):
                members |= names.groups.get(part.strip().removeprefix("!"), frozenset())
    plain = {_plain(name): name for name in sorted(known)} if members - known else {}
    return {name: plain.get(_plain(name), "") for name in members - known}


def _plain(name: str) -> str:
    """A name without capitals, blanks and punctuation."""
    return "".join(mark for mark in name.casefold() if mark.isalnum())


def check_for_unknown_countries(context: Context) -> None:
    """Two letters that are no country (a warning: a model may use codes of its own)."""
    for table, column in (("sites", "country"), ("offers", "origin"), ("technologies", "origin")):
        for number, row in context.rows(table):
            code = getattr(row, column)
            if code is not None and not _is_country(code):
                hint = country_hint(code)
                context.warn(
                    table,
                    number,
                    column,
                    f"{quote(code)} is not an ISO 3166 country",
                    value=code,
                    remedy=f"did you mean {hint}?" if hint else "",
                )


def _is_country(code: str) -> bool:
    return code in ALPHA_2 or (len(code) == 2 and is_user_assigned(code))
