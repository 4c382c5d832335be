"""What buyers can do about it: capacity, recycling, stock, diversity, contracts, substitutes."""

from __future__ import annotations

import pytest

from .cases import (
    Data,
    best,
    bought,
    change,
    cost,
    lane,
    line,
    mill,
    offer,
    plant,
    policy,
    process,
    rule,
    site_for_lines,
    status,
    table,
    uses,
    want,
    works,
    world,
)

BAN = rule("ban", "export", exporters="CN")
STORE = {"site": "works", "material": "magnet"}


def test_a_ban_makes_it_worth_while_to_refine_at_home() -> None:
    """A refinery for 60 pays only once the cheap oxide is gone, and takes a year to build."""
    case = mill(
        periods=3,
        processes=[process("leach", "separation", oxide=1), process("sinter", "magnet", oxide=-1,
                                                                   magnet=1)],
        plants=[
            plant("press", "works", "sinter"),
            plant("tanks", "works", "leach", status="candidate", open_cost=60, build_periods=1),
        ],
    )  # fmt: skip
    assert cost(case) == 30
    case["controls"] = [BAN]
    assert cost(case) == 60 + 50
    assert list(table(case, "decisions")["effective"]) == [2]


def test_all_stages_after_the_mine_must_be_built_to_escape_a_ban() -> None:
    """Separation, metal and magnets: two of the three are worth nothing."""
    case = chain()
    assert cost(case) == 3 * 12
    for name in ("separation", "metal", "magnet"):
        closed = chain()
        row = next(row for row in closed["plants"] if row["plant"] == name)
        row["capacity"] = 0
        assert cost(closed) == 50


def chain() -> Data:
    """Own ore, and a candidate at 12 for each stage up to the magnet; magnets are bought at 5."""
    stages = {"separation": ("ore", "oxide"), "metal": ("oxide", "alloy"),
              "magnet": ("alloy", "magnet")}  # fmt: skip
    return world(
        {"works": "DE"},
        dict.fromkeys(("ore", "oxide", "alloy", "magnet"), 10),
        offers=[offer("ore", "works", "ore", 0), offer("bought", "works", "magnet", 5)],
        processes=[
            process(stage, stage, **{taken: -1, given: 1})
            for stage, (taken, given) in stages.items()
        ],
        plants=[plant(s, "works", s, status="candidate", open_cost=12) for s in stages],
        demand=[want("works", "magnet")],
    )


def test_the_bottleneck_moves_when_one_stage_grows() -> None:
    case = chain()
    for row, capacity in zip(case["plants"], (3, 6, 10), strict=True):
        row |= {"capacity": capacity, "status": "existing"}
    assert cost(case) == 7 * 5
    case["plants"][0]["capacity"] = 10
    assert cost(case) == 4 * 5
    case["plants"][1]["capacity"] = 10
    assert cost(case) == 0


def test_ore_may_travel_to_be_processed_where_others_have_the_plants() -> None:
    """America mines, China refines; a ban on the way back leaves the ore without a use."""
    case = world(
        {"mine": "US", "refinery": "CN"},
        {"ore": 10, "oxide": 50},
        offers=[offer("ore", "mine", "ore", 1), offer("elsewhere", "mine", "oxide", 5)],
        processes=[process("leach", "separation", ore=-1, oxide=1)],
        plants=[plant("tanks", "refinery", "leach")],
        lanes=[
            lane("out", "mine", "refinery", "ore", cost=1),
            lane("back", "refinery", "mine", cost=1),
        ],
        demand=[want("mine", "oxide")],
    )
    assert cost(case) == 10 * (1 + 1 + 1)
    case["controls"] = [BAN | {"materials": "oxide"}]
    assert cost(case) == 50


@pytest.mark.parametrize(("years", "expected"), [(0, 10), (1, 60), (2, 100)])
def test_new_lines_take_time_to_build(years: int, expected: float) -> None:
    case = site_for_lines(plants=[line("new", open_cost=10, build_periods=years)], technologies=[])
    assert cost(case) == expected


