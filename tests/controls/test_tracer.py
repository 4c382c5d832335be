"""The tracer of :mod:`.tracer` tells true plans from false ones.

A plan made without a rule, or with a laxer one, is traced under the rule: the tracer must find the
lot that should not be where it is. (Its use on random plans is in ``test_properties``.)
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from .cases import (
    YEAR,
    Data,
    abroad,
    best,
    lane,
    mark,
    mill,
    offer,
    plant,
    process,
    rule,
    status,
    uses,
    want,
    works,
)
from .lots import Smuggled
from .tracer import trace

CONTENT = rule("content", "reexport", jurisdiction="CN", pedigree="chinese")
LICENCE = rule("licence", "export", "case_by_case", exporters="CN")
NO_ARMS = rule("no arms", "export", exporters="CN", end_uses="defence")
CLEAN = rule("clean", "procurement", pedigree="chinese", end_uses="defence")
STORE = {"site": "works", "material": "magnet"}
RETURNS = {
    "returns": [
        {"site": "works", "material": "scrap", "from_site": "works", "from_material": "magnet",
         "share": 1, "lag_periods": 1}
    ],
    "materials": {"magnet": 100, "scrap": 10},
    "processes": [process("remelt", "recycling", scrap=-1, magnet=1)],
    "plants": [plant("furnace", "works", "remelt")],
    "disposal": [{"site": "works", "material": "scrap"}],
}  # fmt: skip
CIVIL_THEN_DEFENCE = [
    want("works", "magnet", end=1),
    want("works", "magnet", end_use="defence", start=2),
]
ONE_LICENCE_FOR_BOTH = [
    want("works", "magnet", 4), want("works", "magnet", 6, end_use="defence"),
]  # fmt: skip
HALF = [status("licence", 1, "in_force", approval=0.5)]

LAWLESS: dict[str, tuple[Data, list[Data], dict[str, Any]]] = {
    "ban": (works(), [rule("ban", "export")], {}),
    "ban by lane": (mill(), [rule("ban", "export", materials="oxide")], {}),
    "ban from its date": (
        works(periods=2), [rule("ban", "export")],
        {"control_status": [status("ban", 2, "in_force")]},
    ),
    "ban for a listed receiver": (works(), [rule("list", "export", end_users="works")], {}),
    "ban of an importer": (works(), [rule("ban", "import", destinations="DE")], {}),
    "no licence": (works(), [LICENCE], {}),
    "end use": (works(demand=uses("civil", "defence")), [NO_ARMS], {}),
    "end use through a plant": (mill(demand=uses("civil", "defence")), [NO_ARMS], {}),
    "end use through returns": (
        works(periods=2, demand=CIVIL_THEN_DEFENCE, **RETURNS), [NO_ARMS], {},
    ),
    "end use through stock": (
        works(periods=2, demand=CIVIL_THEN_DEFENCE, stockpiles=[STORE],
              offers=[offer("chinese", "works", "magnet", 1, origin="CN", end=1),
                      offer("german", "works", "magnet", 5)]),
        [NO_ARMS], {"control_status": [status("no arms", 1, "in_force"),
                                       status("no arms", 2, "repealed")]},
    ),
    "end user": (
        works(demand=[want("works", "magnet", end_user="army")]),
        [rule("users", "export", end_users="army")], {},
    ),
    "content": (abroad(), [CONTENT], {}),
    "content above a threshold": (
        abroad(), [CONTENT],
        {"pedigrees": [mark("chinese", countries="CN", stages="metal", min_value_share=0.5)]},
    ),
    "direct product": (
        abroad(technologies=[{"technology": "press", "origin": "CN"}]), [CONTENT],
        {"pedigrees": [mark("chinese", technologies="press")],
         "plants": [plant("press", "maker", "sinter", technology="press")]},
    ),
    "procurement": (abroad(demand=uses("defence")), [CLEAN], {}),
    "procurement of stock": (
        works(stockpiles=[STORE | {"initial": 10}], demand=uses("defence")), [CLEAN],
        {"pedigrees": [mark("chinese")],
         "stockpiles": [STORE | {"initial": 10, "pedigrees": "chinese"}]},
    ),
    "quota": (works(), [rule("quota", "export", "free", quota=9)], {}),
    "quota over two years": (
        works(periods=2), [rule("quota", "export", "free", quota=19, quota_window="horizon")], {},
    ),
    "approval": (works(LICENCE), [LICENCE], {"control_status": HALF}),
    "need of the end use": (
        works(LICENCE), [LICENCE], {"demand": ONE_LICENCE_FOR_BOTH[:1]},
    ),
    "validity": (
        works(LICENCE, periods=2), [LICENCE | {"validity_periods": 1}], {},
    ),
    "review": (works(LICENCE), [LICENCE | {"review_days": YEAR}], {}),
    "second leg": (
        mill(sites={"refinery": "CN", "port": "MY", "works": "DE"},
             lanes=[lane("a", "refinery", "port"), lane("b", "port", "works")]),
        [rule("transit", "export", exporters="MY")], {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWLESS)
def test_a_plan_that_breaks_a_rule_is_found_out(name: str) -> None:
    lawful, controls, tables = LAWLESS[name]
    plan = best(lawful).tables
    assert trace(lawful, plan)
    law = deepcopy(lawful) | {"controls": controls} | tables
    with pytest.raises(Smuggled):
        trace(law, plan)


@pytest.mark.parametrize("name", LAWLESS)
def test_the_best_plan_under_the_rule_is_clean(name: str) -> None:
    lawful, controls, tables = LAWLESS[name]
    law = deepcopy(lawful) | {"controls": controls} | tables
    law.setdefault("offers", []).append(offer("dear", "works", "magnet", 9))
    assert trace(law, best(law).tables)


def test_every_unit_has_a_source() -> None:
    """Half of the magnets come from each of two offers; stock and scrap tell where they were."""
    case = works(
        periods=2, offers=[
            offer("chinese", "works", "magnet", 1, origin="CN", capacity=5),
            offer("german", "works", "magnet", 5),
        ],
    )  # fmt: skip
    delivered = trace(case, best(case).tables)
    assert sum(part.quantity for part in delivered) == pytest.approx(20)
    by_source = {
        source: sum(part.quantity for part in delivered if source in part.lot.story)
        for source in ("offer chinese in 1", "offer german in 1", "offer chinese in 2")
    }
    assert by_source == pytest.approx(dict.fromkeys(by_source, 5))


def test_goods_that_go_round_in_circles_are_followed() -> None:
    """Half of what is delivered comes back at once and is delivered again."""
    back = RETURNS["returns"][0] | {"share": 0.5, "lag_periods": 0}
    case = works(**(RETURNS | {"returns": [back]}))
    delivered = trace(case, best(case).tables)
    assert sum(part.quantity for part in delivered) == pytest.approx(10)
    again = sum(part.quantity for part in delivered if "returned" in part.lot.story)
    assert again == pytest.approx(5)


def test_goods_from_nowhere_are_found_out() -> None:
    case = mill()
    plan = dict(best(case).tables)
    plan["orders"] = plan["orders"].iloc[:0]
    with pytest.raises(AssertionError, match="came in"):
        trace(case, plan)


def test_a_forged_mark_is_found_out() -> None:
    """A shipment that arrives without the mark it must be given."""
    case = mill(NO_ARMS, demand=uses("civil", "defence"))
    plan = {name: table.copy() for name, table in best(case).tables.items()}
    assert trace(case, plan)
    plan["shipments"]["arrives_as"] = ""
    with pytest.raises(AssertionError):
        trace(case, plan)
