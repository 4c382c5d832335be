"""Licences: who must apply, how much is approved, how long it holds, what it may be used for."""

from __future__ import annotations

import pytest

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
    paid,
    plant,
    process,
    rule,
    status,
    uses,
    want,
    works,
)

LICENCE = rule("licence", "export", "case_by_case", exporters="CN")


def test_goods_under_licence_need_one_application_that_costs() -> None:
    case = works(LICENCE | {"cost": 3})
    assert cost(case) == 10 + 3
    found = best(case)
    assert found.costs["licences"] == pytest.approx(3)
    (row,) = found.tables["licences"].to_dict("records")
    assert (row["control"], row["exporter"], row["destination"]) == ("licence", "CN", "DE")
    assert (row["end_use"], row["approval"], row["used"]) == ("civil", 1, pytest.approx(10))


def test_what_moves_under_a_licence_says_so() -> None:
    found = best(works(LICENCE))
    assert list(found.tables["orders"]["licences"]) == ["licence=civil"]
    (use,) = found.tables["licence_use"].to_dict("records")
    assert (use["control"], use["end_use"], use["applied"]) == ("licence", "civil", 0)
    assert use["quantity"] == pytest.approx(10)


def test_it_is_cheaper_to_buy_elsewhere_than_to_apply_for_too_little() -> None:
    case = works(LICENCE | {"cost": 41})
    assert cost(case) == 50
    assert len(best(case).tables["licences"]) == 0


@pytest.mark.parametrize("approval", [0.25, 0.5, 1])
def test_only_the_approved_part_of_an_application_moves(approval: float) -> None:
    dates = [status("licence", 1, "in_force", approval)]
    case = works(LICENCE, control_status=dates)
    assert cost(case) == 10 * approval * 1 + 10 * (1 - approval) * 5


@pytest.mark.parametrize(("approval", "expected"), [(None, 50), (0.2, 2 + 40), (0, 50)])
def test_a_presumption_of_denial_approves_nothing_unless_told(
    approval: float | None, expected: float
) -> None:
    denial = LICENCE | {"policy": "presumption_of_denial"}
    dates = [status("licence", 1, "in_force", approval)]
    assert cost(works(denial, control_status=dates)) == expected


@pytest.mark.parametrize(("validity", "applications"), [(1, 3), (2, 2), (None, 1)])
def test_licences_run_out_and_are_applied_for_again(
    validity: int | None, applications: int
) -> None:
    """One batch, one licence; or one that holds for the horizon."""
    case = works(LICENCE | {"cost": 3, "validity_periods": validity}, periods=3)
    assert cost(case) == 30 + 3 * applications


def test_a_licence_can_be_used_once_it_has_been_reviewed() -> None:
    case = works(LICENCE | {"review_days": YEAR}, periods=2)
    assert cost(case) == 50 + 10
    (row,) = best(case).tables["licences"].to_dict("records")
    assert (row["period"], row["first"], row["last"]) == (1, 2, 2)


def test_an_application_may_be_made_before_the_rule_is_in_force() -> None:
    case = works(
        LICENCE | {"review_days": YEAR},
        periods=2,
        control_status=[status("licence", 1, "announced"), status("licence", 2, "in_force")],
    )
    assert cost(case) == 10 + 10
    case["controls"][0]["review_days"] = 2 * YEAR
    assert cost(case) == 10 + 50


def test_nobody_needs_a_licence_while_the_rule_is_not_in_force() -> None:
    dates = [status("licence", 1, "in_force"), status("licence", 2, "suspended")]
    case = works(LICENCE | {"cost": 3, "validity_periods": 1}, periods=2, control_status=dates)
    assert cost(case) == 10 + 3 + 10


def test_days_of_review_count_as_lead_time_of_what_moves_under_the_licence() -> None:
    case = works(
        LICENCE | {"review_days": 45},
        rule("customs", "export", "free", review_days=30),
        offers=[offer("chinese", "works", "magnet", 1, origin="CN", lead_days=20)],
    )
    found = best(case)
    (order,) = found.tables["orders"].to_dict("records")
    # On the way 20 + 30 days; the licence was reviewed 45 days, 15 of them beyond the customs'.
    assert (order["days"], order["review"]) == (50, 15)
    assert found.objectives["lead_time"] == pytest.approx(20 + 45)