def test_output_ramps_up_over_the_years() -> None:
    case = site_for_lines(
        periods=3,
        plants=[line("new", status="existing")],
        technologies=[],
        changes=[
            change("plants", "capacity", 0.3, op="multiply", end=1),
            change("plants", "capacity", 0.6, op="multiply", start=2, end=2),
        ],
    )
    assert cost(case) == 7 * 5 + 4 * 5


def test_yield_grows_with_experience() -> None:
    """Two oxides for a magnet in the first year, one in the second."""
    case = mill(periods=2, changes=[change("recipes", "quantity", -2, key="material=oxide", end=1)])
    assert cost(case) == 20 + 10


def test_waste_without_a_place_limits_refining() -> None:
    """Each oxide leaves two of residue, and the permit is for 8."""
    case = mill(
        BAN,
        materials={"oxide": 50, "residue": 0, "magnet": 100},
        processes=[
            process("leach", "separation", oxide=1, residue=2),
            process("sinter", "magnet", oxide=-1, magnet=1),
        ],
        plants=[plant("press", "works", "sinter"), plant("tanks", "works", "leach")],
        disposal=[{"site": "works", "material": "residue", "cost": 0.25, "capacity": 8}],
    )
    assert cost(case) == 4 * 2 * 0.25 + 6 * 5


def test_clean_air_costs_more_in_one_country_than_in_another() -> None:
    """With its residue paid for, German oxide costs more than what is bought."""
    case = mill(
        sites={"refinery": "CN", "works": "DE"},
        materials={"oxide": 50, "residue": 0, "magnet": 100},
        offers=[offer("bought", "works", "oxide", 5)],
        processes=[
            process("leach", "separation", oxide=1, residue=1),
            process("sinter", "magnet", oxide=-1, magnet=1),
        ],
        plants=[
            plant("press", "works", "sinter"),
            plant("here", "works", "leach"),
            plant("there", "refinery", "leach"),
        ],
        disposal=[
            {"site": "works", "material": "residue", "cost": 4},
            {"site": "refinery", "material": "residue", "cost": 1},
        ],
    )
    assert cost(case) == 10
    case["controls"] = [BAN]
    assert cost(case) == 40
    case["disposal"][0]["cost"] = 6
    assert cost(case) == 50


def test_a_greener_process_costs_the_incumbent_a_share_of_its_margin() -> None:
    case = works(changes=[change("offers", "price", 1.15, op="multiply", key="chinese")])
    assert cost(case) == pytest.approx(11.5)


def test_a_subsidy_for_one_stage_tips_the_decision() -> None:
    """Half of the cost of separation plants is paid by the state; others pay in full."""
    case = chain()
    case["plants"][0]["open_cost"] = 40
    assert cost(case) == 50
    case["changes"] = [change("plants", "open_cost", 0.5, op="multiply", key="process=separation")]
    assert cost(case) == 20 + 12 + 12


def test_a_grant_raises_the_budget_for_capital() -> None:
    case = chain()
    case["policies"] = [{"policy": "budget", "kind": "capital_budget", "value": 30}]
    assert cost(case) == 50
    case["changes"] = [change("policies", "value", 6, op="add", key="budget")]
    assert cost(case) == 36


def test_capacity_abroad_grows_and_crowds_the_newcomer_out() -> None:
    """A fifth more Chinese capacity from the second year, and the German line is not opened."""
    case = site_for_lines(
        sites={"works": "DE", "rival": "CN"},
        plants=[
            plant("rival", "rival", "make", capacity=10, variable_cost=1),
            line("new", open_cost=8, capacity=2),
        ],
        technologies=[],
        lanes=[lane("sea", "rival", "works")],
        demand=[want("works", "magnet", 12)],
    )
    assert cost(case) == 2 * 10 + 8
    case["changes"] = [change("plants", "capacity", 1.2, op="multiply", key="rival")]
    assert cost(case) == 2 * 12


