"""RELOG's closed loops: the boat example and the storage test."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from .common import Case, add, new_case

SEMI_MAJOR = 6378137.0
FLATTENING = 1 / 298.257223563


def chord_km(first: dict[str, Any], second: dict[str, Any]) -> float:
    """Straight line through the earth between two places, WGS84, in km to 3 decimals."""
    distance = math.dist(_position(first), _position(second)) / 1000
    return round(distance, 3)


def _position(place: dict[str, Any]) -> tuple[float, float, float]:
    """Earth-centred coordinates of a place at height 0, metres."""
    latitude = math.radians(place["latitude (deg)"])
    longitude = math.radians(place["longitude (deg)"])
    eccentricity = FLATTENING * (2 - FLATTENING)
    radius = SEMI_MAJOR / math.sqrt(1 - eccentricity * math.sin(latitude) ** 2)
    return (
        radius * math.cos(latitude) * math.cos(longitude),
        radius * math.cos(latitude) * math.sin(longitude),
        radius * (1 - eccentricity) * math.sin(latitude),
    )


def boat(path: Path, name: str) -> Case:
    """The boat example: build boats of wood and nails, sell them, take them back, recycle.

    - Nail factories and forests give a fixed amount a year, of which any part may be left:
      offers with that capacity, at the collection cost.
    - A shop is an existing plant that turns a boat into a sold boat; its operating cost is the
      plant's ``fixed_cost``. Sales are optional demand rows, as large as all factories together.
      Used boats are ``returns`` of the sold ones at the same shop after 0, 1 and 2 years, must
      go to a recycler (no disposal), and pay the collection cost on the way.
    - Factories and recyclers are candidate plants that open in year 1 only (``decide_every`` 5).
      Their first size is the capacity; up to the second size they expand continuously at the
      difference in cost per tonne. RELOG's expansion may also come later; it is never used.
    - Inputs may be stored at a plant up to a limit and are gone by the end of the last year.
      Boats, nails and wood that a plant makes are shipped at once (no disposal).
    - A lane costs its chord distance times the product's cost.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    years = data["parameters"]["time horizon (years)"]
    case = new_case(name, "RELOG boat example: closed loop over five years", periods=years,
                    materials=[*data["products"], "SoldBoat"], months=12,
                    decide_every=years)  # fmt: skip
    for site, place in {**data["centers"], **data["plants"]}.items():
        add(case, "sites", site=site, country="US", latitude=place["latitude (deg)"],
            longitude=place["longitude (deg)"])  # fmt: skip
    for plant in data["plants"].values():
        _process(case, plant)
    add(case, "processes", process="sell boats")
    add(case, "recipes", process="sell boats", material="NewBoat", quantity=-1)
    add(case, "recipes", process="sell boats", material="SoldBoat", quantity=1)
    for site, plant in data["plants"].items():
        _plant(case, site, plant, years)
    most = sum(plant["capacities"][1]["size (tonne)"] for plant in data["plants"].values()
               if "NewBoat" in plant["output (tonne)"])  # fmt: skip
    for site, center in data["centers"].items():
        if center["input"] is None:
            _source(case, site, center)
        else:
            _shop(case, site, center, most)
    _lanes(case, data)
    return case


def _process_name(plant: dict[str, Any]) -> str:
    return "build boats" if "NewBoat" in plant["output (tonne)"] else "recycle boats"


def _process(case: Case, plant: dict[str, Any]) -> None:
    process = _process_name(plant)
    if any(row["process"] == process for row in case.get("processes", [])):
        return
    stage = "recycling" if process == "recycle boats" else None
    add(case, "processes", process=process, stage=stage)
    for material, share in plant["input mix (%)"].items():
        add(case, "recipes", process=process, material=material, quantity=-share / 100)
    for material, quantity in plant["output (tonne)"].items():
        add(case, "recipes", process=process, material=material, quantity=quantity)


def _plant(case: Case, site: str, plant: dict[str, Any], years: int) -> None:
    small, large = plant["capacities"]
    if any(plant["disposal limit (tonne)"].values()) or plant["initial capacity (tonne)"]:
        raise ValueError(f"{site}: disposal or initial capacity is not converted")
    more = large["size (tonne)"] - small["size (tonne)"]
    fixed, opening = "fixed operating cost ($)", "opening cost ($)"
    add(case, "plants", plant=site, site=site, process=_process_name(plant), status="candidate",
        capacity=small["size (tonne)"], open_cost=small[opening], fixed_cost=small[fixed],
        variable_cost=small["variable operating cost ($/tonne)"])  # fmt: skip
    add(case, "expansions", plant=site, module_capacity=1, max_modules=more, continuous="yes",
        module_cost=(large[opening] - small[opening]) / more,
        fixed_cost=(large[fixed] - small[fixed]) / more)  # fmt: skip
    for material, limit in plant["storage limit (tonne)"].items():
        if limit:
            add(case, "stockpiles", site=site, material=material, capacity=limit,
                holding_cost=plant["storage cost ($/tonne)"][material])  # fmt: skip
            add(case, "changes", table="stockpiles", key=f"site={site};material={material}",
                field="capacity", start=years, value=0)  # fmt: skip


