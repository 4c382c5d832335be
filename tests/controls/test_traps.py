"""Situations in which a planner, or a careless model, walks into a trap."""

from __future__ import annotations

import pytest

from .cases import (
    YEAR,
    Data,
    abroad,
    best,
    bought,
    change,
    cost,
    lane,
    line,
    mark,
    mill,
    offer,
    plant,
    policy,
    process,
    rule,
    site_for_lines,
    status,
    table,
    technology,
    uses,
    want,
    works,
)

CONTENT = rule("content", "reexport", jurisdiction="CN", pedigree="chinese")
LICENCE = rule("licence", "export", "case_by_case", exporters="CN")
NO_ARMS = rule("no arms", "export", exporters="CN", end_uses="defence")
STORE = {"site": "works", "material": "magnet"}


class TestAPriceEditThatCrossesTheThreshold:
    """0.1 % of the magnet's value in dysprosium; a price list that moves by 2 % changes the law."""

    def magnet(self, price: float) -> Data:
        return abroad(
            CONTENT,
            materials={"dysprosium": price, "iron": 1, "magnet": 100},
            offers=[
                offer("dy", "maker", "dysprosium", 0, origin="CN", stages="separation"),
                offer("iron", "maker", "iron", 1),
                offer("german", "works", "magnet", 5),
            ],
            processes=[process("sinter", "magnet", iron=-1, dysprosium=-0.0001, magnet=1)],
            pedigrees=[mark("chinese", countries="CN", stages="separation", min_value_share=0.001)],
        )

    @pytest.mark.parametrize(("price", "expected"), [(990, 10), (1000, 50), (1010, 50)])
    def test_the_tables_decide(self, price: float, expected: float) -> None:
        assert cost(self.magnet(price)) == expected

    def test_the_price_of_the_product_decides_as_well(self) -> None:
        case = self.magnet(1010)
        case["materials"][2]["price"] = 102
        assert cost(case) == 10

    def test_a_change_over_time_does_not(self) -> None:
        case = self.magnet(990)
        case["changes"] = [change("materials", "price", 2000, key="dysprosium")]
        assert cost(case) == 10

    def test_nor_does_what_is_paid(self) -> None:
        case = self.magnet(990)
        case["offers"][0]["price"] = 20000
        assert cost(case) == pytest.approx(10 * (1 + 0.0001 * 20000))


class TestBlendingFreeAndMarkedMetal:
    """A tonne of Chinese metal in a melt of a hundred marks the whole melt."""

    def blend(self, threshold: float = 0.25) -> Data:
        case = abroad(CONTENT)
        case["pedigrees"][0]["min_value_share"] = threshold
        case["offers"].append(offer("free", "maker", "metal", 4, origin="AU", stages="metal"))
        return case

    def test_no_part_of_the_metal_may_be_marked(self) -> None:
        """Metal is half of the value, however little of it is Chinese: none may be."""
        case = self.blend()
        assert cost(case) == 40
        assert bought(case) == {"free": 10}

    def test_below_the_threshold_all_of_it_may(self) -> None:
        assert cost(self.blend(threshold=0.51)) == 10
        assert cost(self.blend(threshold=0.5)) == 40

    def test_mixing_in_a_store_does_not_help(self) -> None:
        case = self.blend()
        case["stockpiles"] = [{"site": "maker", "material": "metal", "initial": 3}]
        assert cost(case) == 7 * 4
        case["stockpiles"][0]["pedigrees"] = "chinese"
        case["disposal"] = [{"site": "maker", "material": "metal"}]
        assert cost(case) == 40

    def test_of_two_materials_one_may_be_marked_if_it_is_small_enough(self) -> None:
        """Metal (40 %) or binder (20 %) may be Chinese under a threshold of half, not both."""
        case = abroad(
            CONTENT,
            materials={"metal": 40, "binder": 20, "magnet": 100},
            offers=[
                offer(f"{origin} {material}", "maker", material, price, origin=origin,
                      stages="metal")
                for origin, price in (("CN", 1), ("AU", 3))
                for material in ("metal", "binder")
            ] + [offer("german", "works", "magnet", 9)],
            processes=[process("sinter", "magnet", metal=-1, binder=-1, magnet=1)],
            pedigrees=[mark("chinese", countries="CN", stages="metal", min_value_share=0.5)],
        )  # fmt: skip
        assert cost(case) == 10 * (1 + 3)
        case["pedigrees"][0]["min_value_share"] = 0.61
        assert cost(case) == 10 * (1 + 1)

    def test_runs_split_so_that_each_draws_on_one_of_the_two(self) -> None:
        """5 of each material are Chinese and must be used up: half the runs take the one each."""
        case = abroad(
            CONTENT,
            materials={"metal": 40, "binder": 40, "magnet": 100},
            offers=[
                offer(f"{origin} {material}", "maker", material, price, origin=origin,
                      stages="metal", capacity=capacity)
                for origin, price, capacity in (("CN", 1, 5), ("AU", 3, 10))
                for material in ("metal", "binder")
            ] + [offer("german", "works", "magnet", 9)],
            processes=[process("sinter", "magnet", metal=-1, binder=-1, magnet=1)],
            pedigrees=[mark("chinese", countries="CN", stages="metal", min_value_share=0.5)],
        )  # fmt: skip
        assert cost(case) == 10 * (1 + 3)
        assert bought(case) == {"CN metal": 5, "CN binder": 5, "AU metal": 5, "AU binder": 5}