def test_allies_additions_are_capacity_that_comes_by_itself() -> None:
    case = works(BAN, periods=3)
    case["offers"].append(offer("australian", "works", "magnet", 2, origin="AU", start=2))
    assert cost(case) == 50 + 20 + 20


def test_a_lane_to_an_ally_must_be_opened_once() -> None:
    case = mill(
        BAN,
        sites={"refinery": "CN", "works": "DE", "ally": "AU"},
        lanes=[
            lane("sea", "refinery", "works"),
            lane("new", "ally", "works", open_cost=12),
        ],
        periods=2,
    )
    case["offers"].append(offer("ally", "ally", "oxide", 2))
    assert cost(case) == 12 + 20 + 20
    case["lanes"][1]["open_cost"] = 70
    assert cost(case) == 100


def test_a_firm_can_withdraw_its_exports_to_feed_its_own_plants() -> None:
    case = works(
        periods=2,
        changes=[change("offers", "capacity", 3, key="chinese", start=2)],
    )
    assert cost(case) == 10 + 3 + 7 * 5


def test_home_customers_come_first_where_supply_is_short() -> None:
    """12 for both: the Chinese factory has no other source, and gets its 10."""
    case = world(
        {"works": "DE", "factory": "CN"},
        {"magnet": 100},
        offers=[
            offer("chinese", "factory", "magnet", 1, capacity=12),
            offer("german", "works", "magnet", 5),
        ],
        lanes=[lane("sea", "factory", "works")],
        demand=[want("works", "magnet"), want("factory", "magnet", shortage_cost=100)],
    )
    assert cost(case) == 12 + 8 * 5


def test_a_mining_quota_conserves_the_resource() -> None:
    case = site_for_lines(
        sites={"works": "CN", "other": "AU"},
        processes=[process("make", "mining", magnet=1)],
        plants=[
            plant("cheap", "works", "make", variable_cost=1),
            plant("dear", "other", "make", variable_cost=3),
        ],
        technologies=[],
        lanes=[lane("sea", "other", "works")],
        policies=[
            policy("max_quantity", 4, stages="mining", countries="CN", window="year")
        ],
    )  # fmt: skip
    assert cost(case) == 2 * (4 * 1 + 6 * 3)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [("max_share", 0.65, 6.5 + 3.5 * 5), ("max_quantity", 4, 4 + 30), ("min_suppliers", 2, 12)],
)
def test_diversity_can_be_asked_for(kind: str, value: float, expected: float) -> None:
    """No more than 65 % from one country; no more than 4; at least two suppliers."""
    scope = {"countries": "CN"} if kind == "max_quantity" else {}
    each = {"each": "country"} if kind == "max_share" else {}
    case = works(policies=[policy(kind, value, materials="magnet", **scope, **each)])
    # Two suppliers: the second counts from 5 % on.
    assert cost(case) == pytest.approx(expected)


def test_concentration_can_be_limited_stage_by_stage() -> None:
    """Mining may be 70 % Chinese, separation 90 % heavy; each stage has a share of its own."""
    case = two_stages(
        policy("max_share", 0.7, stages="mining", countries="CN"),
        policy("max_share", 0.9, stages="separation", countries="CN"),
    )
    assert cost(case) == (7 + 3 * 5) + (9 + 1 * 5)


def two_stages(*policies: Data) -> Data:
    """Ten of ore and ten of oxide, each at 1 from China and at 5 from elsewhere."""
    return world(
        {"works": "DE"},
        {"ore": 10, "oxide": 50},
        offers=[
            offer(f"{origin} {material}", "works", material, price, origin=origin, stages=stage)
            for origin, price in (("CN", 1), ("AU", 5))
            for material, stage in (("ore", "mining"), ("oxide", "separation"))
        ],
        demand=[want("works", "ore"), want("works", "oxide")],
        policies=list(policies),
    )


