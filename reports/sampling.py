"""Samples on a terminal: what was drawn, how a plan fares, how far from the best it can be."""

from __future__ import annotations

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.sampling_results import Estimate, Evaluation, SaaResult, Sampled
from .terminal import DECISIONS, MOST_ROWS, amount, cut, money, titled_table


def print_sample(found: Sampled, console: Console) -> None:
    """Print what was drawn: the spread of each number, how often each event happens."""
    futures, weights = found.futures, found.futures["probability"]
    told = f"{found.drawn:,} futures drawn"
    if found.distance is not None:
        told += (
            f", {len(futures):,} kept: their distance from all is {amount(found.distance)}, "
            f"{100 * (found.relative or 0):.0f} % of that of the best single future"
        )
    table = titled_table("What was drawn", "", ">least", ">mean", ">most", "how often")
    for name in futures.columns[2:]:
        column = futures[name]
        if pd.api.types.is_numeric_dtype(column) and column.notna().all():
            cells = [column.min(), float((column * weights).sum()), column.max()]
            table.add_row(Text(str(name)), *(f"{cell:,.4g}" for cell in cells), "")
        else:
            table.add_row(Text(str(name)), "", "", "", Text(_often(column, weights)))
    console.print(Group(Text(told, style="bold"), table))


def _often(column: pd.Series, weights: pd.Series) -> str:
    """'in_force 70 %, suspended 30 %'; an event that does not happen is blank."""
    shown = [_as_text(cell) for cell in column]
    parts = weights.groupby(pd.Series(shown, index=weights.index)).sum()
    told = [f"{name} {100 * part:.0f} %" for name, part in parts.items() if name]
    return ", ".join(told[:6]) + (", ..." if len(told) > 6 else "") or "never"


def _as_text(cell: object) -> str:
    if cell is None or cell != cell:  # noqa: PLR0124  # NaN
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def print_evaluation(found: Evaluation, console: Console) -> None:
    """Print how a plan fares on unseen samples."""
    parts: list[RenderableType] = [
        Text(found.title or found.case, style="bold"),
        Text(f"{len(found.samples):,} unseen samples; kept: {found.kept}"),
        _fares(found),
    ]
    console.print(Group(*parts))


def _fares(found: Evaluation) -> RenderableType:
    if found.without_plan:
        numbers = found.samples.loc[~found.samples["status"].isin(["optimal", "feasible"])]
        first = ", ".join(str(number) for number in numbers["sample"].head(10))
        return Text(
            f"{found.without_plan:,} of {len(found.samples):,} samples have no plan with these "
            f"decisions (samples {first}{', ...' if found.without_plan > 10 else ''}), so that no "
            "mean cost can be told. Give demand a shortage_cost, and it can go short instead",
            style="bold",
        )
    table = titled_table("On unseen futures", "", ">cost", "")
    currency = found.currency
    assert found.cost is not None and found.cvar is not None and found.worst is not None
    table.add_row("mean", money(found.cost.mean, currency), _interval(found.cost, currency))
    for fraction, value in found.quantiles.items():
        words = "median" if fraction == 0.5 else f"{100 * fraction:.0f} % of them cost less than"
        table.add_row(words, money(value, currency), "")
    tail = f"mean of the worst {100 * (1 - found.cvar_level):.3g} %"
    table.add_row(tail, money(found.cvar, currency), "")
    table.add_row("worst", money(found.worst, currency), f"sample {found.worst_sample}")
    short = Text(
        f"never delivered: {amount(found.shortage or 0)} on average; somebody goes short in "
        f"{100 * (found.short or 0):.0f} % of the samples"
    )
    return Group(table, short)


def _interval(one: Estimate, currency: str) -> str:
    if one.low is None or one.high is None:
        return ""
    sure = f"{100 * one.level:.3g} % confidence"
    return f"{money(one.low, currency)} to {money(one.high, currency)} ({sure})"


def print_saa(found: SaaResult, console: Console) -> None:
    """Print the plan's first decisions, its cost, and how far from the best it can be."""
    evaluation, currency = found.evaluation, found.evaluation.currency
    parts: list[RenderableType] = [
        Text(evaluation.title or evaluation.case, style="bold"),
        _verdict(found),
        _decisions(found),
        _fares(evaluation),
    ]
    table = titled_table("Batches", ">batch", ">cost", ">at least", ">of its plan, screened", "")
    for row in found.batches.head(MOST_ROWS).to_dict("records"):
        screened = row["screening"]
        table.add_row(
            str(row["batch"]), money(row["cost"], currency), money(row["bound"], currency),
            "no plan somewhere" if pd.isna(screened) else money(screened, currency),
            "chosen" if row["batch"] == found.best else "",
        )  # fmt: skip
    console.print(Group(*parts, cut(table, len(found.batches), "batches.parquet")))


def _verdict(found: SaaResult) -> Text:
    cost, currency = found.evaluation.cost, found.evaluation.currency
    if cost is None or found.gap is None:
        return Text("how far from the best this plan is cannot be told", style="bold")
    text = Text(f"expected cost {money(cost.mean, currency)}", style="bold")
    text.append(f"; estimated lower bound {money(found.lower.mean, currency)}\n")
    text.append(f"estimated gap {_part(found.gap, cost.mean)}")
    if found.gap_at_most is not None:
        text.append(
            f", at most {_part(found.gap_at_most, cost.mean)} with {100 * found.level:.3g} % "
            f"confidence ({money(found.gap_at_most, currency)})"
        )
    return text


def _part(gap: float, mean: float) -> str:
    return f"{100 * gap / abs(mean):.2f} %" if mean else amount(gap)


def _decisions(found: SaaResult) -> Table:
    """What is decided before the futures part."""
    plan, nodes = found.plan.tables["decisions"], found.plan.tables["nodes"]
    single = nodes.groupby("period")["node"].transform("size") == 1
    common = set(nodes.loc[single, "node"])
    rows = plan[plan["node"].isin(common)]
    table = titled_table("Decide before the futures part", "when", "what", "which", ">how much")
    for row in rows.head(MOST_ROWS).to_dict("records"):
        which = " ".join(str(row[name]) for name in ("name", "material") if row[name])
        if row["from"]:
            which += f": {row['from']} > {row['to']}"
        table.add_row(
            str(row["label"]), DECISIONS[str(row["decision"])], Text(which),
            amount(float(row["quantity"])),
        )  # fmt: skip
    if rows.empty:
        table.caption = "nothing: every strategic decision can wait"
    return cut(table, len(rows), "decisions.parquet")
