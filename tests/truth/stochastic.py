"""Two-stage stochastic programs as scenario trees: netdes, the farmer, AMPL's facilities."""

from __future__ import annotations

import json
from pathlib import Path

from .common import Case, add, add_sites, new_case


def _two_stages(case: Case, probabilities: dict[str, float | str]) -> None:
    """Scenarios that share period 1: the first is the parent of the rest."""
    first = next(iter(probabilities))
    for scenario, probability in probabilities.items():
        if scenario == first:
            add(case, "scenarios", scenario=scenario, probability=probability)
        else:
            add(case, "scenarios", scenario=scenario, probability=probability, parent=first,
                branches_at=2)  # fmt: skip


def _matrix(line: str) -> list[list[float]]:
    return [[float(cell) for cell in row.split(",")] for row in line.split(";")]


def netdes(path: Path, name: str) -> Case:
    """Stochastic fixed-charge network design (mpi-sppy netdes).

    Lanes are opened in period 1 (``decide_every`` 2: no strategic decision in period 2); all
    else happens in period 2, whose unit costs, capacities, supplies and demands are those of
    the scenario. The base tables hold the first scenario's; the others change them. In the
    files a node's balance is what leaves it minus what enters: supply is positive.
    """
    lines = path.read_text(encoding="ascii").split("+\n", 1)[1].splitlines()
    nodes = int(lines[0])
    adjacency, fixed = _matrix(lines[3]), _matrix(lines[4])
    shares = [float(cell) for cell in lines[6].split(",")]
    stages = []
    for k in range(int(lines[5])):
        first = 8 + 4 * k
        cost_k, capacity_k, balance_k = (_matrix(line) for line in lines[first : first + 3])
        stages.append((cost_k, capacity_k, balance_k[0]))
    case = new_case(name, f"netdes {path.stem}: lanes before the scenario is known", periods=2,
                    decide_every=2)  # fmt: skip
    add_sites(case, [f"n{i + 1}" for i in range(nodes)], "US")
    names = [f"s{k + 1}" for k in range(len(stages))]
    _two_stages(case, dict(zip(names, shares, strict=True)))
    arcs = [(i, j) for i in range(nodes) for j in range(nodes) if adjacency[i][j]]
    cost, capacity, balance = stages[0]
    for i, j in arcs:
        add(case, "lanes", lane=f"n{i + 1}-n{j + 1}", from_=f"n{i + 1}", to=f"n{j + 1}",
            cost=cost[i][j], capacity=capacity[i][j], open_cost=fixed[i][j])  # fmt: skip
    gives = [i for i in range(nodes) if any(stage[2][i] > 0 for stage in stages)]
    takes = [i for i in range(nodes) if any(stage[2][i] < 0 for stage in stages)]
    for i in gives:
        add(case, "offers", offer=f"supply n{i + 1}", site=f"n{i + 1}", material="goods",
            capacity=max(balance[i], 0), start=2)  # fmt: skip
    for i in takes:
        add(case, "demand", site=f"n{i + 1}", material="goods", quantity=max(-balance[i], 0),
            start=2)  # fmt: skip
    for scenario, (new_cost, new_capacity, new_balance) in zip(names[1:], stages[1:], strict=True):
        for i, j in arcs:
            lane = f"n{i + 1}-n{j + 1}"
            for field, value, base in (
                ("cost", new_cost[i][j], cost[i][j]),
                ("capacity", new_capacity[i][j], capacity[i][j]),
            ):
                _change(case, scenario, "lanes", lane, field, value, base)
        for i in gives:
            _change(case, scenario, "offers", f"supply n{i + 1}", "capacity",
                    max(new_balance[i], 0), max(balance[i], 0))  # fmt: skip
        for i in takes:
            _change(case, scenario, "demand", f"n{i + 1}", "quantity", max(-new_balance[i], 0),
                    max(-balance[i], 0))  # fmt: skip
    return case


def _change(
    case: Case, scenario: str, table: str, key: str, field: str, value: float, base: float
) -> None:
    if value != base:
        add(case, "changes", scenario=scenario, table=table, key=key, field=field, value=value)


