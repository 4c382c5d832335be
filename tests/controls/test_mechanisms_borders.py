"""What rules at a border do: dates, lists, selectors, duties, quotas, floors, stacking."""

from __future__ import annotations

import pytest
from optimizer.agreement import checked

from .cases import (
    YEAR,
    Data,
    best,
    bought,
    change,
    cost,
    fork,
    lane,
    mill,
    offer,
    plant,
    policy,
    process,
    rule,
    status,
    uses,
    want,
    works,
    world,
)

BAN = rule("ban", "export", exporters="CN")


@pytest.mark.parametrize(("start", "expected"), [(1, 150), (2, 110), (3, 70)])
def test_a_rule_hits_from_the_period_of_its_date_and_not_before(
    start: int, expected: float
) -> None:
    case = works(BAN, periods=3, control_status=[status("ban", start, "in_force")])
    assert cost(case) == expected


def test_an_announced_rule_changes_nothing_until_it_is_in_force() -> None:
    dates = [status("ban", 1, "announced"), status("ban", 3, "in_force")]
    assert cost(works(BAN, periods=3, control_status=dates)) == 10 + 10 + 50


def test_a_repealed_rule_hits_no_more() -> None:
    dates = [status("ban", 1, "in_force"), status("ban", 2, "repealed")]
    assert cost(works(BAN, periods=2, control_status=dates)) == 50 + 10


@pytest.mark.parametrize(("means", "expected"), [("in_force", 50), ("suspended", 10)])
def test_the_case_says_what_an_unknown_status_means(means: str, expected: float) -> None:
    case = works(
        BAN, settings={"unknown_controls": means}, control_status=[status("ban", 1, "unknown")]
    )
    assert cost(case) == expected


def test_a_list_of_items_controls_what_it_names_and_nothing_else() -> None:
    """A group is the annex; neodymium is not on it."""
    case = two_materials("dysprosium", "neodymium", rule("annex", "export", materials="annex 1"))
    case["groups"] = [{"group": "annex 1", "member": "dysprosium"}]
    assert cost(case) == 50 + 10


def test_families_of_magnets_are_picked_by_pattern() -> None:
    families = ("magnet-ndfeb", "magnet-smco", "magnet-cerium")
    case = two_materials(*families, rule("r", "export", materials="magnet-*,!magnet-cerium"))
    assert cost(case) == 50 + 50 + 10


@pytest.mark.parametrize(
    ("stages", "expected"), [("separation", 70), ("magnet", 70), ("separation,magnet", 110)]
)
def test_stages_mean_the_materials_that_come_out_of_them(stages: str, expected: float) -> None:
    """Oxide comes out of a process, magnets of an offer's stage, ore out of neither."""
    case = two_materials("oxide", "magnet", "ore", rule("r", "export", stages=stages))
    case["offers"][2]["stages"] = "magnet"
    case["processes"] = [{"process": "leach", "stage": "separation"}]
    case["recipes"] = [
        {"process": "leach", "material": "ore", "quantity": -1},
        {"process": "leach", "material": "oxide", "quantity": 1},
    ]
    assert cost(case) == expected


def two_materials(*materials_and_rule: str | Data) -> Data:
    """The works needs 10 of each material a year: Chinese at 1, German at 5, under one rule."""
    *names, control = materials_and_rule
    return world(
        {"works": "DE"},
        dict.fromkeys(map(str, names), 100),
        offers=[
            row
            for name in map(str, names)
            for row in (
                offer(f"cn {name}", "works", name, 1, origin="CN"),
                offer(f"de {name}", "works", name, 5),
            )
        ],
        demand=[want("works", str(name)) for name in names],
        controls=[control],
    )


def test_a_new_rule_for_another_material_sets_the_precedent() -> None:
    case = two_materials("dysprosium", "graphite", BAN | {"materials": "dysprosium"})
    case["case"]["periods"] = 2
    assert cost(case) == 2 * (50 + 10)
    case["controls"].append(rule("next", "export", materials="graphite"))
    case["control_status"] = [status("next", 2, "in_force")]
    assert cost(case) == 50 + 10 + 50 + 50


