"""Pedigrees: content thresholds, re-export, washing off, direct products, procurement."""

from __future__ import annotations

import pytest

from .cases import (
    Data,
    abroad,
    best,
    bought,
    cost,
    lane,
    mark,
    offer,
    plant,
    process,
    rule,
    status,
    table,
    uses,
    want,
    works,
    world,
)

CONTENT = rule("content", "reexport", jurisdiction="CN", pedigree="chinese")
CLEAN = rule("clean", "procurement", pedigree="chinese", end_uses="defence")


def trace(share: float, threshold: float = 0.001) -> Data:
    """The Japanese magnet holds Chinese dysprosium worth ``share`` of its price."""
    return abroad(
        CONTENT,
        materials={"dysprosium": 1000, "iron": 1, "magnet": 100},
        offers=[
            offer("dysprosium", "maker", "dysprosium", 0, origin="CN", stages="separation"),
            offer("iron", "maker", "iron", 1),
            offer("german", "works", "magnet", 5),
        ],
        processes=[process("sinter", "magnet", iron=-1, dysprosium=-share * 0.1, magnet=1)],
        pedigrees=[mark("chinese", countries="CN", stages="separation", min_value_share=threshold)],
    )


@pytest.mark.parametrize(("share", "expected"), [(0.0009, 10), (0.001, 50), (0.0011, 50)])
def test_foreign_products_with_a_little_content_need_approval(
    share: float, expected: float
) -> None:
    """0.1 % of the value: below it the magnet is nobody's business, at it and above it is."""
    assert cost(trace(share)) == expected


@pytest.mark.parametrize(("threshold", "expected"), [(0.001, 50), (0.25, 10)])
def test_two_countries_have_two_thresholds_on_the_same_goods(
    threshold: float, expected: float
) -> None:
    """A tenth of the value is too much under one law and little under another."""
    assert cost(trace(0.1, threshold)) == expected


def test_content_is_counted_by_value_not_by_mass() -> None:
    """All of the mass is Chinese iron, worth 0.01 % of the magnet; the threshold is 0.1 %."""
    case = trace(0)
    case["recipes"][0]["quantity"] = -0.01
    case["recipes"] = [row for row in case["recipes"] if row["quantity"]]
    case["offers"][1] |= {"origin": "CN", "stages": "separation"}
    assert cost(case) == 10 * 0.01
    case["materials"][1]["price"] = 11
    assert cost(case) == 50


def test_marked_inputs_count_together() -> None:
    """Two Chinese metals, each 0.06 % of the value, make 0.12 % of it."""
    case = trace(0.0006)
    case["recipes"][0]["quantity"] = -0.06
    case["offers"][1] |= {"price": 0, "origin": "CN", "stages": "separation"}
    assert cost(case) == 50
    case["pedigrees"][0]["min_value_share"] = 0.0013
    assert cost(case) == 0


def test_a_rule_on_content_needs_a_licence_where_it_is_case_by_case() -> None:
    assert cost(abroad(CONTENT)) == 50
    assert cost(abroad(CONTENT | {"policy": "case_by_case", "cost": 3})) == 10 + 3


def test_reexport_does_not_hit_what_leaves_the_rules_own_country() -> None:
    """The same goods straight from China are a matter for its export rules."""
    case = abroad(CONTENT)
    assert cost(case) == 50
    case["sites"][0]["country"] = "CN"
    assert cost(case) == 10


def test_goods_without_the_mark_pass() -> None:
    case = abroad(CONTENT)
    case["offers"].append(offer("australian", "maker", "metal", 2, origin="AU", stages="metal"))
    assert cost(case) == 20
    shipments = table(case, "shipments")
    assert list(shipments["marks"]) == [""]


def test_domestic_sales_of_marked_goods_are_free() -> None:
    case = abroad(CONTENT)
    case["demand"].append(want("maker", "magnet"))
    assert cost(case) == 50 + 10


@pytest.mark.parametrize(("reset", "expected"), [("remelt", 10), ("sinter", 50), (None, 50)])
def test_recycling_washes_a_mark_off_where_the_law_says_so(
    reset: str | None, expected: float
) -> None:
    assert cost(recycled(mark("chinese", reset_by=reset), CONTENT)) == expected


