"""On random cases with rules of every kind the optimizer agrees with the plain model.

Pedigrees, content thresholds, licences, end uses, entity lists, technology, services, procurement:
the plain model reads them on its own, see :mod:`oracle.random_controls`.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from oracle.random_controls import controlled_case

from .agreement import disagreement
from .compile_cases import WRITTEN
from .test_random_cases import OBJECTIVES, SEEDS, quick


@pytest.mark.parametrize("name", WRITTEN)
def test_written_cases_too(name: str) -> None:
    assert disagreement(WRITTEN[name]) == ""


@pytest.mark.parametrize("seed", [86257])
def test_seeds_that_were_once_wrong(seed: int) -> None:
    """86257: an endless candidate under a service rule has no modules but those it adds."""
    assert disagreement(controlled_case(seed)) == ""


@quick(8)
@given(seed=SEEDS, objective=OBJECTIVES)
def test_optimum_and_status_are_those_of_the_plain_model(seed: int, objective: str) -> None:
    assert disagreement(controlled_case(seed), objective) == ""


@pytest.mark.slow
@settings(quick(60), max_examples=300, derandomize=False)
@given(seed=SEEDS, objective=OBJECTIVES)
def test_optimum_and_status_in_a_long_campaign(seed: int, objective: str) -> None:
    assert disagreement(controlled_case(seed), objective) == ""
