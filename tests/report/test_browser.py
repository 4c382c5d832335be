"""Pages in a browser: nothing asked for, nothing complained of, the numbers of the tables drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from .results import HOSTILE, make, page
from .visits import Visit, visit


def opens_cleanly(seen: Visit) -> None:
    """No error, no request, and every chart has drawn something."""
    assert seen.complaints == []
    assert seen.asked == []
    charts = seen.charts()
    assert charts
    assert [name for name, marks in charts.items() if not marks] == []


def sums(traces: list[dict[str, Any]], value: str = "y") -> dict[str, float]:
    """Name of a series -> sum of what it shows."""
    return {one["name"]: sum(one[value]) for one in traces}


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")


def test_a_plan_is_drawn_with_the_numbers_of_its_tables(browser: Any, results: Path) -> None:
    """Cost, stock, shares, service, decisions, flows: what the browser holds is what Parquet has.

    The same plan has names that would be code elsewhere: they stay text, in hover texts too.
    """
    plan = make(results, "plan")
    seen = visit(browser, page(results, "plan"))
    opens_cleanly(seen)
    a_keyboard_is_enough(seen)
    assert seen.page.evaluate("[...document.scripts].filter(s => !s.type).length") == 2

    paid = sums(seen.trace("cost-periods"))
    cash = table(plan, "cash")
    assert paid["total"] == pytest.approx(cash["expected"].sum())
    assert paid["purchases"] == pytest.approx(
        cash.loc[cash["category"] == "purchase", "expected"].sum()
    )

    held = sum(sum(one["y"]) for one in seen.trace("stock-levels") if one["type"] == "bar")
    assert held == pytest.approx(table(plan, "stock")["level"].sum())

    shares = table(plan, "shares")
    for level in ("stage", "material"):
        drawn = [one for one in seen.trace(f"shares-{level}") if one["type"] == "bar"]
        total = sum(sum(one["x"]) for one in drawn)
        assert total == pytest.approx(shares.loc[shares["level"] == level, "share"].sum())

    delivered = sums(seen.trace("service-periods"))["delivered"]
    assert delivered == pytest.approx(table(plan, "service")["delivered"].sum())

    bars = seen.trace("timeline-decisions")
    decided = {base for one in bars for base in one["base"]}
    assert set(table(plan, "decisions")["period"]) <= decided

    [flows] = seen.trace("material-sankey")
    sold = {at for at, name in enumerate(flows["node"]["label"]) if name.startswith("for ")}
    links = zip(flows["link"]["target"], flows["link"]["value"], strict=True)
    assert sum(value for end, value in links if end in sold) == pytest.approx(
        table(plan, "deliveries")["quantity"].sum(), rel=0.01
    )
    names_stay_text(seen)
    seen.page.close()


def names_stay_text(seen: Visit) -> None:
    """What people see, in the page and in charts, is the name as it was given."""
    words = seen.page.inner_text("main")
    assert HOSTILE["Aachen"] in words
    drawn = seen.page.evaluate(
        "[...document.querySelectorAll('.plot')].map(one => one.textContent).join('\\n')"
    )
    assert HOSTILE["Aachen"] in drawn
    assert HOSTILE["Grenoble-recycling"] in drawn
    assert HOSTILE["CN-ban"] in drawn
    chart = seen.page.locator('[data-chart="timeline-decisions"]')
    chart.scroll_into_view_if_needed()
    chart.focus()
    told = []
    for _ in range(3):
        seen.page.keyboard.press("ArrowRight")
        told.append(seen.page.inner_text("#spoken"))
    assert any(HOSTILE["Grenoble-recycling"] in one for one in told)
    hover = chart.locator(".hoverlayer .hovertext").first.text_content()
    assert HOSTILE["Grenoble-recycling"] in hover or "Kuantan" in hover
    assert seen.complaints == []


def a_keyboard_is_enough(seen: Visit) -> None:
    """Tab reaches the way in, the contents, charts, tables and their buttons; they work."""
    browser_page = seen.page
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(160):
        browser_page.keyboard.press("Tab")
        reached.add(
            browser_page.evaluate(
                "(document.activeElement.className || document.activeElement.tagName).toString()"
                ".split(' ')[0]"
            )
        )
    assert {"A", "SUMMARY", "BUTTON", "INPUT", "plot", "scroll"} <= reached
    head = browser_page.locator("#decisions th button").first
    head.focus()
    browser_page.keyboard.press("Enter")
    sorted_by = "document.querySelector('#decisions th[aria-sort]').getAttribute('aria-sort')"
    assert browser_page.evaluate(sorted_by) == "ascending"
    cells = browser_page.locator("#decisions tbody th").all_inner_texts()
    assert cells == sorted(cells)
    browser_page.keyboard.press("Enter")
    assert browser_page.evaluate(sorted_by) == "descending"
    search = browser_page.locator("#assumptions input[type=search]").last
    search.fill("no such row anywhere")
    browser_page.get_by_text("0 to 0 of 0 rows").wait_for()


@pytest.mark.slow
def test_a_tornado_shows_the_swings_of_its_table(browser: Any, results: Path) -> None:
    seen = visit(browser, page(results, "tornado"))
    opens_cleanly(seen)
    swings = table(make(results, "tornado"), "tornado")
    own = swings[swings["measure"] == "cost"].sort_values("swing", ascending=False)
    low, high = seen.trace("tornado-cost")
    assert [low["base"] + x for x in low["x"]] == pytest.approx(own["least"].tolist())
    assert [high["base"] + x for x in high["x"]] == pytest.approx(own["largest"].tolist())
    assert "<i>near</i>" in seen.page.inner_text("main")
    seen.page.close()


@pytest.mark.slow
def test_a_frontier_tells_the_plan_behind_each_point(browser: Any, results: Path) -> None:
    seen = visit(browser, page(results, "frontier"))
    opens_cleanly(seen)
    points = table(make(results, "frontier"), "frontier")
    drawn = seen.trace("frontier-points")[0]
    assert drawn["x"] == pytest.approx(points["cost"].tolist())
    assert drawn["y"] == pytest.approx(points["lead_time"].tolist())
    assert all(f"Plan {at}" in text for at, text in enumerate(drawn["hovertext"], start=1))
    first = points["changes"].iloc[1].split(";")[0].strip()
    assert first[:20] in drawn["hovertext"][1]
    spent = {one["name"]: one["y"] for one in seen.trace("cost-costs")}
    assert spent["purchases"] == pytest.approx(points["cost_purchase"].tolist())
    seen.page.close()


@pytest.mark.slow
def test_a_stress_test_ranks_outages_as_its_table(browser: Any, results: Path) -> None:
    seen = visit(browser, page(results, "stress"))
    opens_cleanly(seen)
    outages = table(make(results, "stress"), "outages")
    worst = outages[outages["loss"] > 1e-6]["loss"].tolist()[:25]
    drawn = [(at, x) for one in seen.trace("ranking-ranking")
             for at, x in zip(one["y"], one["x"], strict=True)]  # fmt: skip
    assert [x for _, x in sorted(drawn)] == pytest.approx(worst)
    seen.page.close()


@pytest.mark.slow
def test_futures_show_what_the_plan_costs_in_each(browser: Any, results: Path) -> None:
    seen = visit(browser, page(results, "futures"))
    opens_cleanly(seen)
    known = table(make(results, "futures"), "scenarios").sort_values("cost", ascending=False)
    [drawn] = seen.trace("futures-cost")
    assert drawn["x"] == pytest.approx(known["cost"].tolist())
    assert "<u>truce</u>" in seen.page.inner_text("#futures")
    seen.page.close()


@pytest.mark.slow
def test_a_risk_study_shows_each_plan_in_each_future(browser: Any, results: Path) -> None:
    seen = visit(browser, page(results, "risk"))
    opens_cleanly(seen)
    known = table(make(results, "risk"), "plans")
    drawn = sum(sum(one["y"]) for one in seen.trace("futures-plans"))
    assert drawn == pytest.approx(known["cost"].sum())
    seen.page.close()


@pytest.mark.slow
def test_two_plans_are_bridged_by_the_difference_of_their_costs(
    browser: Any, results: Path
) -> None:
    seen = visit(browser, page(results, "shop", "dear"))
    opens_cleanly(seen)
    before, after = (
        table(make(results, name), "cash").groupby("category")["expected"].sum()
        for name in ("shop", "dear")
    )
    bars = {one["name"]: one for one in seen.trace("bridge-1-to-2")}
    assert bars["cost of a plan"]["y"] == pytest.approx([before.sum(), after.sum()])
    dearer = sum(bars["dearer"]["y"])
    cheaper = sum(bars["cheaper"]["y"]) if "cheaper" in bars else 0.0
    assert dearer - cheaper == pytest.approx(after.sum() - before.sum())
    seen.page.close()


@pytest.mark.slow
def test_a_sweep_of_ten_thousand_points_opens(browser: Any, results: Path) -> None:
    """Counted in boxes, with all rows in a table that is paged, sorted and filtered."""
    file = page(results, "many")
    assert file.stat().st_size < 12e6
    seen = visit(browser, file)
    opens_cleanly(seen)
    [boxes] = seen.trace("inputs-input-1")
    assert boxes["type"] == "heatmap"
    assert sum(cell or 0 for row in boxes["z"] for cell in row) == 10_000
    assert sum(seen.trace("ranges-cost")[0]["y"]) == 10_000
    points = seen.page.locator("#points")
    assert "1 to 25 of 10,000 rows" in points.inner_text()
    points.locator("button", has_text="Next").click()
    assert "26 to 50 of 10,000 rows" in points.inner_text()
    points.locator("th button").first.click()
    points.locator("th button").first.click()
    assert points.locator("tbody th").first.inner_text() == "10000"
    seen.page.close()


@pytest.mark.slow
def test_the_report_of_ndfeb_is_small_and_opens_fast(browser: Any, results: Path) -> None:
    """Under 8 MB; its first screen stands after less than 3 s of a processor's time."""
    file = page(results, "ndfeb")
    assert file.stat().st_size < 8e6
    for look in ({}, {"color_scheme": "dark"}):
        seen = visit(browser, file, **look)
        opens_cleanly(seen)
        assert seen.cpu < 3.0
        seen.page.close()


@pytest.mark.slow
def test_it_prints_on_a4_in_light_colours(browser: Any, results: Path) -> None:
    seen = visit(browser, page(results, "plan"), color_scheme="dark")
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    widths = seen.page.evaluate(
        "[...document.querySelectorAll('.plot')].map(one => one.style.zoom ? 690 : "
        "one._fullLayout.width)"
    )
    assert max(widths) <= 690
    inks = seen.page.evaluate(
        "[...document.querySelectorAll('.plot')].filter(one => !one.style.zoom)"
        ".map(one => one._fullLayout.font.color)"
    )
    assert set(inks) == {"#000"}
    assert len(seen.page.pdf(prefer_css_page_size=True)) > 50_000
    seen.page.close()
