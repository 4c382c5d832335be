"""Materials, their prices, and the recipes that turn them into each other.

Ore concentrates are separated into oxides, oxides reduced to metals, metals cast into alloys,
alloys sintered into magnets; swarf and worn-out magnets come back as scrap of their alloy and are
dissolved into oxides again. Element by element no step gives more than it takes. Iron and boron
can be bought anywhere: they are in the variable cost of alloys, and not among the materials.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...models.network_rows import Material, Process, Recipe
from .figures import FloatArray, IntArray, ordinals, rounded, spread, table
from .market import Streams
from .size import Size
from .steps import (
    ALLOY_PER_MAGNET,
    COATING,
    END_OF_LIFE,
    METAL_IN_SCRAP,
    METAL_PER_ALLOY,
    OXIDE_PER_METAL,
    OXIDE_PER_SCRAP_METAL,
    SWARF,
    Ores,
    Step,
    casting,
    recycling,
    reduction,
    separation,
    sintering,
)

_PRICES = {
    "Nd": 75e3, "Pr": 78e3, "Dy": 260e3, "Tb": 900e3, "Sm": 12e3, "Gd": 30e3, "Y": 9e3,
    "Ce": 2e3, "La": 2e3, "Ho": 70e3, "Er": 45e3, "Eu": 30e3, "Yb": 20e3, "Lu": 600e3, "Sc": 500e3,
}  # fmt: skip
"""Money for a t of oxide, of about the size of what is quoted; later elements are invented."""


@dataclass(frozen=True)
class Chain:
    """Materials and processes.

    Attributes:
        forms: form -> names of its materials.
        elements: material -> symbols of the elements in it, the price of which it has.
        price: material -> money per t.
        steps: the processes, stage after stage.
        need: material -> t needed per period in the first year.
        watched: elements whose export a government watches: the dearest third.
    """

    forms: dict[str, list[str]]
    elements: dict[str, str]
    price: dict[str, float]
    steps: list[Step]
    need: dict[str, float]
    watched: list[str]

    def is_watched(self, name: str) -> bool:
        """Whether a material holds a watched element."""
        return not set(self.elements[name].split(",")).isdisjoint(self.watched)

    def tables(self) -> tuple[list[Material], list[Process], list[Recipe]]:
        """Rows of materials, processes and recipes."""
        form = {name: form for form, names in self.forms.items() for name in names}
        materials = table(
            Material,
            material=list(form),
            form=list(form.values()),
            elements=[self.elements[name] for name in form],
            price=[self.price[name] for name in form],
        )
        processes = table(
            Process,
            process=[step.process for step in self.steps],
            stage=[step.stage for step in self.steps],
        )
        flows = [(step.process, *flow) for step in self.steps for flow in step.quantities.items()]
        process, material, quantity = (list(column) for column in zip(*flows, strict=True))
        return (
            materials,
            processes,
            table(Recipe, process=process, material=material, quantity=quantity),
        )


def build_chain(size: Size, streams: Streams) -> Chain:
    """Chain that feeds the streams of demand."""
    draw = size.draw("chain")
    forms = _names(size)
    oxide = _oxide_prices(forms["oxide"], draw)
    metal = 1.08 * OXIDE_PER_METAL * oxide[: size.metals] + 5e3
    mix = _mix(size, metal, draw)
    need = _needs(size, streams, mix)
    ore = _ores(size, need["oxide"], draw)
    need["concentrate"] = ore.per_oxide * ore.activity
    steps = [
        *separation(forms, ore),
        *reduction(forms, need["metal"]),
        *casting(forms, mix.share, need["alloy"]),
        *sintering(forms, mix.alloy_of, mix.coat_of, need["magnet"]),
        *recycling(forms, mix.share, need["alloy"]),
    ]
    alloy = METAL_PER_ALLOY * (mix.share @ metal) + 4e3
    magnet = (ALLOY_PER_MAGNET * alloy[mix.alloy_of] + 18e3) * spread(draw, size.magnets, 0.1)
    price = {
        "concentrate": 0.45 * (ore.content @ oxide) / ore.per_oxide,
        "oxide": oxide,
        "metal": metal,
        "alloy": 1.05 * alloy,
        "magnet": magnet,
        "scrap": 0.5 * METAL_IN_SCRAP * OXIDE_PER_SCRAP_METAL * (mix.share @ oxide[: size.metals]),
    }
    dear = np.argsort(-oxide, kind="stable")[: max(1, size.oxides // 3)]
    watched = [_symbol(forms["oxide"][at]) for at in np.sort(dear)]
    return Chain(
        forms,
        _elements(forms, steps),
        _by_name(forms, price),
        steps,
        _by_name(forms, need),
        watched,
    )


@dataclass(frozen=True)
class _Mix:
    """What goes into what.

    Attributes:
        share: share of each metal in the metals of each alloy. Shape (alloys, metals).
        alloy_of: alloy of each magnet. Shape (magnets,).
        coat_of: metal that coats each magnet, -1 for none. Shape (magnets,).
    """

    share: FloatArray
    alloy_of: IntArray
    coat_of: IntArray


def _symbol(oxide: str) -> str:
    """Element of an oxide, by its name."""
    return oxide.removesuffix("-oxide")


def _oxide_prices(oxides: list[str], draw: np.random.Generator) -> FloatArray:
    """Money for a t of each oxide."""
    known = np.array([_PRICES.get(_symbol(name), 0.0) for name in oxides])
    price = np.where(known > 0, known, 40e3 * spread(draw, len(oxides), 1.0))
    return np.asarray(price * spread(draw, len(oxides), 0.08))


def _mix(size: Size, price: FloatArray, draw: np.random.Generator) -> _Mix:
    """Every metal in an alloy, every alloy in a magnet; of dear metals little."""
    chosen = np.zeros((size.alloys, size.metals), dtype=bool)
    metal, magnet = np.arange(size.metals), np.arange(size.magnets)
    chosen[metal % size.alloys, metal] = True
    chosen[np.arange(size.alloys), draw.integers(size.metals, size=size.alloys)] = True
    share = chosen * price**-0.8 * spread(draw, chosen.size, 0.2).reshape(chosen.shape)
    return _Mix(
        share / share.sum(axis=1, keepdims=True),
        magnet % size.alloys,
        np.where(magnet % 3 == 2, magnet % size.metals, -1),
    )


def _needs(size: Size, streams: Streams, mix: _Mix) -> dict[str, FloatArray]:
    """Need of each material but concentrates in a period [t], by form."""
    made = streams.need(size.magnets)
    cast = np.bincount(mix.alloy_of, ALLOY_PER_MAGNET * made, minlength=size.alloys)
    coated = mix.coat_of >= 0
    coats = np.bincount(mix.coat_of[coated], made[coated], minlength=size.metals)
    reduced = METAL_PER_ALLOY * (cast @ mix.share) + COATING * coats
    separated = streams.need(size.oxides, oxides=True)
    separated[: size.metals] += OXIDE_PER_METAL * reduced
    return {
        "oxide": separated,
        "metal": reduced,
        "alloy": cast.astype(float),
        "magnet": made,
        "scrap": (SWARF + END_OF_LIFE) / ALLOY_PER_MAGNET * cast,
    }


def _by_name(forms: dict[str, list[str]], values: dict[str, FloatArray]) -> dict[str, float]:
    return {
        name: value
        for form, names in forms.items()
        for name, value in zip(names, rounded(values[form]), strict=True)
    }


def _ores(size: Size, wanted: FloatArray, draw: np.random.Generator) -> Ores:
    """Ores that hold a few oxides each, about in the proportions in which these are wanted."""
    holds = np.zeros((size.concentrates, size.oxides), dtype=bool)
    oxide = np.arange(size.oxides)
    holds[oxide % size.concentrates, oxide] = True
    holds[np.arange(size.concentrates), draw.integers(size.oxides, size=size.concentrates)] = True
    target = holds * (wanted / holds.sum(axis=0))
    noise = spread(draw, holds.size, 0.25).reshape(holds.shape)
    content = target * noise
    content /= content.sum(axis=1, keepdims=True)
    grade = draw.uniform(0.35, 0.65, size.concentrates)
    return Ores(content, 1 / (0.9 * grade), 1.3 * target.sum(axis=1))


def _names(size: Size) -> dict[str, list[str]]:
    symbols = [*_PRICES, *(f"X{number}" for number in range(1, size.oxides + 1))]
    return {
        "concentrate": [f"concentrate-{number}" for number in ordinals(size.concentrates)],
        "oxide": [f"{symbol}-oxide" for symbol in symbols[: size.oxides]],
        "metal": [f"{symbol}-metal" for symbol in symbols[: size.metals]],
        "alloy": [f"alloy-{number}" for number in ordinals(size.alloys)],
        "magnet": [f"magnet-{number}" for number in ordinals(size.magnets)],
        "scrap": [f"scrap-{number}" for number in ordinals(size.alloys)],
    }


def _elements(forms: dict[str, list[str]], steps: list[Step]) -> dict[str, str]:
    """Symbols of the elements in each material, by the recipes."""
    found = {name: {name.split("-")[0]: None} for name in (*forms["oxide"], *forms["metal"])}
    for step in steps:
        given = [name for name, quantity in step.quantities.items() if quantity > 0]
        taken = [name for name, quantity in step.quantities.items() if quantity < 0]
        if step.stage in {"separation", "recycling"}:
            given, taken = taken, given
        if step.stage != "metal":
            for name in given:
                for other in taken:
                    found.setdefault(name, {}).update(found[other])
    return {name: ",".join(symbols) for name, symbols in found.items()}
