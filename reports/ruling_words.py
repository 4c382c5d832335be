"""Rulings in plain words: verdicts, terms, who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..models.case import Case

Row = Mapping[str, Any]
POLICIES = {
    "free": "free",
    "general_licence": "general licence",
    "case_by_case": "licence case by case",
    "presumption_of_denial": "licence, denial presumed",
    "prohibited": "prohibited",
}
KINDS = {
    "export": "exports",
    "reexport": "re-exports",
    "import": "imports",
    "procurement": "procurement",
    "technology": "technology",
    "service": "services",
}
STATUS = {
    "in_force": "in force",
    "announced": "announced",
    "suspended": "suspended",
    "repealed": "repealed",
    "unknown": "status unknown",
    "none": "not yet made",
}


def terms_of(case: Case, control: str) -> str:
    """What a rule asks as it is written: 'prohibited', 'duty 25 %', 'review 14 days'."""
    row = next(row for row in case.controls if row.control == control)
    if row.policy != "free":
        return POLICIES[row.policy]
    parts = [f"duty {percent(row.tariff)}"] if row.tariff else []
    parts += [f"{number(row.unit_cost)} {case.case.currency} per unit"] if row.unit_cost else []
    parts += [f"review {days(row.review_days)}"] if row.review_days else []
    parts += [f"price floor {number(row.price_floor)}"] if row.price_floor is not None else []
    if row.quota is not None and row.quota != float("inf"):
        parts.append(f"quota {number(row.quota)}")
    return ", ".join(parts) or "free"


def number(value: float) -> str:
    """A number with thousands apart and no needless digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def percent(share: float) -> str:
    """A share as a percentage."""
    return f"{100 * share:.4g} %"


def days(value: float) -> str:
    """'1 day', '63 days'."""
    return f"{value:g} day" + ("" if value == 1 else "s")


def listed(names: Sequence[str], most: int = 0) -> str:
    """Names in a row, the rest counted where there are more than ``most``."""
    if most and len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return ", ".join(names)


def period_word(case: Case) -> str:
    """What a period is called: quarter, month, year or period."""
    called: dict[float, str] = {1: "month", 3: "quarter", 12: "year"}
    return called.get(case.case.months_per_period, "period")


def several(case: Case, count: int) -> str:
    """'1 quarter', '2 quarters'."""
    return f"{count} {period_word(case)}" + ("" if count == 1 else "s")


def whom(scenarios: Sequence[str], every: Sequence[str]) -> str:
    """'all', 'all but B5', or the scenarios themselves."""
    others = [name for name in every if name not in scenarios]
    if not others:
        return "all"
    return f"all but {listed(others)}" if 2 * len(others) < len(scenarios) else listed(scenarios, 6)


def span(row: Row) -> str:
    """'2027-Q1' or '2027-Q2 to 2031-Q4'."""
    return (
        str(row["begins"]) if row["first"] == row["last"] else f"{row['begins']} to {row['ends']}"
    )


def for_whom(row: Row) -> str:
    """'for defence (US-primes)', '' where it is for whatever end use."""
    if not row["end_uses"]:
        return ""
    users = [user or "no named end user" for user in row["end_users"]]
    return f"for {listed(row['end_uses'])}" + (f" ({listed(users)})" if users else "")


def condition(row: Row) -> str:
    """'carrying CN-content, free of CN-technology', '' where provenance makes no difference."""
    parts = []
    if row["carrying"]:
        parts.append(f"if they carry {' and '.join(row['carrying'])}")
    if row["free_of"]:
        parts.append(f"{'and' if parts else 'if they carry'} no {' or '.join(row['free_of'])}")
    return " ".join(parts)


def verdict(case: Case, row: Row) -> str:
    """The verdict in a few words, without its rules; in fewer where the row is ``brief``."""
    words = {"building": _building, "services": _services, "purchase": _purchase}
    return words.get(row["about"], _shipment)(case, row)


