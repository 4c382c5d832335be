"""Technology, equipment and services: building and running plants on others' know-how."""

from __future__ import annotations

import pytest

from .cases import (
    YEAR,
    Data,
    best,
    change,
    cost,
    fork,
    line,
    offer,
    paid,
    plant,
    process,
    rule,
    site_for_lines,
    status,
    table,
    technology,
    want,
)

NO_TECHNOLOGY = rule("technology", "technology", exporters="CN")
NO_SERVICE = rule("service", "service", exporters="CN")
OLD = {"technology": "cn-process", "status": "existing"}


def old_line(*controls: Data, periods: int = 2, **tables: object) -> Data:
    """The site of :func:`site_for_lines` with one line of Chinese technology already standing."""
    made: Data = {"plants": [line("old", **OLD)], "periods": periods}
    return site_for_lines(*controls, **(made | tables))


def only(line_row: Data, *controls: Data, **tables: object) -> Data:
    """The site of :func:`site_for_lines` with a single line that could be opened."""
    return site_for_lines(*controls, plants=[line_row], **tables)


CN_LINE = line("cn-line", open_cost=10, technology="cn-process")


def test_controlled_technology_cannot_be_built_with_abroad() -> None:
    """Ore and money are not enough: without the Chinese line only the dear Japanese one is left."""
    assert cost(site_for_lines()) == 10
    assert cost(site_for_lines(NO_TECHNOLOGY)) == 30
    assert cost(only(CN_LINE, NO_TECHNOLOGY)) == 2 * 50


def test_a_technology_is_picked_by_name_or_by_its_origin() -> None:
    named = rule("named", "technology", technologies="jp-process")
    assert cost(site_for_lines(named)) == 10
    assert cost(site_for_lines(named, NO_TECHNOLOGY)) == 2 * 50


def test_a_country_uses_its_own_technology_freely() -> None:
    case = only(CN_LINE, NO_TECHNOLOGY)
    case["sites"][0]["country"] = "CN"
    assert cost(case) == 10


def test_technology_under_licence_costs_an_application_per_opening() -> None:
    licence = NO_TECHNOLOGY | {"policy": "case_by_case", "cost": 4}
    case = site_for_lines(licence)
    assert cost(case) == 10 + 4
    assert paid(case, "licences") == 4
    (row,) = table(case, "licences").to_dict("records")
    assert (row["plant"], row["exporter"], row["quantity"]) == ("cn-line", "CN", 1)


@pytest.mark.parametrize("approval", [0, None])
def test_technology_whose_licence_is_never_approved_is_out_of_reach(
    approval: float | None,
) -> None:
    policy = "case_by_case" if approval == 0 else "presumption_of_denial"
    dates = [status("technology", 1, "in_force", approval)]
    case = site_for_lines(NO_TECHNOLOGY | {"policy": policy}, control_status=dates)
    assert cost(case) == 30


@pytest.mark.parametrize("policy", ["free", "general_licence", "case_by_case"])
@pytest.mark.parametrize(("years", "expected"), [(0, 10), (1, 10 + 50)])
def test_a_review_of_technology_delays_the_plant(policy: str, years: int, expected: float) -> None:
    wait = NO_TECHNOLOGY | {"policy": policy, "review_days": years * YEAR}
    case = only(CN_LINE, wait)
    assert cost(case) == expected
    assert list(table(case, "decisions")["effective"]) == [1 + years]


def test_the_wait_comes_on_top_of_building_and_only_slows() -> None:
    """A year to build and a year of review: two years bought, the third made."""
    slow = NO_TECHNOLOGY | {"policy": "free", "review_days": YEAR}
    case = only(CN_LINE | {"build_periods": 1}, slow, periods=3)
    assert cost(case) == 10 + 50 + 50
    case["controls"] = []
    assert cost(case) == 10 + 50


def test_fixed_cost_begins_when_the_plant_can_run() -> None:
    slow = NO_TECHNOLOGY | {"policy": "free", "review_days": YEAR}
    case = only(CN_LINE | {"fixed_cost": 3}, slow, periods=3)
    assert cost(case) == 10 + 50 + 3 + 3


