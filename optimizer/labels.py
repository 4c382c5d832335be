"""Names of rows and columns that people can read: 'buy[Kuantan-oxide,NdPr-oxide,2027-Q1]'.

The arrays know members of families only as integers; here each integer becomes the name of the
offer, plant, lane or node it stands for. Used in model files, and wherever a row is shown.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arrays import Arrays
from .network import Network
from .tree import IntArray

ORDER, PURCHASE, DECISION = ("offer", "node"), ("offer", "cargo", "node"), ("offer", "node")
RUN, SLOT, LOAD = ("plant", "mode", "node"), ("plant", "node"), ("pair", "node")
STOCK, LEVEL = ("pile", "variant", "node"), ("pile", "node")
SHIPMENT, TIER = ("pair", "cargo", "node"), ("offer", "tier", "node")
MODULE, NEED = ("expansion", "node"), ("demand", "node")
KINDS: dict[str, tuple[str, ...]] = {
    "buy": PURCHASE,
    "ordering": ORDER,
    "select": DECISION,
    "sign": DECISION,
    "fill": TIER,
    "full": TIER,
    "at_tier": TIER,
    "order_within_capacity": ORDER,
    "order_at_least_min_take": ORDER,
    "order_only_when_ordering": ORDER,
    "order_at_least_minimum": ORDER,
    "order_only_when_selected": ORDER,
    "ordering_only_when_selected": ORDER,
    "take_when_selected": ORDER,
    "select_once": DECISION,
    "order_only_under_contract": ORDER,
    "order_as_committed": ORDER,
    "take_when_selected_and_signed": ORDER,
    "one_contract_at_a_time": ORDER,
    "order_is_sum_of_tiers": ORDER,
    "tiers_before_are_full": ("offer", "tier", "tier", "node"),
    "tiers_after_wait": ("offer", "tier", "tier", "node"),
    "tier_reached": TIER,
    "tier_not_passed": TIER,
    "one_tier_at_most": ORDER,
    "open": ("plant", "node"),
    "modules": MODULE,
    "run": RUN,
    "running": SLOT,
    "draw": ("recipe", "plant", "mode", "node", "variant"),
    "drawn_as_needed": ("recipe", "plant", "mode", "node"),
    "runs_within_capacity": SLOT,
    "standing": ("expansion", "node", "node"),
    "modules_within_limit": MODULE,
    "modules_only_when_open": MODULE,
    "run_only_when_open": SLOT,
    "run_within_candidate_capacity": SLOT,
    "run_within_capacity": SLOT,
    "open_once": ("plant", "node"),
    "run_only_when_running": SLOT,
    "run_at_least_minimum": SLOT,
    "running_only_when_open": SLOT,
    "standing_needs_plant": ("expansion", "node", "node"),
    "standing_at_most_built": ("expansion", "node", "node"),
    "standing_at_least_built": ("expansion", "node", "node"),
    "ship": SHIPMENT,
    "lane_open": LOAD,
    "used": LOAD,
    "load_within_capacity": LOAD,
    "load_only_when_open": LOAD,
    "ship_only_when_open": SHIPMENT,
    "lane_open_once": LOAD,
    "load_only_when_used": LOAD,
    "load_at_least_minimum": LOAD,
    "ship_only_when_selected": SHIPMENT,
    "ship_only_when_built": SHIPMENT,
    "stock": STOCK,
    "stock_open": ("pile", "node"),
    "store": STOCK,
    "release": STOCK,
    "stock_only_when_open": LEVEL,
    "stock_at_least_minimum": LEVEL,
    "level_within_capacity": LEVEL,
    "level_at_least": LEVEL,
    "stock_open_once": ("pile", "node"),
    "carry_over": STOCK,
    "store_only_when_open": STOCK,
    "deliver": ("demand", "variant", "node"),
    "short": NEED,
    "backlog": NEED,
    "demand_is_met_or_short": NEED,
    "dispose": ("disposal", "variant", "node"),
    "balance": ("place", "node"),
    "excess": ("limit",),
    "policy": ("limit",),
    "counted": ("entry",),
    "idle": ("window",),
    "supplier_excess": ("window",),
    "supplier_counts_from_share": ("entry",),
    "supplier_counts_if_used": ("entry",),
    "enough_suppliers": ("window",),
    "idle_without_supply": ("window",),
    "few_suppliers": ("window",),
    "quota": ("quota",),
    "disposal_within_capacity": ("disposal", "node"),
    "drawn": ("application", "node"),
    "applying": ("application",),
    "moved_under_licence": ("licensed",),
    "drawn_within_licence": ("licence_path",),
    "drawn_within_application": ("licence_path",),
    "servicing": ("service",),
    "one_service_licence": ("rule", "plant", "node"),
    "run_within_service": ("service_limit",),
    "path_cost": ("node",),
    "threshold": ("whole",),
    "beyond": ("node",),
    "path_cost_adds_up": ("node",),
    "beyond_is_above_threshold": ("node",),
    "worst": ("whole",),
    "worst_is_above_every_future": ("node",),
    "largest_regret": ("whole",),
    "regret_is_above_every_future": ("node",),
    "supplied_from": ("country",),
    "supplied": ("whole",),
    "most_supplied": ("whole",),
    "supply_by_country": ("country",),
    "supply_of_all": ("whole",),
    "supply_of_largest": ("country",),
}
"""What the integers of each family's members stand for."""