def _shipment(case: Case, row: Row) -> str:
    told = row["verdict"]
    if told == "prohibited":
        if row["whole"]:
            return "PROHIBITED"
        use = f"for {listed(row['end_uses'])}" if row["end_uses"] else "for this end use"
        return f"PROHIBITED {use}, so it may leave for other ends only"
    if told == "not_subject":
        waits = row["not_in_force"] or row.get("brief")
        return "not subject to any rule in force" if waits else "not subject to any rule"
    parts = []
    if told in ("licence", "denial_presumed"):
        parts.append(_licences(case, row))
        if row["days"]:
            parts.append(f"{days(row['days'])} of review besides")
    elif told == "general_licence":
        review = f", after {days(row['days'])} of review" if row["days"] else ""
        parts.append(f"under the exporter's general licence{review}")
    else:
        parts.append(f"free after {days(row['days'])} of review" if row["days"] else "free")
    return "; ".join(parts + _terms(case, row))


def _licences(case: Case, row: Row) -> str:
    """'LICENCE needed (review 63 days, 85 % approved, valid 2 quarters)'."""
    head = "LICENCE needed"
    if row["verdict"] == "denial_presumed":
        head += ", DENIAL PRESUMED"
    licences = row["licences"]
    if len(licences) == 1:
        return f"{head} ({_licence(case, licences[0])})"
    return f"{head}: " + "; ".join(f"{one['control']} ({_licence(case, one)})" for one in licences)


def _licence(case: Case, licence: Row) -> str:
    """Terms of one licence."""
    parts = [f"review {days(licence['review_days'])}"] if licence["review_days"] else []
    if licence["usable_after"]:
        parts.append(f"usable {several(case, licence['usable_after'])} later")
    share = licence["approval"]
    parts.append("nothing approved" if share <= 0 else f"{percent(share)} approved")
    validity = licence["validity_periods"]
    parts.append(f"valid {several(case, int(validity))}" if validity else "valid to the end")
    if licence["cost"]:
        parts.append(f"{number(licence['cost'])} {case.case.currency} an application")
    return ", ".join(parts)


def _terms(case: Case, row: Row) -> list[str]:
    """Duties, costs, quotas, and where the goods may not end."""
    units = {one.material: one.unit for one in case.materials}
    found = {units[name] for name in row["materials"]}
    unit, money = found.pop() if len(found) == 1 else "unit", case.case.currency
    parts = []
    if row["tariff"]:
        parts.append(f"duty {percent(row['tariff'])}")
    if row["unit_cost"]:
        parts.append(f"{number(row['unit_cost'])} {money} per {unit}")
    if row["price_floor"] is not None:
        parts.append(f"price at least {number(row['price_floor'])} {money} per {unit}")
    for quota in row["quotas"]:
        window = {"period": f"a {period_word(case)}", "year": "a year"}.get(
            quota["window"], "over the horizon"
        )
        parts.append(f"quota {number(quota['quantity'])} {unit} {window} ({quota['control']})")
    if row["kept_from"]:
        uses = [
            f"{use} ({user})" if user else use
            for use, _, user in (text.partition("=") for text in row["kept_from"])
        ]
        by = f" by {listed(row['kept_by'])}" if row["kept_by"] and not row.get("brief") else ""
        parts.append(f"then kept from {listed(uses)}{by}")
    return parts


def _building(case: Case, row: Row) -> str:
    told = row["verdict"]
    if told == "prohibited":
        return "PROHIBITED: may not be built"
    if told == "denial_presumed" and all(one["approval"] <= 0 for one in row["licences"]):
        return "LICENCE needed and none granted: may not be built"
    if told in ("licence", "denial_presumed"):
        if any(one["approval"] <= 0 for one in row["licences"]):
            return "LICENCE needed and not granted: may not be built"
        cost = sum(one["cost"] for one in row["licences"])
        review = max(one["review_days"] for one in row["licences"])
        parts = [f"LICENCE needed, granted after {days(review)}"]
        parts += [f"{number(cost)} {case.case.currency} for each opening or module"] if cost else []
    elif told == "not_subject":
        return "not subject to any rule in force"
    else:
        parts = ["under a general licence" if told == "general_licence" else "free"]
        parts += [f"after {days(row['days'])} of review"] if row["days"] else []
    wait = row["wait_periods"]
    return "; ".join([*parts, f"building takes {several(case, wait)} longer"] if wait else parts)


