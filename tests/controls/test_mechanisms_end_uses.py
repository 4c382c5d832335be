"""End uses and end users: what goods may become, and that nobody can launder them on the way."""

from __future__ import annotations

from .cases import (
    best,
    bought,
    cost,
    lane,
    mill,
    offer,
    plant,
    process,
    rule,
    status,
    table,
    uses,
    want,
    works,
)

NO_ARMS = rule("no arms", "export", exporters="CN", end_uses="defence")
BOTH = uses("civil", "defence")


def test_goods_for_one_end_use_pass_and_for_another_do_not() -> None:
    case = works(NO_ARMS, demand=BOTH)
    assert cost(case) == 10 + 50
    assert bought(case) == {"chinese": 10, "german": 10}


def test_what_passed_carries_the_mark_of_the_use_it_is_kept_from() -> None:
    orders = table(works(NO_ARMS, demand=BOTH), "orders").set_index("offer")
    assert orders["marks"]["chinese"] == "!defence"
    assert orders["marks"]["german"] == ""


def test_an_exempt_end_use_is_left_out_of_a_ban() -> None:
    ban = rule("ban", "export", exempt_end_uses="relief")
    assert cost(works(ban, demand=uses("civil", "relief", "defence"))) == 50 + 10 + 50


def test_the_mark_goes_through_plants() -> None:
    """Oxide let through for civil use makes no magnet for defence."""
    demand = BOTH
    assert cost(mill(NO_ARMS, demand=demand)) == 10 + 50
    assert cost(mill(NO_ARMS | {"policy": "free"}, demand=demand)) == 20


def test_no_process_washes_a_destination_off() -> None:
    case = mill(
        NO_ARMS,
        demand=BOTH,
        pedigrees=[{"pedigree": "any", "countries": "CN", "reset_by": "sinter"}],
    )
    assert cost(case) == 10 + 50


def test_the_mark_stays_in_stock_after_the_rule_is_gone() -> None:
    """Chinese magnets are on offer in the first year only; defence wants them in the second."""
    case = works(
        NO_ARMS,
        periods=2,
        offers=[
            offer("chinese", "works", "magnet", 1, origin="CN", end=1),
            offer("german", "works", "magnet", 5),
        ],
        demand=[
            want("works", "magnet", end=1),
            want("works", "magnet", end_use="defence", start=2),
        ],
        stockpiles=[{"site": "works", "material": "magnet"}],
        control_status=[status("no arms", 1, "in_force"), status("no arms", 2, "suspended")],
    )
    assert cost(case) == 10 + 50
    case["control_status"][0]["status"] = "suspended"
    assert cost(case) == 20


def test_the_mark_comes_back_with_returns_and_their_recycling() -> None:
    """All magnets of the first year come back in the second, and are made into new ones.

    Chinese scrap is of no use to defence, so the first year's magnets are bought at home.
    """
    case = works(
        NO_ARMS,
        periods=2,
        materials={"magnet": 100, "scrap": 10},
        processes=[process("remelt", "recycling", scrap=-1, magnet=1)],
        plants=[plant("furnace", "works", "remelt")],
        returns=[
            {"site": "works", "material": "scrap", "from_site": "works",
             "from_material": "magnet", "share": 1, "lag_periods": 1}
        ],
        disposal=[{"site": "works", "material": "scrap"}],
        demand=[
            want("works", "magnet", end=1),
            want("works", "magnet", end_use="defence", start=2),
        ],
    )  # fmt: skip
    assert cost(case) == 50
    assert bought(case) == {"german": 10}
    case["controls"][0]["policy"] = "free"
    assert cost(case) == 10
    assert bought(case) == {"chinese": 10}


def test_users_are_barred_whatever_the_use() -> None:
    """The army is listed; its civil order is refused like any other."""
    case = works(
        rule("users", "export", end_users="army"),
        demand=[
            want("works", "magnet", end_user="carmaker"),
            want("works", "magnet", end_user="army"),
            want("works", "magnet", end_use="defence", end_user="army"),
        ],
    )
    assert cost(case) == 10 + 50 + 50
    marks = table(case, "orders").set_index("offer")["marks"]
    assert marks["chinese"] == "!civil=army,!defence=army"


def test_users_and_uses_together_mean_both_at_once() -> None:
    case = works(
        rule("both", "export", end_users="army", end_uses="defence"),
        demand=[
            want("works", "magnet", end_user="army"),
            want("works", "magnet", end_use="defence", end_user="army"),
            want("works", "magnet", end_use="defence", end_user="lab"),
        ],
    )
    assert cost(case) == 10 + 50 + 10


