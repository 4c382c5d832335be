"""Checks of draws by themselves: distributions that exist, probabilities that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..models.draws import PARAMETERS, RESERVED, Correlation, Draw, Event, When
from ..models.problems import Problem, quote

EVERY = tuple(dict.fromkeys(name for needs, may in PARAMETERS.values() for name in (*needs, *may)))
NEARLY = 1e-6
"""Probabilities that add up to 1 within this do."""


class _Complaints:
    """Problems, found one after the other."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def tell(self, table: str, row: int, column: str, message: str, remedy: str = "") -> None:
        """Note an error."""
        self.problems.append(Problem("error", message, table, row, column, remedy=remedy))


def check_draws(
    draws: Mapping[int, Draw],
    events: Mapping[int, Event],
    correlations: Mapping[int, Correlation],
    *,
    complete: bool = True,
) -> list[Problem]:
    """What is wrong with draws by themselves.

    Args:
        draws: number in the file, from 1, and what was understood.
        events: likewise.
        correlations: likewise.
        complete: whether all was understood, and an unknown name is a mistake.
    """
    complaints = _Complaints()
    taken: set[str] = set()
    for section, rows in (("draws", draws), ("events", events)):
        for number, one in rows.items():
            if one.name in taken or one.name in RESERVED:
                why = "is taken already" if one.name in taken else "is a column of the results"
                complaints.tell(
                    section, number, "name", f"{quote(one.name)} {why}", "choose another name"
                )
            taken.add(one.name)
            _check_when(section, number, one, complaints)
    for number, draw in draws.items():
        _check_draw(number, draw, complaints)
    for number, event in events.items():
        _check_event(number, event, complaints)
    _check_correlations(correlations, taken if complete else None, complaints)
    return complaints.problems


def _check_when(section: str, number: int, one: When, complaints: _Complaints) -> None:
    if one.starts is not None and not one.starts:
        complaints.tell(section, number, "starts", "is empty", "e.g. starts = [3, 4, 5]")
    elif one.starts is not None:
        _check_probabilities(
            section, number, "starts", one.starts, one.starts_probabilities, complaints
        )
    elif one.starts_probabilities is not None:
        complaints.tell(section, number, "starts_probabilities", "stands without starts")


def _check_probabilities(
    section: str,
    number: int,
    column: str,
    values: Sequence[Any],
    probabilities: Sequence[float] | None,
    complaints: _Complaints,
) -> None:
    """Whether probabilities fit a list of values."""
    if probabilities is None:
        return
    name = "probabilities" if column == "values" else f"{column}_probabilities"
    if len(probabilities) != len(values):
        complaints.tell(
            section, number, name,
            f"holds {len(probabilities)} numbers for {len(values)} {column}",
            f"one for each of {column}",
        )  # fmt: skip
        return
    if any(one < 0 for one in probabilities):
        complaints.tell(section, number, name, "holds a number below 0")
        return
    total = sum(probabilities)
    if abs(total - 1) > NEARLY:
        complaints.tell(
            section, number, name, f"add up to {total:g}, not to 1",
            "mend one of them; 1/3 in quotes is a number here",
        )  # fmt: skip


def _check_draw(number: int, one: Draw, complaints: _Complaints) -> None:
    """Whether a draw has the parameters of its distribution, and they make sense."""
    kind = one.distribution
    needs, may = PARAMETERS[kind]

    def tell(column: str, message: str, remedy: str = "") -> None:
        complaints.tell("draws", number, column, message, remedy)

    has = f"{kind} has {', '.join((*needs, *may))}"
    for name in EVERY:
        given = getattr(one, name) is not None
        if name in needs and not given:
            tell(name, "is missing", has)
        elif given and name not in (*needs, *may):
            tell(name, f"means nothing for the distribution {kind}", has)
    if one.starts is not None and one.start is not None:
        tell("start", "stands beside starts", "give one or the other")
    if one.values is not None and "values" in needs:
        if not one.values:
            tell("values", "is empty", "e.g. values = [0.8, 1, 1.2]")
        elif kind == "discrete":
            _check_probabilities(
                "draws", number, "values", one.values, one.probabilities, complaints
            )
    if any(getattr(one, name) is None for name in needs):
        return
    _check_ends(one, tell)


