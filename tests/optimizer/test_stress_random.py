"""Losses and times to survive on random cases, against plain solves of rewritten tables."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from secondsource.optimizer.labels import Labels
from secondsource.optimizer.stress.study import Question, past_plan
from secondsource.optimizer.stress.survival import HORIZON

from .outage_cases import (
    EXACT,
    closable,
    found_by,
    kept_cost,
    planned,
    served_case,
    soft_case,
    survives,
    tried,
    without,
)

KINDS = ("site", "operator", "country", "lane")
NEAR = 1e-3
"""Part of a period by which a time to survive is missed on either side."""


def wrong_losses(seed: int, start: int = 1) -> tuple[list[str], int]:
    """Outages whose loss a plain solve does not confirm, and how many were looked at."""
    case = soft_case(seed)
    plan = None if case is None else planned(case)
    if case is None or plan is None or case.case.periods < start:
        return [], 0
    tables, scenarios = plan
    lengths = tuple(range(1, case.case.periods - start + 2))
    question = Question(
        KINDS, starts=(start,), recoveries={"": lengths}, survive=False, options=EXACT
    )
    prepared, undisturbed, findings = found_by(case, tables, question, scenarios)
    past = None
    if start > 1:
        names = Labels(prepared.network, prepared.kept).columns()
        point = past_plan(prepared, question)
        assert point is not None
        past = dict(zip(names, point.tolist(), strict=True))
    base = kept_cost(case, tables, scenarios, past, start)
    assert base is not None
    assert undisturbed.cost == pytest.approx(base, rel=1e-6, abs=1e-3)
    wrong, count = [], 0
    for finding, one in zip(findings, tried(findings), strict=True):
        if not closable(case, finding.outage):
            continue
        for loss in one.losses:
            out = without(case, finding.outage, start, start + loss.recovery - 1)
            cost = kept_cost(out, tables, scenarios, past, start)
            count += 1
            if cost is None or loss.loss is None:
                same = cost is None and loss.stranded > 0
            else:
                same = math.isclose(loss.loss, cost - base, rel_tol=1e-5, abs_tol=2e-3)
            if not same:
                wrong.append(f"{finding.outage}, {loss}: {cost} - {base}")
    return wrong, count


@pytest.mark.parametrize("seed", [4, pytest.param(12, marks=pytest.mark.slow)])
def test_losses_are_what_plain_solves_with_nothing_on_offer_cost_more(seed: int) -> None:
    wrong, count = wrong_losses(seed)
    assert not wrong
    assert count


@pytest.mark.parametrize("seed", [3])
def test_what_was_done_before_the_start_stays_done(seed: int) -> None:
    wrong, count = wrong_losses(seed, start=2)
    assert not wrong
    assert count


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_losses_of_two_hundred_cases(first: int) -> None:
    for seed in range(first, first + 20):
        for start in (1, 2):
            assert wrong_losses(seed, start)[0] == [], seed


def wrong_times(seed: int) -> tuple[list[str], int, int]:
    """Outages whose time to survive is not what trying durations says.

    Returns:
        Them, how many were looked at, and how many times were no whole number.
    """
    case = served_case(seed)
    plan = None if case is None else planned(case)
    if case is None or plan is None:
        return [], 0, 0
    tables, scenarios = plan
    question = Question(KINDS, recoveries={"": (1,)}, options=EXACT)
    _, undisturbed, findings = found_by(case, tables, question, scenarios)
    if (undisturbed.needs.missed + undisturbed.needs.late).max(initial=0.0) > 1e-7:
        return [], 0, 0
    wrong, count, parts = [], 0, 0
    for finding, one in zip(findings, tried(findings), strict=True):
        if not closable(case, finding.outage):
            continue
        time = one.survived
        assert time is not None
        below = case.case.periods if time == HORIZON else max(time - NEAR, 0.0)
        long_enough = survives(case, tables, scenarios, finding.outage, below)
        too_long = time != HORIZON and survives(
            case, tables, scenarios, finding.outage, time + NEAR
        )
        count += 1
        parts += time != HORIZON and abs(time - round(time)) > NEAR
        if too_long or not long_enough:
            wrong.append(f"{finding.outage}: {time}")
    return wrong, count, parts


@pytest.mark.parametrize("seed", [16])
def test_times_to_survive_are_what_trying_durations_says(seed: int) -> None:
    wrong, count, parts = wrong_times(seed)
    assert not wrong
    assert count
    assert parts


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_times_to_survive_of_two_hundred_cases(first: int) -> None:
    for seed in range(first, first + 20):
        assert wrong_times(seed)[0] == [], seed


@pytest.mark.parametrize("seed", [14])
def test_longer_outages_never_lose_less_and_losses_are_never_negative(seed: int) -> None:
    case = soft_case(seed)
    assert case is not None
    plan = planned(case)
    assert plan is not None
    lengths = tuple(range(1, case.case.periods + 1))
    question = Question(KINDS, recoveries={"": lengths}, survive=False, options=EXACT)
    _, _, findings = found_by(case, plan[0], question, plan[1])
    for one in tried(findings):
        losses = [loss.loss for loss in one.losses if loss.loss is not None]
        assert losses[0] >= 0
        for shorter, longer in pairwise(losses):
            assert longer >= shorter - 1e-6 * max(1.0, abs(shorter))
