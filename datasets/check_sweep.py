"""Checks of a sweep by itself: its inputs have what its design asks of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..models.problems import Problem, quote
from ..models.sweep import MOST_POINTS, RESERVED, SAMPLES, Input, Sweep

ONLY_SAMPLES = ("points", "seed", "indices", "second_order")
ONLY_SAMPLED = ("distribution", "mean", "deviation", "mode")
FAR = 6
"""Standard deviations beyond which nothing is left of a normal distribution."""

Tell = Callable[..., None]
"""Complains about a column: its name, what is wrong, what would mend it."""


class _Complaints:
    """Problems of a sweep, found one after the other."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def setting(self, name: str, message: str, remedy: str = "") -> None:
        """Complain about a setting of [sweep]."""
        self.problems.append(Problem("error", message, column=f"[sweep] {name}", remedy=remedy))

    def input(self, row: int, column: str, message: str, remedy: str = "") -> None:
        """Complain about an input."""
        self.problems.append(Problem("error", message, "inputs", row, column, remedy=remedy))


def check_design(
    sweep: Sweep, content: Mapping[str, Any], bad_inputs: Collection[int], *, force: bool = False
) -> list[Problem]:
    """What is wrong with a sweep by itself.

    Args:
        sweep: as it was understood.
        content: as it was written, where a setting that is not given can be told from its default.
        bad_inputs: numbers of inputs that could not be understood and have been told already.
        force: allow any number of points.
    """
    complaints = _Complaints()
    given = content.get("sweep")
    _check_settings(sweep, given if isinstance(given, Mapping) else {}, complaints)
    names: set[str] = set()
    for number, one in enumerate(sweep.inputs, start=1):
        if number in bad_inputs:
            continue
        if one.name in names or one.name in RESERVED:
            why = "is taken already" if one.name in names else "is a column of the results"
            complaints.input(number, "name", f"{quote(one.name)} {why}", "choose another name")
        names.add(one.name)
        _check_input(one, number, sweep, complaints)
    if not complaints.problems and not bad_inputs and not force:
        _check_size(sweep, complaints)
    return complaints.problems


def _check_settings(sweep: Sweep, given: Mapping[str, Any], complaints: _Complaints) -> None:
    settings, design = sweep.sweep, sweep.sweep.design
    if design not in SAMPLES:
        for name in ONLY_SAMPLES:
            if name in given:
                complaints.setting(name, f"means nothing for design {design}", "remove it")
    elif settings.points is None:
        complaints.setting("points", "is missing", "how many points to draw, e.g. points = 256")
    elif design == "sobol" and settings.points & (settings.points - 1):
        below = 1 << (settings.points.bit_length() - 1)
        complaints.setting(
            "points",
            f"{settings.points} is not a power of two, without which Sobol points are uneven",
            f"{below} or {2 * below}",
        )
    if design != "list":
        for name in ("file", "rows"):
            if name in given:
                complaints.setting(name, f"means nothing for design {design}", "remove it")
    if settings.indices and design == "latin_hypercube":
        complaints.setting("indices", "needs other points", 'design = "sobol"')
    if settings.second_order and not (settings.indices and len(sweep.inputs) > 1):
        complaints.setting("second_order", "needs indices = true and two inputs or more")


def _check_input(one: Input, number: int, sweep: Sweep, complaints: _Complaints) -> None:
    """Whether an input has what the design asks of it."""
    design = sweep.sweep.design

    def tell(column: str, message: str, remedy: str = "") -> None:
        complaints.input(number, column, message, remedy)

    if design not in SAMPLES:
        for name in ONLY_SAMPLED:
            if getattr(one, name) is not None:
                tell(name, f"means nothing for design {design}", "remove it")
    if one.steps is not None and design != "grid":
        tell("steps", f"means nothing for design {design}", "remove it")
    if one.low is not None and one.high is not None and one.low >= one.high:
        tell("low", f"{one.low:g} is not below high ({one.high:g})")
        return
    if one.values is not None:
        if not one.values:
            tell("values", "is empty", "e.g. values = [0.8, 1, 1.2]")
        for name in ("low", "high", "steps", *ONLY_SAMPLED):
            if getattr(one, name) is not None and not (
                name in ONLY_SAMPLED and design not in SAMPLES
            ):
                tell(name, "stands beside values", "give one or the other")
        return
    if design == "grid" and None in (one.low, one.high, one.steps):
        tell("values", "is missing", "a grid needs values, or low, high and steps")
    if design == "one_at_a_time" and one.low is None and one.high is None:
        tell("low", "is missing", "give low or high or both, or values")
    if design in SAMPLES:
        _check_distribution(one, tell)


def _check_distribution(one: Input, tell: Tell) -> None:
    kind = one.distribution or "uniform"
    bell = kind in {"normal", "lognormal"}
    for name in ("mean", "deviation"):
        if bell == (getattr(one, name) is None):
            tell(name, "is missing" if bell else f"means nothing for a {kind} distribution")
    if one.mode is not None and kind != "triangular":
        tell("mode", f"means nothing for a {kind} distribution", 'distribution = "triangular"')
    if bell:
        _check_bell(one, kind, tell)
        return
    for name in ("low", "high"):
        if getattr(one, name) is None:
            tell(name, "is missing", "give low and high, or values, or a distribution")
    if one.low is None or one.high is None:
        return
    if kind == "loguniform" and one.low <= 0:
        tell("low", f"{one.low:g} is not above 0, as it is in a loguniform distribution")
    if one.mode is not None and not one.low <= one.mode <= one.high:
        tell("mode", f"{one.mode:g} is not between low and high")


def _check_bell(one: Input, kind: str, tell: Tell) -> None:
    """Whether something is left of a normal or lognormal distribution between its limits."""
    low, high, mean, deviation = one.low, one.high, one.mean, one.deviation
    if mean is None or deviation is None:
        return
    if kind == "lognormal" and mean <= 0:
        tell("mean", f"{mean:g} is not above 0, as it is in a lognormal distribution")
    elif kind == "lognormal" and high is not None and high <= 0:
        tell("high", f"{high:g} leaves nothing of a lognormal distribution")
    elif kind == "normal":
        far = FAR * deviation
        if low is not None and low > mean + far:
            tell("low", f"{low:g} cuts all of the distribution off")
        if high is not None and high < mean - far:
            tell("high", f"{high:g} cuts all of the distribution off")


def _check_size(sweep: Sweep, complaints: _Complaints) -> None:
    count = sweep.count()
    if count == 0:
        complaints.setting("design", "has no points")
    if count > MOST_POINTS:
        complaints.setting(
            "design",
            f"the design has {count:,} points; the most without --force is {MOST_POINTS:,}",
            "fewer values, or a sample: latin_hypercube or sobol",
        )
