"""A risk study on a terminal: what knowing is worth, who regrets what, what safety costs."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.risk_results import Estimate, RiskResult
from .terminal import amount, money, titled_table

WIDE = 6
"""Futures that have a column each; of more only the sums are shown."""
MOST_ROWS = 16
SAME = 1e-6
"""Relative difference of costs that are the same."""
TOGETHER = {"together": "all futures together", "mean": "the mean of all futures"}


def print_risk(result: RiskResult, console: Console) -> None:
    """Print a risk study on a screen or two."""
    parts: list[RenderableType | None] = [
        _headline(result),
        _worth(result),
        _regrets(result),
        _robustness(result),
    ]
    console.print(Group(*[part for part in parts if part is not None]))


def _headline(result: RiskResult) -> Text:
    text = Text()
    text.append(f"{result.title or result.case}\n", style="bold")
    count = len(result.futures)
    if count == 1:
        text.append("one future: there is nothing to know and nothing to fear\n")
    elif not result.branch:
        text.append(f"{count} futures that never part\n")
    else:
        text.append(f"{count} futures that are one until they begin to part in {result.branch}\n")
    text.append(f"expected cost {_estimate(result.together, result.currency)}", style="bold")
    text.append(f"   at worst {money(_worst(result), result.currency)}")
    return text


def _worst(result: RiskResult) -> float:
    return float(result.futures["cost"].max())


def _estimate(one: Estimate, currency: str) -> str:
    """A value, and what it is within where that is not the same."""
    if one.value is None:
        return "unknown"
    shown = money(one.value, currency)
    size = max(abs(one.value), abs(one.most or 0.0), abs(one.least or 0.0), 1e-9)
    if one.least is None or one.most is None:
        return f"{shown} (unproven)"
    if one.most - one.least <= 2e-6 * size:
        return shown
    least, most = money(one.least, currency).strip(), money(one.most, currency).strip()
    if least == most:
        return f"{shown} (within {100 * (one.most - one.least) / size:.2g} %)"
    return f"{shown} (between {least} and {most})"


def _worth(result: RiskResult) -> Table | None:
    if len(result.futures) < 2:
        return None
    table = titled_table("What it is worth", "", f">{result.currency}", "")
    table.add_row(
        "expected cost of the best plan for all futures", _estimate(result.together, ""), ""
    )
    table.add_row(
        "expected cost if the future were known now", _estimate(result.wait_and_see, ""), ""
    )
    table.add_row(
        Text("what knowing it is worth at most", style="bold"),
        Text(_estimate(result.information, ""), style="bold"),
        "expected value of perfect information",
    )
    if result.stochastic is not None and result.keeping_mean is not None:
        known = result.keeping_mean.value is not None
        table.add_row(
            "expected cost of first decisions made for the mean future",
            _estimate(result.keeping_mean, "") if known else "no plan",
            "" if known else _fails(result),
        )
        table.add_row(
            Text("what planning for all futures is worth", style="bold"),
            Text(_estimate(result.stochastic, "") if known else "without limit", style="bold"),
            "value of the stochastic solution",
        )
    return table


def _fails(result: RiskResult) -> str:
    """Where the decisions of the mean-value problem leave no way on."""
    own = result.sums[result.sums["kind"] == "mean"]
    names = str(own["fails_in"].iloc[0]) if len(own) else ""
    return f"they leave no way on in {names.replace(',', ', ')}" if names else ""


def _regrets(result: RiskResult) -> Table | None:
    """Of each plan its expected cost, and what each future would make it regret."""
    if len(result.sums) < 2:
        return None
    futures = result.futures["scenario"].tolist()
    wide = len(futures) <= WIDE
    columns = ["first decisions made for", ">expected cost"]
    columns += [f">{name}" for name in futures] if wide else []
    table = titled_table(
        f"Cost beyond the best plan for the future that comes ({result.currency})",
        *columns, ">largest", *([] if wide else ["no way on in"]),
    )  # fmt: skip
    if wide:
        alone = [money(cost, "") for cost in result.futures["alone"]]
        table.add_row(Text("(best plan for it alone)", style="italic"), "", *alone, "")
    cells = result.plans.set_index(["kind", "plan", "scenario"])["regret"]
    for row in result.sums.head(MOST_ROWS).to_dict("records"):
        kind, plan = str(row["kind"]), str(row["plan"])
        told = [TOGETHER.get(kind, f"{plan} alone"), _money(row["expected"])]
        if wide:
            told += [_money(float(cells[kind, plan, name])) for name in futures]
        told.append(_money(row["largest_regret"]))
        if not wide:
            names = [name for name in str(row["fails_in"]).split(",") if name]
            told.append(", ".join(names[:4]) + (f" and {len(names) - 4} more" if names[4:] else ""))
        table.add_row(*(Text(cell) for cell in told))
    captions = []
    if len(result.sums) > MOST_ROWS:
        captions.append(f"{len(result.sums) - MOST_ROWS} more plans in sums.parquet")
    if bool((result.sums["fails_in"] != "").any()):
        captions.append("no plan: what was decided first leaves no way on, or none was found")
    if not result.two_stages:
        captions.append("after the first parting each future counts as known in this table")
    table.caption = "; ".join(captions) or None
    return table


def _money(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]  # a cell of a table of numbers
    return "no plan" if number != number else money(number, "").strip()  # noqa: PLR0124  # NaN


def _robustness(result: RiskResult) -> Table | Text | None:
    front = result.robustness
    if front is None or front.empty:
        return None
    tail = f"worst {100 * (1 - result.level):.3g} %"
    if len(front) == 1:
        above = (front["cvar"].astype(float) - front["cvar_bound"].astype(float)).iloc[0]
        if above <= SAME * max(1.0, abs(float(front["cvar"].iloc[0]))):
            return Text(
                f"\nThe cheapest plan is also the safest: no other makes the {tail} cheaper."
            )
        return Text(f"\nNo plan was found in which the {tail} cost less than in the cheapest.")
    table = titled_table(
        f"The price of robustness ({result.currency})",
        ">expected cost", f">{tail} cost", ">at worst", ">price", ">saved in the tail", ">per unit",
    )  # fmt: skip
    for row in front.to_dict("records"):
        price, saved = float(row["price"]), float(row["saved"])
        rate = amount(price / saved) if saved > 1e-9 * abs(float(row["cvar"])) else ""
        table.add_row(
            *(_money(row[name]) for name in ("cost", "cvar", "worst_case")),
            *(_money(value) for value in (price, saved)),
            rate,
        )
    return table
