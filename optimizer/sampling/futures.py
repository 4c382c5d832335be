"""From points of the unit cube to futures: what is drawn in each, and the rows of `changes`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models.case import Case
from ...models.draws import DRAWN, Draw, Draws, Event, When
from ...models.rule_rows import Change
from ..tree import FloatArray
from .distributions import chosen, drawn
from .sites import Outages
from .units import coordinates


@dataclass(frozen=True)
class Happening:
    """One thing that is drawn, in one future.

    Attributes:
        value: the number or text drawn; of an event the period it begins in, None if it does not.
        first: first period that it holds in; 0 for none.
        last: last period that it holds in.
    """

    value: float | str | None
    first: int
    last: int


@dataclass(frozen=True)
class Future:
    """One possible future.

    Attributes:
        drawn: name -> what was drawn, in the order of the file.
        changes: rows of `changes` that make it, without a scenario.
    """

    drawn: dict[str, Happening]
    changes: list[Change] = field(default_factory=list)


class Futures:
    """Makes futures of a case from points of the unit cube.

    Args:
        draws: what is uncertain.
        case: the case, without futures of its own.
    """

    def __init__(self, draws: Draws, case: Case) -> None:
        self.draws, self.case = draws, case
        self.parting = case.period(draws.sample.from_, 2)
        self._outages = Outages(case)

    def of(self, points: FloatArray) -> list[Future]:
        """A future for each point. ``points`` has shape (futures, coordinates)."""
        unit = {key: points[:, at] for at, key in enumerate(coordinates(self.draws))}
        found = [Future({}) for _ in points]
        for draw in self.draws.draws:
            values = drawn(draw, unit[draw.name, "value"])
            starts = self._starts(draw, unit, len(points))
            last = self.case.period(draw.end, self.case.case.periods)
            for future, value, first in zip(found, values, starts, strict=True):
                future.drawn[draw.name] = Happening(value, first, last)
                future.changes.append(self._change(draw, value, first, draw.end))
        for event in self.draws.events:
            happens = unit[event.name, "value"] < event.probability
            starts = self._starts(event, unit, len(points))
            lengths = self._lengths(event, unit, len(points))
            for future, here, first, length in zip(found, happens, starts, lengths, strict=True):
                last = min(first + length - 1, self.case.case.periods)
                future.drawn[event.name] = (
                    Happening(float(first), first, last) if here else Happening(None, 0, -1)
                )
                if here:
                    future.changes.extend(self._rows(event, first, last))
        return found

    def _starts(
        self, one: Draw | Event, unit: dict[tuple[str, str], FloatArray], count: int
    ) -> list[int]:
        """First period of each future that it holds in, none before futures part."""
        first = one.first() or [getattr(one, "start", None) or self.parting]
        periods = [max(self.case.period(start, self.parting), self.parting) for start in first]
        if len(periods) == 1:
            return periods * count
        at = chosen(len(periods), one.starts_probabilities, unit[one.name, "start"])
        return [periods[position] for position in at]

    def _lengths(
        self, event: Event, unit: dict[tuple[str, str], FloatArray], count: int
    ) -> list[int]:
        lasts = event.lasts or [self.case.case.periods]
        if len(lasts) == 1:
            return lasts * count
        at = chosen(len(lasts), event.lasts_probabilities, unit[event.name, "lasts"])
        return [lasts[position] for position in at]

    def _change(self, draw: Draw, value: float | str, first: int, end: int | str | None) -> Change:
        return Change(
            table=draw.table, key=draw.key, field=draw.field, op=draw.op, start=first, end=end,
            value=value, source=DRAWN, note=draw.name,
        )  # fmt: skip

    def _rows(self, event: Event, first: int, last: int) -> list[Change]:
        """What an event changes while it lasts."""
        if event.site is not None:
            return [
                Change(
                    table=table, key=key, field="capacity", start=first, end=last, value=0.0,
                    source=DRAWN, note=event.name,
                )
                for table, key in self._outages.of(event.site)
            ]  # fmt: skip
        assert event.table is not None and event.field is not None and event.value is not None
        return [
            Change(
                table=event.table, key=event.key, field=event.field, op=event.op, start=first,
                end=last, value=event.value, source=DRAWN, note=event.name,
            )
        ]  # fmt: skip


def started(one: When, case: Case, parting: int) -> list[int]:
    """Periods that something drawn may begin in."""
    return [case.period(start, parting) for start in one.first()]


def vectors(draws: Draws, futures: Sequence[Future], case: Case, parting: int) -> FloatArray:
    """Futures as points whose distance tells how much they differ. Shape (futures, dimensions).

    Everything counts in its standard deviations over the sample: numbers; whether a text is drawn;
    and whether something holds, in each of the T periods after the futures part, divided by the
    root of T. What is seldom, an outage say, so weighs more than what is common.
    """
    columns: list[FloatArray] = []
    events = {event.name for event in draws.events}
    periods = np.arange(parting, case.case.periods + 1)
    for name in draws.names:
        all_of_it = [future.drawn[name] for future in futures]
        holds = [(periods >= one.first) & (periods <= one.last) for one in all_of_it]
        columns += [_spread(when) / np.sqrt(len(periods)) for when in np.array(holds).T]
        if name in events:
            continue
        values = [one.value for one in all_of_it]
        if any(isinstance(value, str) for value in values):
            kinds = sorted({str(value) for value in values})
            for kind in kinds:
                same = np.array([str(value) == kind for value in values])
                columns.append(_spread(same) / np.sqrt(2))
        else:
            columns.append(_spread(np.array(values, dtype=float)))
    return np.column_stack(columns)


def _spread(numbers: NDArray[Any]) -> FloatArray:
    """Numbers in their standard deviations; 0 where all are alike."""
    values = np.asarray(numbers, dtype=float)
    deviation = float(values.std())
    even = deviation <= 1e-12 * max(1.0, float(np.abs(values).max(initial=0.0)))
    return np.zeros(len(values)) if even else (values - values.mean()) / deviation