class TestChineseScrapRecycledAbroadUnderTwoLaws:
    """Japan remelts scrap of Chinese magnets at 1; America would pay 5 for others.

    American law takes recycling for a new origin, Chinese law does not.
    """

    AMERICAN = rule("clean", "procurement", pedigree="covered", end_uses="defence")
    CHINESE = rule("content", "reexport", jurisdiction="CN", pedigree="chinese")

    def remelt(self, *controls: Data, **tables: object) -> Data:
        made: Data = {
            "sites": {"maker": "JP", "works": "US"},
            "materials": {"scrap": 10, "magnet": 100},
            "offers": [
                offer("scrap", "maker", "scrap", 1, pedigrees="chinese,covered"),
                offer("american", "works", "magnet", 5),
            ],
            "processes": [process("remelt", "recycling", scrap=-1, magnet=1)],
            "plants": [plant("furnace", "maker", "remelt")],
            "pedigrees": [mark("chinese"), mark("covered", reset_by="remelt")],
            "demand": uses("civil", "defence"),
        }
        return abroad(*controls, **(made | tables))

    def test_the_buyers_law_is_content(self) -> None:
        assert cost(self.remelt(self.AMERICAN)) == 20

    def test_the_origins_law_is_not(self) -> None:
        assert cost(self.remelt(self.AMERICAN, self.CHINESE)) == 100

    def test_one_mark_goes_and_the_other_stays(self) -> None:
        shipments = table(self.remelt(self.AMERICAN), "shipments")
        assert set(shipments["marks"]) == {"chinese"}

    def test_without_the_exception_defence_refuses_it(self) -> None:
        case = self.remelt(self.AMERICAN, pedigrees=[mark("chinese"), mark("covered")])
        assert cost(case) == 10 + 50

    def test_a_chinese_licence_for_civil_use_is_enough_for_civil_use_only(self) -> None:
        licence = self.CHINESE | {"policy": "case_by_case", "end_uses": "civil", "cost": 2}
        arms = self.CHINESE | {"control": "arms", "end_uses": "defence"}
        assert cost(self.remelt(self.AMERICAN, licence, arms)) == (10 + 2) + 50