def test_what_was_decided_before_the_rule_is_not_undone() -> None:
    case = only(CN_LINE, NO_TECHNOLOGY, control_status=[status("technology", 2, "in_force")])
    assert cost(case) == 10
    case["changes"] = [change("plants", "open_cost", 200, end=1)]
    assert cost(case) == 2 * 50


def test_modules_of_controlled_equipment_need_a_licence_each() -> None:
    """The building is Japanese, its two modules Chinese: know-how and equipment are both needed."""
    case = modular()
    assert cost(case) == 2 * 3
    case["controls"] = [NO_TECHNOLOGY | {"policy": "case_by_case", "cost": 4}]
    assert cost(case) == 2 * (3 + 4)
    (row,) = table(case, "licences").to_dict("records")
    assert (row["plant"], row["quantity"]) == ("hall", 2)


def modular(*controls: Data) -> Data:
    """A hall of Japanese technology, with Chinese modules of 5 at 3 or German ones at 20."""
    return site_for_lines(
        *controls,
        plants=[line("hall", capacity=0, status="existing", technology="jp-process")],
        expansions=[
            {"plant": "hall", "module_capacity": 5, "module_cost": 3, "technology": "cn-process"},
            {"plant": "hall", "module_capacity": 5, "module_cost": 20, "technology": "de-process"},
        ],
        technologies=[
            technology("cn-process", "CN"),
            technology("jp-process", "JP"),
            technology("de-process", "DE"),
        ],
    )


def test_another_vendors_equipment_replaces_what_is_banned() -> None:
    assert cost(modular(NO_TECHNOLOGY)) == 2 * 20


@pytest.mark.parametrize("missing", ["know-how", "equipment"])
def test_know_how_and_equipment_are_both_needed(missing: str) -> None:
    """Banning either of the two stops the plant."""
    case = only(
        line("hall", capacity=0, open_cost=5, technology="know-how"),
        rule("ban", "technology", technologies=missing),
        expansions=[
            {"plant": "hall", "module_capacity": 10, "module_cost": 5, "technology": "equipment"}
        ],
        technologies=[technology("know-how", "CN"), technology("equipment", "CN")],
    )
    assert cost(case) == 2 * 50
    case["controls"] = []
    assert cost(case) == 10


@pytest.mark.parametrize(("stage", "expected"), [("magnet", 100), ("recycling", 10)])
def test_a_technology_rule_can_be_about_a_stage(stage: str, expected: float) -> None:
    case = only(CN_LINE, NO_TECHNOLOGY | {"stages": "magnet"})
    case["processes"][0]["stage"] = stage
    assert cost(case) == expected


def test_recycling_technology_is_controlled_like_any_other() -> None:
    case = only(CN_LINE, NO_TECHNOLOGY | {"stages": "mining,separation,metal,magnet,recycling"})
    case["processes"][0]["stage"] = "recycling"
    assert cost(case) == 2 * 50


def test_a_technology_rule_screens_the_end_user() -> None:
    """Only the listed joint venture is refused."""
    listed = NO_TECHNOLOGY | {"end_users": "venture"}
    case = only(CN_LINE, listed, sites={"works/venture": "DE"})
    assert cost(case) == 2 * 50
    case = only(CN_LINE, listed, sites={"works/firm": "DE", "office/venture": "DE"})
    assert cost(case) == 10


def test_a_joint_venture_pays_more_than_an_owner() -> None:
    """Reviews cost the venture 8 for each line, whoever owns the rest of the site."""
    costly = NO_TECHNOLOGY | {"policy": "case_by_case", "cost": 8, "end_users": "venture"}
    assert cost(only(CN_LINE, costly, sites={"works/venture": "DE"})) == 10 + 8
    assert cost(only(CN_LINE, costly, sites={"works/firm": "DE", "office/venture": "DE"})) == 10


