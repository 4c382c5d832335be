"""Material by stage and country: a Sankey diagram."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from ...models.case import Case
from ..terminal import amount
from .futures import expected
from .look import FAINT, GREY, INK, colour, figure
from .parts import Chart, Column, Section, Table
from .results import Result
from .sankey_places import places
from .words import escaped, lines, several, share

LEFT_OVER = "new scrap"
FORMS = ("scrap", "ore", "concentrate", "oxide", "metal", "alloy", "magnet", "other", LEFT_OVER)
SMALL = 0.004
"""Flows below this part of the largest are in the table only."""
MOST = 90
"""Most flows that are drawn."""

Node = tuple[str, str]
"""A form of material, and a country ('' for customers)."""


def material(result: Result) -> Section | None:
    """Who supplies what to whom, by form of material and country; None where nothing moves."""
    unit = _unit(result.case)
    flows = flows_of(result)
    if flows.empty:
        return None
    drawn = flows[flows["quantity"] >= SMALL * flows["quantity"].max()].head(MOST)
    left = flows["quantity"].sum() - drawn["quantity"].sum()
    nodes = list(dict.fromkeys([*drawn["from"], *drawn["to"]]))
    nodes.sort(key=lambda node: (FORMS.index(node[0]) if node[0] in FORMS else 99, node[1]))
    note = f"All in {unit}, expected over the horizon. "
    note += "A step in a plant is as wide as what comes out. "
    others = sorted({row.material for row in result.case.materials if row.unit != unit})
    note += f"Not shown, for other units: {', '.join(others[:8])}. " if others else ""
    if len(drawn) < len(flows):
        note += (
            f"{several(len(flows) - len(drawn), 'small flow')} ({amount(left)} {unit} in all) are "
            "in the table only."
        )
    chart = Chart(
        "sankey", "Material by stage and country", _told(flows, unit),
        _sankey(drawn, nodes, unit),
        Table(
            "Flows of material by stage and country, expected over the horizon",
            (Column("From"), Column("To"), Column("How"), Column(f"Quantity ({unit})", "number")),
            [(_name(row["from"]), _name(row["to"]), row["how"], float(row["quantity"]))
             for row in flows.to_dict("records")],
        ),
        height=min(900, max(360, 46 * max(Counter(node[0] for node in nodes).values()) + 180)),
    )  # fmt: skip
    return Section("material", "Material", (chart, note.strip()))


def _unit(case: Case) -> str:
    """The unit of most materials: widths can only be compared in one."""
    return Counter(row.unit for row in case.materials).most_common(1)[0][0]


def _name(node: Node) -> str:
    form, country = node
    return f"{form} {country}" if country else form


def flows_of(result: Result) -> pd.DataFrame:
    """from, to (form and country), how, quantity: the largest first."""
    tables, case = result.tables, result.case
    unit = _unit(case)
    forms = {row.material: row.form for row in case.materials if row.unit == unit}
    country = {row.site: row.country for row in case.sites}
    parts = [_bought(result, forms, country), _moved(result, forms, country),
             _made(result, forms, country)]  # fmt: skip
    sold = tables["deliveries"].assign(quantity=expected(tables, tables["deliveries"]))
    sold = sold[sold["material"].isin(forms)]
    parts.append(
        pd.DataFrame(
            {
                "from": [
                    (forms[m], country[s])
                    for m, s in zip(sold["material"], sold["site"], strict=True)
                ],
                "to": [(f"for {use}", "") for use in sold["end_use"]],
                "how": "delivered",
                "quantity": sold["quantity"].tolist(),
            }
        )
    )
    found = pd.concat([part for part in parts if len(part)], ignore_index=True)
    found = found[found["from"] != found["to"]]
    sums = found.groupby(["from", "to", "how"], as_index=False)["quantity"].sum()
    kept: pd.DataFrame = sums[sums["quantity"] > 1e-6]
    return kept.sort_values("quantity", ascending=False, ignore_index=True)


def _bought(result: Result, forms: dict[str, Any], country: dict[str, str]) -> pd.DataFrame:
    """Orders from another country: from where the goods come from to where they arrive."""
    orders = result.tables["orders"]
    orders = orders.assign(quantity=expected(result.tables, orders))
    orders = orders[orders["material"].isin(forms)]
    return pd.DataFrame(
        {
            "from": [
                (forms[m], o) for m, o in zip(orders["material"], orders["origin"], strict=True)
            ],
            "to": [
                (forms[m], country[s])
                for m, s in zip(orders["material"], orders["site"], strict=True)
            ],
            "how": "bought",
            "quantity": orders["quantity"].tolist(),
        }
    )


def _moved(result: Result, forms: dict[str, Any], country: dict[str, str]) -> pd.DataFrame:
    """Shipments across borders."""
    moved = result.tables["shipments"]
    moved = moved.assign(quantity=expected(result.tables, moved))
    moved = moved[moved["material"].isin(forms)]
    return pd.DataFrame(
        {
            "from": [
                (forms[m], country[s])
                for m, s in zip(moved["material"], moved["from"], strict=True)
            ],
            "to": [
                (forms[m], country[s]) for m, s in zip(moved["material"], moved["to"], strict=True)
            ],
            "how": "shipped",
            "quantity": moved["quantity"].tolist(),
        }
    )


def _made(result: Result, forms: dict[str, Any], country: dict[str, str]) -> pd.DataFrame:
    """What plants make: each output, shared over the forms of the inputs by their quantity."""
    site = {row.plant: row.site for row in result.case.plants}
    table = result.tables["conversions"]
    table = table.assign(quantity=expected(result.tables, table))
    table = table[table["material"].isin(forms)]
    table = table.assign(form=table["material"].map(forms), side=table["quantity"] > 0)
    sums = table.groupby(["plant", "form", "side"], as_index=False)["quantity"].sum()
    rows = []
    for plant, own in sums.groupby("plant"):
        here = country[site[str(plant)]]
        taken, given = own[~own["side"]], own[own["side"]]
        total = float(taken["quantity"].sum())
        for out in given.to_dict("records"):
            for used in taken.to_dict("records"):
                part = float(used["quantity"]) / total
                rows.append(
                    {"from": (used["form"], here), "to": (_out(out["form"]), here), "how": "made",
                     "quantity": float(out["quantity"]) * part}
                )  # fmt: skip
    return pd.DataFrame(rows, columns=["from", "to", "how", "quantity"])


def _out(form: str) -> str:
    """Scrap that a plant leaves has a place of its own, or recycling would bend into a circle."""
    return LEFT_OVER if form == "scrap" else form


def _sankey(drawn: pd.DataFrame, nodes: list[Node], unit: str) -> dict[str, Any]:
    position = {node: at for at, node in enumerate(nodes)}
    forms = list(dict.fromkeys(node[0] for node in nodes))
    paint = [colour(forms.index(node[0])) if node[1] else GREY for node in nodes]
    across, down = places(
        nodes, forms, list(zip(drawn["from"], drawn["to"], drawn["quantity"], strict=True))
    )
    last = [place > 0.99 for place in across]
    starts = [position[node] for node in drawn["from"]]
    ends = [position[node] for node in drawn["to"]]
    drawing = {
        "type": "sankey",
        "arrangement": "snap",
        "textfont": {"color": INK, "size": 12},
        "node": {
            "label": [escaped(_name(node) if end else node[1])
                      for node, end in zip(nodes, last, strict=True)],
            "customdata": [escaped(_name(node)) for node in nodes],
            "color": paint, "pad": 12, "thickness": 16, "x": across, "y": down,
            "line": {"color": FAINT, "width": 0.5},
            "hovertemplate": f"%{{customdata}}: %{{value:,.4~g}} {escaped(unit)}<extra></extra>",
        },
        "link": {
            "source": starts, "target": ends, "value": [float(q) for q in drawn["quantity"]],
            "color": [f"{paint[start]}59" for start in starts],
            "customdata": [
                lines(f"{_name(row['from'])} to {_name(row['to'])}",
                      f"{row['how']}: {amount(row['quantity'])} {unit}")
                for row in drawn.to_dict("records")
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }  # fmt: skip
    return figure(
        [drawing], showlegend=False, margin={"l": 8, "r": 8, "t": 40, "b": 16},
        annotations=_headings(nodes, across),
    )  # fmt: skip


def _headings(nodes: list[Node], across: list[float]) -> list[dict[str, Any]]:
    """Names of the forms, above the middle of their columns."""
    found = []
    for form in dict.fromkeys(node[0] for node in nodes):
        own = [x for node, x in zip(nodes, across, strict=True) if node[0] == form and x <= 0.99]
        if own:
            x = (min(own) + max(own)) / 2
            found.append(
                {"text": escaped(form), "x": x, "xanchor": "left" if x < 0.02 else "center",
                 "xref": "paper", "y": 1, "yshift": 22, "yref": "paper", "showarrow": False,
                 "font": {"color": INK, "size": 13}}
            )  # fmt: skip
    return found


def _told(flows: pd.DataFrame, unit: str) -> str:
    across = flows[flows["how"] != "made"]
    across = across[across["how"] != "delivered"]
    total = float(flows.loc[flows["how"] == "delivered", "quantity"].sum())
    text = f"{amount(total)} {unit} are delivered to customers."
    if len(across):
        first = across.iloc[0]
        text += (
            f" The largest flow across a border is {_name(first['from'])} to {_name(first['to'])}, "
            f"{amount(first['quantity'])} {unit} "
            f"({share(first['quantity'] / float(across['quantity'].sum()))} of what crosses one)."
        )
    return text
