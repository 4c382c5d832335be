# ruff: noqa: RUF001 - the characters of mathematics look like letters
r"""Makes the mathematics of the formulation readable on the site, without a script from elsewhere.

A hook of MkDocs. Displayed and inline TeX become preformatted text in which the commonest commands
are the characters they stand for: ``\sum_v buy_{o,v,n} \le M`` reads ``Σ_v buy_{o,v,n} ≤ M``.
"""

from __future__ import annotations

import re
from typing import Any

CHARACTERS = {
    "sum": "Σ", "le": "≤", "ge": "≥", "in": "∈", "forall": "∀", "max": "max", "min": "min",
    "rho": "ρ", "sigma": "σ", "delta": "δ", "alpha": "α", "pi": "π", "lambda": "λ", "beta": "β",
    "theta": "θ", "phi": "φ", "cdot": "·", "times": "×", "quad": "  ", "qquad": "    ",
    "ldots": "…", "dots": "…", "infty": "∞", "ne": "≠", "subset": "⊂", "cup": "∪", "cap": "∩",
    "lfloor": "⌊", "rfloor": "⌋", "left": "", "right": "", "big": "", "Big": "", "tau": "τ",
    "mu": "μ", "kappa": "κ", "bigl": "", "bigr": "", "gamma": "γ",
    "eta": "η", "notin": "∉", "setminus": "∖", "to": "→",
}  # fmt: skip


def readable(algebra: str) -> str:
    """TeX as text: commands by their characters, no marks of alignment."""
    text = re.sub(r"\\(?:begin|end)\{aligned\}\n?", "", algebra)
    text = re.sub(r"\\(?:text|mathrm|mathit)\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\bar\s*\{?(\w)\}?", "\\1\u0304", text)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1) / (\2)", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda found: CHARACTERS.get(found[1], found[0]), text)
    text = re.sub(r"(?<=\S) {2,3}(?=\S)", " ", text)
    text = re.sub(r"\\, *", " ", text).replace("\\\\", "").replace("\\ ", " ").replace("\\_", "_")
    return text.replace("\\{", "{").replace("\\}", "}").replace("&", "")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace displayed ($$) and inline ($) mathematics outside of code."""
    pieces = re.split(r"(^```.*?^```$|`[^`\n]+`)", markdown, flags=re.MULTILINE | re.DOTALL)
    for at in range(0, len(pieces), 2):
        text = re.sub(
            r"^\$\$\n(.*?)\n\$\$$",
            lambda found: f"```text\n{readable(found[1])}\n```",
            pieces[at], flags=re.MULTILINE | re.DOTALL,
        )  # fmt: skip
        pieces[at] = re.sub(
            r"(?<![\w$])\$([^$\s](?:[^$]*?[^$\s])?)\$(?![\w$])",
            lambda found: f"`{readable(' '.join(found[1].split()))}`",
            text,
        )
    return "".join(pieces)