def test_high_purity_needs_technology_that_low_purity_does_not() -> None:
    case = site_for_lines(
        NO_TECHNOLOGY,
        materials={"pure": 100, "plain": 80},
        offers=[offer("pure", "works", "pure", 5), offer("plain", "works", "plain", 5)],
        processes=[
            process("purify", "separation", pure=1),
            process("leach", "separation", plain=1),
        ],
        plants=[
            plant("columns", "works", "purify", status="candidate", technology="cn-process"),
            plant("tanks", "works", "leach", status="candidate"),
        ],
        technologies=[technology("cn-process", "CN")],
        demand=[want("works", "pure"), want("works", "plain")],
    )
    assert cost(case) == 2 * 50 + 0
    case["controls"] = []
    assert cost(case) == 0


@pytest.mark.parametrize(("uptime", "expected"), [(None, 4 * 5), (0.8, 2 * 5), (0, 50), (1, 0)])
def test_plants_run_at_part_of_capacity_without_services(
    uptime: float | None, expected: float
) -> None:
    """The rule's uptime counts, else that of the technology."""
    assert cost(old_line(NO_SERVICE | {"uptime": uptime}, periods=1)) == expected


def test_the_lowest_uptime_of_several_rules_counts() -> None:
    rules = [
        NO_SERVICE | {"uptime": 0.8},
        NO_SERVICE | {"control": "spares", "uptime": 0.5},
        NO_SERVICE | {"control": "upgrades", "uptime": 0.9},
    ]
    assert cost(old_line(*rules, periods=1)) == 5 * 5


@pytest.mark.parametrize("own", [{"origin": "DE"}, {"origin": "JP"}, {"needs_services": "no"}])
def test_services_matter_to_plants_that_need_them_from_there(own: Data) -> None:
    """Not to a country's own technology, nor to another's, nor to one that needs none."""
    plain = {"uptime_without_services": 1} if "needs_services" in own else {}
    case = old_line(
        NO_SERVICE | {"uptime": 0.1}, technologies=[technology("cn-process", "CN") | own | plain]
    )
    if own.get("origin") == "DE":
        case["controls"][0]["exporters"] = None
    if own.get("origin") == "JP":
        case["technologies"].append(technology("other", "CN"))
    assert cost(case) == 0


def test_services_under_licence_keep_a_plant_running() -> None:
    licence = NO_SERVICE | {"policy": "case_by_case", "cost": 3}
    case = old_line(licence)
    assert cost(case) == 3
    (row,) = table(case, "licences").to_dict("records")
    assert (row["plant"], row["quantity"], row["used"]) == ("old", 1, 1)
    assert cost(old_line(licence | {"validity_periods": 1})) == 2 * 3
    assert cost(old_line(licence | {"cost": 41})) == 2 * 20


def test_a_service_licence_partly_approved_gives_back_a_part() -> None:
    """60 % without services, half of the missing 40 % with the licence: 80 %."""
    case = old_line(
        NO_SERVICE | {"policy": "case_by_case", "cost": 3},
        control_status=[status("service", 1, "in_force", approval=0.5)],
    )
    assert cost(case) == 3 + 2 * (2 * 5)


def test_a_service_licence_is_of_use_after_its_review() -> None:
    licence = NO_SERVICE | {"policy": "case_by_case", "cost": 3, "review_days": YEAR}
    assert cost(old_line(licence)) == 4 * 5 + 3


@pytest.mark.parametrize(("policy", "expected"), [("free", 0), ("general_licence", 0)])
def test_services_under_a_general_licence_go_on(policy: str, expected: float) -> None:
    assert cost(old_line(NO_SERVICE | {"policy": policy, "uptime": 0.1})) == expected


def test_uptime_decays_the_longer_services_are_missing() -> None:
    case = old_line(
        NO_SERVICE | {"uptime": 1},
        periods=3,
        changes=[change("controls", "uptime", -0.1, op="add", start=year) for year in (2, 3)],
    )
    assert cost(case) == (0 + 1 + 2) * 5


def test_services_are_about_the_plants_operator_and_stage() -> None:
    assert cost(old_line(NO_SERVICE | {"end_users": "works"}, periods=1)) == 20
    case = old_line(NO_SERVICE | {"end_users": "other"}, periods=1)
    case["sites"].append({"site": "other", "country": "DE"})
    assert cost(case) == 0
    assert cost(old_line(NO_SERVICE | {"stages": "magnet"}, periods=1)) == 20
    assert cost(old_line(NO_SERVICE | {"stages": "separation"}, periods=1)) == 0