class TestACivilLicenceAndADefenceOrder:
    """Metal let out for civil use must not end in a missile, by whatever detour."""

    def test_it_is_no_licence_for_the_defence_order(self) -> None:
        case = works(LICENCE, NO_ARMS, demand=uses("civil", "defence"))
        assert cost(case) == 10 + 50

    def test_it_cannot_be_inflated_by_what_defence_needs(self) -> None:
        demand = [want("works", "magnet", 4), want("works", "magnet", 6, end_use="defence")]
        assert cost(works(LICENCE, NO_ARMS, demand=demand)) == 4 + 30

    def test_nor_through_a_plant(self) -> None:
        case = mill(LICENCE, NO_ARMS, demand=uses("civil", "defence"))
        assert cost(case) == 10 + 50
        delivered = table(case, "deliveries").set_index("end_use")["marks"]
        assert delivered.to_dict() == {"civil": "!defence", "defence": ""}

    def test_nor_through_a_store_and_a_second_country(self) -> None:
        """Bought for civil use in the first year, sent on to an arsenal in the second."""
        case = works(
            LICENCE | {"exporters": "CN"},
            NO_ARMS,
            sites={"works": "DE", "arsenal": "FR"},
            periods=2,
            lanes=[lane("rail", "works", "arsenal")],
            stockpiles=[STORE],
            demand=[
                want("works", "magnet", start=2),
                want("arsenal", "magnet", end_use="defence", start=2),
            ],
            control_status=[
                status(name, year, state)
                for name in ("licence", "no arms")
                for year, state in ((1, "in_force"), (2, "suspended"))
            ],
        )
        case["offers"][0]["end"] = 1
        assert cost(case) == 10 + 50

    def test_nor_does_a_licence_for_defence_serve_civil_users(self) -> None:
        """Half of each is approved, and what is refused for one is not made up by the other."""
        case = works(
            LICENCE,
            demand=[want("works", "magnet", 2), want("works", "magnet", 10, end_use="defence")],
            control_status=[status("licence", 1, "in_force", approval=0.5)],
        )
        assert cost(case) == (1 + 1 * 5) + (5 + 5 * 5)

    def test_a_rule_for_each_use_lets_each_have_its_own(self) -> None:
        arms = LICENCE | {"control": "arms", "policy": "presumption_of_denial",
                          "end_uses": "defence"}  # fmt: skip
        case = works(
            LICENCE | {"end_uses": "civil"},
            arms,
            demand=uses("civil", "defence"),
            control_status=[status("arms", 1, "in_force", approval=0.3)],
        )
        assert cost(case) == 10 + (3 + 7 * 5)


class TestAShipmentUnderWayWhenABanBegins:
    """A year at sea: what left before the ban arrives, what would leave after does not."""

    BAN = rule("ban", "export", exporters="CN")

    def at_sea(self, **tables: object) -> Data:
        made: Data = {
            "periods": 3,
            "lanes": [lane("sea", "refinery", "works", lead_days=YEAR)],
            "demand": [want("works", "magnet", start=2)],
            "control_status": [status("ban", 2, "in_force")],
        }
        return mill(self.BAN, **(made | tables))

    def test_what_left_before_arrives(self) -> None:
        case = self.at_sea()
        assert cost(case) == 10 + 50
        (shipment,) = table(case, "shipments").to_dict("records")
        assert (shipment["period"], shipment["arrives"]) == (1, 2)

    def test_an_order_counts_when_it_is_placed(self) -> None:
        case = works(
            self.BAN, periods=2, control_status=[status("ban", 2, "in_force")],
            demand=[want("works", "magnet", start=2)],
        )  # fmt: skip
        case["offers"][0]["lead_days"] = YEAR
        assert cost(case) == 10

    def test_goods_in_transit_from_before_the_horizon_arrive(self) -> None:
        under_way = {"site": "works", "material": "oxide", "period": 3, "quantity": 8}
        case = self.at_sea(in_transit=[under_way])
        assert cost(case) == 10 + 2 * 5

    def test_but_the_second_leg_is_dispatched_under_the_ban(self) -> None:
        """A port of the same country in between: from there it leaves only in the second year."""
        case = self.at_sea(
            sites={"refinery": "CN", "port": "CN", "works": "DE"},
            lanes=[
                lane("rail", "refinery", "port", lead_days=YEAR),
                lane("sea", "port", "works"),
            ],
        )
        assert cost(case) == 50 + 50

    def test_a_mark_given_at_dispatch_stays_on_board(self) -> None:
        """No arms when it left; that the rule has been lifted since does not help."""
        case = self.at_sea(
            controls=[NO_ARMS],
            demand=[want("works", "magnet", end_use="defence", start=2)],
            control_status=[status("no arms", 1, "in_force"), status("no arms", 2, "suspended")],
        )
        assert cost(case) == 50 + 10