def _source(case: Case, site: str, center: dict[str, Any]) -> None:
    for material, quantity in center["fixed output (tonne)"].items():
        if center["disposal limit (tonne)"][material] is not None:
            raise ValueError(f"{site}: a disposal limit is not converted")
        add(case, "offers", offer=site, site=site, material=material, capacity=quantity,
            price=center["collection cost ($/tonne)"][material])  # fmt: skip


def _shop(case: Case, site: str, center: dict[str, Any], most: float) -> None:
    add(case, "plants", plant=site, site=site, process="sell boats",
        fixed_cost=center["operating cost ($)"])  # fmt: skip
    add(case, "demand", site=site, material="SoldBoat", quantity=most, shortage_cost=0,
        price=center["revenue ($/tonne)"])  # fmt: skip
    for material, shares in center["variable output (tonne/tonne)"].items():
        for lag, share in enumerate(shares):
            add(case, "returns", site=site, material=material, from_site=site,
                from_material="SoldBoat", share=share, lag_periods=lag)  # fmt: skip


def _lanes(case: Case, data: dict[str, Any]) -> None:
    """A lane from every place that puts a product out to every place that takes it in."""
    gives = {site: list(plant["output (tonne)"]) for site, plant in data["plants"].items()}
    gives |= {site: center["outputs"] for site, center in data["centers"].items()}
    takes = {site: list(plant["input mix (%)"]) for site, plant in data["plants"].items()}
    takes |= {site: [c["input"]] for site, c in data["centers"].items() if c["input"]}
    places = {**data["plants"], **data["centers"]}
    for start, given in gives.items():
        for end, taken in takes.items():
            shared = [material for material in given if material in taken]
            if start == end or not shared:
                continue
            rates = {data["products"][m]["transportation cost ($/km/tonne)"] for m in shared}
            if len(rates) != 1:
                raise ValueError("products of one lane differ in cost")
            cost = chord_km(places[start], places[end]) * rates.pop()
            if places[start].get("input"):
                cost += places[start]["collection cost ($/tonne)"][shared[0]]
            add(case, "lanes", lane=f"{start} to {end}", from_=start, to=end,
                material=",".join(shared), cost=round(cost, 9))  # fmt: skip


def storage(path: Path, name: str) -> Case:
    """The storage test: batteries that are there in year 1 wait for cheaper processing.

    They arrive in period 1 (``in_transit``), must be processed by the end, and are stored at
    most up to the limit; processing is a plant without outputs.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    years = data["parameters"]["time horizon (years)"]
    amounts = data["products"]["battery"]["initial amounts"]["Chicago"]["amount (tonne)"]
    place = data["plants"]["mega plant"]["locations"]["Chicago"]
    ((size, costs),) = place["capacities (tonne)"].items()
    opening, fixed = costs["opening cost ($)"], costs["fixed operating cost ($)"]
    if any(opening) or any(fixed) or any(amounts[1:]):
        raise ValueError("these are not converted")
    case = new_case(name, "RELOG storage test: stock limit, cheaper processing later",
                    periods=years, materials=["battery"], months=12)  # fmt: skip
    add(case, "sites", site="Chicago", country="US", latitude=place["latitude (deg)"],
        longitude=place["longitude (deg)"])  # fmt: skip
    add(case, "in_transit", site="Chicago", material="battery", period=1, quantity=amounts[0])
    add(case, "processes", process="process batteries", stage="recycling")
    add(case, "recipes", process="process batteries", material="battery", quantity=-1)
    running, holding = (
        costs["variable operating cost ($/tonne)"],
        place["storage"]["cost ($/tonne)"],
    )
    add(case, "plants", plant="mega plant", site="Chicago", process="process batteries",
        status="candidate", capacity=float(size), variable_cost=running[0])  # fmt: skip
    add(case, "stockpiles", site="Chicago", material="battery",
        capacity=place["storage"]["limit (tonne)"], holding_cost=holding[0])  # fmt: skip
    for period in range(2, years + 1):
        add(case, "changes", table="plants", key="mega plant", field="variable_cost",
            start=period, end=period, value=running[period - 1])  # fmt: skip
        add(case, "changes", table="stockpiles", key="Chicago", field="holding_cost",
            start=period, end=period, value=holding[period - 1])  # fmt: skip
    add(case, "changes", table="stockpiles", key="Chicago", field="capacity", start=years,
        value=0)  # fmt: skip
    return case
