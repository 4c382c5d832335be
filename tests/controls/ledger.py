"""What moved under quotas and licences, added up over a plan."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from oracle.tree import Node

from .law import Law
from .lots import Smuggled

Record = dict[str, Any]


class Ledger:
    """Quantities that moved under each rule at each node, and what they may add up to.

    Attributes:
        quota: (rule, node) -> what moved under the rule, by number of the node.
        licence: (rule, exporter, destination, end use, node) -> what moved under a licence.
    """

    def __init__(self, law: Law, nodes: list[Node]) -> None:
        self.law, self.nodes = law, nodes
        self.number = {node: at for at, node in enumerate(nodes)}
        self.quota: defaultdict[tuple[str, int], float] = defaultdict(float)
        self.licence: defaultdict[tuple[str, str, str, str, int], float] = defaultdict(float)

    def check_quotas(self) -> None:
        """What moved in a window fits the quota of the window's last node."""
        for index, rule in enumerate(self.law.base["controls"]):
            for node in self.nodes:
                quota = node.tables["controls"][index]["quota"]
                members = self._window(rule["quota_window"], node)
                moved = sum(self.quota[rule["control"], self.number[one]] for one in members)
                if moved > quota + 1e-5 * max(1.0, moved):
                    raise Smuggled(f"{rule['control']}: {moved} under {quota} in {node.period}")

    def _window(self, window: str, node: Node) -> list[Node]:
        """Nodes of the window that ends at a node, none if no window does."""
        if window == "horizon":
            return list(node.path) if node.last else []
        size = max(1, round(12 / self.law.case.months)) if window == "year" else 1
        if node.last or node.period % size == 0:
            return list(node.path[(node.period - 1) // size * size :])
        return []

    def check_licences(self, applications: list[Record], uses: list[Record]) -> None:
        """Each unit under a licence draws on an application that covers it, and can bear it."""
        drawn: dict[tuple[str, str, str, str, int], float] = defaultdict(float)
        under: dict[tuple[str, str, str, str, int], list[tuple[Node, float]]] = defaultdict(list)
        rules = {rule["control"]: rule for rule in self.law.base["controls"]}
        for row in uses:
            key = (row["control"], row["exporter"], row["destination"], row["end_use"])
            node, applied = self.nodes[row["node"]], self.nodes[row["applied"]]
            if applied not in node.path or node.period not in self.law.window(
                rules[row["control"]], applied
            ):
                raise Smuggled(f"the licence cannot be used then: {row}")
            drawn[*key, row["node"]] += row["quantity"]
            under[*key, row["applied"]].append((node, row["quantity"]))
        for moved, quantity in self.licence.items():
            if quantity > drawn[moved] + 1e-5 * max(1.0, quantity):
                raise Smuggled(f"{quantity} moved under {moved}, {drawn[moved]} was drawn")
        asked = {
            (row["control"], row["exporter"], row["destination"], row["end_use"], row["node"]): row
            for row in applications
            if not row["plant"]
        }
        for application, draws in under.items():
            if application not in asked:
                raise Smuggled(f"nobody applied for {application}")
            row, rule = asked[application], rules[application[0]]
            node = self.nodes[application[4]]
            need = self.law.need(rule, application[3], node)
            if row["quantity"] > need + 1e-5 * max(1.0, need):
                raise Smuggled(f"{row['quantity']} applied for, {need} needed: {row}")
            most = self.law.approval(rule, node) * row["quantity"]
            for end in (n for n in self.nodes if n.last and node in n.path):
                total = sum(quantity for n, quantity in draws if n in end.path)
                if total > most + 1e-5 * max(1.0, most):
                    raise Smuggled(f"{total} under a licence for {most}: {row}")
