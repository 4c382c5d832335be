"""What a board asks about a plan, on one screen: what limits it, what is worth what, what if not."""

from __future__ import annotations

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..models.explain_results import Explained
from .terminal import amount, money

LINES = 6
"""Lines of each table on one screen."""
EVERY = 10_000


def print_explained(found: Explained, console: Console, *, full: bool = False) -> None:
    """Print what binds in a plan, what it is worth, and what comes next best.

    Args:
        found: the explanation.
        console: where to.
        full: every line of every table.
    """
    most = EVERY if full else LINES
    if found.rules is not None and not full:
        most = 4
    parts: list[RenderableType | None] = [_headline(found)]
    if found.rules is not None:
        parts += [_rules(found, EVERY if full else 8), _segments(found, most)]
    parts += [
        _limits(found, most), _materials(found, 3 if not full else EVERY),
        _without(found, most), _next(found, most),
    ]  # fmt: skip
    console.print(Group(*[part for part in parts if part is not None]))


def _headline(found: Explained) -> Text:
    text = Text()
    text.append(f"{found.title or found.case}\n", style="bold")
    gap = "" if found.gap is None else f", proven within {100 * found.gap:.2g} %"
    cost = money(found.objectives["cost"], found.currency)
    text.append(f"The plan costs {cost} over {found.periods}{gap}. ")
    text.append(
        "All money is present value, expected over the scenarios; prices are those of the plan "
        "with its yes/no decisions and whole numbers fixed."
    )
    for note in found.notes:
        text.append(f"\nNote: {note}.", style="dim")
    return text


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, box=None, title_justify="left", title_style="bold", pad_edge=False,
        padding=(0, 2, 0, 0), header_style="dim",
    )  # fmt: skip
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.strip(">"), justify="right" if right else "left")
    return table


def _each(found: Explained) -> pd.DataFrame:
    """What binds, each limit once, over all its periods."""
    own = found.binding[found.binding["kind"] != "demand"].copy()
    if own.empty:
        return own
    own["size"] = own["worth"].abs()
    top = own.loc[own.groupby(["table", "row", "column"])["size"].idxmax()]
    total = own.groupby(["table", "row", "column"])[["worth", "size"]].sum()
    times = own.groupby(["table", "row", "column"])["period"].nunique()
    top = top.set_index(["table", "row", "column"])
    top["total"], top["all"], top["times"] = total["worth"], total["size"], times
    return top.sort_values("all", ascending=False)


def _limits(found: Explained, most: int) -> Table | None:
    own = _each(found)
    if own.empty:
        return None
    table = _table(
        "What limits the plan, and what one unit more or less would save",
        "limit", "by one", f">saves ({found.currency})", ">periods", "most in", "holds there for",
    )  # fmt: skip
    for row in own.head(most).to_dict("records"):
        way = "more" if row["total"] >= 0 else "less"
        table.add_row(
            Text(_short(str(row["what"]))), f"{row['unit']} {way}", amount(abs(row["total"])),
            str(row["times"]), f"{row['label']}: {amount(abs(row['worth']))}", _range(row),
        )  # fmt: skip
    return _more(table, len(own), most)


def _range(row: dict[str, object]) -> str:
    low, high = (float(str(row[name])) for name in ("holds_from", "holds_to"))
    ends = [amount(max(low, 0.0)) if low > -1e15 else "0"]
    ends.append(amount(high) if high < 1e15 else "any")
    now = amount(float(str(row["value"])))
    unit = str(row["unit"])
    unit = "%" if unit == "percentage point" else unit
    return f"{ends[0]} to {ends[1]} {unit} (now {now})"


def _short(text: str) -> str:
    return text if len(text) <= 62 else text[:59].rstrip() + "..."


def _materials(found: Explained, most: int) -> Table | None:
    values = found.values
    if values.empty:
        return None
    by_place = values.groupby(["material", "marks", "period"])["worth"].sum().reset_index()
    peak = by_place.loc[by_place.groupby(["material", "marks"])["worth"].idxmax()]
    peak = peak.sort_values("worth", ascending=False)
    table = _table(
        "What one more unit of a material is worth, where it is worth most",
        "material", "when", "where", f">worth ({found.currency})", ">money of the day",
    )  # fmt: skip
    for row in peak.head(most).to_dict("records"):
        same = values[
            (values["material"] == row["material"]) & (values["marks"] == row["marks"])
            & (values["period"] == row["period"])
        ]  # fmt: skip
        best = same.iloc[0]
        name = str(row["material"]) + (f" ({_marks(str(row['marks']))})" if row["marks"] else "")
        table.add_row(
            Text(f"1 {best['unit']} of {name}"), str(best["label"]), Text(str(best["site"])),
            amount(float(row["worth"])), amount(float(best["then"])),
        )  # fmt: skip
    return _more(table, len(peak), most)