def test_the_fastest_plan_avoids_the_review() -> None:
    case = works(LICENCE | {"review_days": 45})
    assert best(case, "lead_time").objectives["cost"] == pytest.approx(50)
    mixed = best(case, "cost", caps={"lead_time": 9})
    assert mixed.objectives["cost"] == pytest.approx(2 * 1 + 8 * 5)


def test_nobody_can_apply_for_more_than_the_end_use_needs() -> None:
    """Civil demand of 4 cannot be inflated so that half of 8 would be approved."""
    case = works(
        LICENCE,
        demand=[want("works", "magnet", 4), want("works", "magnet", 6, end_use="defence")],
        control_status=[status("licence", 1, "in_force", approval=0.5)],
    )
    assert cost(case) == (2 + 2 * 5) + (3 + 3 * 5)
    applied = best(case).tables["licences"].set_index("end_use")["quantity"]
    assert applied["civil"] == pytest.approx(4)
    assert applied["defence"] == pytest.approx(6)


def test_need_is_counted_in_the_goods_that_move() -> None:
    """A magnet takes two oxides: for 10 magnets 20 may be applied for, and half is approved."""
    case = mill(
        LICENCE | {"materials": "oxide"},
        processes=[process("sinter", "magnet", oxide=-2, magnet=1)],
        control_status=[status("licence", 1, "in_force", approval=0.5)],
    )
    assert cost(case) == 10 * 1 + 10 * 5
    assert bought(case) == {"chinese": 10, "german": 10}


def test_a_rule_about_all_goods_allows_for_what_can_move_at_most() -> None:
    """Either 10 magnets or the 20 oxides for them could be asked for, not 30; half is approved."""
    case = mill(
        LICENCE,
        processes=[process("sinter", "magnet", oxide=-2, magnet=1)],
        control_status=[status("licence", 1, "in_force", approval=0.5)],
    )
    assert cost(case) == 10 * 1 + 10 * 5


def test_need_takes_the_hungriest_of_several_processes() -> None:
    """The lavish process sets the ceiling, so the thrifty one gets all it can use."""
    case = mill(
        LICENCE | {"materials": "oxide"},
        processes=[
            process("lavish", "magnet", oxide=-2, magnet=1),
            process("thrifty", "magnet", oxide=-1, magnet=1),
        ],
        plants=[plant("a", "works", "lavish"), plant("b", "works", "thrifty")],
        control_status=[status("licence", 1, "in_force", approval=0.5)],
    )
    assert cost(case) == 10


def test_each_destination_needs_a_licence_of_its_own() -> None:
    case = works(
        LICENCE | {"cost": 3},
        sites={"works": "DE", "usine": "FR"},
        offers=[
            offer(f"for {site}", site, "magnet", 1, origin="CN") for site in ("works", "usine")
        ],
        demand=[want("works", "magnet"), want("usine", "magnet")],
    )
    assert cost(case) == 20 + 2 * 3


def test_each_country_of_dispatch_needs_a_licence_of_its_own() -> None:
    case = works(
        LICENCE | {"exporters": None, "cost": 3},
        offers=[
            offer(origin, "works", "magnet", 1, origin=origin, capacity=5)
            for origin in ("CN", "VN")
        ],
    )
    assert cost(case) == 10 + 2 * 3


def test_lanes_between_the_same_countries_share_a_licence() -> None:
    case = mill(
        LICENCE | {"cost": 3},
        lanes=[lane(name, "refinery", "works", capacity=5) for name in ("sea", "rail")],
    )
    assert cost(case) == 10 + 3


def test_each_end_use_needs_a_licence_of_its_own() -> None:
    case = works(LICENCE | {"cost": 3}, demand=uses("civil", "relief"))
    assert cost(case) == 20 + 2 * 3


def test_each_rule_needs_a_licence_of_its_own() -> None:
    older = rule("older", "export", "case_by_case", cost=4)
    assert cost(works(LICENCE | {"cost": 3}, older)) == 10 + 3 + 4


