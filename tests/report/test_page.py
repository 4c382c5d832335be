"""What a page is made of, checked without a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import secondsource as ss
from commands import run
from secondsource.reports.page.place_labels import Box, placed
from secondsource.reports.page.sankey_places import places
from secondsource.reports.page.words import escaped, money, share

from .results import HOSTILE, make, page

KINDS = [
    pytest.param(("plan",), id="plan"),
    pytest.param(("futures",), id="futures"),
    pytest.param(("frontier",), id="frontier"),
    pytest.param(("tornado",), id="tornado", marks=pytest.mark.slow),
    pytest.param(("sample",), id="sample", marks=pytest.mark.slow),
    pytest.param(("risk",), id="risk", marks=pytest.mark.slow),
    pytest.param(("shop", "dear", "stress"), id="several"),
]


class Outline(HTMLParser):
    """Tags, ids and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [own for name, own in self.tags if name == tag]


def outline(text: str) -> Outline:
    found = Outline()
    found.feed(text)
    return found


def figures(text: str) -> dict[str, Any]:
    block = r'<script type="application/json" id="charts">(.*?)</script>'
    found = re.search(block, text, re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


@pytest.mark.parametrize("kinds", KINDS)
def test_every_kind_of_result_becomes_a_page(kinds: tuple[str, ...], results: Path) -> None:
    """Landmarks, one h1, captions and scopes; each chart is told in words and has its table."""
    text = page(results, *kinds).read_text(encoding="utf-8")
    seen = outline(text)
    ids = [own["id"] for _, own in seen.tags if "id" in own]
    assert len(ids) == len(set(ids))
    assert all(len(seen.of(tag)) == 1 for tag in ("h1", "main", "nav", "header", "footer"))
    assert len(seen.of("table")) == len(seen.of("caption"))
    assert all(own.get("scope") in ("col", "row") for own in seen.of("th"))
    plots = [own for own in seen.of("div") if own.get("class") == "plot"]
    assert len(plots) == len(seen.of("figure")) == len(seen.of("details")) == len(figures(text))
    assert all(len(own["aria-label"] or "") > 20 and own["tabindex"] == "0" for own in plots)
    links = {own["href"] for own in seen.of("a")}
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(ids)


@pytest.mark.parametrize("kinds", KINDS)
def test_every_chart_is_one_that_plotly_knows(kinds: tuple[str, ...], results: Path) -> None:
    """Plotly's own validators find no attribute and no value that is not one."""
    graph_objects = pytest.importorskip("plotly.graph_objects")
    text = page(results, *kinds).read_text(encoding="utf-8")
    for chart in figures(text).values():
        plain = json.loads(re.sub(r'"theme:\w+"', '"#000000"', json.dumps(chart)))
        graph_objects.Figure(plain)


def test_a_page_can_ask_for_nothing_and_run_only_its_own_scripts(results: Path) -> None:
    """The policy forbids every request, and names its two scripts by their hashes."""
    text = page(results, "plan").read_text(encoding="utf-8")
    seen = outline(text)
    policy = next(own["content"] for own in seen.of("meta") if "http-equiv" in own)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert all("src" not in own for _, own in seen.tags)
    assert [own["href"] for own in seen.of("link")] == ["data:,"]


def test_names_are_escaped_wherever_they_stand(results: Path) -> None:
    """No name of the case becomes an element, in the page or in a label of a chart."""
    text = page(results, "plan").read_text(encoding="utf-8")
    assert len(re.findall(r"<script[ >]", text)) - text.count('<script type="') == 2
    seen = outline(text)
    assert not seen.of("img")
    assert not seen.of("b")
    drawn = json.dumps(figures(text))
    for name in HOSTILE.values():
        if re.search(r"<\w", name):
            assert name not in drawn
    assert escaped("<script>&lt;\n</script>") == "&lt;script&gt;&amp;lt; &lt;/script&gt;"


def test_illustrative_figures_are_marked(results: Path) -> None:
    """Quickstart is a teaching example: all of its rows say so."""
    text = page(results, "plan").read_text(encoding="utf-8")
    assert text.count('class="q-illustrative"') == 57
    assert "57 rows illustrative (100.0 %)" in text


@pytest.mark.parametrize(
    ("value", "told"),
    [(1_193_714_753, "$1.19B"), (36_700_000, "$36.7M"), (-300_000, "-$300k"), (9_400, "$9,400"),
     (999_960, "$1.00M"), (12_345, "$12.3k"), (0, "$0"), (99.6, "$99.6"), (123_456_789, "$123M")],
)  # fmt: skip
def test_money_is_told_with_its_magnitude(value: float, told: str) -> None:
    assert money(value, "USD") == told


def test_words_of_other_numbers() -> None:
    assert money(1e6, "CHF") == "CHF 1.00M"
    assert share(0.3922) == "39.2 %"
    assert share(-1e-9) == "0.0 %"


def test_names_on_the_map_never_lie_on_one_another() -> None:
    """Of dots on one spot some are named; as many as there is room for."""
    boxes = [Box("Stuttgart", 100.0 + at, 100.0) for at in range(12)]
    sides = placed(boxes)
    assert 1 <= sum(map(bool, sides)) < 12
    assert placed([Box("A", 0, 0), Box("B", 300, 300)]) == ["middle right", "middle right"]


def test_material_flows_from_left_to_right() -> None:
    """Forms are columns in their order; who ships stands before who receives, ends stand last."""
    nodes = [("oxide", "CN"), ("oxide", "DE"), ("metal", "DE"), ("for cars", "")]
    flows = [(nodes[0], nodes[1], 5.0), (nodes[1], nodes[2], 4.0), (nodes[2], nodes[3], 4.0)]
    across, down = places(nodes, ("oxide", "metal", "for cars"), flows)
    assert across == sorted(across)
    assert len(set(across)) == 4
    assert all(0 < place < 1 for place in down)


def test_what_cannot_be_reported_is_said(results: Path, tmp_path: Path) -> None:
    """Unknown endings, folders without a result and plans without a plan are answered in words."""
    plan = make(results, "shop")
    told = run("report", plan, "-o", tmp_path / "plan.docx")
    assert told.code == 2
    assert ".docx is not a report format" in told.stderr
    told = run("report", tmp_path, "-o", tmp_path / "plan.html")
    assert told.code == 2
    assert "cannot be reported on" in told.stderr
    told = run("report", plan, "-o", tmp_path / "nowhere" / "plan.html")
    assert told.code == 2
    assert "does not exist" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_plan_in_memory_becomes_the_page_of_its_folder(results: Path, tmp_path: Path) -> None:
    """The same charts, with or without a folder; without its case it is refused."""
    plan = make(results, "shop")
    case = ss.load_case(plan / "case.json")
    solved = ss.solve(case)
    file = ss.report(solved, tmp_path / "plan.html", case=case)
    from_folder = ss.report(plan, tmp_path / "folder.html")
    assert figures(file.read_text("utf-8")) == figures(from_folder.read_text("utf-8"))
    with pytest.raises(ValueError, match="needs its case"):
        ss.report(solved, tmp_path / "other.html")


def test_studies_in_memory_become_pages(tmp_path: Path) -> None:
    case = ss.load_case("quickstart")
    front = ss.frontier(case, ss.TradeOff(points=2))
    question = ss.RiskQuestion(points=0, cross=False)
    for found, heading in ((front, "The frontier"), (ss.risk(case, question), "Risk study")):
        file = ss.report(found, tmp_path / "study.html", case=case)
        assert heading in file.read_text("utf-8")
    with pytest.raises(TypeError, match="int is no result"):
        ss.report(3, tmp_path / "study.html", case=case)


def test_report_in_python_and_as_json(results: Path, tmp_path: Path) -> None:
    """One name in Python; the command says what it wrote where."""
    file = ss.report(make(results, "shop"), tmp_path / "one.html")
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    told = run("report", make(results, "shop"), "-o", tmp_path / "two.html", "--json")
    assert told.json["bytes"] == (tmp_path / "two.html").stat().st_size
