"""Workbooks of results: formulas that come to the plan's cost, text that stays text, charts."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from commands import run
from python_calamine import CalamineWorkbook
from sweeps import SHOP

from . import results as made
from .workbooks import cells, formulas, recalculated, value, without_values

OURS = re.compile(
    r"[-+*/(),:;.&!$^=<>\s\d]|'[^']*'|\"[^\"]*\"|SUMPRODUCT|SUMIFS|SUMIF|SUM|SUBTOTAL|COUNTIFS|ROUND"
    r"|IF|MIN|MAX|\$?[A-Z]{1,3}\$?\d+|[A-Z]{1,2}(?=:|\b)"
)
"""What formulas of this package are made of."""
NASTY = ["=1+1", "+1", "-2", "@SUM(A1)", '=HYPERLINK("http://x.test")']
UNIT = ["USD per unit of the material"]
FUTURES: list[dict[str, Any]] = [
    {"scenario": "ban", "probability": 0.7, "title": NASTY[0]},
    {"scenario": "-truce", "probability": 0.3, "parent": "ban", "branches_at": 2},
]


def _branching() -> dict[str, Any]:
    """The shop in two futures, money discounted, with names that look like formulas."""
    [lane], [demand] = SHOP["lanes"], SHOP["demand"]
    status = {"scenario": "-truce", "table": "control_status", "key": "control=ban",
              "field": "status", "start": 2, "value": "suspended"}  # fmt: skip
    return {
        **SHOP,
        "case": {**SHOP["case"], "title": NASTY[3], "discount_rate": 0.08, "periods": 4,
                 "months_per_period": 3, "capital_rate": 0.1},
        "materials": [{"material": "magnet", "price": 10, "note": NASTY[4], "source": NASTY[3],
                       "confidence": "illustrative"}],
        "lanes": [{**lane, "lane": "-2"}],
        "demand": [{**demand, "end_use": "+1"}],
        "stockpiles": [{"site": "Here", "material": "magnet", "holding_cost": 0.1}],
        "scenarios": FUTURES, "changes": [status],
    }  # fmt: skip


@pytest.fixture(scope="module")
def branching(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan for two futures and its workbook, plan.xlsx."""
    folder = tmp_path_factory.mktemp("branching")
    (folder / "case.json").write_text(json.dumps(_branching()), encoding="utf-8")
    assert run("solve", folder / "case.json", "-o", folder / "plan").code == 0
    assert run("report", folder / "plan", "-o", folder / "plan.xlsx").code == 0
    return folder


def _summary(run_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run_folder / "summary.json").read_text(encoding="utf-8"))
    return found


def test_present_values_are_the_plan_s_costs_category_by_category(branching: Path) -> None:
    summary = _summary(branching / "plan")
    flow = cells(branching / "plan.xlsx", "Cash flow")
    assert value(flow, "Present value (net)") == pytest.approx(summary["objectives"]["cost"])
    assert value(flow, "Difference") == 0
    told = {"purchase": "purchases", "transport": "transport", "select": "qualification",
            "capital": "capital tied up", "holding": "storage"}  # fmt: skip
    for category, words in told.items():
        cost = summary["costs"].get(category, 0.0)
        if cost:
            assert value(flow, words) == pytest.approx(cost, abs=0.005)
    first = cells(branching / "plan.xlsx", "Summary")
    assert value(first, "Cost") == value(first, "Net cost") == value(flow, "Net cost")


def test_libreoffice_computes_the_cost_of_the_plan_and_of_each_future(
    branching: Path, tmp_path: Path
) -> None:
    """Without stored values, so that every number comes from LibreOffice's own calculation."""
    book = branching / "plan.xlsx"
    bare = without_values(book, tmp_path / "expected.xlsx")
    alone = without_values(book, tmp_path / "truce.xlsx", choose="-truce")
    expected, truce = recalculated(tmp_path, bare, alone)
    assert CalamineWorkbook.from_path(str(expected)).sheet_names == (
        CalamineWorkbook.from_path(str(book)).sheet_names
    )
    for sheet in ("Summary", "Cash flow", "Decisions", "Quality of inputs"):
        for own, other in zip(cells(book, sheet), cells(expected, sheet), strict=False):
            assert own == pytest.approx(other, abs=0.005), sheet
    cost = _summary(branching / "plan")["objectives"]["cost"]
    flow = cells(expected, "Cash flow")
    assert value(flow, "Present value (net)") == pytest.approx(cost, abs=0.005)
    futures = pd.read_parquet(branching / "plan" / "scenarios.parquet").set_index("scenario")
    flow = cells(truce, "Cash flow")
    own_cost = float(futures.loc["-truce", "cost"])  # type: ignore[arg-type]  # a scalar
    assert own_cost != pytest.approx(cost, abs=0.01)
    assert value(flow, "Present value (net)") == pytest.approx(own_cost, abs=0.005)
    assert value(flow, "Difference") == 0


