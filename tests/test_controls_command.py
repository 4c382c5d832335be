"""``controls``: known verdicts on small cases, and what the command says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import Told, run
from controls.cases import (
    Data,
    abroad,
    change,
    fork,
    lane,
    mill,
    offer,
    rule,
    site_for_lines,
    status,
    uses,
    want,
    works,
    world,
)
from optimizer.agreement import checked, exact
from oracle.random_controls import controlled_case
from secondsource.optimizer.rulings import COLUMNS, VERDICTS, Question, answer, rulings
from test_startup import HEAVY, loaded_by

BAN = rule("ban", "export", exporters="CN")
NO_ARMS = rule("no arms", "export", exporters="CN", end_uses="defence")
BOTH = uses("civil", "defence")
SHIP = Question(start="@CN")


def told(case: Data, question: Question = SHIP, **how: Any) -> pd.DataFrame:
    """What the rules of a case say, shipments only."""
    table = rulings(checked(case), question, **how)
    return table[table["about"] == "shipment"]


def only(table: pd.DataFrame) -> pd.Series:
    """The one row of a table."""
    assert len(table) == 1, table.to_string()
    return table.iloc[0]


def spells(table: pd.DataFrame) -> list[tuple[int, int, str]]:
    """First period, last period and verdict of each row."""
    return [(row["first"], row["last"], row["verdict"]) for _, row in table.iterrows()]


def by_use(table: pd.DataFrame) -> dict[str, str]:
    """End uses -> verdict."""
    return {",".join(row["end_uses"]): row["verdict"] for _, row in table.iterrows()}


def page(folder: Path, case: Data, *options: str) -> Told:
    """What the command says of a case."""
    path = folder / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    return run("controls", path, *options)


# Policies


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        ({"policy": "free"}, "free"),
        ({"policy": "free", "tariff": 0.1}, "free"),
        ({"policy": "free", "review_days": 14}, "review"),
        ({"policy": "general_licence"}, "general_licence"),
        ({"policy": "general_licence", "review_days": 14}, "general_licence"),
        ({"policy": "case_by_case"}, "licence"),
        ({"policy": "presumption_of_denial"}, "denial_presumed"),
        ({"policy": "prohibited"}, "prohibited"),
    ],
)
def test_every_policy_has_its_verdict(columns: dict[str, Any], verdict: str) -> None:
    row = only(told(works(BAN | columns)))
    assert row["verdict"] == verdict
    assert (row["exporter"], row["destinations"], row["offers"]) == ("CN", ["DE"], ["chinese"])
    assert row["rules"] == ["ban"]
    assert set(VERDICTS) >= {verdict}


def test_terms_are_those_of_all_rules_that_are_complied_with() -> None:
    licence = rule(
        "licence", "export", "case_by_case", exporters="CN",
        review_days=45, validity_periods=2, cost=500, unit_cost=2,
    )  # fmt: skip
    duty = rule("duty", "import", "free", destinations="DE", tariff=0.25, review_days=9, quota=7)
    row = only(told(works(licence, duty, control_status=[status("licence", 1, "in_force", 0.5)])))
    assert row["verdict"] == "licence"
    assert row["licences"] == [
        {
            "control": "licence",
            "review_days": 45,
            "usable_after": 0,
            "approval": 0.5,
            "validity_periods": 2,
            "cost": 500,
        }
    ]
    assert (row["tariff"], row["unit_cost"], row["days"]) == (0.25, 2, 9)
    assert row["quotas"] == [{"control": "duty", "quantity": 7, "window": "period"}]
    assert row["rules"] == ["licence", "duty"]


def test_approval_of_a_presumed_denial_is_none_unless_the_status_says_so() -> None:
    denied = BAN | {"policy": "presumption_of_denial"}
    assert only(told(works(denied)))["licences"][0]["approval"] == 0
    some = works(denied, control_status=[status("ban", 1, "in_force", 0.1)])
    assert only(told(some))["licences"][0]["approval"] == 0.1


def test_a_licence_can_be_used_once_it_is_reviewed() -> None:
    licence = BAN | {"policy": "case_by_case", "review_days": 61}
    assert only(told(works(licence, months=3)))["licences"][0]["usable_after"] == 1
    assert only(told(works(licence, months=12)))["licences"][0]["usable_after"] == 0


def test_the_strictest_rule_wins_and_is_the_one_that_is_named() -> None:
    row = only(told(works(BAN, rule("duty", "import", "free", tariff=0.1))))
    assert (row["verdict"], row["whole"], row["rules"]) == ("prohibited", True, ["ban"])
    assert row["also"] == ["duty"]


def test_price_floors_hold_for_offers() -> None:
    floor = rule("floor", "import", "free", destinations="DE", price_floor=3)
    assert only(told(works(floor)))["price_floor"] == 3
    assert only(told(mill(floor)))["price_floor"] is None


def test_moves_inside_a_country_are_left_out() -> None:
    assert list(rulings(checked(works(BAN)))["offers"]) == [["chinese"]]


# End uses and end users


def test_a_ban_for_one_end_use_lets_the_other_pass_under_its_mark() -> None:
    table = told(works(NO_ARMS, demand=BOTH))
    assert by_use(table) == {"civil": "free", "defence": "prohibited"}
    civil, defence = (row for _, row in table.iterrows())
    assert (civil["kept_from"], civil["kept_by"], civil["rules"]) == (["defence"], ["no arms"], [])
    assert (defence["whole"], defence["rules"]) == (False, ["no arms"])


def test_exempt_end_uses_are_free() -> None:
    case = works(rule("ban", "export", exempt_end_uses="civil"), demand=BOTH)
    assert by_use(told(case)) == {"civil": "free", "defence": "prohibited"}


def test_a_licence_for_one_end_use_keeps_goods_from_the_others() -> None:
    table = told(works(BAN | {"policy": "case_by_case"}, demand=BOTH))
    assert by_use(table) == {"civil": "licence", "defence": "licence"}
    assert [row["kept_from"] for _, row in table.iterrows()] == [["defence"], ["civil"]]


def test_only_the_end_use_that_is_asked_about_is_told() -> None:
    case = works(NO_ARMS, demand=BOTH)
    assert by_use(told(case, Question(end_use="defence"))) == {"defence": "prohibited"}
    assert by_use(told(case, Question(end_use="civil"))) == {"civil": "free"}


def test_end_users_are_told_where_a_rule_is_about_some_of_them() -> None:
    listed = rule("list", "export", end_users="primes", end_uses="defence")
    demand = [
        want("works", "magnet", end_use="defence", end_user="primes"),
        want("works", "magnet", end_use="defence", end_user="others"),
        want("works", "magnet"),
    ]
    case = works(listed, demand=demand)
    table = told(case).assign(users=lambda t: t["end_users"].map(tuple))
    assert dict(zip(table["users"], table["verdict"], strict=True)) == {
        ("primes",): "prohibited",
        ("others",): "free",
        (): "free",
    }
    one = told(case, Question(end_use="defence=others"))
    assert (only(one)["verdict"], only(one)["end_users"]) == ("free", ["others"])


def test_a_listed_receiver_is_told_apart_from_its_neighbour() -> None:
    case = works(
        rule("list", "export", end_users="entities"),
        sites={"works/listed": "DE", "mill/unlisted": "DE"},
        offers=[
            offer("a", "works", "magnet", 1, origin="CN"),
            offer("b", "mill", "magnet", 1, origin="CN"),
        ],
        demand=[want("works", "magnet", shortage_cost=9), want("mill", "magnet", shortage_cost=9)],
        groups=[{"group": "entities", "member": "listed"}],
    )
    table = told(case)
    assert {row["offers"][0]: row["verdict"] for _, row in table.iterrows()} == {
        "a": "prohibited",
        "b": "not_subject",
    }
    assert only(told(case, Question(start="@CN", end="listed")))["verdict"] == "prohibited"


def test_exporters_on_a_list_are_told_apart() -> None:
    general = rule("general", "export", "general_licence", operators="ganzhou")
    case = works(general, BAN | {"operators": "*,!ganzhou"})
    case["offers"].append(offer("baotou", "works", "magnet", 1, origin="CN", supplier="baotou"))
    table = told(case)
    assert {row["offers"][0]: row["verdict"] for _, row in table.iterrows()} == {
        "chinese": "general_licence",
        "baotou": "prohibited",
    }
    assert only(told(case, Question(start="baotou")))["verdict"] == "prohibited"


# Time and scenarios


def test_the_verdict_follows_the_dates_of_the_rule() -> None:
    dates = [
        status("ban", 2, "announced"),
        status("ban", 3, "in_force"),
        status("ban", 5, "suspended"),
        status("ban", 6, "repealed"),
    ]
    table = told(works(BAN, periods=6, control_status=dates))
    assert spells(table) == [
        (1, 2, "not_subject"),
        (3, 4, "prohibited"),
        (5, 6, "not_subject"),
    ]
    waiting = [row["not_in_force"] for _, row in table.iterrows()]
    assert waiting[0] == [{"control": "ban", "status": "none"}]
    assert waiting[1] == []
    assert waiting[2] == [{"control": "ban", "status": "suspended"}]


@pytest.mark.parametrize(
    ("means", "verdict", "unknown"),
    [("in_force", "prohibited", ["ban"]), ("suspended", "not_subject", [])],
)
def test_an_unknown_status_is_told_as_what_it_is_taken_for(
    means: str, verdict: str, unknown: list[str]
) -> None:
    case = works(
        BAN, settings={"unknown_controls": means}, control_status=[status("ban", 1, "unknown")]
    )
    row = only(told(case))
    assert (row["verdict"], row["unknown"]) == (verdict, unknown)


def test_numbers_that_change_make_new_spells() -> None:
    duty = rule("duty", "import", "free", tariff=0.1)
    case = works(duty, periods=4, changes=[change("controls", "tariff", 0.3, start=3)])
    table = told(case)
    assert [(row["first"], row["last"], row["tariff"]) for _, row in table.iterrows()] == [
        (1, 2, 0.1),
        (3, 4, 0.3),
    ]


def test_scenarios_are_told_apart_where_they_differ() -> None:
    case = works(
        BAN,
        periods=3,
        scenarios=fork(0.5, 0.5),
        control_status=[status("ban", 1, "suspended")],
        changes=[change("control_status", "status", "in_force", scenario="storm")],
    )
    table = told(case)
    found = {
        (*row["scenarios"], row["first"], row["last"]): row["verdict"]
        for _, row in table.iterrows()
    }
    assert found == {
        ("calm", 1, 3): "not_subject",
        ("storm", 1, 1): "not_subject",
        ("storm", 2, 3): "prohibited",
    }
    alone = told(case, scenarios=["calm"])
    assert spells(alone) == [(1, 3, "not_subject")]


def test_scenarios_that_agree_are_told_together() -> None:
    table = told(works(BAN, periods=2, scenarios=fork(0.5, 0.5)))
    assert only(table)["scenarios"] == ["calm", "storm"]


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        ("2", 2, 2),
        ("2027-05", 2, 2),
        ("2027-Q3", 3, 3),
        ("2027", 1, 4),
        ("2027-Q2..2028", 2, 8),
        ("..3", 1, 3),
        ("2028-02..", 5, 8),
        ("2026..2027-01", 1, 1),
    ],
)
def test_times_are_periods_months_quarters_years_and_ranges(
    when: str, first: int, last: int
) -> None:
    case = works(BAN, periods=8, months=3, settings={"start": "2027-01"})
    row = only(told(case, Question(when=when)))
    assert (row["first"], row["last"]) == (first, last)


def test_only_what_changes() -> None:
    case = works(
        BAN | {"materials": "magnet"},
        rule("duty", "import", "free", materials="oxide", tariff=0.1),
        materials={"magnet": 100, "oxide": 50},
        offers=[
            offer("magnets", "works", "magnet", 1, origin="CN"),
            offer("oxide", "works", "oxide", 1, origin="CN"),
        ],
        demand=[want("works", "magnet", shortage_cost=9), want("works", "oxide")],
        periods=2,
        control_status=[status("ban", 2, "in_force")],
    )
    assert set(told(case)["offers"].map(tuple)) == {("magnets",), ("oxide",)}
    assert set(told(case, Question(changes_only=True))["offers"].map(tuple)) == {("magnets",)}


# Pedigrees and re-export

CONTENT = rule("content", "reexport", jurisdiction="CN", pedigree="chinese")


def test_goods_that_always_carry_a_mark_fall_under_its_rule() -> None:
    row = only(told(abroad(CONTENT), Question(start="@JP")))
    assert (row["verdict"], row["rules"], row["carrying"]) == ("prohibited", ["content"], [])


def two_origins(*controls: Data, **tables: Any) -> Data:
    """The Japanese maker has Chinese and Japanese metal to choose from."""
    case = abroad(*controls, **tables)
    case["offers"].append(offer("home", "maker", "metal", 3))
    return case


def test_goods_are_told_apart_by_what_they_carry() -> None:
    table = told(two_origins(CONTENT), Question(start="@JP"))
    assert {
        (tuple(row["carrying"]), tuple(row["free_of"])): row["verdict"]
        for _, row in table.iterrows()
    } == {(("chinese",), ()): "prohibited", ((), ("chinese",)): "not_subject"}


def test_goods_that_the_rules_stop_everywhere_are_told_all_the_same() -> None:
    """Nothing that carries the mark can go anywhere, so no plan ever has such goods."""
    assert "prohibited" in set(told(two_origins(CONTENT), Question(start="@JP"))["verdict"])


def test_a_rule_on_content_for_one_end_use_splits_that_end_use_only() -> None:
    arms = CONTENT | {"end_uses": "defence"}
    table = told(two_origins(arms, demand=BOTH), Question(start="@JP"))
    found = {
        (tuple(row["end_uses"]), tuple(row["carrying"])): row["verdict"]
        for _, row in table.iterrows()
    }
    assert found == {
        ((), ()): "not_subject",
        (("civil",), ("chinese",)): "free",
        (("defence",), ("chinese",)): "prohibited",
    }


def test_goods_kept_from_an_end_use_by_an_earlier_border_are_told() -> None:
    """Chinese metal leaves for civil use only, whatever Japan says of the magnets."""
    case = abroad(NO_ARMS, demand=BOTH, pedigrees=None)
    case["demand"][1]["shortage_cost"] = 9
    table = told(case, Question(start="@JP", end_use="defence"))
    assert (only(table)["verdict"], only(table)["kept_before"]) == ("not_subject", "all")


def test_buyers_that_refuse_the_goods_are_told_with_the_shipment() -> None:
    clean = rule("clean", "procurement", pedigree="chinese", end_uses="defence")
    table = rulings(checked(two_origins(clean, demand=BOTH)), Question(start="@JP"))
    ship = table[(table["about"] == "shipment")]
    assert [row["refused_by"] for _, row in ship.iterrows()] == [
        [{"control": "clean", "pedigree": "chinese", "goods": "some"}]
    ]
    bought = only(table[table["about"] == "purchase"])
    assert (bought["verdict"], bought["carrying"], bought["end_uses"]) == (
        "prohibited", ["chinese"], ["defence"],
    )  # fmt: skip


# Building and running


def other(case: Data, about: str, **how: Any) -> pd.DataFrame:
    """Rulings on plants."""
    table = rulings(checked(case), Question(**how))
    return table[table["about"] == about]


def test_technology_that_may_not_be_had() -> None:
    case = site_for_lines(rule("know-how", "technology", exporters="CN"))
    row = only(other(case, "building"))
    assert (row["verdict"], row["plants"], row["technology"]) == (
        "prohibited", ["cn-line"], "cn-process",
    )  # fmt: skip
    assert (row["exporter"], row["destinations"]) == ("CN", ["DE"])


def test_technology_under_licence_waits_and_one_that_nobody_approves_is_denied() -> None:
    licence = rule(
        "know-how", "technology", "case_by_case", exporters="CN", review_days=366, cost=7
    )
    row = only(other(site_for_lines(licence), "building"))
    assert (row["verdict"], row["wait_periods"], row["licences"][0]["cost"]) == ("licence", 1, 7)
    denied = site_for_lines(licence, control_status=[status("know-how", 1, "in_force", 0)])
    assert only(other(denied, "building"))["verdict"] == "denial_presumed"


def test_services_leave_what_the_rule_leaves() -> None:
    case = site_for_lines(rule("hands off", "service", "case_by_case", exporters="CN"))
    row = only(other(case, "services"))
    assert (row["verdict"], row["uptime"], row["plants"]) == ("licence", 0.6, ["cn-line"])
    strict = site_for_lines(rule("hands off", "service", exporters="CN", uptime=0.5))
    assert (only(other(strict, "services"))["uptime"]) == 0.5


def test_what_is_asked_about_goods_is_asked_about_know_how_too() -> None:
    """Know-how comes from the country asked about, to the site asked about, for what it makes."""
    case = site_for_lines(rule("know-how", "technology"))
    case["sites"].append({"site": "refinery", "country": "CN"})
    assert len(other(case, "building")) == 2
    from_china = other(case, "building", start="@CN", end="works", material="magnet")
    assert only(from_china)["plants"] == ["cn-line"]
    with pytest.raises(ValueError, match="no lane or offer"):
        other(case, "building", end="refinery")


# Lines


def test_goods_that_the_rules_treat_alike_share_a_line() -> None:
    case = world(
        {"a": "CN", "b": "CN", "x": "DE", "y": "DE", "z": "JP"},
        {"oxide": 1, "metal": 2},
        offers=[offer(f"{s}{m}", s, m, 1) for s in "ab" for m in ("oxide", "metal")],
        lanes=[lane("sea", "a,b", "x,y,z")],
        demand=[want(s, m, shortage_cost=9) for s in "xyz" for m in ("oxide", "metal")],
        controls=[BAN],
    )
    row = only(told(case))
    assert (row["destinations"], row["materials"]) == (["DE", "JP"], ["oxide", "metal"])
    assert len(row["lanes"]) == 6
    assert row["lanes"][0] == {"lane": "sea", "from": "a", "to": "x"}
    each = told(case, Question(each=True))
    assert len(each) == 12
    assert set(each["lanes"].map(len)) == {1}


def test_columns_are_those_that_are_documented() -> None:
    assert list(rulings(checked(works(BAN))).columns) == list(COLUMNS)


def moves(tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, object, dict[str, Any]]]:
    """What moves in a plan: column of the rulings that names it, its name there, its row."""
    for move in tables["orders"].to_dict("records"):
        yield "offers", move["offer"], move
    for move in tables["shipments"].to_dict("records"):
        yield "lanes", {name: move[name] for name in ("lane", "from", "to")}, move


def test_plans_do_nothing_that_the_rulings_do_not_allow() -> None:
    """Whatever crosses a border in plans of random cases may, by the rules that are told."""
    crossed = 0
    for seed in range(6):
        case = checked(controlled_case(seed))
        found = exact(case)
        if found.status != "optimal":
            continue
        nodes = found.tables["nodes"]
        scenario = dict(zip(nodes["node"], nodes["scenario"], strict=True))
        ways = answer(case, Question(each=True), ["all"]).rulings.to_dict("records")
        for column, name, move in moves(found.tables):
            rows = [
                row
                for row in ways
                if name in row[column]
                and move["material"] in row["materials"]
                and row["first"] <= move["period"] <= row["last"]
                and scenario[move["node"]] in row["scenarios"]
            ]
            named = [{*row["rules"], *row["kept_by"], *row["also"]} for row in rows]
            hit = {rule for rule in str(move["rules"]).split(",") if rule}
            assert hit <= set().union(*named)
            if rows and move["quantity"] > 1e-6:
                crossed += 1
                assert any(row["verdict"] != "prohibited" or not row["whole"] for row in rows)
    assert crossed > 10


# The command


def test_a_memo_tells_verdict_dates_rules_and_sources(tmp_path: Path) -> None:
    ban = NO_ARMS | {"title": "No magnets for arms", "authority": "Ministry", "source": "Gazette 7"}
    case = works(
        ban, demand=BOTH, periods=4, months=3, settings={"start": "2027-01"},
        control_status=[
            {"control": "no arms", "start": "2025-04", "status": "announced"},
            {"control": "no arms", "start": "2027-05", "status": "in_force"},
        ],
    )  # fmt: skip
    found = page(tmp_path, case, "--from", "@CN", "--to", "@DE", "--end-use", "defence")
    assert found.code == 0
    for text in (
        "CN to DE: magnet",
        "for defence - 1 offer (chinese) to works",
        "2027-Q1             not subject to any rule in force. not in force: no arms (announced)",
        "2027-Q2 to 2027-Q4  PROHIBITED for defence",
        "no arms  Ministry: No magnets for arms",
        "announced since 2025-04; in force from 2027-Q2",
        "source Gazette 7",
    ):
        assert text in found.stdout
    assert max(map(len, found.stdout.splitlines())) <= 100


def test_everything_is_put_together_by_verdict(tmp_path: Path) -> None:
    case = works(NO_ARMS, rule("idle", "export", exporters="US"), demand=BOTH)
    case["offers"].append(offer("austrian", "works", "magnet", 9, origin="AT"))
    found = page(tmp_path, case)
    assert "Prohibited, all the time or for some of it" in found.stdout
    assert "Not subject to any rule in force\n 1 offer: magnet." in found.stdout
    assert "No shipment, plant or buyer of the case is as these say: idle." in found.stdout
    assert "narrow it down" in found.stderr


def test_a_timeline_draws_a_sign_for_each_period(tmp_path: Path) -> None:
    case = works(
        BAN, periods=8, months=3, settings={"start": "2027-01"}, scenarios=fork(0.5, 0.5, at=3),
        control_status=[status("ban", 2, "announced"), status("ban", 4, "unknown")],
        changes=[change("control_status", "status", "repealed", scenario="storm", start=6)],
    )  # fmt: skip
    lines = page(tmp_path, case, "--timeline", "--scenarios", "all").stdout.splitlines()
    assert "            2027 2028" in lines
    assert "ban  calm   .aa? ????  prohibited" in lines
    assert "     storm  .aa? ?xxx" in lines
    assert lines[-1].split("   ") == [
        "? status unknown, taken as in force", "a announced", "x repealed", ". not yet made",
    ]  # fmt: skip
    alone = page(tmp_path, case, "--timeline", "--scenarios", "calm").stdout
    assert "ban  .aa? ????  prohibited" in alone


def test_a_timeline_without_dates_counts_periods(tmp_path: Path) -> None:
    found = page(tmp_path, works(BAN, periods=12), "--timeline").stdout.splitlines()
    assert found[3] == "     1   5    10"
    assert found[4] == "ban  ############  prohibited"


def test_json_is_one_object_with_rulings_rules_and_states(tmp_path: Path) -> None:
    case = works(BAN | {"source": "Gazette"}, control_status=[status("ban", 1, "unknown")])
    found = page(tmp_path, case, "--json", "--from", "@CN")
    assert found.code == 0
    assert found.json["asked"]["from"] == "@CN"
    assert found.json["scenarios"] == ["base"]
    assert [set(row) for row in found.json["rulings"]] == [set(COLUMNS)]
    assert found.json["rulings"][0]["verdict"] == "prohibited"
    (ban,) = found.json["rules"]
    assert (ban["control"], ban["source"]) == ("ban", "Gazette")
    assert ban["states"] == [
        {
            "scenarios": ["base"], "first": 1, "last": 1, "begins": "1", "ends": "1",
            "status": "unknown", "in_force": True,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--from", "CN"], "write @CN for all sites in a country"),
        (["--from", "ganzhu"], "did you mean ganzhou?"),
        (["--from", "@ZZ"], "no site lies in ZZ; the case has CN, DE"),
        (["--to", "@JP"], "no site lies in JP"),
        (["--material", "magnt"], "did you mean magnet?"),
        (["--end-use", "arms"], "the case has civil"),
        (["--when", "9"], "outside the horizon, 1 to 1"),
        (["--when", "soon"], "write a period from 1 to 1"),
        (["--when", "2..1"], "ends before it begins"),
        (["--scenarios", "storm"], "no scenario 'storm'"),
        (["--from", "!chinese"], "only takes out"),
        (["--from", "@DE", "--to", "@DE"], "moves inside a country are never hit"),
    ],
)
def test_what_hits_nothing_is_told_with_what_would(
    tmp_path: Path, options: list[str], says: str
) -> None:
    found = page(tmp_path, works(BAN), *options)
    assert (found.code, found.stdout) == (2, "")
    assert says in found.stderr
    assert says in page(tmp_path, works(BAN), "--json", *options).json["error"]


def test_a_case_without_rules_says_so(tmp_path: Path) -> None:
    found = page(tmp_path, works())
    assert found.code == 0
    assert "the case has no controls" in found.stderr


def test_help_loads_nothing_heavy() -> None:
    assert not set(HEAVY) & loaded_by(
        "from click.testing import CliRunner\n"
        "from secondsource.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['controls', '--help']).exit_code == 0"
    )


def test_a_case_that_is_wrong_is_refused() -> None:
    assert run("controls", "no such case").code == 2


# The bundled case


def test_the_magnet_case_reads_like_a_memo() -> None:
    """Heavy magnets may not leave China for American defence; light ones may, and are refused."""
    asked = ["--from", "@CN", "--to", "@US", "--material", "NdFeB*", "--end-use", "defence"]
    found = run("controls", "ndfeb", *asked, "--json")
    ship = [row for row in found.json["rulings"] if row["about"] == "shipment"]
    heavy = [row for row in ship if row["materials"] == ["NdFeB-high-temp"]]
    assert heavy
    assert {row["verdict"] for row in heavy} == {"prohibited"}
    assert all("CN-18-MIL" in row["rules"] and not row["whole"] for row in heavy)
    light = [row for row in ship if row["materials"] == ["NdFeB-standard"]]
    assert any(row["verdict"] != "prohibited" for row in light)
    assert {one["control"] for row in light for one in row["refused_by"]} == {"US-DFARS-2027"}
    rules = {row["control"]: row for row in found.json["rules"]}
    assert rules["CN-18-MIL"]["source"].startswith("http")
    text = run("controls", "ndfeb", *asked).stdout
    assert "PROHIBITED for defence" in text
    assert "in force since 2025-04" in text


@pytest.mark.parametrize("options", [[], ["--scenarios", "all"], ["--timeline"], ["--each"]])
def test_the_whole_magnet_case_can_be_told(options: list[str]) -> None:
    found = run("controls", "ndfeb", *options)
    assert found.code == 0
    assert "CN-18-MIL" in found.stdout
