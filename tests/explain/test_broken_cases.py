"""Random cases broken in one known way: the cause is named first, the cheapest mend works."""

from __future__ import annotations

from dataclasses import replace

import pytest
from secondsource.optimizer.explain import explain_no_plan
from secondsource.optimizer.solve import solve

from .breaking import Broken, broken

PARTS = 20
"""Together they try the first 200 cases that can be broken."""
SEEDS = 30


def _right(one: Broken) -> tuple[bool, bool, str]:
    """Whether the broken thing is named first, the cheapest mend works, and what was said."""
    found = explain_no_plan(one.case, one.request)
    assert found is not None
    first = found.causes[0]
    said = first.text.lower()
    every = all if one.table == "demand" else any
    named = every(word.lower() in said for word in one.words)
    named = named and any(part.table == one.table for part in first.parts)
    mended = False
    if found.mends:
        mend = found.mends[0]
        caps = one.request.caps if mend.caps is None else mend.caps
        mended = solve(mend.case, replace(one.request, caps=caps)).objective is not None
    return named, mended, f"{one.seed} {one.how} {one.words}: {first.text}"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_cause_is_named_first_and_the_cheapest_mend_works(part: int) -> None:
    missed, tried = [], 0
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        one = broken(seed)
        if one is None:
            continue
        tried += 1
        named, mended, said = _right(one)
        assert mended, f"the cheapest mend does not help: {said}"
        if not named:
            missed.append(said)
    assert tried >= 5
    assert len(missed) <= 1, "\n".join(missed)


@pytest.mark.parametrize("seed", (27,))
def test_one_of_them(seed: int) -> None:
    one = broken(seed)
    assert one is not None
    named, mended, said = _right(one)
    assert named and mended, said
