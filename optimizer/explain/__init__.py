"""Explanations: why there is no plan, what binds in one, what each rule costs."""

from __future__ import annotations

from .no_plan import explain_no_plan

__all__ = ["explain_no_plan"]