class Labels:
    """Names of rows and columns of the arrays of a network."""

    def __init__(self, network: Network, arrays: Arrays) -> None:
        self.network = network
        self.arrays = arrays
        case, frame = network.case, network.frame
        several = len(set(network.tree.owner)) > 1
        nodes = [
            case.period_label(int(period)) + (f"@{owner}" if several else "")
            for period, owner in zip(network.tree.period, network.tree.owner, strict=True)
        ]
        pairs, counts = network.movements.pairs, network.suppliers
        marks, cargoes = network.movements.regime.marks, network.movements.cargo

        def pair(at: int) -> str:
            ends = f"{frame.sites[pairs.start[at]]}>{frame.sites[pairs.end[at]]}"
            return f"{case.lanes[pairs.row[at]].lane}:{ends}"

        def variant(at: int) -> str:
            material, borne = frame.variants[at]
            text = marks.text(borne)
            return f"{frame.materials[material]}+{text}" if text else frame.materials[material]

        def cargo(at: int) -> str:
            before, after = variant(int(cargoes.before[at])), variant(int(cargoes.after[at]))
            under = [f"{case.controls[r].control}={marks.uses[u]}" for r, u in cargoes.licences[at]]
            moved = after if before == after else f"{before}>{after}"
            return f"{moved}:{';'.join(under)}" if under else moved

        def place(at: int) -> str:
            site, which = network.balance.place.members[at]
            return f"{frame.sites[site]}:{variant(which)}"

        def window(rows: object, at: int) -> str:
            name, key, node = rows.name[at], rows.key[at], rows.node[at]  # type: ignore[attr-defined]  # LimitRows
            return ":".join(part for part in (name, key, nodes[node]) if part)

        self._name: dict[str, Callable[[int], str]] = {
            "offer": lambda at: case.offers[at].offer,
            "plant": lambda at: case.plants[at].plant,
            "expansion": lambda at: f"{case.expansions[at].plant}#{at + 1}",
            "pair": pair,
            "pile": lambda at: f"{case.stockpiles[at].site}:{case.stockpiles[at].material}",
            "demand": lambda at: f"{case.demand[at].site}:{case.demand[at].end_use}#{at + 1}",
            "disposal": lambda at: case.disposal[at].site,
            "variant": variant,
            "cargo": cargo,
            "recipe": lambda at: case.recipes[at].material,
            "rule": lambda at: case.controls[at].control,
            **_licence_names(network, nodes),
            "place": place,
            "node": lambda at: nodes[at],
            "country": lambda at: frame.countries[at],
            "whole": lambda _at: "all",
            "mode": lambda at: f"mode{at}",
            "tier": lambda at: f"tier{at}",
            "limit": lambda at: window(network.limits, at),
            "quota": lambda at: window(network.quotas, at),
            "window": lambda at: window(counts.total, at),
            "entry": lambda at: window(counts.supply, at),
        }

    def of(self, family: str, members: IntArray) -> list[str]:
        """Names of members of a family. ``members`` has shape (members, columns)."""
        columns = []
        for position, kind in enumerate(KINDS[family]):
            codes, inverse = np.unique(members[:, position], return_inverse=True)
            names = np.array([self._name[kind](int(code)) for code in codes], dtype=object)
            columns.append(names[inverse.reshape(-1)] if len(codes) else np.zeros(0, dtype=object))
        return [f"{family}[{','.join(parts)}]" for parts in zip(*columns, strict=True)]

    def columns(self) -> list[str]:
        """Names of all columns, in order."""
        return self._all(self.arrays.columns)

    def rows(self) -> list[str]:
        """Names of all rows, in order."""
        return self._all(self.arrays.rows)

    def _all(self, families: dict[str, slice]) -> list[str]:
        names: list[str] = []
        for family in families:
            names += self.of(family, self.arrays.members[family])
        return names


def _licence_names(network: Network, nodes: list[str]) -> dict[str, Callable[[int], str]]:
    """How to name licences for goods and services, and the rows that bind them."""
    case, countries = network.case, network.frame.countries
    marks, licences = network.movements.regime.marks, network.licences
    production = network.production

    def applied(node: int) -> str:
        return nodes[node] if node >= 0 else f"granted{-node}"

    def licence(key: IntArray) -> str:
        rule, exporter, destination, use, node = key.tolist()
        ends = f"{countries[exporter]}>{countries[destination]}"
        return f"{case.controls[rule].control}:{ends}:{marks.uses[use]}:{applied(node)}"

    def path(at: int) -> str:
        application, last = licences.total.members[at].tolist()
        return f"{licence(licences.apply.members[application])}:{nodes[last]}"

    def service(at: int) -> str:
        rule, plant, node = production.services.apply.members[at].tolist()
        return f"{case.controls[rule].control}:{case.plants[plant].plant}:{applied(node)}"

    def service_limit(at: int) -> str:
        plant, node = production.slot.members[production.service_rows.slot[at]].tolist()
        return f"{case.plants[plant].plant}:{nodes[node]}#{at + 1}"

    return {
        "application": lambda at: licence(licences.apply.members[at]),
        "licensed": lambda at: licence(licences.moved.members[at]),
        "licence_path": path,
        "service": service,
        "service_limit": service_limit,
    }


def for_file(names: list[str]) -> list[str]:
    """Names without blanks, which model files do not allow."""
    return ["_".join(name.split()) for name in names]
