"""What state each rule is in at each node, and which goods it is about."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...models.rule_rows import Control
from .ledger import Ledger
from .reading import BoolArray, FloatArray, IntArray, Reading

BORDER = frozenset({"export", "reexport", "import"})
"""Kinds of rule that are about goods crossing a border."""
LICENSED = frozenset({"case_by_case", "presumption_of_denial"})
"""Policies that need a licence."""


class Rules:
    """The rules of a case in time."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def of(self, *kinds: str) -> list[tuple[int, Control]]:
        """Rules of some kinds, with their positions in `controls`."""
        return [
            (number, row)
            for number, row in enumerate(self.reading.case.controls)
            if row.kind in kinds
        ]

    @cached_property
    def dated(self) -> BoolArray:
        """Whether a rule has rows of `control_status`. Shape (controls,)."""
        named = {row.control for row in self.reading.case.control_status}
        return np.array([row.control in named for row in self.reading.case.controls], dtype=bool)

    @cached_property
    def latest(self) -> IntArray:
        """Latest row of `control_status` begun at each node, or -1. Shape (controls, nodes)."""
        reading, case = self.reading, self.reading.case
        place = {row.control: number for number, row in enumerate(case.controls)}
        begins = [case.period(row.start, 1) for row in case.control_status]
        found = np.full((len(case.controls), reading.size), -1, dtype=np.int64)
        for row in sorted(range(len(begins)), key=begins.__getitem__):
            begun = reading.tree.period >= begins[row]
            found[place[case.control_status[row].control], begun] = row
        return found

    @cached_property
    def status(self) -> NDArray[np.object_]:
        """State of each rule at each node, 'none' before its first. Shape (controls, nodes)."""
        states = np.vstack(
            [self.reading.status(), np.full((1, self.reading.size), "none", dtype=object)]
        )
        found = np.take_along_axis(states, self.latest, axis=0)
        found[~self.dated] = "in_force"
        return found

    @cached_property
    def in_force(self) -> BoolArray:
        """Whether each rule counts as in force at each node. Shape (controls, nodes)."""
        counts = ["in_force"]
        if self.reading.case.case.unknown_controls == "in_force":
            counts.append("unknown")
        found: BoolArray = np.isin(self.status.astype(str), counts)
        return found

    @cached_property
    def approval(self) -> FloatArray:
        """Part of what is applied for at each node that is approved. Shape (controls, nodes)."""
        reading = self.reading
        usual = [1.0 if row.policy == "case_by_case" else 0.0 for row in reading.case.controls]
        blank = np.full((1, reading.size), np.nan)
        told = np.vstack([reading.dense("control_status", "approval"), blank])
        found = np.take_along_axis(told, self.latest, axis=0)
        return np.where(np.isnan(found), np.array(usual).reshape(-1, 1), found)

    def goods(self, rule: Control) -> frozenset[str] | None:
        """Materials that a rule is about by `materials` and `stages`; None for all."""
        found = None
        if rule.materials is not None:
            found = self.reading.select("materials", rule.materials)
        if rule.stages is not None:
            out = self._out_of(rule.stages)
            found = out if found is None else found & out
        return found

    def _out_of(self, stages: str) -> frozenset[str]:
        """Materials that a process or an offer of the stages puts out."""
        case, wanted = self.reading.case, self.reading.select("stage", stages)
        processes = {row.process for row in case.processes if row.stage in wanted}
        made = {
            row.material for row in case.recipes if row.process in processes and row.quantity > 0
        }
        sold = {
            row.material
            for row in case.offers
            if row.stages is not None and wanted & self.reading.select("stage", row.stages)
        }
        return frozenset(made | sold)

    def uses(self, rule: Control) -> frozenset[str] | None:
        """End uses that a rule names, or those it does not exempt; None where it names none."""
        if rule.end_uses is not None:
            return self.reading.select("end_use", rule.end_uses)
        if rule.exempt_end_uses is not None:
            every = self.reading.select("end_use", None)
            return every - self.reading.select("end_use", rule.exempt_end_uses)
        return None


def check_states(rules: Rules, table: pd.DataFrame | None, ledger: Ledger) -> None:
    """The plan's own table of the states of rules, where it has one.

    ``table`` has position (of the rule), node, status and in_force.
    """
    if table is None:
        return
    reading = rules.reading
    row = table["position"].to_numpy(dtype=np.int64)
    node = table["node"].to_numpy(dtype=np.int64)
    where = reading.told("controls", row, node)
    wanted = rules.status[row, node]
    found = table["status"].to_numpy(dtype=object)
    ledger.add(
        "rule state",
        (found != wanted).astype(float),
        1.0,
        lambda i: f"{where(i)}: {found[i]!r} instead of {wanted[i]!r}",
    )
    ledger.equal("rule state", table["in_force"], rules.in_force[row, node], where)
    count = np.zeros(rules.in_force.shape)
    np.add.at(count, (row, node), 1.0)
    rows, nodes = (index.ravel() for index in np.indices(count.shape))
    ledger.equal(
        "rule state", count.ravel(), 1.0, reading.told("controls", rows, nodes, "number of rows")
    )
