"""A visit to a page: what the browser drew, asked for and complained of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARKS = ".point, .js-line, .sankey-link, .hm image, .js-fill"
"""What Plotly draws for bars, dots, lines, flows, boxes and areas."""


@dataclass
class Visit:
    """An open page.

    Attributes:
        page: Playwright's page.
        complaints: errors and warnings of the console, uncaught errors, dialogs.
        asked: addresses that the page asked for, but for itself.
        cpu: seconds of processor time until the first screen stood.
    """

    page: Any
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    cpu: float = 0.0

    def trace(self, chart: str) -> list[dict[str, Any]]:
        """What a chart has drawn, as the browser holds it."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """name => document.querySelector(`[data-chart="${name}"]`).data.map(one =>
            JSON.parse(JSON.stringify(one)))""",
            chart,
        )
        return found

    def charts(self) -> dict[str, int]:
        """Chart -> how many marks it has drawn."""
        found: dict[str, int] = self.page.evaluate(
            """marks => Object.fromEntries([...document.querySelectorAll(".plot")].map(one =>
            [one.dataset.chart, one.querySelectorAll(marks).length]))""",
            MARKS,
        )
        return found


def visit(browser: Any, file: Path, **look: Any) -> Visit:
    """Open a page and wait until all of its charts are drawn."""
    page = browser.new_page(viewport={"width": 1200, "height": 900}, **look)
    found = Visit(page)

    def note(message: Any) -> None:
        if message.type in ("error", "warning"):
            found.complaints.append(message.text)

    def dismiss(dialog: Any) -> None:
        found.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", note)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("dialog", dismiss)
    page.on("request", lambda request: found.asked.append(request.url))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-opened=yes]", timeout=60_000)
    metrics = session.send("Performance.getMetrics")["metrics"]
    found.cpu = {one["name"]: one["value"] for one in metrics}["ProcessTime"]
    page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
    own = file.as_uri()
    found.asked = [url for url in found.asked if url != own and not url.startswith("data:")]
    return found