def test_parts_of_a_plant_stand_still_by_their_own_technology() -> None:
    """Half of the plant is a Chinese module: only its uptime falls."""
    case = site_for_lines(
        NO_SERVICE,
        periods=1,
        plants=[line("hall", capacity=5, status="existing", technology="jp-process")],
        expansions=[{"plant": "hall", "module_capacity": 5, "technology": "cn-process",
                     "max_modules": 1}],
    )  # fmt: skip
    assert cost(case) == 2 * 5


def test_commissioning_and_upgrades_are_technology_maintenance_is_service() -> None:
    """No upgrade once technology is barred, less output once service is."""
    case = old_line(
        NO_TECHNOLOGY,
        NO_SERVICE,
        periods=3,
        expansions=[{"plant": "old", "module_capacity": 5, "module_cost": 1, "max_modules": 1}],
        control_status=[status("technology", 2, "in_force"), status("service", 3, "in_force")],
        demand=[want("works", "magnet", 10, end=1), want("works", "magnet", 15, start=2)],
    )
    # The module must be ordered before the bar; in the third year 60 % of 15 is left.
    assert cost(case) == 1 + 6 * 5
    case["control_status"][0]["start"] = 1
    assert cost(case) == 0 + 5 * 5 + 9 * 5


def test_royalties_make_foreign_technology_dearer() -> None:
    royalty = line("cn-line", open_cost=10, variable_cost=1.5, technology="cn-process")
    case = site_for_lines(plants=[royalty, line("jp-line", open_cost=30, technology="jp-process")])
    assert cost(case) == 30
    case["plants"][0]["variable_cost"] = 0.5
    assert cost(case) == 10 + 20 * 0.5


def test_a_surge_in_the_price_of_equipment_passes() -> None:
    """Five times as dear in the first year, so the plan buys magnets for a year and builds then."""
    case = site_for_lines(
        plants=[CN_LINE],
        offers=[offer("bought", "works", "magnet", 2)],
        changes=[change("plants", "open_cost", 5, op="multiply", end=1)],
    )
    assert cost(case) == 20 + 10


def test_learning_by_the_incumbent_keeps_it_ahead() -> None:
    """Its running cost falls by a fifth a year; the newcomer's fixed 1.5 would win otherwise."""
    case = site_for_lines(
        periods=3,
        plants=[
            line("incumbent", status="existing", variable_cost=2),
            line("newcomer", open_cost=9, variable_cost=1.5),
        ],
        technologies=[],
    )
    assert cost(case) == 9 + 3 * 15
    case["changes"] = [
        change("plants", "variable_cost", 0.8, op="multiply", key="incumbent", start=year)
        for year in (2, 3)
    ]
    assert cost(case) == pytest.approx(20 + 16 + 12.8)


def test_a_delay_that_may_come_is_weighed_by_its_probability() -> None:
    """Open now for certain, or wait and see what the review in the second year will take."""
    case = only(
        CN_LINE | {"open_cost": 60},
        NO_TECHNOLOGY | {"policy": "free"},
        periods=3,
        scenarios=fork(0.5, 0.5),
        changes=[
            change("controls", "review_days", 2 * YEAR, scenario="storm"),
            change("plants", "open_cost", 0.2, op="multiply", start=2),
        ],
    )
    # Now: 60. Later: 50, then 12 in calm, and in storm too late to be of use: 2 x 50 more.
    assert cost(case) == 60
    case["scenarios"] = fork(0.9, 0.1)
    assert cost(case) == pytest.approx(60)
    case["changes"].append(change("plants", "open_cost", 100, op="add", end=1))
    assert cost(case) == pytest.approx(50 + 0.9 * 12 + 0.1 * 100)


def test_the_plan_says_how_capacity_was_lost() -> None:
    """Production falls to the uptime of the period of the run."""
    case = old_line(NO_SERVICE, control_status=[status("service", 2, "in_force")])
    runs = best(case).tables["production"].sort_values("node")["activity"]
    assert list(runs.round(6)) == [10, 6]
