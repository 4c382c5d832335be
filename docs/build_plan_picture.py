"""Draw docs/plan.svg: the plan of `ndfeb` as it looks on a terminal.

Run ``python docs/build_plan_picture.py`` after a change to what the terminal shows.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from secondsource.datasets.load import load_case
from secondsource.datasets.runs import summary_of
from secondsource.optimizer.highs import Options
from secondsource.optimizer.solve import Request, solve
from secondsource.reports.plan import print_plan

if __name__ == "__main__":
    case = load_case("ndfeb")
    request = replace(Request.of(case), options=Options(gap=1e-3))
    solution = solve(case, request)
    console = Console(record=True, width=100, file=io.StringIO())
    print_plan(case, solution.tables, summary_of(case, solution, ["all"]), console)
    drawing = console.export_svg(title="secondsource solve ndfeb")
    drawing = re.sub(r"@font-face \{.*?\}\s*", "", drawing, flags=re.DOTALL)  # no fonts from afar
    drawing = re.sub(r"<!--.*?-->\s*", "", drawing, flags=re.DOTALL)
    Path(__file__).with_name("plan.svg").write_text(drawing, encoding="utf-8")
