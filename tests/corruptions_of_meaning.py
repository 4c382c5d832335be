"""Corruptions of the quickstart case: time, scenarios, changes, rules and recipes."""

from __future__ import annotations

from corruption import add, cell, replace
from corruptions_of_cells import spoilt

BASE = add("scenarios", scenario="calm", probability="0.6")


def future(**cells: str) -> object:
    """A second scenario beside 'calm'."""
    return add("scenarios", **{"scenario": "storm", "probability": "0.4", **cells})


def change(**cells: str) -> object:
    """A change of offers.price, unless the cells say otherwise."""
    usual = {"table": "offers", "key": "*", "field": "price", "value": "1"}
    return add("changes", **{**usual, **cells})


TIME = [
    spoilt("end before start", cell("demand", 1, "end", "2026-12"), where="demand row 1, start",
           says=("starts in 2027-01, after its end 2026-12", "swap")),
    spoilt("years of seven months", replace("case.toml", "months_per_period = 3",
                                            "months_per_period = 7"),
           where="policies row 1, window", says=("periods of 7 months", "divide 12")),
    spoilt("probabilities of 0.9", BASE, future(probability="0.3"),
           where="scenarios row 2, probability", says=("add up to 0.9, not to 1", "1/3")),
    spoilt("blank probability", BASE, future(probability=""),
           where="scenarios row 2, probability", says="is blank"),
    spoilt("no branch", BASE, future(parent="calm"), where="scenarios row 2, branches_at",
           says=("must say when it branches", "at least 2")),
    spoilt("branch at 1", BASE, future(parent="calm", branches_at="1"),
           where="scenarios row 2, branches_at", says="not within periods 2 to 8"),
    spoilt("branch after the end", BASE, future(parent="calm", branches_at="2029-01"),
           where="scenarios row 2, branches_at", says="not within periods 2 to 8"),
    spoilt("unknown parent", BASE, future(parent="calmer", branches_at="2"),
           where="scenarios row 2, parent", says="did you mean calm?"),
    spoilt("own parent", BASE, future(parent="storm", branches_at="2"),
           where="scenarios row 2, parent", says=('"storm" descends from itself', "blank")),
]  # fmt: skip

CHANGES = [
    spoilt("unknown table", change(table="offerz"), where="changes row 1, table",
           says="did you mean offers?"),
    spoilt("unknown column", change(field="prize"), where="changes row 1, field",
           says="did you mean price?"),
    spoilt("structure", change(field="contract_periods"), where="changes row 1, field",
           says="fixes the structure"),
    spoilt("text column", change(field="supplier"), where="changes row 1, field",
           says="only numbers can be changed"),
    spoilt("nothing hit", change(key="Baotou-oxid"), where="changes row 1, key",
           says=("picks no row of offers", "did you mean Baotou-oxide?")),
    spoilt("unknown key column", change(key="sight=Aachen"), where="changes row 1, key",
           says=("is no column of offers", "did you mean site?")),
    spoilt("not a number", change(value="double"), where="changes row 1, value",
           says='"double" is not a number'),
    spoilt("below zero", change(field="capacity", op="add", value="-15"),
           where="changes row 1, value",
           says='capacity of "Kuantan-oxide" would be -3, which is below 0'),
    spoilt("below zero in two steps", change(field="capacity", key="Osaka*", value="5"),
           change(field="capacity", key="Osaka*", op="add", value="-6", start="3"),
           where="changes row 2, value", says="would be -1"),
    spoilt("blank to multiply",
           change(table="control_status", field="approval", op="multiply", value="2"),
           where="changes row 1, op", says=("is blank", "use set")),
    spoilt("unknown status", change(table="control_status", field="status", value="on"),
           where="changes row 1, value", says="in_force"),
    spoilt("unknown scenario", change(scenario="storm"), where="changes row 1, scenario",
           says='there is no scenario "storm"'),
    spoilt("before the branch", BASE, future(parent="calm", branches_at="4"),
           change(scenario="storm", start="2"), where="changes row 1, start",
           says=('before scenario "storm" branches in period 4', "leave it blank")),
]  # fmt: skip

