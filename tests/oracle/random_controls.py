"""Small random cases with rules of every kind, pedigrees, licences and technologies.

``controlled_case(seed)`` is the same for the same seed. Every site can dispose of everything and
demand may mostly be short, so most cases are feasible; capacities and modules are bounded. Rules
and pedigrees are made in :mod:`.random_provisions`.
"""

from __future__ import annotations

from typing import Any

from .dice import Dice, Row
from .random_provisions import add_changes, add_pedigrees, add_provisions

Case = dict[str, Any]
RECIPES: dict[str, dict[str, float]] = {
    "separation": {"ore": -2, "oxide": 1},
    "magnet": {"oxide": -1.2, "magnet": 1},
    "recycling": {"scrap": -1.5, "oxide": 1},
}
CHAINS = (
    ("oxide", "magnet"),
    ("ore", "oxide", "magnet"),
    ("ore", "oxide", "magnet"),
    ("oxide", "salt", "magnet"),
    ("oxide", "magnet", "scrap"),
    ("ore", "oxide", "magnet", "scrap"),
)
PERIODS = (3, 3, 3, 4, 4, 5)


def controlled_case(seed: int) -> Case:
    """A case of three to five sites in three countries, with one to five rules."""
    dice = Dice(seed)
    periods = dice.one(*PERIODS)
    case: Case = {
        "case": {
            "name": f"controlled {seed}",
            "periods": periods,
            "months_per_period": dice.one(3, 3, 6, 12),
            "discount_rate": dice.one(0, 0.1),
            "capital_rate": dice.one(0, 0, 0.1),
            "decide_every": dice.one(1, 1, 2),
        },
        "materials": [{"material": m, "price": dice.number(1, 10)} for m in dice.one(*CHAINS)],
        "sites": _sites(dice),
        "groups": [{"group": "EU", "member": "DE"}, {"group": "west", "member": "US"},
                   {"group": "west", "member": "EU"}],
    }  # fmt: skip
    _processes(case, dice)
    _offers(case, dice, periods)
    _demand(case, dice, periods)
    _plants(case, dice, periods)
    _lanes(case, dice, periods)
    add_pedigrees(case, dice)
    _held(case, dice, periods)
    add_provisions(case, dice, periods)
    add_changes(case, dice, periods)
    return case


def _sites(dice: Dice) -> list[Row]:
    chosen = ["CN1", "US1", "DE1", *dice.one((), (), ("CN2",), ("DE2",), ("CN2", "DE2"))]
    return [
        {"site": site, "country": site[:2]}
        | dice.some(0.25, operator=dice.one("firm", "works"))
        for site in chosen
    ]  # fmt: skip


def names(case: Case, table: str, column: str) -> list[str]:
    """The distinct values of a column."""
    return list(dict.fromkeys(row[column] for row in case[table] if row.get(column)))


def _processes(case: Case, dice: Dice) -> None:
    materials = names(case, "materials", "material")
    recipes = {
        stage: dict(recipe) for stage, recipe in RECIPES.items() if {*recipe} <= {*materials}
    }
    if "salt" in materials:
        recipes["magnet"]["salt"] = dice.one(-0.3, -1)
    elif "ore" in materials and dice.chance(0.3):
        recipes["magnet"]["ore"] = -0.5
    if "scrap" in materials and dice.chance(0.4):
        recipes["magnet"]["scrap"] = 0.2
    case["processes"] = [{"process": f"do {stage}", "stage": stage} for stage in recipes]
    case["recipes"] = [
        {"process": f"do {stage}", "material": material, "quantity": quantity}
        for stage, recipe in recipes.items()
        for material, quantity in recipe.items()
    ]


def _offers(case: Case, dice: Dice, periods: int) -> None:
    """The first materials cheap in China and dear in the west, and perhaps another offer."""
    materials = names(case, "materials", "material")
    first = ["ore" if "ore" in materials else "oxide", *(["salt"] if "salt" in materials else [])]
    wanted = [(site, material) for material in first for site in ("CN1", dice.one("US1", "DE1"))]
    sites = names(case, "sites", "site")
    more = dice.one(0, 0, 1, 2)
    wanted += [(dice.one(*sites), dice.one(*materials)) for _ in range(more)]
    case["offers"] = []
    for i, (site, material) in enumerate(wanted):
        cheap = site.startswith("CN") and material in first
        row: Row = {
            "offer": f"o{i}", "site": site, "material": material,
            "price": dice.number(1, 5) if cheap else dice.number(6, 25),
        }  # fmt: skip
        row |= dice.some(
            0.2, capacity=dice.number(10, 60), lead_days=dice.one(20, 60, 190),
            supplier=dice.one("s1", "s2"), origin=dice.one("CN", "US", "DE"),
            stages=dice.one("mining", "separation", "mining,separation"),
        )  # fmt: skip
        row |= dice.some(0.06, min_order=dice.number(1, 5), order_cost=dice.number(1, 20))
        row |= dice.some(0.06, select_cost=dice.number(1, 40), min_take=dice.number(1, 3))
        case["offers"].append(row | dice.window(0.06, periods))