def recycled(pedigree: Data, *controls: Data) -> Data:
    """A Japanese recycler turns scrap of Chinese magnets (at 1) into new ones for Germany."""
    return abroad(
        *controls,
        materials={"scrap": 10, "magnet": 100},
        offers=[
            offer("scrap", "maker", "scrap", 1, pedigrees="chinese"),
            offer("german", "works", "magnet", 5),
        ],
        processes=[
            process("remelt", "recycling", scrap=-1, magnet=1),
            process("sinter", "magnet", scrap=-1, magnet=1),
        ],
        plants=[plant("furnace", "maker", "remelt")],
        pedigrees=[pedigree],
    )


def test_what_washes_a_mark_off_does_not_put_it_on_either() -> None:
    """The process is done in China and would mark its output, but the law resets it."""
    case = recycled(mark("chinese", countries="CN", reset_by="remelt"), CLEAN)
    case["sites"][0]["country"] = "CN"
    case["demand"] = uses("defence")
    assert cost(case) == 10
    del case["pedigrees"][0]["reset_by"]
    assert cost(case) == 50


def test_a_mark_is_lost_on_a_material_it_does_not_stick_to() -> None:
    """It sticks to metal and magnets, but not to the alloy between them."""
    case = abroad(
        CONTENT,
        materials={"metal": 50, "alloy": 60, "magnet": 100},
        processes=[
            process("cast", "alloy", metal=-1, alloy=1),
            process("sinter", "magnet", alloy=-1, magnet=1),
        ],
        plants=[plant("caster", "maker", "cast"), plant("press", "maker", "sinter")],
        pedigrees=[mark("chinese", countries="CN", stages="metal")],
    )
    assert cost(case) == 50
    case["pedigrees"][0]["materials"] = "metal,magnet"
    assert cost(case) == 10


def test_products_of_a_countrys_technology_are_marked_wherever_made() -> None:
    """The direct-product rule: a Malaysian plant of Chinese technology, fed with Malaysian ore."""
    case = world(
        {"plant": "MY", "works": "DE"},
        {"oxide": 50},
        offers=[offer("german", "works", "oxide", 5)],
        processes=[process("leach", "separation", oxide=1)],
        plants=[plant("tanks", "plant", "leach", variable_cost=1, technology="solvent")],
        technologies=[{"technology": "solvent", "origin": "CN"}],
        lanes=[lane("sea", "plant", "works")],
        pedigrees=[mark("chinese", technologies="solvent")],
        demand=[want("works", "oxide"), want("plant", "oxide")],
        controls=[CONTENT],
    )
    # At home it may be sold without a licence.
    assert cost(case) == 50 + 10
    case["plants"][0]["technology"] = None
    assert cost(case) == 10 + 10


def test_modules_of_a_countrys_technology_mark_a_plant_too() -> None:
    case = world(
        {"plant": "MY", "works": "DE"},
        {"oxide": 50},
        offers=[offer("german", "works", "oxide", 5)],
        processes=[process("leach", "separation", oxide=1)],
        plants=[plant("tanks", "plant", "leach", variable_cost=1, technology="own", capacity=8)],
        expansions=[
            {"plant": "tanks", "module_capacity": 9, "technology": "solvent", "max_modules": 1}
        ],
        technologies=[
            {"technology": "solvent", "origin": "CN"},
            {"technology": "own", "origin": "MY"},
        ],
        lanes=[lane("sea", "plant", "works")],
        pedigrees=[mark("chinese", technologies="solvent")],
        demand=[want("works", "oxide")],
        controls=[CONTENT],
    )
    assert cost(case) == 50
    del case["expansions"]
    assert cost(case) == 8 * 1 + 2 * 5


@pytest.mark.parametrize(("end_use", "expected"), [("civil", 10), ("defence", 50)])
def test_a_procurement_ban_on_provenance_binds_at_delivery(end_use: str, expected: float) -> None:
    """From mine to magnet: defence refuses magnets with Chinese metal, wherever they were made."""
    assert cost(abroad(CLEAN | {"destinations": "DE"}, demand=both(end_use))) == expected + 10


def both(end_use: str) -> list[Data]:
    """Ten magnets for the end use, and ten for civil use."""
    return [want("works", "magnet", end_use=end_use), want("works", "magnet", 10, end_use="civil"),
            want("works", "magnet", 0, end_use="defence")]  # fmt: skip


def test_a_procurement_ban_begins_on_its_date() -> None:
    case = abroad(
        CLEAN, periods=3, demand=uses("defence"), control_status=[status("clean", 3, "in_force")]
    )
    assert cost(case) == 10 + 10 + 50


