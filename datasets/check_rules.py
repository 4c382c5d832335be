"""Checks of controls and policies: the columns of each kind of rule fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..models.problems import quote
from .check_context import Context
from .check_crossings import BORDER

_LICENCES = ("case_by_case", "presumption_of_denial")
_GOODS = (*BORDER, "procurement")
_ONLY_FOR = {
    "exporters": (*BORDER, "technology", "service"),
    "operators": BORDER,
    "materials": _GOODS,
    "pedigree": _GOODS,
    "end_uses": _GOODS,
    "exempt_end_uses": _GOODS,
    "technologies": ("technology", "service"),
    "review_days": (*BORDER, "technology", "service"),
    "quota": BORDER,
    "tariff": BORDER,
    "unit_cost": BORDER,
    "price_floor": ("import",),
    "uptime": ("service",),
}
"""Columns that some kinds of rule leave unused."""
_BURDENS = ("review_days", "tariff", "unit_cost", "quota")
"""What a rule asks of those who comply with it."""


def check_for_incomplete_controls(context: Context) -> None:
    """What a kind of rule needs to mean anything."""
    for number, row in context.rows("controls"):
        if row.kind in {"reexport", "procurement"} and row.pedigree is None:
            context.error(
                "controls",
                number,
                "pedigree",
                f"is blank, and {_article(row.kind)} rule goes by a pedigree",
                remedy="name one of the table pedigrees",
            )
        if row.kind == "reexport" and row.jurisdiction is None:
            context.warn(
                "controls",
                number,
                "jurisdiction",
                "is blank, so that goods leaving any country at all are re-exports",
                remedy="name the countries whose rule it is",
            )
        if row.kind == "procurement" and row.policy not in {"prohibited", "free"}:
            context.error(
                "controls",
                number,
                "policy",
                f"{quote(row.policy)} is not possible for a procurement rule",
                value=row.policy,
                remedy="prohibited or free",
            )
        if row.end_uses is not None and row.exempt_end_uses is not None:
            parts = [part.strip() for part in row.exempt_end_uses.split(",")]
            context.error(
                "controls",
                number,
                "exempt_end_uses",
                "end_uses is given too, and only one of the two can be meant",
                value=row.exempt_end_uses,
                remedy="leave one blank; exempt_end_uses X means end_uses *,!X, here "
                + ",".join(["*", *(f"!{part}" for part in parts if not part.startswith("!"))]),
            )


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aei" else f"a {kind}"


def check_for_idle_columns(context: Context) -> None:
    """Columns that a rule of its kind and policy does not use (warnings)."""
    for number, row in context.rows("controls"):
        for column, kinds in _ONLY_FOR.items():
            if _is_filled(row, column) and row.kind not in kinds:
                _tell_idle(
                    context,
                    number,
                    row,
                    column,
                    f"has no effect in {_article(row.kind)} rule",
                    f"it belongs to {', '.join(kinds)} rules",
                )
        for column, reason, remedy in _idle_by_policy(context, row):
            if _is_filled(row, column):
                _tell_idle(context, number, row, column, f"has no effect, because {reason}", remedy)
    policies = {row.control: row.policy for _, row in context.rows("controls")}
    for number, row in context.rows("control_status"):
        policy = policies.get(row.control, _LICENCES[0])
        if row.approval is not None and policy not in _LICENCES:
            context.warn(
                "control_status",
                number,
                "approval",
                f"has no effect, because the policy {policy} takes no application",
                value=row.approval,
                remedy="leave it blank",
            )


def _is_filled(row: Any, column: str) -> bool:
    """Whether a cell says something: not blank, not what a blank means, not 'any'."""
    return getattr(row, column) not in {None, "*", type(row).model_fields[column].default}


def _tell_idle(
    context: Context, number: int, row: Any, column: str, message: str, remedy: str
) -> None:
    value = getattr(row, column)
    context.warn("controls", number, column, message, value=value, remedy=remedy)


def _idle_by_policy(context: Context, row: Any) -> Iterator[tuple[str, str, str]]:
    """Columns that the policy of a rule leaves unused: column, why, what would mend it."""
    if row.policy not in _LICENCES:
        for column in ("cost", "validity_periods"):
            if ("controls", column) not in context.changed:
                yield (
                    column,
                    f"the policy {row.policy} takes no application",
                    "it belongs to case_by_case and presumption_of_denial",
                )
    elif row.kind == "technology":
        yield "validity_periods", "what is opened once stays open", "leave it blank"
    if row.policy == "prohibited" and row.kind != "procurement":
        columns = _BURDENS if row.kind in BORDER else ("review_days",)
        for column in columns:
            yield column, "what the rule is about is prohibited", "leave it blank"
    if row.quota is None and ("controls", "quota") not in context.changed:
        yield "quota_window", "there is no quota", "give a quota, or leave it blank"


def check_for_toothless_controls(context: Context) -> None:
    """Rules that let everything pass and ask for nothing (warnings)."""
    for number, row in context.rows("controls"):
        if row.policy not in {"free", "general_licence"}:
            continue
        asks = {
            "technology": ("review_days",),
            "procurement": (),
            "service": (),
            "import": (*_BURDENS, "price_floor"),
        }.get(row.kind, _BURDENS)
        if not any(
            _is_filled(row, column) or ("controls", column) in context.changed for column in asks
        ):
            context.warn(
                "controls",
                number,
                "policy",
                f"{row.policy} lets everything pass, and the rule asks for nothing else",
                value=row.policy,
                remedy="choose a stricter policy"
                + (f", or fill in {', '.join(asks)}" if asks else "")
                + ", or remove the rule",
            )


def check_for_odd_policies(context: Context) -> None:
    """Shares above 1 and limits that no plan can meet (warnings)."""
    shares = {"max_share", "min_share", "recycled_share"}
    for number, row in context.rows("policies"):
        if row.kind in shares and not 0 <= row.value <= 1:
            context.warn(
                "policies",
                number,
                "value",
                f"{row.value:g} is not a share between 0 and 1",
                value=row.value,
                remedy="a fraction, e.g. 0.25 for 25%",
            )
        elif row.value < 0:
            context.warn(
                "policies",
                number,
                "value",
                f"{row.value:g} is below 0",
                value=row.value,
                remedy="a quantity, a number or an amount of money, at least 0",
            )
        _check_scope(context, number, row)


def _check_scope(context: Context, number: int, row: Any) -> None:
    if row.kind == "capital_budget":
        for column in ("materials", "stages", "countries", "operators", "suppliers", "sites"):
            if getattr(row, column) is not None:
                context.warn(
                    "policies",
                    number,
                    column,
                    "has no effect: a capital budget has no scope",
                    value=getattr(row, column),
                    remedy="leave it blank",
                )
    elif row.kind in {"max_share", "min_share"} and row.each is None:
        scope = (row.countries, row.operators, row.suppliers, row.sites)
        if scope == (None,) * 4:
            context.warn(
                "policies",
                number,
                "kind",
                "the share of everything in everything is always 1",
                value=row.kind,
                remedy="narrow it by countries, operators, suppliers or sites, or set each",
            )