def _plants(case: Case, dice: Dice, periods: int) -> None:
    case["technologies"] = [
        {"technology": "laser", "origin": "US", "needs_services": "yes",
         "uptime_without_services": dice.one(0, 0.3, 0.6)},
        {"technology": "furnace", "origin": dice.one("CN", "DE"),
         "needs_services": dice.one("yes", "yes", "no"), "uptime_without_services": 0.5},
    ]  # fmt: skip
    case["plants"], case["expansions"] = [], []
    processes = names(case, "processes", "process")
    processes.sort(key=lambda process: process != "do magnet")
    sites = [*names(case, "demand", "site"), "CN1", "DE1"]
    for i in range(dice.whole(len(processes), 4)):
        process = processes[i] if i < len(processes) else dice.one(*processes)
        row: Row = {
            "plant": f"p{i}", "site": dice.one(*sites), "process": process,
            "status": dice.one("existing", "candidate"),
            "capacity": dice.number(4, 20), "variable_cost": dice.number(0, 3),
        }  # fmt: skip
        row |= dice.some(
            0.25, open_cost=dice.number(10, 60), build_periods=1, fixed_cost=dice.number(0, 4),
            lead_days=dice.one(30, 60, 190), min_activity=dice.number(1, 4),
        )  # fmt: skip
        row |= dice.some(0.6, technology=dice.one("laser", "laser", "furnace"))
        row |= dice.window(0.06, periods)
        if dice.chance(0.05) and process != "do recycling":
            row.pop("capacity")
        case["plants"].append(row)
        if dice.chance(0.35):
            module: Row = {
                "plant": f"p{i}",
                "module_capacity": dice.number(3, 10),
                "module_cost": dice.number(3, 20),
                "max_modules": dice.whole(1, 3),
            }
            case["expansions"].append(
                module
                | dice.some(0.3, continuous="yes", build_periods=1, fixed_cost=dice.number(0, 2))
                | dice.some(0.4, technology=dice.one("laser", "furnace"))
            )  # fmt: skip


def _lanes(case: Case, dice: Dice, periods: int) -> None:
    materials = names(case, "materials", "material")
    routes = [
        ("@CN", "*,!@CN"), dice.one(("US1", "@DE"), ("@DE", "US1"), ("*,!@CN", "*,!@CN")),
        ("US1,DE1", "CN1"), ("CN1,US1", "DE1"),
    ]  # fmt: skip
    case["lanes"] = []
    for i, (start, end) in enumerate(routes[: dice.one(2, 2, 2, 2, 3, 4)]):
        row: Row = {
            "lane": f"l{i}",
            "from": start,
            "to": end,
            "cost": dice.number(0, 2),
            "material": dice.one("*", "*", dice.one(*materials), "*,!magnet"),
        }
        row |= dice.some(0.2, capacity=dice.number(5, 40), lead_days=dice.one(20, 45, 190))
        row |= dice.some(0.04, open_cost=dice.number(1, 30), min_load=dice.number(1, 5))
        case["lanes"].append(row | dice.window(0.06, periods))
    case["disposal"] = [
        {"site": site, "material": material, "cost": dice.number(0, 1)}
        for site in names(case, "sites", "site")
        for material in materials
    ]  # fmt: skip


def _demand(case: Case, dice: Dice, periods: int) -> None:
    materials = [m for m in names(case, "materials", "material") if m in ("oxide", "magnet")]
    case["demand"] = []
    for i in range(dice.whole(2, 3)):
        row: Row = {
            "site": dice.one("DE1", "DE1", "US1", *names(case, "sites", "site")),
            "material": dice.one(*materials, "magnet", "magnet"), "quantity": dice.number(1, 12),
            "shortage_cost": dice.one(100, 100, 300, 60),
            "end_use": dice.one("civil", "defence", "chips"),
        }  # fmt: skip
        if i == 0:
            row["end_use"] = "civil"
        row |= dice.some(0.25, end_user=dice.one("army", "fab"), backlog_cost=dice.number(1, 20))
        row |= dice.some(0.1, price=dice.number(1, 30)) | dice.window(0.15, periods)
        row |= dice.some(0.05, shortage_cost=dice.one(0, None))
        case["demand"].append(row)


def _held(case: Case, dice: Dice, periods: int) -> None:
    """Stockpiles, goods in transit and returns."""
    sites, materials = names(case, "sites", "site"), names(case, "materials", "material")
    marks = [*names(case, "pedigrees", "pedigree"), "*"] if case["pedigrees"] else []
    case["stockpiles"], case["in_transit"], case["returns"] = [], [], []
    for site in sites:
        if dice.chance(0.3):
            row: Row = {"site": site, "material": dice.one(*materials), "holding_cost": 0.2}
            row |= dice.some(0.4, initial=dice.number(1, 15), capacity=dice.number(15, 40))
            row |= dice.some(0.1, release_lag=1, decay=0.1, final_level=dice.number(0, 3))
            if marks:
                row |= dice.some(0.5, pedigrees=dice.one(*marks))
            case["stockpiles"].append(row)
    if dice.chance(0.3):
        row = {
            "site": dice.one(*sites),
            "material": dice.one(*materials),
            "period": dice.whole(1, periods),
            "quantity": dice.number(1, 15),
        }
        if marks:
            row |= dice.some(0.5, pedigrees=dice.one(*marks))
        case["in_transit"].append(row)
    if dice.chance(0.6 if "scrap" in materials else 0.15):
        source = dice.one(*case["demand"])
        back = "scrap" if "scrap" in materials else "oxide"
        case["returns"].append(
            {"site": dice.one(*sites), "material": back, "from_site": source["site"],
             "from_material": source["material"], "share": dice.number(0.2, 0.6),
             "lag_periods": dice.whole(0, 2)}
        )  # fmt: skip