RULES = [
    spoilt("re-export without pedigree", cell("controls", 1, "kind", "reexport"),
           where="controls row 1, pedigree", says="goes by a pedigree"),
    spoilt("procurement by licence", add("pedigrees", pedigree="CN"),
           add("controls", control="ndaa", kind="procurement", pedigree="CN",
               policy="case_by_case"),
           where="controls row 3, policy", says=("not possible", "prohibited or free")),
    spoilt("both kinds of end uses", cell("controls", 1, "end_uses", "robots"),
           cell("controls", 1, "exempt_end_uses", "robots"),
           where="controls row 1, exempt_end_uses", says="*,!robots"),
    spoilt("tariff without price", cell("materials", 3, "price", ""),
           where="controls row 2, tariff", says=('"NdFeB-magnet" has none', "materials.price")),
    spoilt("threshold without price", cell("materials", 2, "price", ""),
           add("pedigrees", pedigree="CN", countries="CN", stages="separation",
               min_value_share="0.1"),
           where="pedigrees row 1, min_value_share", says='"NdFeB-alloy" has none'),
    spoilt("lane to itself", cell("lanes", 1, "to", "Aachen"), where="lanes row 1, to",
           says="the same single site"),
    spoilt("shares with nothing", cell("lanes", 2, "shares", "sea-magnets"),
           where="lanes row 2, shares", says="did you mean sea-magnets-"),
    spoilt("shares with itself", cell("lanes", 2, "shares", "sea-magnets-US"),
           where="lanes row 2, shares", says="cannot share with itself"),
    spoilt("shares in a chain", cell("lanes", 3, "shares", "sea-magnets-JP"),
           cell("lanes", 4, "shares", "road-scrap"), where="lanes row 3, shares",
           says=("itself shares", "no chains")),
    spoilt("shares what does not cover", cell("lanes", 2, "shares", "road-magnets"),
           where="lanes row 2, shares", says='does not cover "Aachen" to "Detroit"'),
    spoilt("perpetual motion", cell("recipes", 7, "quantity", "-0.25"),
           where="recipes row 1, quantity", says=("from nothing", '"cast-alloy"', '"recycle"')),
    spoilt("a process that breeds", add("processes", process="breed"),
           add("plants", plant="breeder", site="Aachen", process="breed"),
           add("recipes", process="breed", material="NdPr-oxide", quantity="2"),
           add("recipes", process="breed", material="magnet-scrap", quantity="-0.1"),
           where="recipes row 1", says=('"breed"', "from nothing")),
    spoilt("threshold priced by a change", cell("materials", 2, "price", ""),
           change(table="materials", key="NdFeB-alloy", value="40000"),
           add("pedigrees", pedigree="CN", countries="CN", min_value_share="0.1"),
           where="pedigrees row 1, min_value_share", says="changes do not count"),
    spoilt("threshold of a technology without price", cell("materials", 1, "price", ""),
           cell("plants", 4, "technology", "leach"), add("technologies", technology="leach"),
           add("pedigrees", pedigree="CN", technologies="leach", min_value_share="0.1"),
           where="pedigrees row 1, min_value_share", says='"NdPr-oxide" has none'),
    spoilt("tariff by a change", cell("materials", 1, "price", ""),
           change(table="controls", key="US-duty", field="tariff", value="0.3"),
           cell("controls", 2, "materials", "NdPr-oxide"), where="controls row 2, tariff",
           says='"NdPr-oxide" has none'),
    spoilt("two exemptions and end uses", cell("controls", 1, "end_uses", "robots"),
           cell("controls", 1, "exempt_end_uses", "robots,traction motors"),
           where="controls row 1, exempt_end_uses", says="here *,!robots,!traction motors"),
    spoilt("two states from one day", add("control_status", control="US-duty", start="1",
                                          status="suspended"),
           where="control_status row 4, control", says="is already in row 3"),
    spoilt("approval above one", add("control_status", control="US-duty", start="2",
                                     status="in_force", approval="1.5"),
           where="control_status row 4, approval", says="is above 1"),
    spoilt("approval changed to above one",
           add("controls", control="rule", kind="export", policy="case_by_case"),
           add("control_status", control="rule", start="1", status="in_force", approval="0.5"),
           change(table="control_status", key="rule", field="approval", op="multiply", value="3"),
           where="changes row 1, value", says="would be 1.5"),
    spoilt("procurement without pedigree",
           add("controls", control="ndaa", kind="procurement", policy="prohibited"),
           where="controls row 3, pedigree", says="goes by a pedigree"),
]  # fmt: skip
