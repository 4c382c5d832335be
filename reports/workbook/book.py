"""The workbook of one or several results, whatever they are of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ...datasets.files import replacing
from ...models.comparison import ComparedPlan, Comparison
from ..compare import compare_plans
from ..page.results import Result, numbered_names, one_currency, read_result
from .bridge import write_bridge
from .cash import CashFlow, write_cash_flow, write_ledger
from .inputs import write_inputs
from .method import write_method
from .over_time import write_futures, write_service, write_shares, write_stock
from .plan_tables import write_decisions, write_tables
from .sheets import Book, Sheet
from .studies import write_study
from .summary import write_contents, write_summary

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
CREATED = datetime(2000, 1, 1)
"""Date in the file's properties: equal results give equal files."""


def write_workbook(runs: Sequence[str | Path], target: Path) -> None:
    """Write result folders as one workbook with formulas, filters and native charts.

    Several plans stand side by side, with a bridge from the first to each of the others.

    Args:
        runs: folders of plans, frontiers, sweeps or stress tests, in any mixture.
        target: the file; an earlier one is replaced, whole or not at all.

    Raises:
        CaseError: a folder holds no result.
        ValueError: none is given, or their money is in different currencies.
        OSError: the file cannot be written.
    """
    write_results([read_result(run) for run in runs], target)


def write_results(results: Sequence[Result], target: Path) -> None:
    """Write the workbook of results at hand; see :func:`write_workbook`."""
    import xlsxwriter  # noqa: PLC0415  # loads late

    currency = one_currency(results)
    with replacing(target) as part:
        own = xlsxwriter.Workbook(str(part), OPTIONS)
        own.set_properties({"title": results[0].title, "created": CREATED})
        own.set_calc_mode("auto")
        _fill(Book(own, currency), results)
        own.close()


def _fill(book: Book, results: Sequence[Result]) -> None:
    named = list(zip(numbered_names(results), results, strict=True))
    plans = [one for one in named if one[1].kind == "plan"]
    others = [one for one in named if one[1].kind != "plan"]
    summary = book.sheet("Summary", colour="#1F3864")
    flows = _plans(book, plans)
    write_summary(book, summary, plans, others, flows)
    for number, (_, result) in enumerate(others, start=1):
        write_study(book, result, _label(number, len(others)))
    cases = list({one.case.model_dump_json(): one.case for one in results}.values())
    for number, case in enumerate(cases, start=1):
        write_inputs(book, case, _label(number, len(cases)))
    if plans:
        write_tables(book, plans)
    write_method(book, results)
    write_contents(book)


def _label(number: int, of: int) -> str:
    """What tells the sheets of several things of a kind apart."""
    return f" {number}" if of > 1 else ""


def _plans(book: Book, plans: Sequence[tuple[str, Result]]) -> dict[str, CashFlow]:
    """The sheets of plans, in the order in which they are read; plan -> its present values."""
    if not plans:
        return {}
    labels = [_label(number, len(plans)) for number in range(1, len(plans) + 1)]
    decisions = book.sheet("Decisions", colour="#1F3864")
    sheets = [book.sheet(f"Cash flow{label}", colour="#1F3864") for label in labels]
    bridges = [book.sheet(f"Cost bridge{_label(number, len(plans) - 1)}", colour="#1F3864")
               for number in range(1, len(plans))]  # fmt: skip
    for label, (_, result) in zip(labels, plans, strict=True):
        write_futures(book, result, label)
        write_shares(book, result, label)
        write_service(book, result, label)
        write_stock(book, result, label)
    write_decisions(book, decisions, plans)
    flows = {}
    for label, sheet, (name, result) in zip(labels, sheets, plans, strict=True):
        ledger = book.sheet(f"Cash ledger{label}", colour="#2E75B6")
        last = write_ledger(ledger, sheet, result)
        title = f"Cash flow{f' of {name}' if label else ''}"
        flows[name] = write_cash_flow(book, sheet, ledger, result, last, title)
    if bridges:
        _bridges(book, bridges, plans, flows)
    return flows


def _bridges(
    book: Book,
    sheets: Sequence[Sheet],
    plans: Sequence[tuple[str, Result]],
    flows: dict[str, CashFlow],
) -> None:
    found: Comparison = compare_plans([_compared(name, result) for name, result in plans])
    for sheet, (name, _) in zip(sheets, plans[1:], strict=True):
        write_bridge(book, sheet, found, name, flows)


def _compared(name: str, result: Result) -> ComparedPlan:
    summary = result.summary
    return ComparedPlan(
        name,
        result.case,
        result.tables,
        {str(key): float(value) for key, value in summary["objectives"].items()},
        {str(key): float(value) for key, value in summary["costs"].items()},
        tuple(summary.get("scenarios") or ("all",)),
    )