def test_a_listed_receiver_gets_nothing_and_its_neighbour_everything() -> None:
    case = works(
        rule("list", "export", end_users="entities"),
        sites={"works/listed": "DE", "mill/unlisted": "DE"},
        offers=[
            offer("a", "works", "magnet", 1, origin="CN"),
            offer("b", "mill", "magnet", 1, origin="CN"),
            offer("c", "works", "magnet", 5),
        ],
        demand=[want("works", "magnet"), want("mill", "magnet")],
        groups=[{"group": "entities", "member": "listed"}],
    )
    assert cost(case) == 50 + 10


def test_only_exporters_on_the_white_list_may_sell() -> None:
    case = works(rule("r", "export", operators="*,!holder"))
    case["offers"].append(offer("licensed", "works", "magnet", 2, origin="CN", supplier="holder"))
    assert cost(case) == 20
    assert bought(case) == {"licensed": 10}


def test_moves_inside_a_country_are_never_hit() -> None:
    """The ban traps cheap supply at home: the Chinese factory still pays 1."""
    case = works(
        BAN,
        sites={"works": "DE", "factory": "CN"},
        offers=[offer("own", "factory", "magnet", 1), offer("german", "works", "magnet", 5)],
        lanes=[lane("sea", "factory", "works")],
        demand=[want("works", "magnet"), want("factory", "magnet")],
    )
    assert cost(case) == 50 + 10


def test_prices_at_home_and_abroad_part_ways() -> None:
    case = works(
        sites={"works": "DE", "factory": "CN"},
        offers=[
            offer("at home", "factory", "magnet", 1),
            offer("abroad", "works", "magnet", 1, origin="CN"),
        ],
        demand=[want("works", "magnet"), want("factory", "magnet")],
        periods=2,
        changes=[change("offers", "price", 45, key="abroad", op="multiply", start=2)],
    )
    assert cost(case) == 10 + 10 + 10 + 450


def test_duties_of_several_rules_add_up_and_every_quota_binds() -> None:
    chinese = rule("export duty", "export", "free", tariff=0.02, quota=6)
    german = rule("import duty", "import", "free", tariff=0.01, quota=4)
    case = works(chinese, german)
    # 1 and 3 % of the magnet's price of 100; the narrower quota lets 4 pass.
    assert cost(case) == 4 * (1 + 3) + 6 * 5
    assert best(case).costs["tariffs"] == pytest.approx(12)


@pytest.mark.parametrize("second", ["free", "general_licence", "case_by_case"])
def test_of_several_rules_the_strictest_counts(second: str) -> None:
    lenient = rule("lenient", "export", second)
    assert cost(works(lenient)) == 10
    assert cost(works(lenient, BAN)) == 50


def test_a_new_rule_comes_on_top_of_an_older_one() -> None:
    older = rule("older", "export", "free", unit_cost=1)
    newer = rule("newer", "export", "free", unit_cost=2)
    case = works(older, newer, periods=2, control_status=[status("newer", 2, "in_force")])
    assert cost(case) == 10 * (1 + 1) + 10 * (1 + 1 + 2)


@pytest.mark.parametrize("count", [1, 2])
def test_lifting_one_of_two_bans_opens_nothing(count: int) -> None:
    """China bans the export, the buyer's country the import."""
    bans = [BAN, rule("sanction", "import", exporters="CN", destinations="DE")]
    assert cost(works()) == 10
    assert cost(works(*bans[:count])) == cost(works(*bans[-count:])) == 50


def test_a_counter_ban_on_feed_stops_the_others_refinery() -> None:
    """American ore is separated in China: a ban on the ore ends the cheap oxide."""
    case = mill(
        rule("counter", "export", exporters="US", destinations="CN", materials="ore"),
        sites={"mine": "US", "refinery": "CN", "works": "DE"},
        materials={"ore": 10, "oxide": 50, "magnet": 100},
        offers=[offer("ore", "mine", "ore", 1), offer("german", "works", "oxide", 5)],
        processes=[
            process("leach", "separation", ore=-1, oxide=1),
            process("sinter", "magnet", oxide=-1, magnet=1),
        ],
        plants=[plant("tanks", "refinery", "leach"), plant("press", "works", "sinter")],
        lanes=[lane("ore sea", "mine", "refinery"), lane("sea", "refinery", "works")],
    )
    assert cost(case) == 50
    case["controls"][0]["destinations"] = "DE"
    assert cost(case) == 10