def test_units_under_a_licence_can_cost_too() -> None:
    case = works(LICENCE | {"cost": 3, "unit_cost": 0.5})
    assert paid(case, "licences") == 3 + 5
    assert cost(case) == 10 + 3 + 5


@pytest.mark.parametrize(("validity", "expected"), [(None, 20), (1, 10 + 2 + 8 * 5)])
def test_the_approval_is_that_of_the_day_of_application(
    validity: int | None, expected: float
) -> None:
    """Who holds a long licence from better days escapes the tightening."""
    dates = [status("licence", 1, "in_force", 1), status("licence", 2, "in_force", 0.2)]
    case = works(LICENCE | {"validity_periods": validity}, periods=2, control_status=dates)
    assert cost(case) == expected


def test_refused_parts_can_be_applied_for_again() -> None:
    """Half of 20 for both years, then half of 10 for the second: 15 in all."""
    dates = [status("licence", 1, "in_force", approval=0.5)]
    case = works(LICENCE, periods=2, control_status=dates)
    assert cost(case) == 15 * 1 + 5 * 5


def test_approval_can_be_worse_in_one_future() -> None:
    case = works(
        LICENCE | {"validity_periods": 1},
        periods=2,
        scenarios=fork(0.6, 0.4),
        control_status=[status("licence", 1, "in_force", approval=1)],
        changes=[change("control_status", "approval", 0, scenario="storm")],
    )
    assert cost(case) == 10 + 0.6 * 10 + 0.4 * 50


def test_one_application_serves_every_future_that_follows_it() -> None:
    """Applied for in the first year, used in the second of both futures: paid once."""
    case = works(LICENCE | {"cost": 4, "review_days": YEAR}, periods=2, scenarios=fork(0.5, 0.5))
    assert cost(case) == 50 + 4 + 10
    (row,) = best(case).tables["licences"].to_dict("records")
    assert row["quantity"] == pytest.approx(10)


def test_an_application_is_sized_for_the_future_that_needs_most() -> None:
    case = works(
        LICENCE | {"review_days": YEAR},
        periods=2,
        scenarios=fork(0.5, 0.5),
        changes=[change("demand", "quantity", 20, scenario="storm")],
    )
    assert cost(case) == 50 + 0.5 * 10 + 0.5 * 20


def test_an_application_made_in_one_future_is_none_in_another() -> None:
    """Storm learns in 2 that a licence is needed in 3; only it pays, with its probability."""
    case = works(
        LICENCE | {"cost": 4},
        periods=3,
        scenarios=fork(0.5, 0.5),
        control_status=[status("licence", 1, "suspended")],
        changes=[change("control_status", "status", "in_force", scenario="storm", start=3)],
    )
    assert cost(case) == 30 + 0.5 * 4


def test_the_last_licence_before_a_gap_cannot_be_used_to_hoard() -> None:
    """Granted in the first year only, for the second: no more than that year's need."""
    case = works(
        LICENCE | {"validity_periods": 1, "review_days": YEAR, "cost": 3},
        periods=4,
        stockpiles=[{"site": "works", "material": "magnet", "holding_cost": 1}],
        control_status=[status("licence", 1, "in_force", 1), status("licence", 2, "in_force", 0)],
    )
    assert cost(case) == 50 + (3 + 10) + 50 + 50


def test_a_watch_list_takes_away_the_general_licence() -> None:
    """Everyone else keeps it; the listed firm applies, and waits a year."""
    case = works(
        rule("general", "export", "general_licence"),
        rule("watch list", "export", "case_by_case", end_users="watched", review_days=YEAR),
        sites={"works": "DE", "lab/watched": "DE"},
        periods=2,
        offers=[
            offer(f"{price} {site}", site, "magnet", price, **columns)
            for site in ("works", "lab")
            for price, columns in ((1, {"origin": "CN"}), (5, {}))
        ],
        demand=[want("works", "magnet"), want("lab", "magnet")],
    )
    assert cost(case) == 20 + 50 + 10


def test_an_import_licence_works_like_one_for_export() -> None:
    buyers: Data = rule("permit", "import", "case_by_case", destinations="DE", cost=6)
    assert cost(works(buyers)) == 10 + 6
    assert cost(works(buyers, LICENCE | {"cost": 3})) == 10 + 6 + 3