def _marks(text: str) -> str:
    """Marks in words: 'bearing X', 'not for Y'."""
    parts = []
    for mark in text.split(","):
        if mark.startswith("!"):
            parts.append(f"not for {mark[1:].replace('=', ' of ')}")
        else:
            parts.append(f"marked {mark}")
    return ", ".join(parts)


def _without(found: Explained, most: int) -> Table | None:
    own = found.choices[found.choices["chosen"].fillna(False).astype(bool)]
    if own.empty:
        return None
    table = _table("Doing without what the plan chose", "what", "of what", f">costs more ({found.currency})")
    for row in own.head(most).to_dict("records"):
        lost = row["cost"]
        told = "no plan without it" if lost is None or pd.isna(lost) else _about(lost, row["error"])
        table.add_row(_name(row), Text(str(row["detail"])), told)
    return _more(table, len(own), most)


def _about(value: float, error: float | None) -> str:
    """A difference of two solves: '1,200', or 'less than 300' where it is within their gaps."""
    slack = 0.0 if error is None or pd.isna(error) else float(error)
    if value <= slack and slack > 0.5:
        return f"less than {amount(slack)}"
    return amount(value)


def _name(row: dict[str, object]) -> Text:
    text = str(row["name"])
    if row["kind"] == "modules":
        text = f"modules of {text}"
    return Text(text)


def _next(found: Explained, most: int) -> Table | None:
    own = found.choices[~found.choices["chosen"].fillna(True).astype(bool)]
    if own.empty:
        return None
    table = _table(
        "Next best: not chosen, and how far from it", "what", "of what", ">would have to fall by",
        ">from",
    )  # fmt: skip
    for row in own.head(most).to_dict("records"):
        if row["never"]:
            fall = "not even as a gift"
        elif row["away"] is None or pd.isna(row["away"]):
            fall = "unknown"
        else:
            fall = f"{_about(row['away'], row['error'])} {row['per']}"
        price = "" if row["price"] is None or pd.isna(row["price"]) else amount(row["price"])
        table.add_row(_name(row), Text(str(row["detail"])), fall, price)
    return _more(table, len(own), most)


def _rules(found: Explained, most: int) -> Table | None:
    rules = found.rules
    if rules is None or rules.empty:
        return None
    table = _table(
        "What rules and policies cost: the plan against the best without each",
        "rule or policy", "what it is", f">costs ({found.currency})", ">share", ">days longer",
    )  # fmt: skip
    one = rules[rules["kind"] != "all"]
    every = rules[rules["kind"] == "all"]
    for row in [*one.head(most).to_dict("records"), *every.to_dict("records")]:
        cost = row["cost"]
        if cost is None or pd.isna(cost):
            told, share = "cannot be told", ""
        else:
            told = _signed(cost, row["error"])
            share = f"{100 * row['share']:.1f} %" if abs(cost) > row["error"] else ""
        days = "" if row["lead_time"] is None or pd.isna(row["lead_time"]) else (
            f"{row['lead_time']:+.1f}"
        )
        style = "bold" if row["kind"] == "all" else ""
        table.add_row(
            Text(str(row["name"]), style=style), Text(_short(str(row["title"]))), told, share, days
        )
    if found.leftover is not None and len(one) > 1:
        table.add_row("", Text("left over: they work together"), amount(found.leftover), "", "")
    return _more(table, len(one), most)


def _signed(value: float, error: float) -> str:
    if abs(value) <= error:
        return f"less than {amount(error)}" if error > 0.5 else "0"
    return amount(value)


def _segments(found: Explained, most: int) -> Table | None:
    segments = found.segments
    if segments is None or segments.empty or found.rules is None:
        return None
    names = list(found.rules.loc[found.rules["kind"] == "all", "name"])
    name = next((one for one in ("all rules", "all rules and policies") if one in names), None)
    own = segments[segments["name"] == name] if name else segments
    if own.empty:
        return None
    table = _table(
        f"Who bears {name or 'it'}", "demand", f">of the cost ({found.currency})", ">a unit",
        ">lacks for it",
    )  # fmt: skip
    for row in own.head(most).to_dict("records"):
        table.add_row(
            Text(f"{row['end_use']}: {row['material']} at {row['site']}"), amount(row["cost"]),
            "" if row["per_unit"] is None else amount(row["per_unit"]), amount(row["short"]),
        )  # fmt: skip
    return _more(table, len(own), most)


def _more(table: Table, total: int, most: int) -> Table:
    if total > most:
        table.caption = f"... and {total - most} more (--all)"
        table.caption_justify = "left"
    return table



