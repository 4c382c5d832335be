"""How much the worst futures matter: the level of their mean, and its weight."""

from __future__ import annotations

from ...models.case import Case


def with_attitude(case: Case, alpha: float | None = None, risk_weight: float | None = None) -> Case:
    """The case with another ``cvar_level`` and ``risk_weight`` in its settings.

    Args:
        case: a checked case.
        alpha: level of the conditional value at risk, from 0 to below 1; None keeps the case's.
        risk_weight: weight of it in the objective ``mean_risk``, from 0 to 1; None keeps it.

    Raises:
        ValueError: one of them is outside its range.
    """
    changed: dict[str, float] = {}
    if alpha is not None:
        if not 0 <= alpha < 1:
            raise ValueError(
                f"{alpha:g} is no level of risk; give one from 0 (all futures) to below 1, "
                "e.g. 0.95 for the worst twentieth"
            )
        changed["cvar_level"] = float(alpha)
    if risk_weight is not None:
        if not 0 <= risk_weight <= 1:
            raise ValueError(
                f"{risk_weight:g} is no weight; give one from 0 (expected cost alone) to 1 (the "
                "worst futures alone)"
            )
        changed["risk_weight"] = float(risk_weight)
    if not changed:
        return case
    return case.model_copy(update={"case": case.case.model_copy(update=changed)})