def test_light_and_heavy_elements_are_concentrated_differently() -> None:
    case = world(
        {"works": "DE"},
        {"light": 50, "heavy": 500},
        offers=[
            offer(f"{origin} {material}", "works", material, price, origin=origin)
            for origin, price in (("CN", 1), ("AU", 5))
            for material in ("light", "heavy")
        ],
        demand=[want("works", "light"), want("works", "heavy")],
        policies=[
            policy("max_share", 0.6, materials="light", countries="CN"),
            policy("max_share", 0.9, materials="heavy", countries="CN"),
        ],
    )
    assert cost(case) == (6 + 20) + (9 + 5)


def test_the_plan_tells_the_share_of_each_country() -> None:
    case = works(policies=[policy("max_share", 0.6, materials="magnet", each="country")])
    shares = table(case, "shares").query("level == 'material'").set_index("country")["share"]
    assert shares["CN"] == pytest.approx(0.6)
    assert shares["DE"] == pytest.approx(0.4)


@pytest.mark.parametrize(("share", "expected"), [(0.6, 0.6), (0.2, 0.8)])
def test_the_plan_tells_how_much_hangs_on_one_country(share: float, expected: float) -> None:
    case = works(policies=[policy("max_share", share, materials="magnet", countries="CN")])
    assert best(case).objectives["concentration"] == pytest.approx(expected)


def test_one_firms_share_can_be_limited() -> None:
    case = works(policies=[policy("max_share", 0.2, materials="magnet", suppliers="ganzhou")])
    assert cost(case) == 2 + 8 * 5


def test_a_dearer_safe_source_is_worth_a_premium() -> None:
    """Up to a penalty of 4 per unit beyond half, the buyer pays for safety."""
    half = policy("max_share", 0.5, materials="magnet", countries="CN")
    assert cost(works(policies=[half])) == 5 + 25
    assert cost(works(policies=[half | {"penalty": 5}])) == 5 + 25
    assert cost(works(policies=[half | {"penalty": 3}])) == 10 + 5 * 3


def test_switching_supplier_costs_once_for_each_programme() -> None:
    case = works(BAN, periods=2)
    case["offers"][1]["select_cost"] = 12
    assert cost(case) == 12 + 100
    case["demand"] = [want("works", "magnet", shortage_cost=5)]
    assert cost(case) == 100


def test_new_sources_must_be_qualified_before_they_count() -> None:
    case = works(BAN, periods=3)
    case["offers"][1] |= {"select_cost": 6, "qualification_periods": 1}
    case["demand"][0]["shortage_cost"] = 20
    assert cost(case) == 6 + 200 + 50 + 50


def test_long_contracts_are_cheaper_and_must_be_taken() -> None:
    """Two years at 3 with at least 8 a year, against 5 on the spot; the need falls to 4."""
    case = works(
        BAN,
        periods=2,
        offers=[
            offer("chinese", "works", "magnet", 1, origin="CN"),
            offer("contract", "works", "magnet", 3, contract_periods=2, commit_quantity=8),
            offer("spot", "works", "magnet", 5),
        ],
        disposal=[STORE],
    )
    assert cost(case) == 60
    case["changes"] = [change("demand", "quantity", 1, start=2)]
    assert cost(case) == 10 * 3 + 8 * 3
    case["changes"][0]["value"] = 0
    case["offers"][2]["price"] = 4
    assert cost(case) == 40


def test_a_ban_frees_from_a_contract() -> None:
    """Force majeure: what must be taken falls to what can be had."""
    case = works(
        BAN,
        periods=2,
        control_status=[status("ban", 2, "in_force")],
        offers=[
            offer("chinese", "works", "magnet", 1, origin="CN", contract_periods=2,
                  commit_quantity=10),
            offer("german", "works", "magnet", 5),
        ],
    )  # fmt: skip
    assert cost(case) == 10 + 50


