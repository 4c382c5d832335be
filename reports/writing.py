"""One report in one file: what it becomes is told by the file's ending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..models.case import Case
from ..models.plan import Solution
from ..models.risk_results import RiskResult
from ..models.stress_results import StressResult
from ..models.sweep_results import SweepResult
from .front_summary import TradedOff

Reported = str | Path | Solution | StressResult | SweepResult | RiskResult | TradedOff
"""A result folder, or a result as Python has it."""


def report(
    runs: Reported | Sequence[Reported], target: str | Path, *, case: Case | None = None
) -> Path:
    """Write the report of one or several results.

    Args:
        runs: folders of plans, frontiers, sweeps, stress tests or risk studies; or what ``solve``,
            ``frontier``, ``sweep``, ``stress`` and ``risk`` gave.
        target: ``.html`` for a page, ``.xlsx`` for a workbook; an earlier file is replaced.
        case: what was solved; needed with results that come from no folder.

    Returns:
        The file.

    Raises:
        ValueError: the ending is none of these, the case is missing, a result holds no plan, or
            the results cannot stand in one report.
        CaseError: a folder holds no result.
        TypeError: something is no result.
        OSError: the file cannot be written.
    """
    found = list(runs) if isinstance(runs, Sequence) and not isinstance(runs, str) else [runs]
    file = Path(target)
    if file.is_dir():
        raise ValueError(f"{file} is a folder; name a file for the report")
    kind = file.suffix.lower()
    if kind in (".html", ".htm"):
        from .page.report import write_results as write  # noqa: PLC0415  # each loads its own
    elif kind == ".xlsx":
        from .workbook.book import write_results as write  # noqa: PLC0415  # likewise
    else:
        raise ValueError(
            f"{file.name}: {kind or 'no ending'} is not a report format; name a file that ends in "
            ".html or .xlsx"
        )
    from .page.results import read_result, result_of  # noqa: PLC0415  # loads late

    results = [
        read_result(one) if isinstance(one, (str, Path)) else result_of(one, case) for one in found
    ]
    write(results, file)
    return file
