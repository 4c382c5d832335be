"""secondsource: plans for materials whose supply a government can switch off.

The names below are loaded when they are first used, so that importing the package costs nothing::

    import secondsource as ss

    case = ss.load_case("quickstart")
    plan = ss.solve(case)
    plan.objectives["cost"], plan.tables["decisions"]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .datasets.bundled import bundled_names
    from .datasets.checks import check_case
    from .datasets.load import load_case
    from .datasets.runs import read_run
    from .datasets.save import save_case
    from .models.case import Case
    from .models.comparison import Comparison
    from .models.explain_results import Explained, NoPlan
    from .models.plan import Solution, SolveStatus
    from .models.problems import CaseError, Problem
    from .models.risk_results import RiskResult
    from .models.sampling_results import Evaluation, SaaResult, Sampled
    from .models.stress_results import StressResult
    from .models.sweep_results import SweepResult
    from .optimizer.explain.explain import explain
    from .optimizer.frontier import Front, TradeOff, frontier
    from .optimizer.highs import Options
    from .optimizer.replan.closeness import Replanned, solve_near
    from .optimizer.replan.paths import scenario_plans
    from .optimizer.replan.roll import Rolled, roll
    from .optimizer.rulings import Question, rulings
    from .optimizer.sampling.evaluate import evaluate
    from .optimizer.sampling.saa import saa
    from .optimizer.sampling.sample import sample
    from .optimizer.solve import Request, solve
    from .optimizer.stress.run import stress
    from .optimizer.sweep.run import sweep
    from .optimizer.uncertainty.question import RiskQuestion
    from .optimizer.uncertainty.study import risk
    from .optimizer.verify import Verification, verify, verify_plan
    from .reports.side_by_side import compare
    from .reports.writing import report

__version__ = "0.1.0"

_HOMES = {
    "Case": ".models.case",
    "CaseError": ".models.problems",
    "Comparison": ".models.comparison",
    "Evaluation": ".models.sampling_results",
    "Explained": ".models.explain_results",
    "Front": ".optimizer.frontier",
    "NoPlan": ".models.explain_results",
    "Options": ".optimizer.highs",
    "Problem": ".models.problems",
    "Question": ".optimizer.rulings",
    "Replanned": ".optimizer.replan.closeness",
    "Request": ".optimizer.solve",
    "Rolled": ".optimizer.replan.roll",
    "SaaResult": ".models.sampling_results",
    "Sampled": ".models.sampling_results",
    "Solution": ".models.plan",
    "SolveStatus": ".models.plan",
    "SweepResult": ".models.sweep_results",
    "TradeOff": ".optimizer.frontier",
    "Verification": ".optimizer.verify",
    "bundled_names": ".datasets.bundled",
    "check_case": ".datasets.checks",
    "compare": ".reports.side_by_side",
    "evaluate": ".optimizer.sampling.evaluate",
    "explain": ".optimizer.explain.explain",
    "frontier": ".optimizer.frontier",
    "load_case": ".datasets.load",
    "read_run": ".datasets.runs",
    "report": ".reports.writing",
    "roll": ".optimizer.replan.roll",
    "rulings": ".optimizer.rulings",
    "saa": ".optimizer.sampling.saa",
    "sample": ".optimizer.sampling.sample",
    "save_case": ".datasets.save",
    "scenario_plans": ".optimizer.replan.paths",
    "solve_near": ".optimizer.replan.closeness",
    "solve": ".optimizer.solve",
    "risk": ".optimizer.uncertainty.study",
    "RiskQuestion": ".optimizer.uncertainty.question",
    "RiskResult": ".models.risk_results",
    "stress": ".optimizer.stress.run",
    "StressResult": ".models.stress_results",
    "sweep": ".optimizer.sweep.run",
    "verify": ".optimizer.verify",
    "verify_plan": ".optimizer.verify",
}

__all__ = [
    "Case",
    "CaseError",
    "Comparison",
    "Evaluation",
    "Explained",
    "Front",
    "NoPlan",
    "Options",
    "Problem",
    "Question",
    "Replanned",
    "Request",
    "RiskQuestion",
    "RiskResult",
    "Rolled",
    "SaaResult",
    "Sampled",
    "Solution",
    "SolveStatus",
    "StressResult",
    "SweepResult",
    "TradeOff",
    "Verification",
    "bundled_names",
    "check_case",
    "compare",
    "evaluate",
    "explain",
    "frontier",
    "load_case",
    "read_run",
    "report",
    "risk",
    "roll",
    "rulings",
    "saa",
    "sample",
    "save_case",
    "scenario_plans",
    "solve",
    "solve_near",
    "stress",
    "sweep",
    "verify",
    "verify_plan",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
