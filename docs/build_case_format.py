"""Write the tables of docs/case-format.md from the models, between its two marks.

Run ``python docs/build_case_format.py``; the rest of the page is written by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_origin

from secondsource.models.case import TABLES, UNIQUE, CaseSettings, SolveSettings, columns
from secondsource.models.describe import (
    allows_no_limit,
    choices,
    default_words,
    is_name,
    kind_of,
)
from secondsource.models.fields import Row, column_info
from secondsource.models.row_keys import PROVENANCE

PAGE = Path(__file__).with_name("case-format.md")
BEGIN = "<!-- begin: made by docs/build_case_format.py from models/ -->"
END = "<!-- end: made by docs/build_case_format.py -->"
_SELECTS = {
    "place": "selector of sites",
    "country": "selector of countries",
    "operator": "selector of operators",
    "supplier": "selector of suppliers",
    "stage": "selector of stages",
    "end_use": "selector of end uses",
    "end_user": "selector of operators and end users",
}


def render(page: str) -> str:
    """The page with its tables made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{_reference()}\n{END}{after}"


def _reference() -> str:
    parts = [
        _section("[case]", CaseSettings, "Settings of `case.toml`, section `[case]`."),
        _section("[solve]", SolveSettings, "Section `[solve]`; the command line overrides it."),
    ]
    parts += [_section(name, model, _about(name, model)) for name, model in TABLES.items()]
    parts.append(
        "### In every table\n\n" + _rows({name: columns(Row)[name] for name in PROVENANCE})
    )
    return "\n".join(parts)


def _about(name: str, model: type[Row]) -> str:
    text = " ".join((model.__doc__ or "").split())
    if unique := UNIQUE.get(name):
        text += f" Unique: {', '.join(f'`{column}`' for column in unique)}."
    return text


def _section(name: str, model: Any, about: str) -> str:
    fields = {key: field for key, field in columns(model).items() if key not in PROVENANCE}
    return f"### {name}\n\n{about}\n\n{_rows(fields)}"


def _rows(fields: dict[str, Any]) -> str:
    lines = [
        "| column | what it holds | unit | default | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, field in fields.items():
        default = default_words(field)
        shown = f"**{default}**" if default == "required" else f"`{default}`" if default else ""
        cells = (f"`{name}`", _kind(field), column_info(field).unit, shown, str(field.description))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _kind(field: Any) -> str:
    info = column_info(field)
    kind = kind_of(field)
    if words := choices(field.annotation):
        listed = ", ".join(f"`{word}`" for word in words)
        if get_origin(field.annotation) is dict:
            return f"number for any of {listed}"
        return f"{'any of' if 'list' in str(field.annotation) else 'one of'} {listed}"
    if info.selects:
        return _SELECTS.get(info.selects, f"selector of `{info.selects}`")
    if info.refers:
        return f"name in `{info.refers}`"
    if is_name(field):
        return "name"
    fixed = ", fixed" if info.structural and kind in {"number", "whole number"} else ""
    return kind + (" or `inf`" if allows_no_limit(field) else "") + fixed


def main() -> None:
    """Bring the page up to date."""
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
