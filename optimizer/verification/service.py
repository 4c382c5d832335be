"""Rules about services: what part of its capacity a plant keeps without them, or under licence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.rule_rows import Control
from .granted import granted_services
from .ledger import Ledger
from .reading import BoolArray, FloatArray, Reading
from .rules import LICENSED, Rules
from .technology import Parts


class Services:
    """Uptime of each part of each plant under the rules and licences of a plan.

    Attributes:
        base: part of the capacity of a plant's base that runs. Shape (plants, nodes).
        modules: part of the capacity of modules that runs. Shape (expansions, nodes).
    """

    def __init__(
        self, reading: Reading, rules: Rules, parts: dict[str, Parts], licences: pd.DataFrame
    ) -> None:
        """``licences`` has position (of the rule), plant, node, first and last."""
        self.reading = reading
        self.rules = rules
        self.parts = parts
        self.table = licences
        self.base = np.ones((len(reading.case.plants), reading.size))
        self.modules = np.ones((len(reading.case.expansions), reading.size))
        for number, rule in rules.of("service"):
            if rule.policy not in ("free", "general_licence"):
                self._restrict(number, rule)

    def _restrict(self, number: int, rule: Control) -> None:
        granted = self.granted(number)
        for rows, uptime in (("plants", self.base), ("expansions", self.modules)):
            parts = self.parts[rows]
            hit = parts.hit(rule)[:, None] & self.rules.in_force[number]
            if not hit.any():
                continue
            least = self.reading.dense("controls", "uptime")[number]
            own = self.reading.dense("technologies", "uptime_without_services")[parts.technology]
            left = np.where(np.isnan(least), own, least)
            left = left + granted[parts.plants] * (1 - left)
            np.minimum(uptime, np.where(hit, left, 1.0), out=uptime)

    def _usable(self, number: int) -> tuple[pd.DataFrame, BoolArray]:
        """Licences of a rule, and whether each can be used at each node. (licences, nodes)."""
        tree = self.reading.tree
        own = self.table[self.table["position"] == number]
        node = own["node"].to_numpy(dtype=np.int64)
        below = np.transpose(tree.path_at[:, tree.period[node] - 1] == node)
        first, last = (own[column].to_numpy(dtype=float)[:, None] for column in ("first", "last"))
        return own, below & (tree.period >= first) & (tree.period <= last)

    def _by_plant(self, number: int, amounts: FloatArray) -> FloatArray:
        """Sums over the licences of a rule that can be used. Shape (plants, nodes)."""
        own, usable = self._usable(number)
        place = {row.plant: i for i, row in enumerate(self.reading.case.plants)}
        found = np.zeros(self.base.shape)
        plants = own["plant"].map(place).to_numpy(dtype=np.int64)
        np.add.at(found, plants, usable * amounts[:, None])
        return found

    def granted(self, number: int) -> FloatArray:
        """Part approved of the licence of a rule in force for each plant. (plants, nodes)."""
        own = self.table[self.table["position"] == number]
        approval = self.rules.approval[number, own["node"].to_numpy(dtype=np.int64)]
        before = granted_services(self.reading, self.reading.case.controls[number].control)[1]
        return self._by_plant(number, approval) + before

    def check(self, ledger: Ledger) -> None:
        """At most one licence of a rule at once for a plant that it restricts."""
        for number, rule in self.rules.of("service"):
            if rule.policy not in LICENSED:
                continue
            touched = np.zeros(self.base.shape, dtype=bool)
            for parts in self.parts.values():
                np.logical_or.at(touched, parts.plants[parts.hit(rule)], True)
            touched &= self.rules.in_force[number]
            count = self._by_plant(number, np.ones(int((self.table["position"] == number).sum())))
            count += granted_services(self.reading, rule.control)[0]
            rows, nodes = np.nonzero(count)
            ledger.at_most(
                "licence",
                np.where(touched[rows, nodes], count[rows, nodes], 0.0),
                1.0,
                self.reading.told("plants", rows, nodes, f"licences of {rule.control} at once"),
            )
