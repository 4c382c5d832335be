"""Explanations: why there is no plan, what binds in one, what each rule costs."""

from __future__ import annotations

from .explain import explain
from .no_plan import explain_no_plan
from .plan import explain_plan
from .rule_costs import rule_costs

__all__ = ["explain", "explain_no_plan", "explain_plan", "rule_costs"]
