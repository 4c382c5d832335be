"""Checks of controls and policies: the columns of each kind of rule fit together."""

from __future__ import annotations

from typing import Any

from ..models.problems import quote
from .check_context import Context

_BORDER = ("export", "reexport", "import")
_LICENCES = ("case_by_case", "presumption_of_denial")
_ONLY_FOR = {
    "materials": (*_BORDER, "procurement"),
    "stages": _BORDER,
    "quota": _BORDER,
    "tariff": _BORDER,
    "unit_cost": _BORDER,
    "technologies": ("technology", "service"),
    "price_floor": ("import",),
    "uptime": ("service",),
}
"""Columns that some kinds of rule leave unused."""


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
            context.error(
                "controls",
                number,
                "exempt_end_uses",
                "end_uses is given too, and only one of the two can be meant",
                value=row.exempt_end_uses,
                remedy=f"leave one blank; exempt_end_uses X means end_uses *,!X, here "
                f"*,!{row.exempt_end_uses}",
            )


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aei" else f"a {kind}"


def check_for_idle_columns(context: Context) -> None:
    """Columns that a rule of its kind and policy does not use (warnings)."""
    for number, row in context.rows("controls"):
        for column, kinds in _ONLY_FOR.items():
            value = getattr(row, column)
            if value and row.kind not in kinds:
                context.warn(
                    "controls",
                    number,
                    column,
                    f"has no effect in {_article(row.kind)} rule",
                    value=value,
                    remedy=f"it belongs to {', '.join(kinds)} rules",
                )
        if row.policy in _LICENCES:
            continue
        for column in ("cost", "validity_periods"):
            value = getattr(row, column)
            if value and ("controls", column) not in context.changed:
                context.warn(
                    "controls",
                    number,
                    column,
                    f"has no effect, because the policy {row.policy} takes no application",
                    value=value,
                    remedy="it belongs to case_by_case and presumption_of_denial",
                )
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
