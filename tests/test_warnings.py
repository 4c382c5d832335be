"""What can be solved but is hardly meant is a warning: told with its place, and no error."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from corruption import Corruption, add, cell, delete, replace, spoil
from corruptions_of_cells import spoilt
from secondsource.cli.check import check
from secondsource.datasets.load import read_case
from secondsource.datasets.save import save_case
from secondsource.models.case import Case

TRUTH = Path(__file__).parent / "data" / "truth"

WARNINGS = [
    spoilt("unreachable", cell("demand", 3, "material", "NdPr-oxide"),
           where="demand row 3, material",
           says=('no "NdPr-oxide" can reach "Detroit", so all of it is short', "Aachen")),
    spoilt("unreachable and hard", cell("demand", 3, "material", "NdPr-oxide"),
           cell("demand", 3, "shortage_cost", ""), where="demand row 3, material",
           says="so no plan exists"),
    spoilt("more than there can be", cell("demand", 1, "shortage_cost", ""),
           cell("demand", 1, "quantity", "9000"), where="demand row 1, quantity",
           says=("36000", "give demand a shortage_cost")),
    spoilt("output without a way out", delete("disposal.csv"), delete("lanes.csv"),
           delete("returns.csv"), cell("stockpiles", 2, "site", "Stuttgart"),
           where="plants row 2, process", says='"magnet-scrap" made at "Aachen" has no way out'),
    spoilt("take without a way out", cell("offers", 8, "site", "Detroit"),
           cell("offers", 8, "min_take", "1"), where="offers row 8, min_take",
           says="has no way out"),
    spoilt("late lane", cell("lanes", 1, "lead_days", "800"), where="lanes row 1, lead_days",
           says=("800 days are 9 periods", "after the horizon of 8")),
    spoilt("late qualification", cell("offers", 3, "qualification_periods", "8"),
           where="offers row 3, qualification_periods", says="leave none of 8"),
    spoilt("built already", cell("plants", 1, "build_periods", "2"),
           where="plants row 1, build_periods", says="2 has no effect on an existing plant"),
    spoilt("minimum above capacity", cell("offers", 1, "min_order", "61"),
           where="offers row 1, min_order", says="61 is above capacity 60"),
    spoilt("stock that does not fit", cell("stockpiles", 4, "min_level", "17"),
           where="stockpiles row 4, min_level", says="17 is above capacity 16"),
    spoilt("tiers without discount", cell("offers", 1, "discount", "none"),
           where="offer_tiers row 1, offer", says="incremental or all_units"),
    spoilt("discount without tiers", delete("offer_tiers.csv"), where="offers row 1, discount",
           says="there are no tiers"),
    spoilt("tier from 0", cell("offer_tiers", 1, "from_quantity", "0"),
           where="offer_tiers row 1, from_quantity", says="put its price into offers.price"),
    spoilt("arrives before it all", add("in_transit", site="Aachen", material="NdPr-oxide",
                                        period="2026-10", quantity="3"),
           where="in_transit row 1, period", says="never arrive"),
    spoilt("window after the horizon", cell("policies", 1, "start", "9"),
           where="policies row 1, start", says="outside the horizon of 8 periods"),
    spoilt("cover of nothing", cell("stockpiles", 3, "cover_of", "magnet-scrap"),
           where="stockpiles row 3, cover_of", says="the cover is always 0"),
    spoilt("per cent policy", cell("policies", 1, "value", "70"), where="policies row 1, value",
           says="0.25 for 25%"),
    spoilt("United Kingdom", cell("sites", 2, "country", "UK"), where="sites row 2, country",
           says="did you mean GB?"),
    spoilt("member of nothing", add("groups", group="works", member="Aachn"),
           where="groups row 1, member", says="did you mean Aachen?"),
    spoilt("process without recipe", delete("recipes.csv"), where="plants row 1, process",
           says="has no recipe"),
    spoilt("floor on an export", cell("controls", 1, "price_floor", "9"),
           where="controls row 1, price_floor", says="it belongs to import rules"),
    spoilt("nothing to do", delete("demand.csv"), delete("returns.csv"),
           cell("stockpiles", 3, "min_cover_days", "0"), cell("stockpiles", 3, "cover_of", ""),
           where="demand", says="nothing to plan for"),
]  # fmt: skip


def rule(kind: str, policy: str = "prohibited", **cells: str) -> object:
    """A third rule, beside the two of the quickstart case."""
    return add("controls", control="rule", kind=kind, policy=policy, **cells)


def technology(origin: str = "CN", **cells: str) -> object:
    """A technology that the recycling plant in Grenoble would be opened with."""
    row = {"technology": "leach", "origin": origin, "needs_services": "yes", **cells}
    return add("technologies", **row)


LEACH = cell("plants", 4, "technology", "leach")
CN_MADE = add("pedigrees", pedigree="CN-made", countries="CN")


def idle(kind: str, column: str, value: str, **more: str) -> Corruption:
    """A column that a kind of rule does not use."""
    return spoilt(
        f"{column} of {kind}", technology(uptime_without_services="0.5"), LEACH, CN_MADE,
        rule(kind, **{**more, column: value}), where=f"controls row 3, {column}",
        says=f"has no effect in a {kind} rule",
    )  # fmt: skip


RULES = [
    spoilt("nobody sends from there", rule("export", exporters="MM"),
           where="controls row 3, exporters",
           says=('"rule" hits nothing in this case', "no goods come from where it says")),
    spoilt("nobody receives there", rule("import", destinations="*,!CN,!DE,!FR,!GB,!JP,!US"),
           where="controls row 3, destinations", says="it has no site where it says"),
    spoilt("nobody of the list sends", add("groups", group="list", member="Nobody's Oxides"),
           rule("export", operators="list"), where="controls row 3, operators",
           says="none of these operators"),
    spoilt("nobody of the list receives", add("groups", group="list", member="Nobody's Works"),
           rule("export", end_users="list"), where="controls row 3, end_users",
           says="none of these operators and end users"),
    spoilt("no border like that", rule("export", exporters="GB", destinations="US"),
           where="controls row 3, control", says="no lane or offer crosses such a border"),
    spoilt("all end uses exempt", rule("export", exempt_end_uses="traction motors,robots"),
           where="controls row 3, exempt_end_uses", says="no demand of an end use"),
    spoilt("mark on nothing that moves", add("pedigrees", pedigree="CN-made"),
           rule("export", pedigree="CN-made"), where="controls row 3, pedigree",
           says='nothing ever carries "CN-made"'),
    spoilt("nobody asks for such goods", CN_MADE,
           rule("procurement", pedigree="CN-made", destinations="JP"),
           where="controls row 3, control", says="no demand row is one that it is about"),
    spoilt("technology of nowhere", technology(), LEACH, rule("technology", exporters="JP"),
           where="controls row 3, exporters", says="no technology comes from where it says"),
    spoilt("technology at home", technology("FR"), LEACH, rule("technology"),
           where="controls row 3, control", says="no plant that can be opened or expanded"),
    spoilt("services for nobody", technology(needs_services="no"), LEACH,
           rule("service", uptime="0.5"), where="controls row 3, technologies",
           says="no technology it is about needs services"),
    spoilt("services that nobody misses", technology(), LEACH, rule("service"),
           where="controls row 3, uptime", says=("keep all of their capacity", "below 1")),
    spoilt("re-export from anywhere", CN_MADE, rule("reexport", pedigree="CN-made"),
           where="controls row 3, jurisdiction", says="leaving any country at all"),
    spoilt("rule without teeth", rule("export", "free", exporters="CN"),
           where="controls row 3, policy", says=("lets everything pass", "review_days")),
    spoilt("service without teeth", technology(), LEACH,
           rule("service", "general_licence", uptime="0.5"), where="controls row 3, policy",
           says="choose a stricter policy, or remove the rule"),
    spoilt("duty on what is forbidden", cell("controls", 1, "tariff", "0.1"),
           where="controls row 1, tariff", says="what the rule is about is prohibited"),
    spoilt("window without quota", cell("controls", 2, "quota_window", "year"),
           where="controls row 2, quota_window", says="there is no quota"),
    spoilt("price of a free licence", cell("controls", 2, "cost", "100"),
           where="controls row 2, cost", says="takes no application"),
    spoilt("licence to build that ends", technology(), LEACH,
           rule("technology", "case_by_case", validity_periods="4"),
           where="controls row 3, validity_periods", says="stays open"),
    *(idle("technology", column, value) for column, value in {
        "pedigree": "CN-made", "end_uses": "robots", "exempt_end_uses": "robots", "quota": "0",
        "operators": "Own works", "materials": "magnet-scrap", "tariff": "0.1", "unit_cost": "1",
        "uptime": "0.5",
    }.items()),
    *(idle("service", column, value) for column, value in {
        "pedigree": "CN-made", "end_uses": "robots", "price_floor": "3",
    }.items()),
    *(idle("procurement", column, value, pedigree="CN-made") for column, value in {
        "exporters": "CN", "operators": "Own works", "technologies": "leach", "review_days": "30",
    }.items()),
    spoilt("mark that cannot stick", add("pedigrees", pedigree="CN-made", materials="NdFeB-*"),
           cell("offers", 1, "pedigrees", "CN-made"), where="offers row 1, pedigrees",
           says=('"CN-made" cannot stick to "NdPr-oxide"', "pedigrees.materials")),
    spoilt("stock whose mark cannot stick",
           add("pedigrees", pedigree="CN-made", materials="NdFeB-*", countries="CN"),
           cell("stockpiles", 1, "pedigrees", "CN*"), where="stockpiles row 1, pedigrees",
           says="go without it"),
    spoilt("mark of nothing", add("pedigrees", pedigree="CN-made"), where="pedigrees row 1",
           says=("nothing ever carries", "no row names it")),
    spoilt("mark of a stage that is not done", add("pedigrees", pedigree="CN", countries="CN",
                                                   stages="alloy"),
           where="pedigrees row 1, pedigree", says="no offer and no plant of the case puts it on"),
    spoilt("mark that is washed off at once", technology(), LEACH,
           add("pedigrees", pedigree="CN", technologies="leach", reset_by="recycle"),
           where="pedigrees row 1, pedigree", says="check its countries, stages, technologies"),
    spoilt("nearly on the list", add("groups", group="list", member="BAOTOU MAGNETS"),
           add("groups", group="list", member="Nobody's Oxides"),
           rule("export", operators="*,!list", exporters="CN"), where="groups row 1, member",
           says="did you mean Baotou Magnets?"),
]  # fmt: skip


@pytest.mark.parametrize("corruption", [*WARNINGS, *RULES], ids=lambda corruption: corruption.name)
def test_warning(corruption: Corruption, tmp_path: Path) -> None:
    result = CliRunner().invoke(check, [str(spoil(tmp_path / "case", corruption))])
    assert result.exit_code == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if corruption.where in line]
    assert any(all(piece in line for piece in corruption.says) for line in lines), result.stderr
    assert all("warning: " in line for line in lines)


@pytest.mark.parametrize(
    "harmless",
    [
        (replace("recipes.csv", "-3.5", "-0.6"),),  # a ring that loses a little
        (
            add("processes", process="melt"),  # and one that loses nothing
            add("plants", plant="melter", site="Aachen", process="melt"),
            add("recipes", process="melt", material="NdPr-oxide", quantity="0.38"),
            add("recipes", process="melt", material="NdFeB-alloy", quantity="-1"),
        ),
        (cell("controls", 2, "jurisdiction", "NL"),),  # a lawmaker without sites of its own
        (add("changes", table="offers", key="site=@DE", field="price", op="add", value="1/3"),),
        (add("changes", table="controls", key="CN-ban", field="quota", value="inf"),),
        (add("groups", group="EU", member="DE"), cell("lanes", 6, "to", "@EU")),
        (cell("controls", 1, "destinations", "*,!MM"), cell("controls", 1, "exporters", "CN,KR")),
        (add("groups", group="EU", member="DE"), add("groups", group="EU", member="HU"),
         cell("controls", 1, "destinations", "EU,!HU,AU")),
        (add("groups", group="NA", member="US"), add("groups", group="NA", member="CA"),
         cell("controls", 2, "destinations", "NA")),  # the group, not Namibia
        (CN_MADE, cell("pedigrees", 1, "countries", "CN,MM")),
        (add("groups", group="list", member="Nobody's Oxides"),
         add("groups", group="list", member="Baotou Oxides"),
         rule("export", operators="list", end_users="*,!list")),
        (add("groups", group="list", member="Nobody's Oxides"),
         rule("export", exporters="CN", operators="*,!list")),
        (technology(), LEACH, add("pedigrees", pedigree="CN-made", technologies="leach"),
         rule("procurement", pedigree="CN-made")),
        (technology(uptime_without_services="0.5"), LEACH, rule("service", "case_by_case",
                                                                cost="9", validity_periods="4")),
        (technology(), cell("expansions", 1, "technology", "leach"),
         rule("technology", exporters="CN", destinations="FR", stages="recycling",
              end_users="Own works")),
        (CN_MADE, rule("reexport", pedigree="CN-made", jurisdiction="CN,MO")),
        (rule("export", "case_by_case", exporters="CN", materials="NdFeB-alloy"),),
        (CN_MADE, add("pedigrees", pedigree="magnet", materials="NdFeB-magnet", stages="magnet"),
         cell("offers", 1, "pedigrees", "*")),
        (CN_MADE, cell("pedigrees", 1, "min_value_share", "0.1"),
         cell("pedigrees", 1, "reset_by", "make-magnet,recycle"),
         cell("materials", 4, "price", "")),  # scrap is weighed nowhere
    ],
)  # fmt: skip
def test_no_false_alarm(harmless: tuple[object, ...], tmp_path: Path) -> None:
    spoilt_case = spoil(tmp_path / "case", Corruption("harmless", harmless, "", ()))
    assert [str(problem) for problem in read_case(spoilt_case)[1]] == []


@pytest.mark.parametrize(
    "path", [path for path in sorted(TRUTH.glob("*.json")) if path.name != "expected.json"],
    ids=lambda path: path.stem,
)  # fmt: skip
def test_published_cases_have_no_errors(path: Path) -> None:
    case, problems = read_case(path)
    assert case is not None, problems[:3]


def test_ten_thousand_rows_take_seconds(tmp_path: Path) -> None:
    number = 2500
    sites = [{"site": f"s{i}", "country": ("DE", "CN", "US")[i % 3]} for i in range(number)]
    materials = [{"material": f"m{i}", "price": 1} for i in range(50)]
    offers = [
        {"offer": f"o{i}", "site": f"s{i}", "material": f"m{i % 50}", "price": 5, "capacity": 100}
        for i in range(number)
    ]
    lanes = [
        {"lane": f"l{i}", "from": f"s{i}", "to": f"s{(7 * i + 1) % number}", "lead_days": 20}
        for i in range(number)
    ]
    demand = [
        {"site": f"s{i}", "material": f"m{i % 50}", "quantity": 10, "shortage_cost": 100}
        for i in range(number)
    ]
    case = Case(materials=materials, sites=sites, offers=offers, lanes=lanes, demand=demand)
    folder = save_case(case, tmp_path / "case")
    started = time.process_time()
    found, problems = read_case(folder)
    assert time.process_time() - started < 5
    assert found == case
    assert {problem.level for problem in problems} <= {"warning"}