def test_text_that_looks_like_a_formula_stays_text(branching: Path) -> None:
    book = branching / "plan.xlsx"
    texts = {cell for sheet in CalamineWorkbook.from_path(str(book)).sheet_names
             for row in cells(book, sheet) for cell in row if isinstance(cell, str)}  # fmt: skip
    assert {"=1+1", "+1", "-2", "@SUM(A1)", NASTY[4], "-truce", "+dear"} <= texts
    for formula in formulas(book):
        assert OURS.sub("", formula) == "", formula
        assert "HYPERLINK" not in formula
        assert "SUM(A1)" not in formula


def test_a_name_with_quotes_cannot_leave_its_place_in_a_formula(tmp_path: Path) -> None:
    """The only names that formulas hold are those of futures, and folders in sheet names."""
    case = _branching()
    worse = 'x"+WEBSERVICE("http:' + "//x.test" + '")+"'
    text = json.dumps(case).replace(json.dumps("-truce")[1:-1], json.dumps(worse)[1:-1])
    (tmp_path / "case.json").write_text(text, encoding="utf-8")
    assert run("solve", tmp_path / "case.json", "-o", tmp_path / "plan").code == 0
    assert run("report", tmp_path / "plan", "-o", tmp_path / "plan.xlsx").code == 0
    held = [one for one in formulas(tmp_path / "plan.xlsx") if "WEBSERVICE" in one]
    assert len(held) == 1
    assert "WEBSERVICE" not in re.sub(r'"(?:[^"]|"")*"', "", held[0])


def test_tables_have_filters_frozen_headers_and_their_sources(branching: Path) -> None:
    book = branching / "plan.xlsx"
    with zipfile.ZipFile(book) as archive:
        tables = 0
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
            if name.startswith("xl/worksheets/sheet"):
                text = archive.read(name).decode()
                tables += "<autoFilter" in text
                assert ("<autoFilter" in text) <= ('state="frozen"' in text)
        assert sum(name.startswith("xl/charts/chart") for name in archive.namelist()) >= 5
    assert tables >= 12
    inputs = cells(book, "Inputs")
    [price] = [row for row in inputs if row[0] == "materials" and row[3] == "price"]
    assert price[4:10] == [10.0, *UNIT, "illustrative", "@SUM(A1)", "", NASTY[4]]
    orders = pd.read_parquet(branching / "plan" / "orders.parquet")
    rows = cells(book, "Orders")
    assert sum(row[rows[0].index("Quantity")] for row in rows[1:]) == pytest.approx(
        orders["quantity"].sum()
    )


def test_the_bridge_leads_from_one_plan_to_the_other(results: Path, tmp_path: Path) -> None:
    runs = [made.make(results, kind) for kind in ("shop", "dear")]
    assert run("report", *runs, "-o", tmp_path / "two.xlsx").code == 0
    costs = [_summary(one)["objectives"]["cost"] for one in runs]
    rows = cells(tmp_path / "two.xlsx", "Cost bridge")
    end = next(at for at, row in enumerate(rows) if row[0] == "Not explained by the steps")
    steps = [row[3] for row in rows[5 : end - 1]]
    assert sum(steps) == pytest.approx(costs[1] - costs[0])
    assert rows[end - 1][1:4] == pytest.approx([*costs, costs[1] - costs[0]])
    assert rows[end][3] == 0
    assert rows[-1][1:4] == pytest.approx([*costs, costs[1] - costs[0]])
    names = {row[0] for row in cells(tmp_path / "two.xlsx", "Orders")[1:]}
    assert names == {"shop", "dear"}


@pytest.mark.parametrize(
    ("kind", "sheet", "words"),
    [
        ("frontier", "Trade-off", "Lead time"),
        ("tornado", "Tornado cost", "Largest - base"),
        ("stress", "Outages", "Never delivered"),
    ],
)
def test_studies_show_their_tables_and_a_chart(
    results: Path, tmp_path: Path, kind: str, sheet: str, words: str
) -> None:
    target = tmp_path / "study.xlsx"
    assert run("report", made.make(results, kind), "-o", target).code == 0
    rows = cells(target, sheet)
    assert words in rows[0]
    name = {"frontier": "frontier", "tornado": "tornado", "stress": "outages"}[kind]
    table = pd.read_parquet(results / kind / f"{name}.parquet")
    if kind == "tornado":
        table = table[table["measure"] == "cost"]
        assert [row[rows[0].index("Swing")] for row in rows[1 : len(table) + 1]] == pytest.approx(
            sorted(table["swing"], reverse=True)
        )
    assert sum(row[0] != "" for row in rows) == len(table) + 1
    with zipfile.ZipFile(target) as archive:
        assert any(name.startswith("xl/charts/chart") for name in archive.namelist())


def test_equal_results_give_equal_workbooks(branching: Path, tmp_path: Path) -> None:
    assert run("report", branching / "plan", "-o", tmp_path / "again.xlsx").code == 0
    assert (tmp_path / "again.xlsx").read_bytes() == (branching / "plan.xlsx").read_bytes()