def test_a_procurement_ban_is_about_users_places_and_materials() -> None:
    case = abroad(
        CLEAN | {"end_uses": None, "end_users": "army"},
        demand=[
            want("works", "magnet", end_user="army"),
            want("works", "magnet", end_user="carmaker"),
        ],
    )
    assert cost(case) == 50 + 10
    case["controls"][0] |= {"materials": "metal"}
    assert cost(case) == 20
    case["controls"][0] |= {"materials": "magnet", "destinations": "JP"}
    assert cost(case) == 20


def test_the_operator_of_the_site_is_the_user_where_none_is_named() -> None:
    case = abroad(
        CLEAN | {"end_uses": None, "end_users": "army"},
        sites={"maker": "JP", "works/army": "DE"},
    )
    assert cost(case) == 50


def test_stock_and_goods_under_way_carry_the_marks_given_to_them() -> None:
    case = works(
        CLEAN,
        demand=[want("works", "magnet", end_use="defence")],
        pedigrees=[mark("chinese")],
        stockpiles=[{"site": "works", "material": "magnet", "initial": 6, "pedigrees": "chinese"}],
        in_transit=[
            {"site": "works", "material": "magnet", "period": 1, "quantity": 4,
             "pedigrees": "chinese"}
        ],
        offers=[offer("german", "works", "magnet", 5)],
        disposal=[{"site": "works", "material": "magnet"}],
    )  # fmt: skip
    assert cost(case) == 50
    case["stockpiles"][0]["pedigrees"] = None
    assert cost(case) == 4 * 5
    case["in_transit"][0]["pedigrees"] = None
    assert cost(case) == 0


def test_a_clean_chain_earns_the_premium_of_those_who_ask_for_it() -> None:
    """Only traceable magnets may be sold to the buyer who pays 9; the other pays 2."""
    demand = [
        want("works", "magnet", end_use="civil", price=2, shortage_cost=0),
        want("works", "magnet", end_use="defence", price=9, shortage_cost=0),
    ]
    case = abroad(CLEAN, demand=demand)
    assert cost(case) == -10 * (2 - 1) - 10 * (9 - 5)
    case["controls"] = []
    assert cost(case) == -10 * (2 - 1) - 10 * (9 - 1)


def test_tolling_in_a_country_marks_what_comes_back_from_it() -> None:
    """American ore, separated in China: the oxide is Chinese to the buyer's law."""
    case = world(
        {"mine": "US", "refinery": "CN", "works": "US"},
        {"ore": 10, "oxide": 50},
        offers=[offer("ore", "mine", "ore", 1), offer("clean", "works", "oxide", 5)],
        processes=[process("leach", "separation", ore=-1, oxide=1)],
        plants=[plant("tanks", "refinery", "leach")],
        lanes=[lane("out", "mine", "refinery", "ore"), lane("back", "refinery", "works", "oxide")],
        pedigrees=[mark("chinese", countries="CN", stages="separation")],
        demand=[want("works", "oxide", end_use="civil"), want("works", "oxide", end_use="defence")],
        controls=[CLEAN],
    )
    assert cost(case) == 10 + 50


def test_a_mark_of_one_stage_is_not_put_on_by_another() -> None:
    """Mined in China does not matter to a rule about separation."""
    case = abroad(CONTENT)
    case["pedigrees"][0]["stages"] = "separation"
    assert cost(case) == 10


def test_no_run_of_unmarked_goods_draws_marked_ones() -> None:
    """Half of the metal may be Chinese only if half of the magnets carry the mark."""
    case = abroad(CONTENT, demand=[want("works", "magnet", 5), want("maker", "magnet", 5)])
    case["offers"].append(offer("australian", "maker", "metal", 2, origin="AU", stages="metal"))
    assert cost(case) == 5 * 2 + 5 * 1
    assert bought(case) == {"australian": 5, "metal": 5}
    given = best(case).tables["conversions"].query("quantity > 0")
    assert dict(zip(given["marks"], given["quantity"].round(6), strict=True)) == {
        "": 5,
        "chinese": 5,
    }


def test_a_ban_on_sight_of_a_mark_can_stand_at_any_border() -> None:
    """Import rules too can be about provenance: magnets with Chinese metal stay out."""
    sanction = rule("sanction", "import", pedigree="chinese", destinations="DE")
    case = abroad(sanction)
    assert cost(case) == 50
    case["controls"][0]["policy"] = "free"
    case["controls"][0]["tariff"] = 0.01
    assert cost(case) == 10 * (1 + 1)