def _services(case: Case, row: Row) -> str:
    told, uptime = row["verdict"], row["uptime"]
    if told in ("not_subject", "free", "general_licence"):
        held = " under a general licence" if told == "general_licence" else ""
        return f"services are had{held}"
    left = f"{percent(uptime)} of capacity without them"
    if told == "prohibited":
        return f"PROHIBITED: {left}"
    terms = []
    for licence in row["licences"]:
        lifted = uptime + licence["approval"] * (1 - uptime)
        terms.append(
            f"{licence['control']} ({_licence(case, licence)}), which leaves {percent(lifted)}"
        )
    return f"LICENCE needed, {left}: {'; '.join(terms)}"


def _purchase(case: Case, row: Row) -> str:
    if row["verdict"] == "prohibited":
        return f"PROHIBITED to accept goods that carry {' or '.join(row['carrying'])}"
    return "accepts goods whatever they carry"


def why(case: Case, row: Row) -> list[str]:
    """Rules behind the verdict, and unless it is ``brief`` those besides and those that wait."""
    users = {one.control: one.end_users for one in case.controls if one.kind != "procurement"}
    told = []
    if row["rules"]:
        named = []
        for name in row["rules"]:
            whom = f" ({users[name]})" if users.get(name) and not row["end_users"] else ""
            named.append(f"{name}{'?' if name in row['unknown'] else ''}{whom}")
        told.append(", ".join(named))
    if row.get("brief"):
        return told
    if row["also"]:
        told.append(f"also about it: {listed(row['also'])}")
    waiting = [f"{one['control']} ({STATUS[one['status']]})" for one in row["not_in_force"]]
    if waiting:
        told.append(f"not in force: {', '.join(waiting)}")
    return told


def besides(row: Row) -> list[str]:
    """What stands in the way of the goods of a line, whatever this border says."""
    told = []
    if row["kept_before"] == "all":
        uses = f"from {listed(row['end_uses'])}" if row["end_uses"] else "from every end use"
        told.append(f"an earlier border keeps all of these goods {uses}")
    for one in row["refused_by"]:
        carry = f"{one['goods']} of these goods carry {one['pedigree']}"
        told.append(f"{carry}, which buyers there may not accept ({one['control']})")
    return told


def history(case: Case, states: Sequence[Row], every: Sequence[str]) -> str:
    """'announced from 2025-12; in force since 2026-04; suspended from 2027-Q2 (B1)'."""
    taken = f", taken as {'in force' if case.case.unknown_controls == 'in_force' else 'suspended'}"
    past = [row for row in states if row["first"] < 1]
    kept = [row for at, row in enumerate(past) if not at or past[at - 1]["status"] != row["status"]]
    before = kept[-1]["status"] if kept else "none"
    now = [row for row in states if row["first"] >= 1]
    if not kept and len(now) == 1 and now[0]["status"] != "none":
        return f"{STATUS[now[0]['status']]} throughout"
    kept += [row for row in now if row["first"] > 1 or row["status"] != before]
    since = [row for row in kept if row["first"] <= 1 and len(row["scenarios"]) == len(every)]
    told = []
    for row in kept:
        date = f"{'since' if since and row is since[-1] else 'from'} {row['begins']}"
        which = whom(row["scenarios"], every)
        unknown = taken if row["status"] == "unknown" else ""
        told.append(
            f"{STATUS[row['status']]} {date}{unknown}" + ("" if which == "all" else f" ({which})")
        )
    return "; ".join(told) or STATUS["none"]