def farmer(path: Path, name: str) -> Case:
    """Birge and Louveaux's farmer: plant before the yields are known.

    Land is offered in period 1. Sowing is a plant whose run takes one acre and one period, so
    its output follows the recipe of period 2, that is, the scenario's yield. Feed is hard
    demand of period 2, purchases are offers, and sales are optional demand rows (shortage cost
    0) with a price; the sugar-beet quota is a row of 6000 t at the better price.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    crops = ["wheat", "corn", "beet"]
    case = new_case(name, "The farmer's problem (Birge and Louveaux, chapter 1)", periods=2,
                    materials=["land", *crops], months=6)  # fmt: skip
    add_sites(case, ["farm"], "US")
    scenarios = ["above average", "average", "below average"]
    yields = dict(zip(scenarios, data["yield_scenarios"], strict=True))
    ordered = ["average", "above average", "below average"]
    _two_stages(case, dict.fromkeys(ordered, "1/3"))
    add(case, "offers", offer="land", site="farm", material="land", capacity=data["land"], end=1)
    for i, crop in enumerate(crops):
        add(case, "processes", process=f"grow {crop}")
        add(case, "recipes", process=f"grow {crop}", material="land", quantity=-1)
        add(case, "recipes", process=f"grow {crop}", material=crop, quantity=yields["average"][i])
        add(case, "plants", plant=f"{crop} fields", site="farm", process=f"grow {crop}",
            capacity=data["land"], variable_cost=data["planting_cost"][crop],
            lead_days=182)  # fmt: skip
        for scenario in ("above average", "below average"):
            add(case, "changes", scenario=scenario, table="recipes",
                key=f"process=grow {crop};material={crop}", field="quantity",
                value=yields[scenario][i])  # fmt: skip
    for crop, price in data["purchase"].items():
        add(case, "offers", offer=f"buy {crop}", site="farm", material=crop, price=price, start=2)
    for crop, quantity in data["need"].items():
        add(case, "demand", site="farm", material=crop, end_use="feed", quantity=quantity, start=2)
    best = {crop: data["land"] * max(row[i] for row in yields.values())
            for i, crop in enumerate(crops)}  # fmt: skip
    for crop, quantity, price in (
        ("wheat", best["wheat"], data["sell"]["wheat"]),
        ("corn", best["corn"], data["sell"]["corn"]),
        ("beet", 6000, data["sell"]["beet_le_6000"]),
        ("beet", best["beet"], data["sell"]["beet_over"]),
    ):
        add(case, "demand", site="farm", material=crop, end_use="sale", quantity=quantity,
            price=price, shortage_cost=0, start=2)  # fmt: skip
    return case


def facilities(path: Path, name: str) -> Case:
    """AMPL's stochastic facility location: build before demand is known.

    A facility is an offer selected in period 1; shipments and demand are in period 2. The base
    tables hold the medium demand.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    case = new_case(name, "Stochastic facility location (AMPL colab)", periods=2,
                    decide_every=2)  # fmt: skip
    add_sites(case, [*data["facilities"], *data["customers"]], "US")
    order = ["Medium", "Low", "High"]
    _two_stages(case, {key: data["scenarios"][key]["prob"] for key in order})
    for facility, terms in data["facilities"].items():
        add(case, "offers", offer=f"{facility} plant", site=facility, material="goods",
            capacity=terms["capacity"], select_cost=terms["fixed"], start=2)  # fmt: skip
        for customer, cost in zip(data["customers"], terms["unit_cost"], strict=True):
            add(case, "lanes", lane=f"{facility} to {customer}", from_=facility, to=customer,
                cost=cost)  # fmt: skip
    medium = data["scenarios"]["Medium"]["demand"]
    for customer, quantity in zip(data["customers"], medium, strict=True):
        add(case, "demand", site=customer, material="goods", quantity=quantity, start=2)
    for scenario in order[1:]:
        demand = data["scenarios"][scenario]["demand"]
        for customer, quantity in zip(data["customers"], demand, strict=True):
            add(case, "changes", scenario=scenario, table="demand", key=customer,
                field="quantity", value=quantity)  # fmt: skip
    return case