def test_recycling_of_scrap_is_a_source_when_the_mine_is_closed() -> None:
    case = recycling(BAN)
    assert cost(case) == 4 * 2 + 6 * 5
    case["policies"] = [policy("recycled_share", 0.3, materials="magnet")]
    case["controls"] = []
    assert cost(case) == 3 * 2 + 7 * 1


def recycling(*controls: Data) -> Data:
    """The works can remelt 4 of scrap a year at 2 each."""
    return works(
        *controls,
        materials={"scrap": 10, "magnet": 100},
        offers=[
            offer("chinese", "works", "magnet", 1, origin="CN"),
            offer("german", "works", "magnet", 5),
            offer("scrap", "works", "scrap", 0, capacity=4),
        ],
        processes=[process("remelt", "recycling", scrap=-1, magnet=1)],
        plants=[plant("furnace", "works", "remelt", variable_cost=2)],
    )


def test_recycling_capacity_is_built_when_enough_comes_back() -> None:
    """Half of what is delivered comes back a year later; a furnace for 12 saves 5 on each."""
    case = works(
        BAN,
        periods=3,
        materials={"scrap": 10, "magnet": 100},
        processes=[process("remelt", "recycling", scrap=-1, magnet=1)],
        plants=[plant("furnace", "works", "remelt", status="candidate", open_cost=12)],
        returns=[
            {"site": "works", "material": "scrap", "from_site": "works",
             "from_material": "magnet", "share": 0.5, "lag_periods": 1}
        ],
        disposal=[{"site": "works", "material": "scrap"}],
    )  # fmt: skip
    assert cost(case) == 50 + 12 + 25 + 25
    case["plants"][0]["open_cost"] = 51
    assert cost(case) == 150


def test_a_secondary_source_can_emerge_later() -> None:
    case = recycling(BAN)
    case["case"]["periods"] = 2
    case["offers"][2]["start"] = 2
    assert cost(case) == 50 + (4 * 2 + 6 * 5)


def test_another_grade_substitutes_or_takes_less() -> None:
    """A motor takes one magnet with dysprosium, or two of iron that weigh and cost more."""
    case = motors()
    assert cost(case) == 10
    case["controls"] = [BAN]
    assert cost(case) == 2 * 10 * 1.5


def motors() -> Data:
    """Ten motors, from Chinese magnets at 1 or twice as many iron ones at 1.5."""
    return world(
        {"works": "DE"},
        {"strong": 100, "iron": 20, "motor": 500},
        offers=[
            offer("chinese", "works", "strong", 1, origin="CN"),
            offer("german", "works", "iron", 1.5),
        ],
        processes=[
            process("usual", "other", strong=-1, motor=1),
            process("new", "other", iron=-2, motor=1),
        ],
        plants=[plant("a", "works", "usual"), plant("b", "works", "new")],
        demand=[want("works", "motor", shortage_cost=8)],
    )


def test_thrifting_uses_less_of_the_scarce_element() -> None:
    case = motors()
    case["processes"].append({"process": "thrifty", "stage": "other"})
    case["recipes"] += [
        {"process": "thrifty", "material": "strong", "quantity": -0.5},
        {"process": "thrifty", "material": "motor", "quantity": 1},
    ]
    case["plants"].append({"plant": "c", "site": "works", "process": "thrifty", "variable_cost": 1})
    assert cost(case) == 10
    case["controls"] = [rule("quota", "export", "free", exporters="CN", quota=5)]
    assert cost(case) == 5 * 1 + 10 * 1


def test_elements_of_one_ore_come_together() -> None:
    """Neodymium for 10 brings 2 of yttrium along, whether it is wanted or not."""
    case = world(
        {"works": "DE"},
        {"neodymium": 60, "yttrium": 10},
        processes=[process("leach", "separation", neodymium=1, yttrium=0.2)],
        plants=[plant("tanks", "works", "leach", variable_cost=1)],
        offers=[offer("yttrium", "works", "yttrium", 7)],
        disposal=[{"site": "works", "material": "yttrium", "cost": 1}],
        demand=[want("works", "neodymium"), want("works", "yttrium", 5)],
    )
    assert cost(case) == 10 + 3 * 7
    case["demand"][1]["quantity"] = 1
    assert cost(case) == 10 + 1 * 1


