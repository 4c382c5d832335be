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


@pytest.mark.parametrize("corruption", WARNINGS, ids=lambda corruption: corruption.name)
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
