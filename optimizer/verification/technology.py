"""Rules about technology: where a plant may be opened or expanded, how long that waits, its price.

A *part* is a plant (its base) or a row of `expansions`, each with a technology of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...models.rule_rows import Control
from .ledger import Ledger
from .reading import BoolArray, FloatArray, IntArray, Reading
from .rules import LICENSED, Rules

OF_DECISION = {"open_plant": "plants", "add_modules": "expansions"}
"""Decision -> table of the parts it is about."""
KEYS = ["position", "plant", "exporter", "destination", "node"]
"""What a licence for a plant is for: rule, plant, origin of technology, country, node."""


class Parts:
    """The parts of one table, `plants` or `expansions`.

    Attributes:
        table: one row per part, with plant, technology ('' without one), origin, country,
            operator, stage and needs (services).
        plants: position of the plant of each part. Shape (parts,).
        technology: position of its technology, 0 without one. Shape (parts,).
    """

    def __init__(self, reading: Reading, rows: str) -> None:
        self.reading = reading
        case, names = reading.case, reading.names
        place = {row.plant: number for number, row in enumerate(case.plants)}
        stage = {row.process: row.stage for row in case.processes}
        known = {row.technology: number for number, row in enumerate(case.technologies)}
        described, technologies, plants = [], [], []
        for part in case.rows(rows):
            plant = case.plants[place[part.plant]]
            technology = part.technology or plant.technology or ""
            row = case.technologies[known[technology]] if technology else None
            plants.append(place[part.plant])
            technologies.append(known.get(technology, 0))
            described.append(
                (
                    plant.plant,
                    technology,
                    (row.origin or "") if row else "",
                    names.country[plant.site],
                    names.operator[plant.site],
                    stage.get(plant.process, "other"),
                    row is not None and row.needs_services,
                )
            )
        columns = ["plant", "technology", "origin", "country", "operator", "stage", "needs"]
        self.table = pd.DataFrame(described, columns=columns)
        self.plants: IntArray = np.array(plants, dtype=np.int64)
        self.technology: IntArray = np.array(technologies, dtype=np.int64)

    def hit(self, rule: Control) -> BoolArray:
        """Parts that a technology or service rule is about while in force. Shape (parts,)."""
        table = self.table
        found: BoolArray = np.array(table["technology"] != "", dtype=bool)
        found &= np.array(table["origin"] != table["country"], dtype=bool)
        for column, kind, selector in (
            ("technology", "technologies", rule.technologies),
            ("origin", "country", rule.exporters),
            ("country", "country", rule.destinations),
            ("operator", "end_user", rule.end_users),
            ("stage", "stage", rule.stages),
        ):
            if selector is not None:
                chosen = self.reading.select(kind, selector)
                found &= np.array(table[column].isin(chosen), dtype=bool)
        if rule.kind == "service":
            found &= table["needs"].to_numpy(dtype=bool)
        return found


@dataclass(frozen=True)
class Waits:
    """Periods from a decision to use, and whether it may be taken at all.

    Attributes:
        delay: build periods and the longest review. Shape (parts, nodes).
        forbidden: whether a rule forbids it. Shape (parts, nodes).
    """

    delay: IntArray
    forbidden: BoolArray


class Technologies:
    """What technology rules do to each decision about plants."""

    def __init__(self, reading: Reading, rules: Rules) -> None:
        self.reading = reading
        self.rules = rules
        self.parts = {rows: Parts(reading, rows) for rows in OF_DECISION.values()}
        self.waits = {decision: self._wait(rows) for decision, rows in OF_DECISION.items()}

    def _wait(self, rows: str) -> Waits:
        reading, parts = self.reading, self.parts[rows]
        build = [row.build_periods for row in reading.case.rows(rows)]
        longest = np.zeros((len(build), reading.size), dtype=np.int64)
        forbidden = np.zeros(longest.shape, dtype=bool)
        for number, rule in self.rules.of("technology"):
            hit = parts.hit(rule)[:, None] & self.rules.in_force[number]
            if rule.policy == "prohibited":
                forbidden |= hit
            elif rule.policy in LICENSED:
                forbidden |= hit & (self.rules.approval[number] <= 0)
            lag = reading.lag(reading.dense("controls", "review_days")[number])
            longest = np.where(hit, np.maximum(longest, lag), longest)
        return Waits(np.array(build, dtype=np.int64).reshape(-1, 1) + longest, forbidden)

    def licences(self, taken: dict[str, FloatArray]) -> pd.DataFrame:
        """Licences that decisions need: one row per rule, decided part and node.

        Columns position (of the rule), plant, exporter (origin of the technology), destination,
        node, quantity (openings or modules), due (money).

        Args:
            taken: decision -> amounts, shape (parts, nodes).
        """
        reading, found = self.reading, []
        for decision, rows in OF_DECISION.items():
            parts = self.parts[rows]
            part, node = np.nonzero(taken[decision])
            amount = taken[decision][part, node]
            for number, rule in self.rules.of("technology"):
                if rule.policy not in LICENSED:
                    continue
                needed = parts.hit(rule)[part] & self.rules.in_force[number, node]
                own = parts.table.iloc[part[needed]]
                price = reading.at("controls", "cost", number, node[needed])
                found.append(
                    pd.DataFrame(
                        {
                            "position": number,
                            "plant": own["plant"].to_numpy(dtype=object),
                            "exporter": own["origin"].to_numpy(dtype=object),
                            "destination": own["country"].to_numpy(dtype=object),
                            "node": node[needed],
                            "quantity": amount[needed],
                            "due": price * amount[needed],
                        }
                    )
                )
        empty = pd.DataFrame({column: [] for column in [*KEYS, "quantity", "due"]})
        return pd.concat([part for part in found if len(part)] or [empty], ignore_index=True)


def check_technology(
    technologies: Technologies,
    taken: dict[str, FloatArray],
    told: pd.DataFrame,
    ledger: Ledger,
) -> FloatArray:
    """Check openings and modules against technology rules; return what licences cost by node.

    Args:
        technologies: what the rules do to decisions.
        taken: decision -> amounts, shape (parts, nodes).
        told: rows of the plan's licences of technology rules.
        ledger: where to enter what is found.
    """
    reading = technologies.reading
    if not technologies.rules.of("technology"):
        return np.zeros(reading.size)
    for decision, rows in OF_DECISION.items():
        part, node = np.nonzero(taken[decision])
        forbidden = technologies.waits[decision].forbidden[part, node]
        amount = np.where(forbidden, taken[decision][part, node], 0.0)
        ledger.none_of("technology", amount, reading.told(rows, part, node, decision))
    needed = technologies.licences(taken)
    found = told[[*KEYS, "quantity", "cost"]].rename(columns={"quantity": "told"})
    both = pd.concat([table for table in (found, needed) if len(table)] or [found])
    both = both.reindex(columns=[*KEYS, "told", "cost", "quantity", "due"])
    total = both.fillna({"told": 0, "cost": 0, "quantity": 0, "due": 0}).groupby(KEYS).sum()
    keys = total.index.to_frame(index=False)

    def where(i: int) -> str:
        row = keys.iloc[i]
        return reading.line(
            "controls", int(row["position"]), row["plant"], reading.when(int(row["node"]))
        )

    ledger.equal("technology licence", total["told"], total["quantity"], where)
    ledger.equal("licence cost", total["cost"], total["due"], where, tolerance=1e-6)
    return reading.per_node(needed["node"].to_numpy(dtype=np.int64), needed["due"])