def _check_ends(one: Draw, tell: Any) -> None:
    """Whether something lies between the ends of a distribution."""
    kind, low, high = one.distribution, one.low, one.high
    if kind == "beta":
        low, high = 0.0 if low is None else low, 1.0 if high is None else high
    if low is not None and high is not None and low >= high:
        tell("low", f"{low:g} is not below high ({high:g})")
        return
    if kind == "loguniform" and low is not None and low <= 0:
        tell("low", f"{low:g} is not above 0, as it is in a loguniform distribution")
    if None not in (one.mode, low, high) and not low <= one.mode <= high:  # type: ignore[operator]  # none is None
        tell("mode", f"{one.mode:g} is not between low and high")
    if kind == "lognormal" and one.mean is not None and one.mean <= 0:
        tell("mean", f"{one.mean:g} is not above 0, as it is in a lognormal distribution")
    elif kind == "lognormal" and high is not None and high <= 0:
        tell("high", f"{high:g} leaves nothing of a lognormal distribution")
    elif kind == "normal" and one.mean is not None and one.deviation is not None:
        far = 6 * one.deviation
        if low is not None and low > one.mean + far:
            tell("low", f"{low:g} leaves nothing of a normal distribution around {one.mean:g}")
        if high is not None and high < one.mean - far:
            tell("high", f"{high:g} leaves nothing of a normal distribution around {one.mean:g}")


def _check_event(number: int, one: Event, complaints: _Complaints) -> None:
    """Whether an event says what it changes, and how long it lasts."""

    def tell(column: str, message: str, remedy: str = "") -> None:
        complaints.tell("events", number, column, message, remedy)

    if one.site is not None:
        for name in ("table", "field", "value"):
            if getattr(one, name) is not None:
                tell(name, "stands beside site", "give one or the other")
    else:
        for name in ("table", "field", "value"):
            if getattr(one, name) is None:
                tell(name, "is missing", "an event needs site, or table, field and value")
    if one.lasts is not None and not one.lasts:
        tell("lasts", "is empty", "e.g. lasts = [1, 2, 4]")
    elif one.lasts is not None:
        if min(one.lasts) < 1:
            tell("lasts", f"{min(one.lasts)} is below 1", "whole periods, at least 1")
        _check_probabilities(
            "events", number, "lasts", one.lasts, one.lasts_probabilities, complaints
        )
    elif one.lasts_probabilities is not None:
        tell("lasts_probabilities", "stands without lasts")


def _check_correlations(
    correlations: Mapping[int, Correlation], known: set[str] | None, complaints: _Complaints
) -> None:
    """Whether correlations are about what is drawn, and can all hold at once."""
    pairs: dict[frozenset[str], float] = {}
    for number, one in correlations.items():
        if len(set(one.draws)) < max(2, len(one.draws)):
            complaints.tell(
                "correlations", number, "draws", "needs two or more different names",
                'e.g. draws = ["oxide price", "magnet price"]',
            )  # fmt: skip
        for name in one.draws:
            if known is not None and name not in known:
                complaints.tell(
                    "correlations", number, "draws", f"nothing drawn is called {quote(name)}",
                    f"there are {', '.join(sorted(known))}",
                )  # fmt: skip
        for pair in map(frozenset, combinations(dict.fromkeys(one.draws), 2)):
            if pair in pairs:
                complaints.tell(
                    "correlations", number, "draws",
                    f"{' and '.join(sorted(pair))} are correlated already",
                )  # fmt: skip
            pairs[pair] = one.rank
    if pairs and not complaints.problems:
        names = sorted(set().union(*pairs))
        if np.linalg.eigvalsh(normal_correlation(names, pairs)).min() < 1e-9:
            complaints.tell(
                "correlations", max(correlations), "rank",
                "these correlations cannot all hold at once",
                "bring them nearer to 0",
            )  # fmt: skip


def normal_correlation(names: Sequence[str], ranks: Mapping[frozenset[str], float]) -> Any:
    """Correlation of normal scores that gives rank correlations. Shape (names, names).

    Of two normal variables with correlation r, Spearman's rank correlation is
    (6 / pi) arcsin(r / 2) (Pearson 1907), so that r = 2 sin(pi rank / 6).
    """
    matrix = np.eye(len(names))
    for pair, rank in ranks.items():
        first, second = (names.index(name) for name in pair)
        matrix[first, second] = matrix[second, first] = 2.0 * np.sin(np.pi * rank / 6.0)
    return matrix
