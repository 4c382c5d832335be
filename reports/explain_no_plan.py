"""Why there is no plan, on one screen: the cause first, then what would mend it."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..models.explain_results import NoPlan
from .terminal import money, titled_table

MOST_MENDS = 6


def print_no_plan(found: NoPlan, console: Console, *, full: bool = False) -> None:
    """Print why a case has no plan.

    Args:
        found: the explanation.
        console: where to.
        full: every mend and every requirement, not only the first.
    """
    parts: list[RenderableType] = [
        Text(found.title or found.case, style="bold"),
        Text("No plan exists. " + _how_many(found)),
    ]
    for number, cause in enumerate(found.causes, start=1):
        mark = f"{number}. " if len(found.causes) > 1 else ""
        parts.append(Padding(Text(mark + cause.text + "."), (0, 0, 0, 2)))
    if found.mends:
        parts.append(_mends(found, full=full))
        parts.append(
            Text(
                "Each was made in the case and solved. Money is the plan's present value with what "
                "goes short at its worth; --mend N -o CASE writes the mended case.",
                style="dim",
            )
        )
    else:
        parts.append(Text("No single change was found that mends it."))
    console.print(Group(*parts))


def _how_many(found: NoPlan) -> str:
    if len(found.causes) > 1:
        return f"{len(found.causes)} things stand against one, and each must give:"
    return "Why:"


def _mends(found: NoPlan, *, full: bool) -> Table:
    one = len(found.mends) == 1
    mends = "This would mend it" if one else "Any one of these would mend it"
    table = titled_table("", "", mends, f">plan ({found.currency})", box=None, padding=(0, 1))
    shown = found.mends if full else found.mends[:MOST_MENDS]
    for rank, mend in enumerate(shown, start=1):
        cost = "" if mend.cost is None else money(mend.cost, "").strip()
        table.add_row(str(rank), Text(mend.text), cost)
    if len(shown) < len(found.mends):
        table.add_row("", f"... and {len(found.mends) - len(shown)} more (--all)", "")
    return table