def test_products_need_their_elements_in_proportion() -> None:
    """A magnet takes neodymium and a little dysprosium: the scarcer of the two decides."""
    case = world(
        {"works": "DE"},
        {"neodymium": 60, "dysprosium": 300, "magnet": 100},
        offers=[
            offer("nd", "works", "neodymium", 1),
            offer("dy", "works", "dysprosium", 10, origin="CN"),
        ],
        processes=[process("sinter", "magnet", neodymium=-0.3, dysprosium=-0.05, magnet=1)],
        plants=[plant("press", "works", "sinter")],
        demand=[want("works", "magnet", shortage_cost=20)],
    )
    assert cost(case) == 10 * (0.3 + 0.5)
    case["controls"] = [rule("quota", "export", "free", quota=0.2)]
    assert cost(case) == 4 * (0.3 + 0.5) + 6 * 20


def test_shortage_hurts_sectors_differently_and_runs_down_the_chain() -> None:
    """Oxide for 6 magnets of 20: aircraft are served before cars, cars before toys."""
    case = mill(
        rule("quota", "export", "free", quota=6),
        offers=[offer("chinese", "refinery", "oxide", 1)],
        demand=[
            want("works", "magnet", 4, end_use="aircraft", shortage_cost=100),
            want("works", "magnet", 10, end_use="cars", shortage_cost=30),
            want("works", "magnet", 6, end_use="toys", shortage_cost=2),
        ],
    )
    assert cost(case) == 6 * 1 + 8 * 30 + 6 * 2


def test_late_deliveries_cost_by_the_period() -> None:
    """The ban is lifted in the second year: waiting costs 2 a unit, a German magnet 4 more."""
    case = works(
        BAN,
        periods=2,
        control_status=[status("ban", 1, "in_force"), status("ban", 2, "suspended")],
        demand=[want("works", "magnet", backlog_cost=2)],
    )
    assert cost(case) == 10 * 2 + 20 * 1
    case["demand"][0]["backlog_cost"] = 6
    assert cost(case) == 50 + 10


def test_every_sector_asks_for_more_of_it_every_year() -> None:
    """Cars grow by half each year, defence doubles in the third, toys stand still."""
    case = works(
        periods=3,
        demand=uses("cars", "defence", "toys"),
        changes=[
            change("demand", "quantity", 1.5, op="multiply", key="end_use=cars", start=2),
            change("demand", "quantity", 1.5, op="multiply", key="end_use=cars", start=3),
            change("demand", "quantity", 2, op="multiply", key="end_use=defence", start=3),
        ],
    )
    assert cost(case) == (10 + 15 + 22.5) + (10 + 10 + 20) + 30


def test_many_products_share_one_material() -> None:
    """From solar panels to telephones: each product takes its own amount of magnet."""
    case = works(
        materials={"magnet": 100, "panel": 300, "telephone": 500},
        processes=[
            process("panels", "other", magnet=-2, panel=1),
            process("telephones", "other", magnet=-0.5, telephone=1),
        ],
        plants=[plant("a", "works", "panels"), plant("b", "works", "telephones")],
        demand=[want("works", "panel", 3), want("works", "telephone", 8)],
    )
    assert cost(case) == 3 * 2 + 8 * 0.5


def test_stock_is_bought_before_a_ban_begins() -> None:
    case = works(
        BAN,
        periods=2,
        control_status=[status("ban", 2, "in_force")],
        stockpiles=[STORE | {"holding_cost": 1.5, "capacity": 6}],
    )
    assert cost(case) == 10 + 6 * (1 + 1.5) + 4 * 5


