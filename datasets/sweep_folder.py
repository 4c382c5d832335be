"""The run folder of a sweep.

It is there while the sweep runs, with the ledger in it, ``manifest.json`` says what state it is in
(running, stopped, complete), and the tables and ``summary.json`` are put in place at the end, each
whole or not at all. A folder without ``summary.json`` is one whose sweep has not ended, or was
killed: the same command goes on with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..models.case import Case
from ..models.sweep import Sweep
from ..models.sweep_results import SweepResult
from .files import replacing
from .run_files import manifest_of, without_formulas, write_json
from .runs import MANIFEST, SUMMARY
from .save import save_case

LEDGER = "ledger.sqlite"
OPTIONAL = {"tornado", "correlations", "indices"}
"""Tables that not every design has; those of an earlier sweep are removed."""
BASE = "base.json"
"""The case that was swept over; a sweep holds no plan, so it is not called case.json."""


@dataclass
class SweepFolder:
    """The run folder of one sweep.

    Args:
        path: the folder; new, empty, or of an earlier sweep.
    """

    path: Path
    _told: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Raise ValueError unless a sweep may be written here."""
        if not self.path.exists():
            if not self.path.parent.exists():
                raise ValueError(f"{self.path.parent} does not exist; make it first")
            return
        if not self.path.is_dir():
            raise ValueError(f"{self.path} is a file; name a folder for the sweep")
        files = [file for file in self.path.iterdir() if not file.name.startswith(".")]
        if files and not self._is_ours():
            raise ValueError(f"{self.path} is not empty and holds no sweep; name another folder")

    def _is_ours(self) -> bool:
        try:
            manifest = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return (self.path / LEDGER).is_file()
        return isinstance(manifest, dict) and manifest.get("kind") == "sweep"

    def begin(self, case: Case, sweep: Sweep, options: Mapping[str, Any]) -> None:
        """Make the folder and say in it that a sweep is running.

        Raises:
            ValueError: see :meth:`check`.
            OSError: the disk is full or not writable.
        """
        self.check()
        self.path.mkdir(exist_ok=True)
        self._told = {"kind": "sweep"}
        self._say("running")  # first of all: it tells others whose folder this is
        (self.path / SUMMARY).unlink(missing_ok=True)
        save_case(case, self.path / BASE)
        asked = sweep.model_dump(mode="json", exclude_none=True, exclude={"solve"})
        self._told = {
            "kind": "sweep",
            **manifest_of(self.path / BASE, options),
            "sweep": asked,
            "points": sweep.count(),
        }
        self._say("running")

    def _say(self, state: str) -> None:
        with replacing(self.path / MANIFEST) as part:
            write_json(part, {"state": state, **self._told})

    def give_up(self) -> None:
        """Say that the sweep has stopped, where that can still be written."""
        with suppress(OSError):
            self._say("stopped")

    def finish(self, result: SweepResult, *, csv: bool = False) -> None:
        """Put the tables and the summary in place.

        Raises:
            OSError: the disk is full or not writable; earlier tables are kept.
        """
        tables = {
            "points": result.points,
            "changed_decisions": result.changed_decisions,
            **result.tables,
        }
        for name, table in tables.items():
            with replacing(self.path / f"{name}.parquet") as part:
                table.to_parquet(part, index=False)
            if csv:
                with replacing(self.path / f"{name}.csv") as part:
                    _escaped(table).to_csv(part, index=False)
        for name in OPTIONAL - tables.keys():
            (self.path / f"{name}.parquet").unlink(missing_ok=True)
        for name in OPTIONAL | tables.keys():
            if not csv or name not in tables:
                (self.path / f"{name}.csv").unlink(missing_ok=True)
        with replacing(self.path / SUMMARY) as part:
            write_json(part, result.summary())
        self._say("complete" if result.status == "complete" else "stopped")


def _escaped(table: pd.DataFrame) -> pd.DataFrame:
    """The table with no text, in cells or header, that a spreadsheet would run as a formula."""
    return table.map(without_formulas).rename(columns=without_formulas)
