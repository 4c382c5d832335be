"""The steps of the chain: what each process takes and gives per unit of activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .figures import FloatArray, IntArray, rounded

OXIDE_PER_METAL = 1.2
"""t of oxide in t of metal: the oxygen (a sixth) and a few per cent lost."""
METAL_PER_ALLOY = 0.31
ALLOY_PER_MAGNET = 1.18
SWARF = 0.15
"""t of scrap from grinding a t of magnets."""
OXIDE_PER_SCRAP_METAL = 1.08
"""t of oxide from a t of metal in scrap: nine tenths of it are recovered."""
METAL_IN_SCRAP = 0.3
END_OF_LIFE = 0.08
"""t of scrap that comes back, in the long run, from a t of magnets delivered."""
COATING = 0.006
"""t of a further metal that every third magnet takes, diffused into its grains."""


@dataclass(frozen=True)
class Step:
    """A process: what a unit of activity takes (below 0) and gives, and how much runs a period."""

    process: str
    stage: str
    quantities: dict[str, float]
    activity: float


@dataclass(frozen=True)
class Ores:
    """What separation takes and gives.

    Attributes:
        content: t of each oxide in a t of mixed oxides. Shape (concentrates, oxides).
        per_oxide: t of concentrate for a t of mixed oxides. Shape (concentrates,).
        activity: t of mixed oxides needed per period. Shape (concentrates,).
    """

    content: FloatArray
    per_oxide: FloatArray
    activity: FloatArray


def _step(process: str, stage: str, activity: float, quantities: dict[str, float]) -> Step:
    figures = rounded(quantities.values())
    return Step(process, stage, dict(zip(quantities, figures, strict=True)), float(activity))


def separation(forms: dict[str, list[str]], ore: Ores) -> list[Step]:
    """A unit of activity gives a t of mixed oxides."""
    steps = []
    for at, concentrate in enumerate(forms["concentrate"]):
        order = np.argsort(-ore.content[at], kind="stable")
        gives = {forms["oxide"][to]: ore.content[at, to] for to in order if ore.content[at, to]}
        takes = {concentrate: -ore.per_oxide[at]}
        steps.append(
            _step(f"separate-{concentrate}", "separation", ore.activity[at], gives | takes)
        )
    return steps


def reduction(forms: dict[str, list[str]], activity: FloatArray) -> list[Step]:
    """A unit of activity gives a t of metal."""
    return [
        _step(f"reduce-{oxide}", "metal", runs, {metal: 1.0, oxide: -OXIDE_PER_METAL})
        for metal, oxide, runs in zip(forms["metal"], forms["oxide"], activity, strict=False)
    ]


def casting(forms: dict[str, list[str]], share: FloatArray, activity: FloatArray) -> list[Step]:
    """A unit of activity gives a t of alloy, of metals in given shares (alloys, metals)."""
    steps = []
    for at, alloy in enumerate(forms["alloy"]):
        takes = {
            forms["metal"][to]: -METAL_PER_ALLOY * share[at, to] for to in np.flatnonzero(share[at])
        }
        steps.append(_step(f"cast-{alloy}", "alloy", activity[at], {alloy: 1.0} | takes))
    return steps


def sintering(
    forms: dict[str, list[str]], alloy_of: IntArray, coat_of: IntArray, activity: FloatArray
) -> list[Step]:
    """A unit of activity gives a t of magnets, from their alloy and sometimes a coat of metal."""
    steps = []
    for at, magnet in enumerate(forms["magnet"]):
        alloy, coat = alloy_of[at], coat_of[at]
        flows = {magnet: 1.0, forms["scrap"][alloy]: SWARF}
        flows[forms["alloy"][alloy]] = -ALLOY_PER_MAGNET
        if coat >= 0:
            flows[forms["metal"][coat]] = -COATING
        steps.append(_step(f"sinter-{magnet}", "magnet", activity[at], flows))
    return steps


def recycling(forms: dict[str, list[str]], share: FloatArray, cast: FloatArray) -> list[Step]:
    """A unit of activity dissolves a t of scrap."""
    steps = []
    for at, scrap in enumerate(forms["scrap"]):
        content = METAL_IN_SCRAP * OXIDE_PER_SCRAP_METAL * share[at]
        order = np.argsort(-content, kind="stable")
        gives = {forms["oxide"][to]: content[to] for to in order if content[to]}
        activity = (SWARF + END_OF_LIFE) / ALLOY_PER_MAGNET * cast[at]
        steps.append(_step(f"recycle-{scrap}", "recycling", activity, gives | {scrap: -1.0}))
    return steps