def test_a_stockpile_is_bound_by_rules_of_its_own() -> None:
    """A quarter's cover must be kept, and what is taken arrives a year later."""
    cover = {"min_cover_days": 365.25 / 4}
    case = works(stockpiles=[STORE | cover])
    assert cost(case) == 12.5
    case = works(
        BAN,
        periods=2,
        stockpiles=[STORE | {"initial": 10, "release_lag": 1}],
    )
    assert cost(case) == 50
    case["stockpiles"][0]["release_lag"] = 0
    assert cost(case) == 50 * 2 - 50


def test_goods_promised_to_one_use_stay_in_their_own_stock() -> None:
    """What was let in for civil use fills the store, and defence cannot draw on it."""
    case = works(
        rule("no arms", "export", exporters="CN", end_uses="defence"),
        BAN | {"control": "later"},
        periods=2,
        control_status=[status("later", 2, "in_force")],
        stockpiles=[STORE | {"holding_cost": 1}],
        demand=uses("civil", "defence"),
    )
    assert cost(case) == (10 + 50) + (10 * (1 + 1) + 50)


def test_a_public_reserve_is_opened_in_an_emergency_only() -> None:
    """The state holds 8 and lets them go in the second year."""
    case = works(
        BAN,
        periods=2,
        stockpiles=[STORE | {"initial": 8, "min_level": 8, "capacity": 8}],
    )
    assert cost(case) == 100
    case["changes"] = [change("stockpiles", "min_level", 0, start=2)]
    assert cost(case) == 50 + 2 * 5


def test_money_tied_up_in_stock_costs_interest() -> None:
    """Ten magnets worth 100 each, held over the end of a year at 2 %."""
    case = works(
        BAN,
        settings={"capital_rate": 0.02},
        periods=2,
        control_status=[status("ban", 2, "in_force")],
        stockpiles=[STORE],
    )
    assert cost(case) == 20 + 10 * 100 * 0.02


@pytest.mark.parametrize(
    ("stages", "expected"), [("mining", 14), ("separation", 14), ("magnet", 10)]
)
def test_an_integrated_producer_depends_on_nobody(stages: str, expected: float) -> None:
    """Own ore, own know-how and scrap at one site; the merchant's oxide is cheaper until banned."""
    case = mill(
        rule("ban", "export", exporters="CN", stages=stages),
        materials={"ore": 10, "oxide": 50, "magnet": 100},
        offers=[
            offer("chinese", "refinery", "oxide", 1, stages="mining"),
            offer("own ore", "works", "ore", 1),
        ],
        processes=[
            process("leach", "separation", ore=-1, oxide=1),
            process("sinter", "magnet", oxide=-1, magnet=1),
        ],
        plants=[
            plant("press", "works", "sinter"),
            plant("tanks", "works", "leach", variable_cost=0.4),
        ],
    )
    assert cost(case) == expected


def test_a_share_of_supply_must_be_processed_in_the_region() -> None:
    """A regional target: 40 % of magnets made by plants in the union."""
    case = works(
        sites={"works": "DE", "usine": "FR"},
        offers=[offer("chinese", "works", "magnet", 1, origin="CN")],
        processes=[process("make", "magnet", magnet=1)],
        plants=[plant("usine", "usine", "make", variable_cost=3)],
        lanes=[lane("road", "usine", "works")],
        groups=[{"group": "union", "member": country} for country in ("DE", "FR")],
        policies=[policy("min_share", 0.4, materials="magnet", countries="union", window="year")],
    )
    assert cost(case) == 6 + 4 * 3


def test_at_least_one_plant_of_the_region_must_be_opened() -> None:
    case = site_for_lines(policies=[policy("min_open", 1, operators="works", window="horizon")])
    case["plants"] = [line("new", open_cost=130)]
    assert cost(case) == 130
    case["policies"][0]["penalty"] = 20
    assert cost(case) == 100 + 20
    assert bought(case) == {"bought": 20}
