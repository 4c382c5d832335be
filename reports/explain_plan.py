"""What a board asks about a plan, on one screen: what limits it, what is worth what, and if not."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

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
    kept = [part for part in parts if part is not None]
    console.print(Group(*[line for part in kept for line in (part, Text())][:-1]))


def _headline(found: Explained) -> Text:
    text = Text()
    text.append(f"{found.title or found.case}\n", style="bold")
    gap = "" if found.gap is None else f", proven within {100 * found.gap:.2g} %"
    cost = money(found.objectives["cost"], found.currency)
    text.append(f"The plan costs {cost} over {found.periods}{gap}. {_service(found)}")
    text.append(
        "All money is present value, expected over the scenarios; prices are those of the plan "
        "with its yes/no decisions and whole numbers fixed.",
        style="dim",
    )
    for note in found.notes:
        text.append(f"\nNote: {note}.", style="dim")
    return text


def _service(found: Explained) -> str:
    """'Lead time 60.4 days; nothing is left short. ', as far as it is known."""
    days, lacking = (found.objectives.get(name) for name in ("lead_time", "shortage"))
    told = [] if days is None else [f"lead time {amount(days)} days"]
    if lacking is not None:
        short = f"{amount(lacking)} in all never delivered" if lacking > 1e-6 else ""
        told.append(short or "nothing left short")
    return "; ".join(told).capitalize() + ". " if told else ""


def _table(title: str, total: int, most: int, *columns: str) -> Table:
    """A table whose title says how many of its lines are shown."""
    if total > most:
        title += f" ({most} of {total}; --all)"
    table = Table(
        title=title, box=None, title_justify="left", title_style="bold", pad_edge=False,
        padding=(0, 2, 0, 0), header_style="dim", min_width=len(title),
    )  # fmt: skip
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.strip(">"), justify="right" if right else "left", no_wrap=True)
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
    top["percent"] = top["all"] * top["value"].abs()  # what one percent more or less is worth
    return top.sort_values("percent", ascending=False)


def _limits(found: Explained, most: int) -> Table | None:
    own = _each(found)
    if own.empty:
        return None
    table = _table(
        "What limits the plan, and what one unit more or less of it would save", len(own), most,
        "limit", "one", f">saves ({found.currency})", "most in", "holds for",
    )  # fmt: skip
    for row in own.head(most).to_dict("records"):
        way = "more" if row["total"] >= 0 else "less"
        table.add_row(
            Text(_short(_limit(str(row["what"])))), f"{_unit(row)} {way}",
            money(abs(row["total"]), "").strip(), f"{row['label']}: {money(abs(row['worth']), '')}",
            _range(row),
        )  # fmt: skip
    return table


def _limit(text: str) -> str:
    """What limits, without the words that every line would repeat."""
    text = text.removeprefix("capacity of ")
    if text.startswith("policy "):
        text = text.removeprefix("policy ").replace(" (", ": ", 1).removesuffix(")")
    return text


def _unit(row: Mapping[Hashable, Any]) -> str:
    unit = str(row["unit"])
    return "% point" if unit == "percentage point" else unit or "unit"


def _range(row: Mapping[Hashable, Any]) -> str:
    """'4.5 to 4.52', the values of a limit for which its price holds."""
    low, high, now = (float(row[name]) for name in ("holds_from", "holds_to", "value"))
    most = 100.0 if row["unit"] == "percentage point" else 1e15
    low, high = max(low, 0.0), min(high, most)
    end = "any" if high >= 1e15 else f"{high:.4g}"
    text = f"{low:.4g} to {end}"
    return f"{now:.4g} only" if high - low <= 2e-3 * max(abs(now), 1e-9) else text


def _short(text: str, most: int = 36) -> str:
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def _materials(found: Explained, most: int) -> Table | None:
    values = found.values[found.values["holds_for"] > 1e-6]
    if values.empty:
        return None
    values = values.assign(
        name=[f"{m}{_marks(k)}" for m, k in zip(values["material"], values["marks"], strict=True)],
        gain=values["worth"] * values["holds_for"].clip(upper=1.0),
    )
    best = values.loc[values.groupby("material")["gain"].idxmax()]
    best = best.sort_values("gain", ascending=False)
    table = _table(
        "What one more unit of a material is worth, where and when it saves most", len(best), most,
        "one more", "where", "when", f">worth ({found.currency})", ">that day", "for the first",
    )  # fmt: skip
    for row in best.head(most).to_dict("records"):
        upto = float(row["holds_for"])
        table.add_row(
            Text(_short(f"{row['unit']} of {row['name']}", 42)), Text(str(row["site"])),
            str(row["label"]), money(float(row["worth"]), "").strip(),
            money(float(row["then"]), "").strip(),
            "any" if upto > 1e15 else f"{upto:.3g} {row['unit']}",
        )  # fmt: skip
    return table


def _marks(text: str) -> str:
    """Marks in words: ' with CN-content', ' not for defence'; '' for goods without any."""
    borne, kept = [], []
    for mark in filter(None, str(text).split(",")):
        use = mark[1:].partition("=")[0]
        if not mark.startswith("!"):
            borne.append(mark)
        elif use not in kept:
            kept.append(use)
    said = f" with {' and '.join(borne)}" if borne else ""
    return said + (f", not for {' or '.join(kept)}" if kept else "")


def _without(found: Explained, most: int) -> Table | None:
    own = found.choices[found.choices["chosen"].fillna(False).astype(bool)]
    if own.empty:
        return None
    table = _table(
        "Doing without what the plan chose",
        len(own),
        most,
        "what",
        "of what",
        f">costs more ({found.currency})",
    )
    for row in own.head(most).to_dict("records"):
        lost = row["cost"]
        told = "no plan without it" if lost is None or pd.isna(lost) else _about(lost, row["error"])
        table.add_row(_name(row), Text(_short(str(row["detail"]), 46)), told)
    return table


def _about(value: float, error: float | None) -> str:
    """A difference of two solves: '1,200', or 'less than 300' where it is within their gaps."""
    slack = 0.0 if error is None or pd.isna(error) else float(error)
    if value <= slack and slack > 0.5:
        return f"less than {money(slack, '').strip()}"
    return money(value, "").strip()


def _name(row: Mapping[Hashable, Any]) -> Text:
    text = str(row["name"])
    if row["kind"] == "modules":
        text = f"expanding {text.removeprefix('plant ')}"
    return Text(_short(text, 36))


def _next(found: Explained, most: int) -> Table | None:
    own = found.choices[~found.choices["chosen"].fillna(True).astype(bool)]
    if own.empty:
        return None
    table = _table(
        "Next best: not chosen, and how far from it", len(own), most, "what", "of what",
        ">would have to fall by", ">from",
    )  # fmt: skip
    for row in own.head(most).to_dict("records"):
        if row["never"]:
            fall = "not even as a gift"
        elif row["away"] is None or pd.isna(row["away"]):
            fall = "unknown"
        else:
            fall = f"{_about(row['away'], row['error'])} {row['per']}"
        known = row["price"] is not None and not pd.isna(row["price"])
        price = money(row["price"], "").strip() if known else ""
        table.add_row(_name(row), Text(_short(str(row["detail"]), 34)), fall, price)
    return table


def _rules(found: Explained, most: int) -> Table | None:
    rules = found.rules
    if rules is None or rules.empty:
        return None
    one = rules[rules["kind"] != "all"]
    every = rules[rules["kind"] == "all"]
    table = _table(
        "What rules and policies cost: the plan against the best without each", len(one), most,
        "rule or policy", "what it is", f">costs ({found.currency})", ">share", ">days longer",
    )  # fmt: skip
    for row in [*one.head(most).to_dict("records"), *every.to_dict("records")]:
        cost = row["cost"]
        if cost is None or pd.isna(cost):
            told, share = "unknown", ""
        else:
            told = _signed(cost, row["error"])
            share = f"{100 * row['share']:.1f} %" if abs(cost) > row["error"] else ""
        days = (
            ""
            if row["lead_time"] is None or pd.isna(row["lead_time"])
            else (f"{row['lead_time']:+.1f}")
        )
        style = "bold" if row["kind"] == "all" else ""
        table.add_row(
            Text(str(row["name"]), style=style),
            Text(_short(str(row["title"]), 44)),
            told,
            share,
            days,
        )
    if found.leftover is not None and len(one) > 1:
        table.add_row(
            "", Text("left over: they work together"), money(found.leftover, "").strip(), "", ""
        )
    return table


def _signed(value: float, error: float) -> str:
    if abs(value) <= error:
        return f"less than {money(error, '').strip()}" if error > 0.5 else "0"
    return money(value, "").strip()


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
        f"Who bears {name or 'it'}", len(own), most, "demand",
        f">of the cost ({found.currency})", ">a unit", ">lacks for it",
    )  # fmt: skip
    for row in own.head(most).to_dict("records"):
        table.add_row(
            Text(f"{row['end_use']}: {row['material']} at {row['site']}"),
            money(row["cost"], "").strip(),
            "" if row["per_unit"] is None else amount(row["per_unit"]), amount(row["short"]),
        )  # fmt: skip
    return table
