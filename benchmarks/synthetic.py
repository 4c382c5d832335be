"""A made-up case of the usual kind in any size.

Mines, separators, alloy plants, magnet plants and customers, ``sites`` of each. Every site sends to
``fan`` sites of the next stage, so that the network grows in proportion to its sites and stays as
sparse as real ones. Some plants are candidates, some offers have an order cost and a minimum, the
oxides share the capacity of their lanes, and a quota and a soft policy bind across the network.
"""

from __future__ import annotations

import itertools

import numpy as np
from secondsource.models.case import Case, CaseSettings
from secondsource.models.network_rows import (
    Demand,
    Disposal,
    Lane,
    Material,
    Offer,
    Plant,
    Process,
    Recipe,
    Site,
    Stockpile,
)
from secondsource.models.rule_rows import Control, ControlStatus, Policy

COUNTRIES = ("CN", "US", "AU", "DE", "FR", "EE", "JP", "VN")
STAGES = ("mine", "separator", "alloyer", "magnetmaker", "customer")
SITES = {"5k": 6, "50k": 48, "500k": 480, "2M": 1900}
"""Sites of a stage that give about so many variables over 20 periods."""

MATERIALS = {"concentrate": 9.0, "oxide": 70.0, "heavy": 250.0, "alloy": 110.0, "magnet": 160.0}
RECIPES = {
    "separate": {"concentrate": -5.0, "oxide": 1.0, "heavy": 0.05},
    "cast": {"oxide": -0.35, "heavy": -0.01, "alloy": 1.0},
    "sinter": {"alloy": -1.25, "magnet": 1.0},
}
PROCESS_OF = {"separator": "separate", "alloyer": "cast", "magnetmaker": "sinter"}
STAGE_OF = {"separate": "separation", "cast": "alloy", "sinter": "magnet"}
CARRIES = {
    "mine": "concentrate",
    "separator": "oxide,heavy",
    "alloyer": "alloy",
    "magnetmaker": "magnet",
}
STORED = (
    ("separator", "concentrate"),
    ("separator", "oxide"),
    ("magnetmaker", "alloy"),
    ("customer", "magnet"),
)
HALF = Policy(
    policy="no-country-above-half",
    kind="max_share",
    materials="magnet",
    stages="magnet",
    each="country",
    value=0.5,
    window="year",
    penalty=40.0,
)


def synthetic_case(sites: int, periods: int = 20, fan: int = 8, seed: int = 0) -> Case:
    """A case with ``sites`` sites of each of five stages.

    Args:
        sites: sites of a stage.
        periods: quarters.
        fan: sites of the next stage that each site sends to.
        seed: of prices, capacities and lead times.
    """
    draw = np.random.default_rng(seed)
    return Case(
        case=CaseSettings(name="synthetic", periods=periods, discount_rate=0.08, decide_every=4),
        materials=[Material(material=name, price=price) for name, price in MATERIALS.items()],
        sites=[
            Site(site=f"{stage}{number}", country=COUNTRIES[int(draw.integers(len(COUNTRIES)))])
            for stage in STAGES
            for number in range(sites)
        ],
        offers=[_offer(number, draw) for number in range(sites)],
        processes=[Process(process=name, stage=STAGE_OF[name]) for name in RECIPES],
        recipes=[
            Recipe(process=process, material=material, quantity=quantity)
            for process, flows in RECIPES.items()
            for material, quantity in flows.items()
        ],
        plants=[_plant(stage, number, draw) for stage in PROCESS_OF for number in range(sites)],
        lanes=_lanes(sites, min(fan, sites), draw),
        demand=_demand(sites, draw),
        disposal=[
            Disposal(site=f"separator{number}", material="heavy", cost=0.5)
            for number in range(sites)
        ],
        stockpiles=[
            _store(f"{stage}{number}", material, draw)
            for stage, material in STORED
            for number in range(sites)
        ],
        controls=[
            Control(
                control="oxide-quota",
                kind="export",
                exporters="CN",
                materials="oxide",
                policy="general_licence",
                quota=20.0 * sites,
            ),
        ],
        control_status=[ControlStatus(control="oxide-quota", status="in_force")],
        policies=[HALF],
    )


def _store(site: str, material: str, draw: np.random.Generator) -> Stockpile:
    return Stockpile(
        site=site,
        material=material,
        initial=float(draw.integers(5, 20)),
        capacity=500.0,
        holding_cost=0.2,
        decay=0.01,
    )


def _offer(number: int, draw: np.random.Generator) -> Offer:
    lumpy = number % 6 == 0
    return Offer(
        offer=f"offer{number}",
        site=f"mine{number}",
        material="concentrate",
        price=float(draw.uniform(6, 12)),
        capacity=float(draw.uniform(300, 900)),
        order_cost=50.0 if lumpy else 0.0,
        min_order=20.0 if lumpy else 0.0,
        stages="mining",
    )


def _plant(stage: str, number: int, draw: np.random.Generator) -> Plant:
    candidate = number % 5 == 0
    scale = {"separator": 100.0, "alloyer": 250.0, "magnetmaker": 200.0}[stage]
    return Plant(
        plant=f"{stage}{number}/plant",
        site=f"{stage}{number}",
        process=PROCESS_OF[stage],
        capacity=scale * float(draw.uniform(0.5, 1.5)),
        status="candidate" if candidate else "existing",
        open_cost=scale * 8.0 if candidate else 0.0,
        fixed_cost=scale * 0.1,
        variable_cost=float(draw.uniform(1, 4)),
        lead_days=20.0,
    )


def _lanes(sites: int, fan: int, draw: np.random.Generator) -> list[Lane]:
    """A row for every site that sends, to ``fan`` sites spread over the next stage."""
    lanes = []
    for stage, after in itertools.pairwise(STAGES):
        steps = draw.choice(sites, size=fan, replace=False)
        for number in range(sites):
            row = {
                "lane": f"{stage}{number}/out",
                "from": f"{stage}{number}",
                "to": ",".join(f"{after}{(number + int(step)) % sites}" for step in steps),
                "material": CARRIES[stage],
                "cost": float(draw.uniform(0.1, 2)),
                "capacity": float(draw.uniform(50, 200)) if stage == "separator" else np.inf,
                "lead_days": float(draw.choice([10, 30, 60, 100])),
            }
            lanes.append(Lane(**row))
    return lanes


def _demand(sites: int, draw: np.random.Generator) -> list[Demand]:
    return [
        Demand(
            site=f"customer{number}",
            material="magnet",
            end_use=use,
            quantity=float(draw.uniform(20, 80)),
            price=0.0,
            shortage_cost=cost,
            backlog_cost=20.0,
        )
        for number in range(sites)
        for use, cost in (("traction", 900.0), ("wind", 600.0))
    ]
