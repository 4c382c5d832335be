"""Who supplies it: shares of countries and concentration, by stage and material, against limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ...models.names import CaseNames
from ...models.selectors import SelectorError
from .look import GREY, INK, axis, figure, marker, names_axis
from .look import rows_height as height_of
from .parts import Cell, Chart, Column, Section, Table
from .results import Result
from .words import lines, listed, share, short

MOST_COUNTRIES = 9
STAGES = ("mining", "separation", "metal", "alloy", "magnet", "recycling", "other")
FRACTIONS = ("max_share", "min_share", "recycled_share")


def shares(result: Result) -> Section | None:
    """Shares by stage and by material, and what the policies allow; None without supply."""
    table = result.tables["shares"]
    parts: list[Chart | Table | str] = []
    for level, title in (("stage", "By stage"), ("material", "By material")):
        own = table[table["level"] == level]
        if len(own):
            parts.append(_chart(result, level, title, own))
    limits = _limits(result)
    if limits is not None:
        parts.append(limits)
    return Section("shares", "Who supplies it", parts) if parts else None


def _chart(result: Result, level: str, title: str, own: pd.DataFrame) -> Chart:
    total = own.groupby("country")["quantity"].sum()
    weight = own.groupby("country")["share"].sum().sort_values(ascending=False)
    countries = [str(name) for name in weight.index]
    names = list(dict.fromkeys(own["name"]))
    names.sort(key=lambda name: STAGES.index(name) if name in STAGES else -1)
    at = {name: number for number, name in enumerate(names)}
    hhi = {str(name): float(value) for name, value in own.groupby("name")["hhi"].first().items()}
    data = []
    kept = countries[:MOST_COUNTRIES]
    groups = [(name, own[own["country"] == name]) for name in kept]
    rest = own[~own["country"].isin(kept)]
    if len(rest):
        label = f"{rest['country'].nunique()} others"
        groups.append((label, rest.groupby("name", as_index=False)[["share", "quantity"]].sum()))
    for number, (country, rows) in enumerate(groups):
        own_marker = marker(number) if country in total.index else {"color": GREY}
        data.append(
            {
                "type": "bar", "orientation": "h", "name": str(country), "marker": own_marker,
                "y": [at[name] for name in rows["name"]], "x": [float(v) for v in rows["share"]],
                "hoverinfo": "text", "width": 0.7,
                "hovertext": [
                    lines(row["name"], f"{country}: {share(row['share'])}",
                          f"concentration (HHI) {hhi[str(row['name'])]:.2f}")
                    for row in rows.to_dict("records")
                ],
            }
        )  # fmt: skip
    marks = _marks(result, level, names)
    if marks:
        data.append(
            {
                "type": "scatter", "mode": "markers", "name": "limit of a policy",
                "x": [mark[1] for mark in marks], "y": [at[mark[0]] for mark in marks],
                "hoverinfo": "text",
                "hovertext": [lines(mark[2], share(mark[1])) for mark in marks],
                "marker": {"symbol": "line-ns-open", "size": 22, "color": INK,
                           "line": {"width": 3, "color": INK}},
            }
        )  # fmt: skip
    labels = [f"{short(name, 28)}  (HHI {hhi[name]:.2f})" for name in names]
    drawn = figure(
        data, barmode="stack",
        xaxis=axis("share of expected supply over the horizon", range=[0, 1.02], tickformat=".0%"),
        yaxis=names_axis(labels, down=True),
    )  # fmt: skip
    worst = max(hhi, key=lambda name: hhi[name])
    first = own[own["name"] == worst].sort_values("share", ascending=False).iloc[0]
    summary = (
        f"Most concentrated is {worst}, HHI {hhi[worst]:.2f} (1 is a single country): "
        f"{first['country']} supplies {share(first['share'])}."
    )
    rows = own.sort_values(["name", "share"], ascending=[True, False])
    return Chart(
        level, f"Shares of countries: {title.lower()}", summary, drawn,
        Table(
            f"Shares of countries {title.lower()}, expected over the horizon",
            (Column(level.capitalize()), Column("Country"), Column("Quantity", "number"),
             Column("Share", "share"), Column("HHI", "number")),
            [(row["name"], row["country"], float(row["quantity"]), float(row["share"]),
              float(row["hhi"])) for row in rows.to_dict("records")],
        ),
        height=height_of(len(names), 34, 150),
    )  # fmt: skip


def _marks(result: Result, level: str, names: list[str]) -> list[tuple[str, float, str]]:
    """(stage or material, limit, policy) of the shares that one country may have."""
    selectors, found = CaseNames(result.case), []
    for row in result.case.policies:
        about = row.materials if level == "material" else row.stages
        other = row.stages if level == "material" else row.materials
        if row.kind != "max_share" or not about or other or (row.each != "country"):
            continue
        try:
            hit = selectors.of("materials" if level == "material" else "stage").select(about)
        except SelectorError:
            continue  # check told of it: the policy names nothing that this case has
        found += [(name, float(row.value), row.policy) for name in hit if name in names]
    return found


def _limits(result: Result) -> Table | None:
    """The window of each policy that is nearest to its limit, or farthest beyond it."""
    used = result.tables["policy_use"]
    if used.empty:
        return None
    kinds = {row.policy: row for row in result.case.policies}
    rows: list[tuple[Cell, ...]] = []
    for (policy, key), own in used.groupby(["policy", "key"], sort=False):
        row = kinds[str(policy)]
        least = row.kind.startswith("min") or row.kind == "recycled_share"
        room = (own["value"] - own["limit"]) * (1 if least else -1)
        at: Mapping[Any, Any] = own.iloc[int(room.argmin())].to_dict()
        fraction = row.kind in FRACTIONS
        value, limit = (_part(at[name], fraction) for name in ("value", "limit"))
        rows.append(
            (str(policy), row.kind.replace("_", " "), str(key),
             result.case.period_label(int(at["period"])), value, "at least" if least else "at most",
             limit, _state(float(at["excess"]), float(room.min()), float(at["limit"])),
             float(own["penalty"].sum()))
        )  # fmt: skip
    return Table(
        "Limits of policies, in the window that is nearest to each",
        (Column("Policy"), Column("Kind"), Column("Whose"), Column("Window ends"), Column("Value"),
         Column(""), Column("Limit"), Column("State"), Column("Penalties paid", "money")),
        rows,
        note=f"Policies of this case: {listed(list(kinds), 12)}.",
    )  # fmt: skip


def _part(value: float, fraction: bool) -> str:
    return share(value) if fraction else f"{value:,.4g}"


def _state(excess: float, room: float, limit: float) -> str:
    if excess > 1e-6:
        return "exceeded"
    return "binds" if room <= 1e-4 * max(1e-9, abs(limit)) else "kept"
