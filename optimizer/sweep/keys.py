"""What the answer at a point depends on, as a key: the same content gives the same key.

Where figures come from, and how fast they are computed, is left out: notes and sources of the case,
threads, executor. A time limit counts only for an answer that it may have cut short.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...models.case import TABLES, Case
from ...models.plan import Tables
from ...models.row_keys import PROVENANCE
from ...models.rule_rows import Change
from ..solve import Request

MODEL = ("models", "optimizer", "optimizer/formulation", "optimizer/network")
"""Folders of the package whose code says what a case means."""


def digest(content: Any) -> str:
    """SHA-256 of plain values; NaN and infinity have names of their own."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def program() -> str:
    """The version of the model: of the package, of HiGHS, and of the code itself."""
    root = Path(__file__).resolve().parent.parent.parent
    files = sorted(file for folder in MODEL for file in (root / folder).glob("*.py"))
    code = hashlib.sha256()
    for file in files:
        code.update(file.name.encode())
        code.update(file.read_bytes())
    return f"{version('secondsource')} {version('highspy')} {code.hexdigest()}"


def case_digest(case: Case) -> str:
    """Content of a case without what does not change an answer: [solve], titles, provenance."""
    settings = case.case.model_dump(exclude={"name", "title"})
    tables = {
        name: [row.model_dump(exclude=set(PROVENANCE)) for row in case.rows(name)]
        for name in TABLES
    }
    return digest({"case": settings, **tables})


class Keys:
    """Keys of the points of one study.

    Args:
        case: the case.
        request: how its points are solved.
        kept: tables of a plan whose decisions are kept, None for none.
    """

    def __init__(self, case: Case, request: Request, kept: Tables | None) -> None:
        options = request.options
        self._common = digest(
            {
                "program": program(),
                "case": case_digest(case),
                "minimise": request.minimise,
                "caps": request.caps,
                "scenarios": request.scenarios,
                "gap": options.gap,
                "seed": options.seed,
                "kept": None if kept is None else _plan(kept),
            }
        )
        self._limit = options.time_limit

    def of(self, changes: Sequence[Change]) -> str:
        """Key of an answer that more time would not change."""
        return digest({"study": self._common, "changes": _rows(changes)})

    def limited(self, changes: Sequence[Change]) -> str:
        """Key of an answer that the time limit may have cut short."""
        return digest({"study": self._common, "changes": _rows(changes), "time_limit": self._limit})


def _rows(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [change.model_dump(exclude=set(PROVENANCE)) for change in changes]


def _plan(tables: Tables) -> list[Any]:
    """What of a plan is kept: its decisions, and the nodes they are taken at."""
    return [tables[name].astype(str).to_numpy().tolist() for name in ("decisions", "nodes")]