class TestASuspensionThatEndsMidHorizon:
    """The ban sleeps for two years of four; in them magnets are bought ahead."""

    BAN = rule("ban", "export", exporters="CN")
    DATES = (status("ban", 1, "suspended"), status("ban", 3, "in_force"))

    def truce(self, **tables: object) -> Data:
        return works(self.BAN, **({"periods": 4, "control_status": list(self.DATES)} | tables))

    def test_it_is_no_repeal(self) -> None:
        assert cost(self.truce()) == 10 + 10 + 50 + 50

    def test_the_cliff_is_bridged_by_stock_as_long_as_that_pays(self) -> None:
        """A unit for the third year is held for one, one for the fourth for two, at 1.5 a year."""
        case = self.truce(stockpiles=[STORE | {"holding_cost": 1.5}])
        assert cost(case) == 10 + 10 + 10 * 2.5 + 10 * 4
        case["stockpiles"][0]["holding_cost"] = 2.5
        assert cost(case) == 10 + 10 + 10 * 3.5 + 50

    def test_it_may_be_rolled_over_in_one_future(self) -> None:
        """Decided in the third year only, so half of the stock may turn out to be for nothing."""
        case = self.truce(
            scenarios=[
                {"scenario": "revival", "probability": 0.5},
                {"scenario": "truce", "probability": 0.5, "parent": "revival", "branches_at": 3},
            ],
            changes=[change("control_status", "status", "suspended", scenario="truce")],
        )
        assert cost(case) == 20 + 0.5 * 100 + 0.5 * 20

    def test_a_renewed_suspension_is_one_more_row(self) -> None:
        case = self.truce()
        case["control_status"].append(status("ban", 4, "suspended"))
        assert cost(case) == 10 + 10 + 50 + 10


class TestAPlantBuiltBeforeAndServicedAfterAServiceBan:
    """Opened while the technology could be had; then neither upgrades nor service."""

    NO_SERVICE = rule("service", "service", exporters="CN")
    NO_TECHNOLOGY = rule("technology", "technology", exporters="CN")

    def plan(self, **tables: object) -> Data:
        made: Data = {
            "periods": 4,
            "plants": [line("new", open_cost=10, technology="cn-process")],
            "control_status": [
                status("technology", 2, "in_force"), status("service", 3, "in_force")
            ],
        }  # fmt: skip
        return site_for_lines(self.NO_TECHNOLOGY, self.NO_SERVICE, **(made | tables))

    def test_it_is_opened_in_time_and_runs_at_sixty_per_cent_later(self) -> None:
        case = self.plan()
        assert cost(case) == 10 + 0 + 0 + 20 + 20
        runs = best(case).tables["production"].sort_values("node")["activity"]
        assert list(runs.round(6)) == [10, 10, 6, 6]

    def test_a_bigger_plant_could_have_been_built_before(self) -> None:
        """Modules at 8 added in the first year make up for the loss; later they cannot be had."""
        module = {"plant": "new", "module_capacity": 7, "module_cost": 8, "max_modules": 1}
        case = self.plan(expansions=[module])
        assert cost(case) == 10 + 8
        case["expansions"][0]["module_capacity"] = 5
        assert cost(case) == 10 + 8 + 2 * 5

    def test_services_may_be_licensed_again(self) -> None:
        licence = self.NO_SERVICE | {"policy": "case_by_case", "cost": 6, "validity_periods": 1}
        case = self.plan()
        case["controls"][1] = licence
        assert cost(case) == 10 + 6 + 6

    def test_an_own_technology_does_not_mind(self) -> None:
        case = self.plan(technologies=[technology("cn-process", "CN"), technology("own", "DE")])
        case["plants"].append(line("own", open_cost=25, technology="own"))
        assert cost(case) == 25

    def test_the_lot_started_before_is_finished_after(self) -> None:
        """Uptime is that of the start of the run, a year before its output."""
        case = self.plan(demand=[want("works", "magnet", start=2)])
        case["plants"][0]["lead_days"] = YEAR
        assert cost(case) == 10 + 0 + 0 + 20


