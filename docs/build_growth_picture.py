"""Draw docs/growth.svg: time and memory against the size of a model, from docs/growth.csv.

Run ``python docs/build_growth_picture.py`` after ``python -m benchmarks.growth --write
docs/growth.csv``. Both axes of each panel are logarithmic, so that growth in proportion to size is
a straight line of slope one, as the dotted one.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1010, 440
BLUE, ORANGE, GREY, GREEN, PURPLE = "#0072B2", "#D55E00", "#555555", "#009E73", "#AA4499"
"""Colours that readers with colour-blindness tell apart (after Okabe and Ito)."""
BUILDING = ("state", "compile", "hand over")
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """One line of a panel: what it shows, its colour, its points, and whether it is dashed."""

    label: str
    colour: str
    points: Points
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """A square with logarithmic axes: its left edge, title, limits and marks of the axes."""

    left: float
    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    ticks: Callable[[float], str]

    width = 300.0
    height = 310.0
    top = 60.0

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a point lies in the picture."""
        across = _part(point[0], *self.x) * self.width
        up = _part(point[1], *self.y) * self.height
        return self.left + across, self.top + self.height - up


def _part(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low)


def read() -> list[dict[str, str]]:
    """Rows of the measurements."""
    with (HERE / "growth.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def sums(rows: list[dict[str, str]], what: str, steps: tuple[str, ...]) -> Points:
    """(variables, CPU seconds of some steps together) of one way, by size."""
    found: dict[float, float] = {}
    for row in rows:
        done = not row["result"] or row["result"].startswith("optimum")
        if row["what"] == what and row["step"] in steps and done:
            size = float(row["variables"])
            found[size] = found.get(size, 0.0) + float(row["cpu_seconds"])
    return sorted(found.items())


def peaks(rows: list[dict[str, str]], what: str) -> Points:
    """(variables, peak memory in GB) of one way, by size."""
    found: dict[float, float] = {}
    for row in rows:
        if row["what"] == what:
            size = float(row["variables"])
            found[size] = max(found.get(size, 0.0), float(row["peak_mb"]) / 1e3)
    return sorted(found.items())


def seconds_label(value: float) -> str:
    """'10 ms', '1 s'."""
    return f"{value * 1e3:g} ms" if value < 1 else f"{value:g} s"


def draw(panel: Panel, lines: list[Line], guide: tuple[float, float]) -> Iterator[str]:
    """SVG of a panel; ``guide`` is where the line of proportional growth begins."""
    (left, bottom), (right, top) = (
        panel.at((panel.x[0], panel.y[0])),
        panel.at((panel.x[1], panel.y[1])),
    )
    yield f'<text x="{left}" y="36" class="title">{escape(panel.title)}</text>'
    for size, label in ((5e3, "5k"), (5e4, "50k"), (5e5, "500k"), (2e6, "2M")):
        x, _ = panel.at((size, panel.y[0]))
        yield f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" class="grid"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 18}" class="tick middle">{label}</text>'
    middle = left + panel.width / 2
    yield f'<text x="{middle}" y="{bottom + 38}" class="tick middle">variables</text>'
    value = 10.0 ** math.ceil(math.log10(panel.y[0]) - 1e-9)
    while value <= panel.y[1] * 1.0001:
        _, y = panel.at((panel.x[0], value))
        yield f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" class="grid"/>'
        yield f'<text x="{left - 6}" y="{y + 4:.1f}" class="tick end">{panel.ticks(value)}</text>'
        value *= 10
    end = min(panel.x[1], guide[0] * panel.y[1] / guide[1])
    yield _path(panel, [guide, (end, guide[1] * end / guide[0])], GREY, 'stroke-dasharray="1 5"')
    taken: list[float] = []
    for line in sorted(lines, key=lambda line: -line.points[-1][1]):
        yield _path(
            panel, line.points, line.colour, 'stroke-dasharray="6 4"' if line.dashed else ""
        )
        for x, y in map(panel.at, line.points):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.colour}"/>'
        x, y = panel.at(line.points[-1])
        while any(abs(y - other) < 13 for other in taken):
            y += 1
        taken.append(y)
        label = escape(line.label)
        yield f'<text x="{right + 8}" y="{y + 4:.1f}" fill="{line.colour}">{label}</text>'


def _path(panel: Panel, points: Points, colour: str, style: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(panel.at, points))
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2" {style}/>'


def picture(rows: list[dict[str, str]]) -> str:
    """The whole picture as SVG."""
    sizes = (4e3, 3e6)
    time = Panel(70, "CPU seconds", sizes, (1e-3, 2e3), seconds_label)
    memory = Panel(590, "Peak memory of the process, GB", sizes, (0.1, 10), lambda v: f"{v:g}")
    solved = sums(rows, "relaxation: interior points, no crossover", ("solve",))
    times = [
        Line("relaxation (interior points)", PURPLE, solved),
        Line("linopy", ORANGE, sums(rows, "linopy", ("hand over",))),
        Line("secondsource", BLUE, sums(rows, "secondsource", BUILDING)),
        Line("network (before all of them)", GREEN, sums(rows, "secondsource", ("network",)), True),
        Line("raw arrays", GREY, sums(rows, "raw arrays", ("hand over",))),
    ]
    memories = [
        Line("4 GB", PURPLE, [(sizes[0], 4.0), (sizes[1], 4.0)], True),
        Line("linopy", ORANGE, peaks(rows, "linopy")),
        Line("secondsource", BLUE, peaks(rows, "secondsource")),
        Line("raw arrays", GREY, peaks(rows, "raw arrays")),
    ]
    parts = [*draw(time, times, (5e3, 2e-3)), *draw(memory, memories, (5e4, 0.11))]
    style = (
        "text{font:12px sans-serif}.title{font-size:14px;font-weight:bold}"
        ".tick{fill:#333}.middle{text-anchor:middle}.end{text-anchor:end}"
        ".grid{stroke:#ddd;stroke-width:1}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            'aria-label="Time and memory against the number of variables">',
            f"<style>{style}</style>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            *parts,
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    (HERE / "growth.svg").write_text(picture(read()), encoding="utf-8", newline="\n")
