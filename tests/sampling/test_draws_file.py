"""What is wrong with a file of draws is told at once: place, reason, remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import secondsource as ss
from secondsource.datasets.draws_file import read_draws
from secondsource.models.draws import PARAMETERS

PRICE: dict[str, Any] = {"name": "price", "table": "offers", "key": "*-oxide", "field": "price"}
EVEN = {"distribution": "uniform", "low": 1, "high": 2}
APPROVAL = PRICE | {"table": "control_status", "key": "control=CN-ban", "field": "approval"}
OUT: dict[str, Any] = {"name": "out", "site": "Osaka", "probability": 0.1}


def told(content: dict[str, Any]) -> str:
    """What sampling quickstart says of draws that are wrong."""
    with pytest.raises(ss.CaseError) as caught:
        ss.sample(ss.load_case("quickstart"), content, 3)
    return str(caught.value)


def draw(**row: Any) -> dict[str, Any]:
    return {"draws": [PRICE | row]}


WRONG: list[tuple[dict[str, Any], str]] = [
    (draw(distribution="gauss"), '"gauss" is not one of uniform'),
    (draw(distribution="uniform", low=1), "draws row 1, high: is missing; uniform has low, high"),
    (draw(**EVEN, mean=1), "mean: means nothing for the distribution uniform"),
    (draw(**EVEN, sigma=1), '"sigma" means nothing here'),
    (draw(distribution="uniform", low=3, high=2), "3 is not below high (2)"),
    (draw(distribution="uniform", low=-3, high=2, field="capacity"), "-3, which is below 0"),
    (draw(distribution="normal", mean=5, deviation=0), "0 is not above 0"),
    (draw(distribution="normal", mean=float("nan"), deviation=1), "nan is not a number"),
    (draw(distribution="lognormal", mean=-5, deviation=1), "-5 is not above 0"),
    (draw(distribution="loguniform", low=0, high=1), "0 is not above 0"),
    (draw(distribution="triangular", low=1, mode=4, high=3), "4 is not between low and high"),
    (draw(distribution="beta", alpha=0, beta=1), "alpha: 0 is not above 0"),
    (draw(distribution="empirical", values=[]), "values: is empty"),
    (
        draw(distribution="discrete", values=[1, 2], probabilities=[0.5, 0.6]),
        "probabilities: add up to 1.1, not to 1",
    ),
    (
        draw(distribution="discrete", values=[1, 2], probabilities=[1]),
        "holds 1 numbers for 2 values",
    ),
    (
        draw(distribution="discrete", values=[1, 2], probabilities=[1.5, -0.5]),
        "-0.5 is below 0",
    ),
    ({"draws": [APPROVAL | {"distribution": "normal", "mean": 0.7, "deviation": 0.1}]},
     "which is above 1 (the largest number that this distribution can give)"),
    ({"draws": [APPROVAL | {"distribution": "uniform", "low": 0.5, "high": 1.2}]},
     "high: approval of \"CN-ban\" would be 1.2, which is above 1"),
    (draw(**EVEN, key="*-oxid"), '"*-oxid" picks no row of offers'),
    (draw(**EVEN, table="offer"), "did you mean offers?"),
    (draw(**EVEN, field="qualification_periods"), "fixes the structure of the model"),
    (draw(**EVEN, starts=[]), "starts: is empty"),
    (draw(**EVEN, starts=[1]), "1 is not within the periods in which futures differ"),
    (draw(**EVEN, start=6, end=4), "end: lies before the start"),
    ({"draws": [PRICE | EVEN, PRICE | EVEN]}, '"price" is taken already'),
    (draw(**EVEN) | {"sample": {"from": 1}}, "1 is not within periods 2 to 8"),
    (draw(**EVEN) | {"sample": {"from": "2031-01"}}, "2031-01 is not within periods 2 to 8"),
    (draw(**EVEN) | {"sample": {"method": "sobol"}}, '"sobol" is not one of latin_hypercube'),
    (draw(**EVEN) | {"sample": {"scenario": "B1"}}, 'the case has no scenario "B1"'),
    ({"events": [OUT | {"probability": 1.1}]}, "1.1 is above 1"),
    ({"events": [OUT | {"site": "Osak"}]}, "did you mean Osaka?"),
    ({"events": [OUT | {"lasts": [0]}]}, "lasts: 0 is below 1"),
    ({"events": [OUT | {"lasts": [1, 2], "lasts_probabilities": [0.5, 0.4]}]}, "add up to 0.9"),
    ({"events": [OUT | {"value": 1}]}, "value: stands beside site"),
    ({"events": [{"name": "out", "probability": 0.1}]}, "table: is missing"),
    (
        {"events": [{"name": "on", "probability": 1, "table": "control_status", "key": "CN-ban",
                     "field": "status", "value": "on"}]},
        '"on" is not a status that can be set',
    ),
    ({"draws": [PRICE | EVEN], "correlations": [{"draws": ["price", "x"], "rank": 0.5}]},
     'nothing drawn is called "x"'),
    ({"draws": [PRICE | EVEN], "correlations": [{"draws": ["price"], "rank": 1}]},
     "rank: 1 is not below 1"),
    ({}, "nothing is drawn"),
    ({"drawz": []}, "did you mean draws?"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), WRONG)
def test_every_mistake_is_told_with_its_place(content: dict[str, Any], reason: str) -> None:
    assert reason in told(content)


def test_all_problems_come_at_once_those_of_the_file_and_those_of_the_case(tmp_path: Path) -> None:
    path = tmp_path / "draws.toml"
    path.write_text(
        "[sample]\nform = 3\n"
        '[[draws]]\nname = "a"\ntable = "offers"\nkey = "Baotou-oxide"\nfield = "capacity"\n'
        'distribution = "normal"\nmean = 3\ndeviation = 1\n'
        '[[draws]]\nname = "b"\ntable = "offers"\nfield = "price"\n'
        'distribution = "discrete"\nvalues = []\nprobabilities = []\n'
        '[[events]]\nname = "c"\nprobability = 0.5\nsite = "Atlantis"\n'
    )
    with pytest.raises(ss.CaseError) as caught:
        ss.sample(ss.load_case("quickstart"), path, 3)
    assert len(caught.value.problems) == 4
    assert {problem.place for problem in caught.value.problems} == {"draws.toml"}
    assert [problem.where for problem in caught.value.problems] == [
        "[sample] form", "draws row 2, values", "draws row 1, distribution", "events row 1, site",
    ]  # fmt: skip


def test_three_correlations_that_cannot_hold_together_are_refused() -> None:
    rows = [PRICE | EVEN | {"name": name} for name in "abc"]
    ties = [
        {"draws": ["a", "b"], "rank": 0.9},
        {"draws": ["b", "c"], "rank": 0.9},
        {"draws": ["a", "c"], "rank": -0.9},
    ]
    assert "cannot all hold at once" in told({"draws": rows, "correlations": ties})
    assert "cannot all hold" in told({"draws": rows, "correlations": ties[:2]})  # a and c: 0
    together = [{"draws": ["a", "b", "c"], "rank": 0.9}]
    assert len(read_draws({"draws": rows, "correlations": together}).names) == 3


def test_values_that_only_go_wrong_together_are_refused() -> None:
    rows = [
        PRICE | {"name": name, "field": "capacity", "key": "Kuantan-oxide", "op": "add",
                 "distribution": "uniform", "low": -10, "high": -9}
        for name in ("first", "second")
    ]  # fmt: skip
    text = told({"draws": rows})
    assert "draw second" in text
    assert "below 0" in text


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"scenarios": 0}, "cannot draw 0 scenarios"),
        ({"scenarios": 5, "keep": 6}, "cannot keep 6 of 5"),
        ({"scenarios": 5, "keep": 0}, "cannot keep 0 of 5"),
        ({"scenarios": 6000, "keep": 5}, "too many to choose from"),
    ],
)
def test_impossible_numbers_of_scenarios_are_refused(how: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ss.sample(ss.load_case("quickstart"), draw(**EVEN), **how)


def test_every_distribution_that_is_named_can_be_read() -> None:
    numbers = {"low": 1, "mode": 2, "high": 3, "mean": 2, "deviation": 0.1, "alpha": 2, "beta": 2,
               "values": [1, 2], "probabilities": [0.5, 0.5]}  # fmt: skip
    for kind, (needs, _) in PARAMETERS.items():
        row = PRICE | {"distribution": kind} | {name: numbers[name] for name in needs}
        assert len(ss.sample(ss.load_case("quickstart"), {"draws": [row]}, 2).futures) == 2
