"""Requirements, and what would mend them, in the words of those who read a case."""

from __future__ import annotations

import math
from collections.abc import Callable

from .requirements import Requirement
from .words import Words, amount

OBJECTIVES = {
    "cost": ("the cost", ""), "lead_time": ("the lead time", " days"),
    "shortage": ("what is never delivered", ""), "cvar": ("the cost of the worst scenarios", ""),
    "concentration": ("the share of the largest country", ""),
}  # fmt: skip
MOST = {"offers": "sells", "plants": "makes", "lanes": "carries", "stockpiles": "holds"}
"""What a row does no more of than its capacity."""
DECISIONS = {
    "select": ("offers", "qualifying {}"), "sign": ("offers", "a contract for {}"),
    "open": ("plants", "building {}"), "modules": ("expansions", "expanding {}"),
    "lane_open": ("lanes", "opening {}"), "stock_open": ("stockpiles", "opening {}"),
}  # fmt: skip
"""Table of what a decision is about, and what is done."""
STATED = {
    "quantity": "{name} of {number}",
    "capacity": "{name} {verb} no more than {number}",
    "max_modules": "{name} can be given no more than {value} modules",
    "min_order": "{name} sells no less than {number} at a time",
    "min_activity": "{name} runs at no less than {number}",
    "min_load": "{name} carries no less than {number} when used",
    "min_take": "{name} must be taken: {number}",
    "commit_quantity": "a contract for {name} commits to {number}",
    "share": "{name}: {percent} % of what was delivered",
    "min_level": "{name} must hold at least {number}",
    "min_cover_days": "{name} must hold {value} days of cover",
    "final_level": "{name} must hold {number} at the end",
    "initial": "{name} holds {number} at the start",
    "lead_days": "{name} takes {value} days to deliver",
    "qualification_periods": "{name} takes {periods} to qualify",
    "build_periods": "{name} takes {periods} to build",
    "release_lag": "{name} gives back what is taken {periods} later",
}
"""A number as a requirement, by its column."""
MENDED = {
    "quantity": "{name} of {left}",
    "capacity": "{give}{unit} more of {name}{now}",
    "max_modules": "{give} modules more for {name}{now}",
    "min_order": "{name} selling as little as {left} at a time",
    "min_activity": "{name} running at as little as {left}",
    "min_load": "{name} carrying as little as {left}",
    "min_take": "having to take {left} from {name}",
    "commit_quantity": "a commitment of {left} to {name}",
    "share": "less coming back, {percent_left} % instead of {percent} %: {name}",
    "min_level": "holding at least {left} in {name}",
    "min_cover_days": "{new} instead of {value} days of cover in {name}",
    "final_level": "ending with {left} in {name}",
    "initial": "{give}{unit} more in {name} at the start",
    "lead_days": "{name} taking {new} days instead of {value}",
    "qualification_periods": "{name} taking {periods_left} to qualify instead of {value}",
    "build_periods": "{name} taking {periods_left} to build instead of {value}",
    "release_lag": "{name} giving back what is taken {periods_left} later instead of {value}",
}
"""A number that gives, by its column."""


def kept(words: Words, one: Requirement) -> str:
    """A decision of an earlier plan: 'building plant Lake Charles'."""
    table, done = DECISIONS[one.more[0]]
    return done.format(words.thing(table, one.row))


def requirement(words: Words, one: Requirement) -> str:
    """A requirement as something that stands against others."""
    special: dict[str, Callable[[], str]] = {
        "cap": lambda: _cap(one),
        "kept": lambda: f"what the earlier plan decided about {kept(words, one)}",
        "outlets": lambda: f"{one.more[1]} at {one.more[0]} has no way out",
        "lanes": lambda: f"no lane that brings {one.more[1]} to {one.more[0]}",
        "decide": lambda: (
            f"decisions can be taken only every {words.periods(words.case.case.decide_every)}"
        ),
        "rules": lambda: words.rule(one.row),
        "policies": lambda: (
            f"policy {words.case.policies[one.row].policy} ({words.policy(one.row)})"
        ),
        "windows": lambda: _closed(words, one),
    }
    if one.group in special:
        return special[one.group]()
    return STATED[one.field].format_map(_numbers(words, one, 0.0))


def mend(words: Words, one: Requirement, give: float | None) -> str:
    """What would mend it: '4 t a quarter more of offer A (10 instead of 6)'.

    Args:
        words: how things are called.
        one: what gives.
        give: what is added to its number; for a cap its new value; None where it gives as a whole.
    """
    special: dict[str, Callable[[], str]] = {
        "cap": lambda: _new_cap(one, give),
        "kept": lambda: f"deciding anew about {kept(words, one)}",
        "outlets": lambda: f"a way out for {one.more[1]} at {one.more[0]}",
        "lanes": lambda: f"a lane that brings {one.more[1]} to {one.more[0]}",
        "decide": lambda: f"taking decisions in any {words.period}",
        "rules": lambda: f"{words.rule(one.row)} not being in force",
        "policies": lambda: _policy(words, one, give or 0.0),
        "windows": lambda: _opening(words, one, int(give or 0.0)),
    }
    if one.group in special:
        return special[one.group]()
    return MENDED[one.field].format_map(_numbers(words, one, give or 0.0))


def _numbers(words: Words, one: Requirement, give: float) -> dict[str, str]:
    """What the sentences are filled with."""
    value = float(getattr(words.case.rows(one.table)[one.row], one.field))
    new, unit = max(value + give, 0.0), words.unit(one)
    whole = int(value) if math.isfinite(value) else 0
    return {
        "name": words.thing(one.table, one.row),
        "verb": MOST.get(one.table, "takes"),
        "value": amount(value),
        "new": amount(new),
        "give": amount(give),
        "unit": unit,
        "number": f"{amount(value)}{unit}",
        "left": f"{amount(new)} instead of {amount(value)}{unit}",
        "now": "" if math.isinf(value) else f" ({amount(new)} instead of {amount(value)})",
        "percent": amount(100 * value),
        "percent_left": amount(100 * new),
        "periods": words.periods(whole),
        "periods_left": words.periods(max(whole + int(give), 0)),
    }


def _cap(one: Requirement) -> str:
    name, unit = OBJECTIVES.get(one.more[0], (one.more[0].replace("_", " "), ""))
    return f"the cap that {name} is at most {amount(one.more[1])}{unit}"


def _new_cap(one: Requirement, value: float | None) -> str:
    name, unit = OBJECTIVES.get(one.more[0], (one.more[0].replace("_", " "), ""))
    new = "" if value is None else f" of at least {amount(value)}{unit}"
    return f"a cap on {name}{new} instead of {amount(one.more[1])}{unit}"


def _policy(words: Words, one: Requirement, give: float) -> str:
    policy = words.case.policies[one.row]
    new, old = (words.policy_value(one.row, at) for at in (policy.value + give, policy.value))
    return f"policy {policy.policy} asking for {new} instead of {old}"


def _closed(words: Words, one: Requirement) -> str:
    value = getattr(words.case.rows(one.table)[one.row], one.field)
    at = words.when(words.case.period(value, 1))
    side = "before" if one.field == "start" else "after"
    return f"{words.thing(one.table, one.row)} is closed {side} {at}"


def _opening(words: Words, one: Requirement, periods: int) -> str:
    value = getattr(words.case.rows(one.table)[one.row], one.field)
    at = words.when(words.case.period(value, 1) + periods)
    by = words.periods(abs(periods))
    name = words.thing(one.table, one.row)
    if one.field == "start":
        return f"{name} opening in {at} ({by} sooner)"
    return f"{name} staying open until {at} ({by} longer)"