def test_an_embargo_can_be_short_and_meant_for_one_country() -> None:
    case = works(
        rule("freeze", "export", exporters="CN", destinations="JP"),
        sites={"works": "DE", "maker": "JP"},
        offers=[
            offer(f"{price} {site}", site, "magnet", price, **columns)
            for site in ("works", "maker")
            for price, columns in ((1, {"origin": "CN"}), (5, {}))
        ],
        demand=[want("works", "magnet"), want("maker", "magnet")],
        periods=3,
        control_status=[status("freeze", 2, "in_force"), status("freeze", 3, "suspended")],
    )
    assert cost(case) == 3 * 10 + 10 + 50 + 10


def test_trade_between_blocs_stops_and_inside_them_goes_on() -> None:
    case = works(
        rule("wall", "export", exporters="*,!west", destinations="west"),
        offers=[
            offer("chinese", "works", "magnet", 1, origin="CN"),
            offer("american", "works", "magnet", 3, origin="US"),
        ],
        groups=[{"group": "west", "member": country} for country in ("DE", "US")],
    )
    assert cost(case) == 30
    assert bought(case) == {"american": 10}


@pytest.mark.parametrize(("window", "cheap"), [("period", 8 * 2), ("year", 2 * 6), ("horizon", 6)])
def test_a_quota_is_shared_over_its_window(window: str, cheap: float) -> None:
    quota = 2 if window == "period" else 6
    case = works(
        rule("quota", "export", "free", quota=quota, quota_window=window), periods=8, months=3
    )
    assert cost(case) == cheap + (80 - cheap) * 5


def test_the_quota_of_a_window_is_that_of_its_last_period() -> None:
    """3 in the first year, 10 in the second: over both years it is 10, whenever they move."""
    case = works(
        rule("quota", "export", "free", quota=10, quota_window="horizon"),
        periods=2,
        demand=[want("works", "magnet", end=1)],
        changes=[change("controls", "quota", 3, end=1)],
    )
    assert cost(case) == 10
    case["controls"][0]["quota_window"] = "period"
    assert cost(case) == 3 + 7 * 5


def test_only_what_moves_while_the_rule_is_in_force_counts_towards_its_quota() -> None:
    dates = [status("quota", 1, "in_force"), status("quota", 2, "suspended")]
    case = works(
        rule("quota", "export", "free", quota=4, quota_window="horizon"),
        periods=2,
        control_status=dates,
    )
    assert cost(case) == (4 + 6 * 5) + 10


def test_permits_of_one_exporter_limit_what_it_ships() -> None:
    case = works(rule("permits", "export", "free", operators="ganzhou", quota=4))
    case["offers"].append(offer("baotou", "works", "magnet", 2, origin="CN", supplier="baotou"))
    assert cost(case) == 4 * 1 + 6 * 2


def test_a_volume_cap_of_a_general_licence_needs_no_application() -> None:
    case = works(rule("general", "export", "general_licence", quota=7, quota_window="horizon"))
    assert cost(case) == 7 + 3 * 5
    assert len(best(case).tables["licences"]) == 0


def test_a_price_floor_of_the_importer_lifts_only_cheaper_imports() -> None:
    assert cost(works(rule("floor", "import", "free", price_floor=3))) == 30
    assert cost(works(rule("floor", "import", "free", price_floor=6))) == 50


def test_compliance_costs_per_unit_and_per_order() -> None:
    screened = works(rule("paperwork", "export", "free", unit_cost=0.5))
    assert cost(screened) == 10 * 1.5
    assert best(screened).costs["licences"] == pytest.approx(5)
    screened["offers"][0]["order_cost"] = 7
    assert cost(screened) == 10 * 1.5 + 7


def test_a_review_before_dispatch_delays_arrival() -> None:
    """A review of a year: nothing can arrive in the first, and the second is ordered in it."""
    case = works(rule("review", "export", "free", review_days=YEAR), periods=2)
    assert cost(case) == 50 + 10
    assert set(best(case).tables["orders"].query("offer == 'chinese'")["arrives"]) == {2}


