"""Check of what needs a price: tariffs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..models.row_keys import RowKeys
from ..models.rule_rows import Change
from ..models.selectors import SelectorError
from .check_context import Context
from .check_crossings import BORDER, Crossings, goods_of
from .check_pedigrees import without_price


def check_for_tariffs_without_price(context: Context) -> None:
    """A tariff is a share of the material's price, so there must be one."""
    missing = {row.material for row in context.case.materials if row.price is None}
    if not missing or "materials" in context.lost:
        return
    changes = [change for change in context.case.changes if change.op != "multiply"]
    priced = [change for change in changes if change.field == "price"]
    missing -= {row.material for row in _touched(context, "materials", priced)}
    duties = [change for change in changes if change.field == "tariff" and change.value != 0]
    taxed = {row.control for row in _touched(context, "controls", duties)}
    crossings: Crossings | None = None
    for number, row in context.sound("controls"):
        if row.kind not in BORDER or (row.tariff == 0 and row.control not in taxed):
            continue
        hit = missing & goods_of(context, row)
        if hit and row.materials in {None, "*"}:
            crossings = crossings or Crossings(context)
            hit = {name for name in hit if crossings.any_of(row, {name})}
        if hit:
            context.error(
                "controls",
                number,
                "tariff",
                f"a tariff needs a price, and {without_price(hit)}",
                value=row.tariff,
                remedy="fill in materials.price, or narrow the rule's materials",
            )


def _touched(context: Context, table: str, changes: list[Change]) -> Iterator[Any]:
    """Rows of a table that one of the changes alters."""
    keys = RowKeys(context.case, context.names)
    for change in changes:
        if change.table == table:
            try:
                positions = keys.select(table, change.key)
            except SelectorError:
                continue
            yield from (context.case.rows(table)[position] for position in positions)