def test_a_listed_receiver_is_barred_for_every_user_behind_it() -> None:
    case = works(
        rule("users", "export", end_users="trader"),
        sites={"works/trader": "DE"},
        demand=[want("works", "magnet", end_user="carmaker")],
    )
    assert cost(case) == 50


def test_a_listed_receiver_still_gets_the_uses_the_rule_is_not_about() -> None:
    case = works(
        rule("users", "export", end_users="trader", end_uses="defence"),
        sites={"works/trader": "DE"},
        demand=BOTH,
    )
    assert cost(case) == 10 + 50


def test_an_undertaking_must_be_had_before_a_supplier_delivers() -> None:
    """The document takes a year to get and costs 6; without it the supplier is closed."""
    case = works(periods=3)
    case["offers"][0] |= {"select_cost": 6, "qualification_periods": 1}
    assert cost(case) == 6 + 50 + 10 + 10
    case["offers"][0]["qualification_periods"] = 2
    assert cost(case) == 6 + 50 + 50 + 10


def test_a_rule_about_one_use_asks_nothing_of_goods_that_renounce_it() -> None:
    """Neither duty nor review nor licence: civil magnets move under the mark for nothing."""
    asked = NO_ARMS | {
        "policy": "case_by_case", "cost": 3, "tariff": 0.01, "unit_cost": 0.5, "review_days": 90,
    }  # fmt: skip
    case = works(asked, demand=BOTH)
    assert cost(case) == 10 + (3 + 10 * (1 + 1 + 0.5))
    orders = table(case, "orders").set_index("licences")
    assert orders["marks"][""] == "!defence"
    assert orders["marks"]["no arms=defence"] == ""


def test_a_quota_for_one_use_leaves_the_others_alone() -> None:
    quota = NO_ARMS | {"policy": "free", "quota": 4}
    assert cost(works(quota, demand=BOTH)) == 10 + (4 + 6 * 5)


def test_goods_under_a_licence_for_one_use_are_kept_from_the_others() -> None:
    """Civil licences are granted, relief too, but a licence for one is none for the other."""
    licence = rule("licence", "export", "case_by_case", cost=3)
    orders = table(works(licence, demand=uses("civil", "relief")), "orders")
    found = dict(zip(orders["licences"], orders["marks"], strict=True))
    assert found == {"licence=civil": "!relief", "licence=relief": "!civil"}


def test_several_rules_bar_several_uses() -> None:
    chips = rule("no chips", "export", end_uses="chips")
    case = works(NO_ARMS, chips, demand=uses("civil", "defence", "chips"))
    assert cost(case) == 10 + 50 + 50
    marks = table(case, "orders").set_index("offer")["marks"]
    assert marks["chinese"] == "!chips,!defence"


def test_third_countries_must_declare_the_use_too() -> None:
    """Magnets with Chinese metal leave Japan for civil use only."""
    case = works(
        rule("abroad", "reexport", jurisdiction="CN", pedigree="chinese", end_uses="defence"),
        sites={"maker": "JP", "works": "DE"},
        offers=[
            offer("maker", "maker", "magnet", 1, pedigrees="chinese"),
            offer("german", "works", "magnet", 5),
        ],
        lanes=[lane("sea", "maker", "works")],
        pedigrees=[{"pedigree": "chinese"}],
        demand=BOTH,
    )
    assert cost(case) == 10 + 50
    shipment = best(case).tables["shipments"].iloc[0]
    assert (shipment["marks"], shipment["arrives_as"]) == ("chinese", "!defence,chinese")


def test_a_mark_that_no_place_further_on_minds_is_forgotten() -> None:
    """Nothing at the works can reach the defence customer, who buys elsewhere."""
    case = works(
        NO_ARMS,
        sites={"works": "DE", "arsenal": "DE"},
        demand=[want("works", "magnet"), want("arsenal", "magnet", end_use="defence")],
    )
    case["offers"].append(offer("arsenal", "arsenal", "magnet", 5))
    assert cost(case) == 10 + 50
    assert table(case, "orders").set_index("offer")["marks"]["chinese"] == ""
    case["lanes"] = [lane("truck", "works", "arsenal")]
    assert cost(case) == 10 + 50
    assert table(case, "orders").set_index("offer")["marks"]["chinese"] == "!defence"


def test_one_user_can_be_denied_what_its_rivals_get() -> None:
    """The seller decides who gets the good grade, and when: the listed firm a year later."""
    case = works(
        rule("late", "export", end_users="rival"),
        periods=2,
        demand=[
            want("works", "magnet", end_user="friend"),
            want("works", "magnet", end_user="rival"),
        ],
        control_status=[status("late", 1, "in_force"), status("late", 2, "suspended")],
    )
    assert cost(case) == (10 + 50) + (10 + 10)