def test_the_longest_of_several_reviews_counts() -> None:
    short, long = (rule(f"{days}", "export", "free", review_days=days) for days in (30, 100))
    orders = best(works(short, long)).tables["orders"]
    assert list(orders["days"]) == [100]


def test_a_future_may_bring_slower_reviews() -> None:
    case = works(
        rule("review", "export", "free"),
        periods=3,
        scenarios=fork(0.5, 0.5),
        changes=[change("controls", "review_days", YEAR, scenario="storm")],
    )
    # Storm: what is ordered in 2 comes in 3, so the second year is bought at home.
    assert cost(case) == 10 + 0.5 * (10 + 10) + 0.5 * (50 + 10)


def test_leaks_are_forbidden_unless_the_planner_allows_them() -> None:
    case = works(BAN, policies=[policy("max_quantity", 0, suppliers="smuggler")])
    case["offers"].append(offer("leak", "works", "magnet", 3, origin="MM", supplier="smuggler"))
    assert cost(case) == 50
    case["policies"][0]["penalty"] = 1
    assert cost(case) == 10 * (3 + 1)


def test_a_breach_is_impossible_or_costs_a_penalty() -> None:
    avoid = policy("max_quantity", 0, suppliers="ganzhou")
    assert cost(works(policies=[avoid])) == 50
    assert cost(works(policies=[avoid | {"penalty": 2}])) == 10 * (1 + 2)


def test_each_end_use_can_meet_a_policy_of_its_own() -> None:
    """Civil by licence, chips half approved, defence denied in principle, relief free."""
    case = works(
        rule("civil", "export", "case_by_case", end_uses="civil", cost=2),
        rule("chips", "export", "case_by_case", end_uses="chips"),
        rule("arms", "export", "presumption_of_denial", end_uses="defence"),
        demand=uses("civil", "chips", "defence", "relief"),
        control_status=[status("chips", 1, "in_force", approval=0.5)],
    )
    assert cost(case) == (2 + 10) + (5 + 5 * 5) + 50 + 10


def test_goods_equipment_and_software_are_materials_with_rules_of_their_own() -> None:
    """Software lifts the yield: with it a magnet takes one oxide, without it two."""
    case = mill(
        materials={"oxide": 50, "software": 20, "magnet": 100},
        processes=[
            process("plain", "magnet", oxide=-2, magnet=1),
            process("tuned", "magnet", oxide=-1, software=-0.1, magnet=1),
        ],
        plants=[plant("a", "works", "plain"), plant("b", "works", "tuned")],
    )
    case["offers"].append(offer("code", "refinery", "software", 1))
    assert cost(case) == 10 + 0.1 * 10
    case["controls"] = [BAN | {"materials": "software"}]
    assert cost(case) == 20


def test_who_issued_a_rule_and_why_travels_with_it_and_costs_nothing() -> None:
    plain, told = works(BAN), works(BAN)
    told["controls"][0] |= {
        "authority": "ministry of commerce", "title": "national security", "note": "in frame",
        "source": "gazette", "source_date": "2025-10-09",
    }  # fmt: skip
    assert cost(plain) == cost(told) == 50
    assert checked(told).controls[0].authority == "ministry of commerce"


def test_a_planner_only_needs_new_dated_rows_when_the_rules_change() -> None:
    case = works(BAN, periods=3, control_status=[status("ban", 1, "in_force")])
    assert cost(case) == 150
    case["control_status"].append(status("ban", 2, "suspended"))
    assert cost(case) == 50 + 10 + 10
    case["control_status"].append(status("ban", 3, "in_force"))
    assert cost(case) == 50 + 10 + 50


def test_the_plan_tells_the_state_of_each_rule_at_each_node() -> None:
    case = works(BAN, periods=2, control_status=[status("ban", 2, "in_force")])
    states = best(case).tables["rule_states"]
    assert list(states["status"]) == ["none", "in_force"]
    assert list(states["in_force"]) == [False, True]


def test_the_plan_tells_which_rules_hit_an_order() -> None:
    general = rule("general", "export", "general_licence")
    other = rule("other", "export", "free", exporters="CN", unit_cost=1)
    orders = best(works(general, other)).tables["orders"]
    assert list(orders["rules"]) == ["general,other"]
