"""Write docs/formulation.md from the docstrings of the constraint families.

Run ``python docs/build_formulation.py``. Text and code cannot drift apart: the algebra stands in
the docstring of the file that states it, and every rule is listed with its own first line.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "formulation.md"
FAMILIES = (
    "balance",
    "supply",
    "tiers",
    "production",
    "lanes",
    "stock",
    "demand",
    "policies",
    "controls",
    "licences",
    "objectives",
    "risk",
    "concentration",
    "paths",
)
HEAD = """# The formulation

Made from the docstrings in `optimizer/formulation/` by `docs/build_formulation.py`; edit those.

Decisions live on the nodes $n$ of a scenario tree; $anc(n)$ is the node before n, $PATH(n)$ the
nodes on the way to n, $w_n$ its probability times discount. Every index set holds only what can
exist, so no rule has a condition. Bounds $M$ come from capacities and from what can be needed,
never from a constant. The meanings of tables and columns are in [case-format.md](case-format.md).
"""


def to_markdown(text: str) -> str:
    """Turn the reStructuredText of a docstring into Markdown with $-mathematics."""
    parts = re.split(r"^\.\. math::\n", text, flags=re.MULTILINE)
    out = [parts[0]]
    for part in parts[1:]:
        lines = part.split("\n")
        text_again = (i for i, line in enumerate(lines) if line and not line.startswith("    "))
        size = next(text_again, len(lines))
        algebra = "\n".join(line.strip() for line in lines[:size]).strip()
        body = algebra
        if "&" in algebra or "\\\\" in algebra:
            body = f"\\begin{{aligned}}\n{algebra}\n\\end{{aligned}}"
        out.append(f"$$\n{body}\n$$\n\n" + "\n".join(lines[size:]))
    return re.sub(r":math:`([^`]+)`", r"$\1$", "".join(out)).replace("``", "`")


def family(name: str) -> str:
    """Section of one family: its algebra, then its rules."""
    source = ROOT / "optimizer" / "formulation" / f"{name}.py"
    tree = ast.parse(source.read_text(encoding="utf-8"))
    text = ast.get_docstring(tree) or ""
    title, _, rest = text.partition("\n")
    rules = [
        f"| `{node.name}` | {(ast.get_docstring(node) or '').splitlines()[0]} |"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "m"
    ]
    table = "\n".join(["| rule | meaning |", "| --- | --- |", *rules]) if rules else ""
    return f"## {title.rstrip('.')}\n\n{to_markdown(rest).strip()}\n\n{table}".rstrip() + "\n"


def render() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(family(name) for name in FAMILIES)])


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