class TestOverlappingRulesOfTwoCountries:
    """Goods cross under the law of the seller, of the buyer, and of whoever's content they hold."""

    def test_each_asks_for_its_own(self) -> None:
        case = works(
            LICENCE | {"cost": 3, "unit_cost": 0.25, "review_days": 60},
            rule("duty", "import", "free", destinations="DE", tariff=0.01, review_days=20),
        )
        assert cost(case) == 10 * (1 + 0.25 + 1) + 3
        found = best(case)
        assert found.costs["tariffs"] == pytest.approx(10)
        assert found.costs["licences"] == pytest.approx(5.5)
        assert found.objectives["lead_time"] == pytest.approx(60)

    def test_the_stricter_one_decides(self) -> None:
        for policy_of_one in ("free", "general_licence", "case_by_case"):
            lenient = rule("lenient", "import", policy_of_one, destinations="DE")
            assert cost(works(lenient, rule("strict", "export", exporters="CN"))) == 50

    def test_content_of_two_countries_closes_two_ways(self) -> None:
        """The Japanese magnet holds both: China bars it from Germany, America from China."""
        chinese = rule("chinese law", "reexport", jurisdiction="CN", pedigree="chinese",
                       destinations="DE")  # fmt: skip
        american = rule("american law", "reexport", jurisdiction="US", pedigree="american",
                        destinations="CN")  # fmt: skip
        case = abroad(
            chinese,
            american,
            sites={"maker": "JP", "works": "DE", "factory": "CN"},
            lanes=[lane("west", "maker", "works"), lane("east", "maker", "factory")],
            pedigrees=[
                mark("chinese", countries="CN", stages="metal"),
                mark("american", technologies="us-press"),
            ],
            demand=[want("works", "magnet"), want("factory", "magnet")],
        )
        case["offers"].append(offer("local", "factory", "magnet", 5))
        case["technologies"] = [technology("us-press", "US")]
        case["plants"][0]["technology"] = "us-press"
        assert cost(case) == 100
        case["controls"] = [chinese]
        assert cost(case) == 60
        case["controls"] = [american]
        assert cost(case) == 60

    def test_marks_of_both_are_carried_at_once(self) -> None:
        """China lets it go for civil use, America for anything but chips: neither is left over."""
        chips = rule("no chips", "import", destinations="DE", end_uses="chips")
        case = works(NO_ARMS, chips, demand=uses("civil", "defence", "chips"))
        assert cost(case) == 10 + 50 + 50
        assert table(case, "orders").set_index("offer")["marks"]["chinese"] == "!chips,!defence"

    def test_a_licence_of_one_does_not_satisfy_the_other(self) -> None:
        theirs = LICENCE | {"cost": 3}
        ours = rule("permit", "import", "presumption_of_denial", destinations="DE", cost=1)
        assert cost(works(theirs)) == 13
        assert cost(works(theirs, ours)) == 50
        dates = [status("permit", 1, "in_force", approval=0.5)]
        assert cost(works(theirs, ours, control_status=dates)) == (5 + 3 + 1) + 25


