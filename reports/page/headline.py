"""The head of a plan: its figures, what to decide first, and what hangs on what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..terminal import DECISIONS
from .futures import expected, node_names
from .parts import Column, Figures, Points, Section, Table
from .results import Result
from .words import MEASURES, STATUS, listed, measure, money, several, share

MOST = 6
RISKS = ("cvar", "mean_risk", "worst_case")
DONE = {
    "select_offer": "Qualify", "sign_contract": "Sign a contract with", "open_plant": "Build",
    "add_modules": "Expand", "open_lane": "Open the lane", "open_stockpile": "Open a store at",
}  # fmt: skip


def headline(result: Result) -> Section:
    """Figures and first decisions of a plan."""
    parts = [Figures(cards(result)), *_first(result), "Worth knowing:", Points(remarks(result))]
    return Section("headline", "In short", parts)


def cards(result: Result) -> list[tuple[str, str, str]]:
    """The objectives of a plan that tell something, with their meaning."""
    objectives, currency = result.summary["objectives"], result.currency
    gap = result.summary.get("gap")
    proof = "" if gap is None else f"; no plan is cheaper by more than {100 * gap:.2g} %"
    notes = {
        "cost": "discounted, expected, over the whole horizon"
        + (proof if result.summary.get("objective") == objectives.get("cost") else ""),
        "lead_time": "expected days for a unit of demand, unmet demand counted as "
        f"{result.case.case.shortage_days:g} days",
        "shortage": "expected quantity of demand over the horizon",
        "cvar": f"mean of the worst {100 * (1 - result.case.case.cvar_level):.0f} % of futures",
        "mean_risk": "expected cost and that of the worst futures, weighted",
        "worst_case": "discounted",
        "regret": "dearer than the best plan for that future alone",
        "concentration": "of the supply of what is demanded",
    }
    told = [
        (MEASURES[name], measure(name, float(objectives[name]), currency), notes[name])
        for name in MEASURES
        if objectives.get(name) is not None
        and not (name in RISKS and same_as_cost(objectives[name], objectives["cost"]))
    ]
    spent = result.tables["decisions"]
    paid = float(expected(result.tables, spent, "cost").sum()) if len(spent) else 0.0
    return [*told, ("Committed", money(paid, currency), "undiscounted cost of all decisions")]


def same_as_cost(risk: float, cost: float) -> bool:
    """Whether a measure of risk says what cost says, as it does where there is one future."""
    return abs(risk - cost) <= 1e-9 * max(1.0, abs(cost))


def in_words(result: Result, row: Mapping[Any, Any]) -> str:
    """'Build Grenoble-recycling in 2027-Q1 for $1.2m, ready in 2027-Q4'."""
    what = f"{DONE[str(row['decision'])]} {row['name']}"
    if row["from"]:
        what += f" from {row['from']} to {row['to']}"
    if row["material"]:
        what += f" for {row['material']}"
    if row["decision"] == "add_modules":
        what += f" by {several_modules(float(str(row['quantity'])))}"
    cost = float(row["cost"])
    paid = f" for {money(cost, result.currency)}" if cost else ""
    ready, now = int(row["effective"]), int(row["period"])
    late = ready > result.case.case.periods
    when = "after the horizon" if late else f"in {result.case.period_label(ready)}"
    return f"{what} in {row['label']}{paid}" + (f"; in use {when}" if ready != now else "")


def several_modules(number: float) -> str:
    """'1 module', '2.5 modules'."""
    return "1 module" if number == 1 else f"{number:,.3g} modules"


def _first(result: Result) -> list[str | Points]:
    """The decisions to take first, the dearest of a period before others."""
    table = result.tables["decisions"]
    if table.empty:
        return ["The plan takes no strategic decision: what exists is enough."]
    future = node_names(result.tables)
    ordered = table.sort_values(["period", "cost"], ascending=[True, False], kind="stable")
    told = []
    for row in ordered.head(MOST).to_dict("records"):
        name = future[int(row["node"])]
        told.append(
            in_words(result, row) + (f" ({name})" if name not in ("", "all futures") else "")
        )
    rest = len(table) - MOST
    more = f", and {several(rest, 'more decision')} below" if rest > 0 else ""
    return [f"Decide first{more}:", Points(told)]


def remarks(result: Result) -> list[str]:
    """How sure it is, licences, shortages, unknown rules."""
    summary, tables = result.summary, result.tables
    told = [f"The plan is {STATUS.get(str(summary['status']), str(summary['status']))}."]
    licences = tables["licences"]
    if len(licences):
        rules = licences["control"].unique().tolist()
        first = result.case.period_label(int(licences["period"].min()))
        told.append(
            f"{several(len(licences), 'licence')} to apply for, the first in {first}, under "
            f"{listed([str(rule) for rule in rules])}."
        )
    unknown = summary.get("unknown_controls") or {}
    if unknown.get("rules"):
        taken = str(unknown["taken_as"]).replace("_", " ")
        hangs = share(float(unknown["share_of_value_crossing_borders"]))
        told.append(
            f"Nobody knows whether {listed(unknown['rules'])} "
            f"{'holds' if len(unknown['rules']) == 1 else 'hold'}; taken as {taken}. {hangs} of "
            "the value that crosses borders is moved under rules in that state."
        )
    short = float(summary["objectives"].get("shortage", 0.0))
    told.append(
        "Every demand is met." if short <= 1e-6 else "Not every demand is met: see Service."
    )
    return told


def decisions(result: Result) -> Section:
    """Every strategic decision."""
    future = node_names(result.tables)
    one = all(not name for name in future.values())
    rows = []
    table = result.tables["decisions"].sort_values(["period", "cost"], ascending=[True, False])
    for row in table.to_dict("records"):
        which = str(row["name"])
        which += f": {row['from']} to {row['to']}" if row["from"] else ""
        which += f": {row['material']}" if row["material"] else ""
        ready = int(row["effective"])
        late = ready > result.case.case.periods
        rows.append(
            (
                str(row["label"]), DECISIONS[row["decision"]], which, float(row["quantity"]),
                float(row["cost"]),
                "after the horizon" if late else result.case.period_label(ready),
                *(() if one else (future[int(row["node"])],)),
            )
        )  # fmt: skip
    columns = [
        Column("When"), Column("What"), Column("Which"), Column("How much", "number"),
        Column(f"Cost ({result.currency})", "money"), Column("In use from"),
    ]  # fmt: skip
    columns += [] if one else [Column("In which future")]
    found = Table("Strategic decisions, undiscounted", columns, rows)
    return Section("decisions", "Decisions", (found,) if rows else ("None are taken.",))
