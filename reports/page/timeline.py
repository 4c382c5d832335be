"""What happens when: decisions and what they bring, licences, and the states of rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...models.case import Case
from ..terminal import DECISIONS, amount
from .futures import node_names, paths
from .look import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SKY,
    YELLOW,
    figure,
    hatched,
    names_axis,
    period_axis,
)
from .look import rows_height as height_of
from .parts import Chart, Column, Section, Table
from .results import Result
from .words import lines, money, several, short

MOST = 40
"""Most rows of one drawing."""
STATES = {
    "in_force": ("in force", RED, ""),
    "unknown": ("unknown", PINK, "/"),
    "suspended": ("suspended", SKY, "."),
    "announced": ("announced", YELLOW, "x"),
    "repealed": ("repealed", GREY, ""),
}
WAITING = {
    "select_offer": "qualification", "open_plant": "building", "add_modules": "building",
    "sign_contract": "signed", "open_lane": "opening", "open_stockpile": "opening",
}  # fmt: skip
SPANS = {"qualification": (ORANGE, "/"), "building": (BLUE, "/"), "signed": (GREEN, "."),
         "opening": (SKY, "/"), "in use": (GREEN, "")}  # fmt: skip


class Span(NamedTuple):
    """A bar: a row, what it is, its first period and the one after its last, and more to tell."""

    row: str
    kind: str
    first: int
    after: int
    told: str


def timeline(result: Result) -> Section | None:
    """Decisions, licences and rules over time; None where there is nothing."""
    charts = (_decisions(result), _licences(result), _rules(result))
    parts = [chart for chart in charts if chart is not None]
    return Section("timeline", "Timeline", parts) if parts else None


def _gantt(
    case: Case, spans: Sequence[Span], kinds: dict[str, tuple[str, str]], words: dict[str, str]
) -> tuple[dict[str, Any], int]:
    """Bars over periods, the rows in the order of the spans, and the height of the drawing."""
    rows = list(dict.fromkeys(span.row for span in spans))
    at = {row: number for number, row in enumerate(rows)}
    data = []
    for kind, (paint, pattern) in kinds.items():
        own = [span for span in spans if span.kind == kind]
        if own:
            data.append(
                {
                    "type": "bar", "orientation": "h", "name": words.get(kind, kind),
                    "y": [at[span.row] for span in own], "base": [span.first for span in own],
                    "x": [span.after - span.first for span in own], "hoverinfo": "text",
                    "hovertext": [span.told for span in own],
                    "width": 0.3 if kind == "review" else 0.62,
                    "marker": hatched(paint, pattern, 1),
                }
            )  # fmt: skip
    drawn = figure(
        data, barmode="overlay",
        xaxis=period_axis(case, edges=True, most=14, side="bottom", showgrid=True),
        yaxis=names_axis([short(row, 42) for row in rows], down=True),
    )  # fmt: skip
    return drawn, height_of(len(rows), 22, 120)


def _span_words(case: Case, first: int, after: int) -> str:
    if after - 1 <= first:
        return case.period_label(first)
    end = "the horizon" if after > case.case.periods else case.period_label(after - 1)
    return f"{case.period_label(first)} to {end}"


def _decisions(result: Result) -> Chart | None:
    """From each decision to its first use, and from there on."""
    case, table = result.case, result.tables["decisions"]
    if table.empty:
        return None
    end, future = case.case.periods + 1, node_names(result.tables)
    spans, rows = [], []
    ordered = table.sort_values(["period", "effective", "name"], kind="stable")
    keys: dict[str, None] = {}
    for row in ordered.to_dict("records"):
        which = str(row["name"]) + (f": {row['from']} to {row['to']}" if row["from"] else "")
        which += f": {row['material']}" if row["material"] else ""
        name = future[int(row["node"])]
        label = f"{DECISIONS[row['decision']]} {which}"
        label += f" ({name})" if name not in ("", "all futures") else ""
        first, ready = int(row["period"]), min(int(row["effective"]), end)
        rows.append(
            (label, str(row["label"]), "after the horizon" if int(row["effective"]) >= end
             else case.period_label(ready), float(row["quantity"]), float(row["cost"]))
        )  # fmt: skip
        keys[label] = None
        if len(keys) > MOST:
            continue
        told = f"{amount(row['quantity'])} for {money(row['cost'], result.currency)}"
        kind = WAITING[row["decision"]]
        if ready > first:
            words = f"{kind}: {_span_words(case, first, ready)}"
            spans.append(Span(label, kind, first, ready, lines(label, words, told)))
        if end > ready:
            words = f"in use: {_span_words(case, ready, end)}"
            spans.append(Span(label, "in use", ready, end, lines(label, words, told)))
    drawn, height = _gantt(case, spans, SPANS, {})
    waits = [row for row in ordered.to_dict("records") if row["effective"] > row["period"]]
    summary = (
        f"{several(len(table), 'decision')}, {len(waits)} of which take time before they serve."
    )
    summary += f" The first {MOST} are drawn." if len(keys) > MOST else ""
    return Chart(
        "decisions", "Builds, qualifications and contracts", summary, drawn,
        Table("Decisions and when they serve",
              (Column("Decision"), Column("Decided in"), Column("In use from"),
               Column("How much", "number"), Column("Cost", "money")), rows),
        height,
    )  # fmt: skip


def _licences(result: Result) -> Chart | None:
    """Review and validity of licences, those of one rule, route and use in one row."""
    case, table = result.case, result.tables["licences"]
    if table.empty:
        return None
    future = node_names(result.tables)
    table = table.assign(what=table["end_use"].where(table["end_use"] != "", table["plant"]))
    rows, spans = [], []
    keys = ["control", "exporter", "destination", "what"]
    groups = sorted(table.groupby(keys), key=lambda one: (-one[1]["used"].sum(), one[0]))
    for number, (key, own) in enumerate(groups):
        control, start, to, what = (str(part) for part in key)
        label = f"{control}: {start} to {to}, {what}"
        for row in own.sort_values("period").to_dict("records"):
            first, valid = int(row["period"]), int(row["first"])
            after = min(int(row["last"]), case.case.periods) + 1
            name = future[int(row["node"])]
            rows.append(
                (control, f"{start} to {to}", what, str(row["label"]),
                 _span_words(case, valid, after),
                 float(row["quantity"]), float(row["approval"]), float(row["used"]),
                 float(row["cost"]), *((name,) if name else ()))
            )  # fmt: skip
            if number >= MOST:
                continue
            told = f"applied for {amount(row['quantity'])}, used {amount(row['used'])}"
            if valid > first:
                words = f"review: {_span_words(case, first, valid)}"
                spans.append(Span(label, "review", first, valid, lines(label, words, told, name)))
            if after > valid:
                words = f"valid: {_span_words(case, valid, after)}"
                spans.append(Span(label, "valid", valid, after, lines(label, words, told, name)))
    kinds = {"valid": (GREEN, ""), "review": (ORANGE, "")}
    drawn, height = _gantt(case, spans, kinds, {})
    summary = (
        f"{several(len(table), 'application')} under {several(table['control'].nunique(), 'rule')}."
    )
    if len(groups) > MOST:
        summary += f" The {MOST} routes on which most moves are drawn, of {len(groups)}."
    columns = [
        Column("Rule"), Column("Route"), Column("For"), Column("Apply in"), Column("Valid"),
        Column("Quantity", "number"), Column("Approved part", "share"), Column("Used", "number"),
        Column("Cost", "money"),
    ]  # fmt: skip
    columns += [Column("In which future")] if len(rows[0]) > len(columns) else []
    return Chart(
        "licences",
        "Licences",
        summary,
        drawn,
        Table("Licences to apply for", columns, rows),
        height,
    )


def _rules(result: Result) -> Chart | None:
    """States of every rule, by future where they differ."""
    case, states = result.case, result.tables["rule_states"]
    if states.empty:
        return None
    every = paths(result.tables)
    titles = {row.control: row.title or "" for row in case.controls}
    spans, rows = [], []
    for control, own in states.groupby("control", sort=False):
        status = dict(zip(own["node"].tolist(), own["status"].tolist(), strict=True))
        alike: dict[tuple[str, ...], list[str]] = {}
        for scenario, path in every.items():
            alike.setdefault(tuple(str(status[node]) for node in path), []).append(scenario)
        for told, names in alike.items():
            label = str(control) + (f" ({', '.join(names)})" if len(alike) > 1 else "")
            for state, first, after in _spells(told):
                if state == "none":
                    continue
                words = f"{STATES[state][0]}: {_span_words(case, first, after)}"
                spans.append(
                    Span(
                        label,
                        state,
                        first,
                        after,
                        lines(label, short(titles[str(control)], 90), words),
                    )
                )
                rows.append(
                    (str(control), titles[str(control)], ", ".join(names) if len(every) > 1 else "",
                     STATES[state][0], case.period_label(first),
                     case.period_label(min(after - 1, case.case.periods)))
                )  # fmt: skip
    kinds = {name: (paint, pattern) for name, (_, paint, pattern) in STATES.items()}
    drawn, height = _gantt(case, spans, kinds, {name: STATES[name][0] for name in STATES})
    taken = case.case.unknown_controls.replace("_", " ")
    changes = len({row[0] for row in rows if sum(other[0] == row[0] for other in rows) > 1})
    summary = (
        f"{several(states['control'].nunique(), 'rule')}, {changes} of which change or differ."
    )
    if (states["status"] == "unknown").any():
        summary += f" A rule in an unknown state is taken as {taken}."
    table = Table(
        "States of the rules",
        (Column("Rule"), Column("Title"), Column("Futures"), Column("State"), Column("From"),
         Column("To")), rows,
    )  # fmt: skip
    return Chart("rules", "Rules", summary, drawn, table, height)


def _spells(states: Sequence[str]) -> list[tuple[str, int, int]]:
    """(state, first period, period after the last) of each run of equal states."""
    found: list[tuple[str, int, int]] = []
    for period, state in enumerate(states, start=1):
        if found and found[-1][0] == state:
            found[-1] = (state, found[-1][1], period + 1)
        else:
            found.append((state, period, period + 1))
    return found
