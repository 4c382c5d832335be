"""Buying, lot sizes and capacity over time: bids, tiers, Wagner-Whitin, GAMS, Xpress, AMPL."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from .common import Case, add, add_sites, new_case


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def bid(path: Path, name: str) -> Case:
    """Bracken and McCormick's bid evaluation (GAMS bid).

    A vendor is one offer with incremental tiers: its setup is the ``order_cost``, the least
    quantity of its first segment the ``min_order``, the end of its last the ``capacity``.
    """
    data = _load(path)
    case = new_case(name, "Bid evaluation (GAMS bid): setups, tiers, least quantities")
    add_sites(case, ["buyer"], "US")
    vendors: dict[str, list[dict[str, Any]]] = {}
    for segment in data["segments"]:
        vendors.setdefault(segment["vendor"], []).append(segment)
    for vendor, segments in vendors.items():
        first = segments[0]
        add(case, "offers", offer=f"vendor {vendor}", supplier=vendor, site="buyer",
            material="goods", price=first["price"], min_order=first["qmin"] or None,
            capacity=segments[-1]["qmax"], order_cost=first["setup_given"] or None,
            discount="incremental" if len(segments) > 1 else None)  # fmt: skip
        for segment in segments[1:]:
            add(case, "offer_tiers", offer=f"vendor {vendor}", from_quantity=segment["qmin"],
                price=segment["price"])  # fmt: skip
    add(case, "demand", site="buyer", material="goods", quantity=data["requirement"])
    return case


def purchase(path: Path, name: str) -> Case:
    """Xpress purchase: incremental tiers, and a largest share of the total per supplier."""
    data = _load(path)
    case = new_case(name, "Xpress purchase: incremental discounts, share limits")
    add_sites(case, ["buyer"], "GB")
    for supplier, terms in data["suppliers"].items():
        tiers = terms["tiers"]
        add(case, "offers", offer=f"offer of {supplier}", supplier=supplier, site="buyer",
            material="goods", price=tiers[0]["unit_price"], capacity=tiers[-1]["to_qty"],
            discount="incremental")  # fmt: skip
        for tier in tiers[1:]:
            add(case, "offer_tiers", offer=f"offer of {supplier}",
                from_quantity=tier["from_qty"], price=tier["unit_price"])  # fmt: skip
        add(case, "policies", policy=f"share of {supplier}", kind="max_share",
            materials="goods", suppliers=supplier, value=terms["max_share_pct"] / 100)  # fmt: skip
    add(case, "demand", site="buyer", material="goods", quantity=data["required"])
    return case


def lot_sizes(path: Path, name: str) -> Case:
    """One item, an order cost and a holding cost: Wagner-Whitin, and a 26-period EOQ.

    Prices, order costs and holding costs are the same in all periods of these instances; demand
    changes by ``changes`` rows.
    """
    data = _load(path)
    periods = data["periods"]
    demand = data["demand"] if isinstance(data["demand"], list) else [data["demand"]] * periods
    case = new_case(name, f"{data['source'].split(' (')[0]}: lot sizes", periods=periods)
    add_sites(case, ["store"], "US")
    costs = {key: _only(data[key]) for key in ("fixed", "order_cost", "holding") if key in data}
    add(case, "offers", offer="supplier", site="store", material="goods",
        price=_only(data.get("purchase", 0)) or None,
        order_cost=costs.get("fixed", costs.get("order_cost")))  # fmt: skip
    add(case, "stockpiles", site="store", material="goods", holding_cost=costs["holding"])
    _demand_over_time(case, "store", "goods", demand)
    return case


def _only(value: Any) -> float:
    if not isinstance(value, list):
        return float(value)
    if len(set(value)) != 1:
        raise ValueError("the cost changes over time")
    return float(value[0])


def _demand_over_time(case: Case, site: str, material: str, demand: list[float]) -> None:
    """One demand row, and a change wherever the quantity differs from the first."""
    add(case, "demand", site=site, material=material, quantity=demand[0])
    for period, quantity in enumerate(demand, start=1):
        if quantity != demand[0]:
            add(case, "changes", table="demand", key=f"site={site};material={material}",
                field="quantity", start=period, end=period, value=quantity)  # fmt: skip


def clsp(path: Path, name: str) -> Case:
    """GAMS clsp: items with setups that share a capacity.

    An item is made by a plant of its own; ``run_cost`` is its setup. The shared capacity is a
    material, ``hours``, of which each period offers only so much.
    """
    data = _load(path)
    items = [f"item {i + 1}" for i in range(len(data["demand"]))]
    case = new_case(name, "Capacitated lot sizing (GAMS clsp)",
                    periods=len(data["shared_capacity"]), materials=[*items, "hours"])  # fmt: skip
    add_sites(case, ["works"], "DE")
    hours = data["shared_capacity"]
    add(case, "offers", offer="shared capacity", site="works", material="hours", capacity=hours[0])
    for period, quantity in enumerate(hours[1:], start=2):
        add(case, "changes", table="offers", key="shared capacity", field="capacity",
            start=period, end=period, value=quantity)  # fmt: skip
    for i, item in enumerate(items):
        add(case, "processes", process=f"make {item}")
        add(case, "recipes", process=f"make {item}", material="hours", quantity=-1)
        add(case, "recipes", process=f"make {item}", material=item, quantity=1)
        add(case, "plants", plant=f"line of {item}", site="works", process=f"make {item}",
            run_cost=data["setup"][i])  # fmt: skip
        add(case, "stockpiles", site="works", material=item, holding_cost=data["holding"][i])
        _demand_over_time(case, "works", item, data["demand"][i])
    return case


def bike(path: Path, name: str) -> Case:
    """Xpress C-1: bicycles made in normal hours or overtime, and stocked."""
    data = _load(path)
    case = new_case(name, "Xpress C-1: planning the production of bicycles",
                    periods=len(data["demand"]), materials=["bicycle"])  # fmt: skip
    add_sites(case, ["works"], "FR")
    for kind in ("normal", "overtime"):
        add(case, "offers", offer=f"{kind} production", site="works", material="bicycle",
            price=data[f"{kind}_cost"], capacity=data[f"{kind}_cap"])  # fmt: skip
    add(case, "stockpiles", site="works", material="bicycle", initial=data["initial_stock"],
        holding_cost=data["hold_cost"])  # fmt: skip
    _demand_over_time(case, "works", "bicycle", data["demand"])
    return case


def capacity_expansion(path: Path, name: str) -> Case:
    """Ahmed, King and Parija's capacity expansion in three stages (AMPL colab).

    What is built in a stage stays for good, and both the module and each GWh of it that is put
    to use are paid once, in that stage. So GWh of capacity are the goods: built by plants of a
    technology and a stage (modules of that stage's size and cost, ``variable_cost`` per GWh),
    kept without loss, and handed over as the *additional* demand of each stage. A plant of a
    stage works in that stage only, because its recipe takes site work that is offered then.
    Hydro is built once at most: its stages are candidate plants, of which ``max_open`` allows
    one.
    """
    data = _load(path)
    stages, built = data["stages"], "GWh of capacity"
    work = [f"site work {year}" for year in stages]
    case = new_case(name, "Capacity expansion in modules (AMPL colab)", periods=len(stages),
                    materials=[built, *work], months=120)  # fmt: skip
    add_sites(case, [*data["module_fixed_cost"], "grid"], "US")
    for year, needed in zip(stages, work, strict=True):
        add(case, "processes", process=f"build in {year}")
        add(case, "recipes", process=f"build in {year}", material=needed, quantity=-1)
        add(case, "recipes", process=f"build in {year}", material=built, quantity=1)
    for technology, costs in data["module_fixed_cost"].items():
        add(case, "lanes", lane=f"connect {technology}", from_=technology, to="grid",
            material=built)  # fmt: skip
        for t, year in enumerate(stages):
            size, once = data["module_max_GWh"][technology][t], technology == "hydro"
            add(case, "offers", offer=f"{technology} work {year}", site=technology,
                material=work[t], start=t + 1, end=t + 1)  # fmt: skip
            add(case, "plants", plant=f"{technology} {year}", site=technology,
                process=f"build in {year}", capacity=size if once else 0,
                status="candidate" if once else "existing",
                open_cost=costs[t] if once else None,
                variable_cost=data["var_cost_per_GWh"][technology][t])  # fmt: skip
            if not once:
                add(case, "expansions", plant=f"{technology} {year}", module_capacity=size,
                    module_cost=costs[t])  # fmt: skip
    add(case, "policies", policy="hydro once", kind="max_open", sites="hydro", window="horizon",
        value=data["max_hydro_modules_total"])  # fmt: skip
    add(case, "stockpiles", site="grid", material=built)
    levels = [0, *data["cumulative_demand"]]
    more = [after - before for before, after in itertools.pairwise(levels)]
    _demand_over_time(case, "grid", built, more)
    return case