class TestAnEndUserPutOnAListMidHorizon:
    """The army is listed in the second year; what it has bought by then it keeps."""

    LIST = rule("list", "export", exporters="CN", end_users="listed")
    ARMY = want("works", "magnet", end_user="army")

    def army(self, *rows: Data, **tables: object) -> Data:
        made: Data = {
            "periods": 2,
            "demand": [self.ARMY, *rows],
            "groups": [{"group": "listed", "member": "army"}],
            "control_status": [status("list", 2, "in_force")],
        }
        return works(self.LIST, **(made | tables))

    def test_from_then_on_it_buys_elsewhere(self) -> None:
        assert cost(self.army()) == 10 + 50

    def test_others_are_not_touched(self) -> None:
        assert cost(self.army(want("works", "magnet", end_user="carmaker"))) == 10 + 50 + 20

    def test_goods_from_before_the_listing_may_still_be_delivered(self) -> None:
        """Stock bought in the first year carries no mark."""
        assert cost(self.army(stockpiles=[STORE | {"holding_cost": 1}])) == 10 + 10 * (1 + 1)

    def test_goods_under_the_list_stay_out_of_its_reach(self) -> None:
        """Listed first, taken off later: what the works bought in between is still marked."""
        case = self.army(
            want("works", "magnet", 0, end_user="carmaker"),
            stockpiles=[STORE | {"holding_cost": 1}],
            control_status=[status("list", 1, "in_force"), status("list", 2, "repealed")],
        )
        case["offers"][0]["end"] = 1
        assert cost(case) == 50 + 50

    def test_a_listed_operator_is_cut_off_altogether(self) -> None:
        case = self.army(
            want("works", "magnet", end_user="carmaker"),
            groups=[{"group": "listed", "member": "works"}],
        )
        assert cost(case) == 20 + 100


class TestAQuotaSharedByTwoLanes:
    """8 a year by sea and rail together, to whichever customer."""

    QUOTA = rule("quota", "export", "free", exporters="CN", quota=8)

    def test_the_second_lane_adds_nothing(self) -> None:
        lanes = [lane("sea", "refinery", "works"), lane("rail", "refinery", "works", cost=0.5)]
        assert cost(mill(self.QUOTA, lanes=lanes)) == 8 + 2 * 5
        assert cost(mill(self.QUOTA, lanes=[lanes[0] | {"capacity": 6}, lanes[1]])) == (
            6 + 2 * 1.5 + 2 * 5
        )

    def test_two_customers_share_it(self) -> None:
        case = mill(
            self.QUOTA,
            sites={"refinery": "CN", "works": "DE", "usine": "FR"},
            lanes=[lane("sea", "refinery", "works"), lane("rail", "refinery", "usine")],
            demand=[want("works", "oxide"), want("usine", "oxide", shortage_cost=9)],
        )
        # Every unit saves 4 at the works, 8 at the usine.
        assert cost(case) == 8 + 2 * 9 + 10 * 5

    def test_orders_and_shipments_share_it(self) -> None:
        case = mill(self.QUOTA)
        case["offers"].append(offer("delivered", "works", "oxide", 2, origin="CN"))
        assert cost(case) == 8 + 2 * 5
        case["lanes"][0]["capacity"] = 5
        assert cost(case) == 5 + 3 * 2 + 2 * 5

    def test_variants_share_it(self) -> None:
        """Marked and unmarked goods draw on one pool; only goods the rule is about do."""
        case = mill(
            self.QUOTA | {"end_uses": "defence"}, demand=uses("civil", "defence")
        )  # fmt: skip
        assert cost(case) == 10 + (8 + 2 * 5)

    def test_it_is_one_pool_over_its_window(self) -> None:
        lanes = [lane("sea", "refinery", "works"), lane("rail", "refinery", "works", cost=0.5)]
        case = mill(self.QUOTA | {"quota_window": "horizon"}, lanes=lanes, periods=2)
        assert cost(case) == 8 + 12 * 5


def test_a_plan_under_a_policy_of_the_buyer_still_obeys_the_law() -> None:
    """At least half must be Chinese, says the contract; the ban says none: nothing can be done."""
    must = policy("min_share", 0.5, materials="magnet", countries="CN", penalty=1)
    case = works(rule("ban", "export", exporters="CN"), policies=[must])
    assert cost(case) == 50 + 0.5 * 10 * 1
