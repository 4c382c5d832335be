"""Checks of licences granted before period 1, and of what goods are kept from."""

from __future__ import annotations

from collections.abc import Iterator

from ..models.commitment_rows import Granted
from ..models.outlets import unknown_outlets
from ..models.problems import quote
from .check_context import Context

_LICENSED = ("case_by_case", "presumption_of_denial")
_BORDER = ("export", "reexport", "import")


def check_for_odd_licences(context: Context) -> None:
    """Licences of rules that give none, or that do not say what they are for."""
    rules = {row.control: row for row in context.case.controls}
    for number, row in context.sound("granted"):
        if row.control not in rules:
            continue  # complained of elsewhere
        kind, policy = rules[row.control].kind, rules[row.control].policy
        if policy not in _LICENSED or kind not in (*_BORDER, "service"):
            what = f"is {policy}" if policy not in _LICENSED else f"is about {kind}"
            context.error(
                "granted", number, "control",
                f"{quote(row.control)} {what}, so no licence of it lasts", value=row.control,
                remedy="name a rule about goods or services with a licence, or remove the row",
            )  # fmt: skip
            continue
        told = _service(context, row) if kind == "service" else _goods(context, row)
        for column, message, remedy in told:
            value = getattr(row, column)
            context.error("granted", number, column, message, value=value, remedy=remedy)


def _goods(context: Context, row: Granted) -> Iterator[tuple[str, str, str]]:
    """(column, message, remedy) where a licence for goods does not say what it is for."""
    if row.plant is not None:
        yield "plant", f"{quote(row.control)} is about goods, not plants", "leave it blank"
    for column in ("exporter", "destination"):
        if getattr(row, column) is None:
            yield column, "a licence for goods needs both countries", "a country, such as CN"
    uses = {wanted.end_use for wanted in context.case.demand}
    if row.end_use is None:
        some = ", ".join(sorted(uses))
        yield "end_use", "a licence for goods is for one end use", f"one of {some}"
    elif row.end_use not in uses and not context.doubtful("demand"):
        near = context.did_you_mean(row.end_use, uses)
        yield (
            "end_use",
            f"no demand is for {quote(row.end_use)}",
            near or "an end use of the demand table",
        )


def _service(context: Context, row: Granted) -> Iterator[tuple[str, str, str]]:
    """(column, message, remedy) where a licence for services does not say what it is for."""
    if row.plant is None:
        yield "plant", f"{quote(row.control)} is about services, had by a plant", "name the plant"
    for column in ("exporter", "destination", "end_use"):
        if getattr(row, column) is not None:
            yield column, f"{quote(row.control)} is about a plant, not a shipment", "leave it blank"


def check_for_licences_at_once(context: Context) -> None:
    """Two licences of a rule for the services of one plant in one period."""
    seen: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for number, row in context.sound("granted"):
        if row.plant is None:
            continue
        first, last = context.window(row)
        for before, start, end in seen.setdefault((row.control, row.plant), []):
            if first <= end and start <= last:
                context.error(
                    "granted", number, "plant",
                    f"the licence of row {before} is for {quote(row.plant)} at the same time; one "
                    "at a time", value=row.plant, remedy="mend one of the dates, or keep one row",
                )  # fmt: skip
                break
        seen[row.control, row.plant].append((number, first, last))


def check_for_unknown_outlets(context: Context) -> None:
    """End uses in `kept_from` that no demand is for."""
    if context.doubtful("demand"):
        return
    outlets = list(dict.fromkeys((row.end_use, row.end_user) for row in context.case.demand))
    uses = {use for use, _ in outlets}
    for table in ("stockpiles", "in_transit"):
        for number, row in context.rows(table):
            for part in unknown_outlets(row.kept_from, outlets):
                use = part.partition("=")[0].strip()
                context.error(
                    table, number, "kept_from",
                    f"no demand is for {quote(part)}", value=row.kept_from,
                    remedy=context.did_you_mean(use, uses)
                    or "end uses of the demand table, such as `civil` or `civil=end user`",
                )  # fmt: skip
