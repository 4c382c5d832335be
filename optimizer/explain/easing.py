"""A rule that gives in time or in part: later, for some goods or uses, under licences, by quota.

Each way is tried on the case itself, and the least of it that gives a plan is told.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from ...models.rule_rows import Change
from ..controls import BORDER_KINDS, LICENSED
from .amounts import least_amount
from .edits import Edit, RowNames
from .feasible import Asked, Feasibility
from .words import Words, amount

MOST_TRIED = 24
"""Most exemptions of one rule that are tried."""
MOST_EXEMPT = 2
"""Most exemptions of one rule that are told."""
SECONDS = 30.0
"""Time for the ways of one rule; what is not reached is left out."""
WHOLE = 100
"""Approvals are tried in per cent."""


@dataclass(frozen=True)
class Eased:
    """A way in which a rule gives.

    Attributes:
        text: in words.
        edits: of the case.
    """

    text: str
    edits: tuple[Edit, ...]


class Easing:
    """Looks for ways in which a rule could give without being gone.

    Args:
        feasible: says whether there is a plan.
        names: keys for rows of `changes`.
        words: how things are called.
        around: what is asked besides, given the edits that ease the rule.
    """

    def __init__(
        self, feasible: Feasibility, names: RowNames, words: Words,
        around: Callable[[Sequence[Edit]], Asked],
    ) -> None:  # fmt: skip
        self.feasible, self.names, self.words, self.around = feasible, names, words, around
        self.case = feasible.case
        self._until = math.inf

    def of(self, row: int) -> list[Eased]:
        """Ways in which a rule can give, one of each kind and a few exemptions."""
        self._until = time.monotonic() + SECONDS
        ways = chain(self._later(row), self._licensed(row), self._quota(row), self._exempting(row))
        return list(ways)

    def _helps(self, edits: Sequence[Edit]) -> bool:
        return time.monotonic() < self._until and self.feasible(self.around(edits))

    def _least(self, edits: Callable[[int], list[Edit]], most: int) -> int | None:
        """The least whole number from 1 for which edits help; None if even ``most`` does not."""
        if most < 1 or not self._helps(edits(most)):
            return None
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._helps(edits(middle)) else (middle, high)
        return high

    def _later(self, row: int) -> Iterator[Eased]:
        """The rule suspended in the first periods."""
        case, name = self.case, self.case.controls[row].control
        starts = [case.period(own.start, 1) for own in case.control_status if own.control == name]
        first = max(1, min(starts, default=1))

        def suspended(last: int) -> list[Edit]:
            until = first - 1 + last
            if starts:
                how = {"key": f"control={name}", "end": until}
                return [self._status(row, "status", "suspended", **how)]
            cells = [{"start": 1, "status": "suspended"}]
            cells.append({"start": until + 1, "status": "in_force"})
            return [Edit("add", "control_status", -1, "", {"control": name, **own})
                    for own in cells]  # fmt: skip

        steps = self._least(suspended, case.case.periods - first)
        if steps is not None:
            begin, later = self.words.when(first + steps), self.words.periods(steps)
            text = f"{self.words.rule(row)} beginning in {begin} ({later} later)"
            yield Eased(text, tuple(suspended(steps)))

    def _status(self, row: int, field: str, value: object, **how: object) -> Edit:
        """A row of `changes` about the states of a rule."""
        cells = {"table": "control_status", "field": field, "value": value, **how}
        return Edit("change", "controls", row, field, value, Change.model_validate(cells))

    def _licensed(self, row: int) -> Iterator[Eased]:
        """Licences approved in part, where the rule gives less or is a ban."""
        own = self.case.controls[row]
        known = any(state.control == own.control for state in self.case.control_status)
        if own.kind == "procurement" or own.policy not in (*LICENSED, "prohibited"):
            return
        if own.policy == "case_by_case" and not known:
            return  # all of it is approved as it is

        def approved(percent: int) -> list[Edit]:
            edits = []
            if own.policy == "prohibited":
                edits.append(Edit("set", "controls", row, "policy", "case_by_case"))
            part = percent / WHOLE
            if known:
                edits.append(self._status(row, "approval", part, key=f"control={own.control}"))
            else:
                cells = {"control": own.control, "start": 1, "status": "in_force",
                         "approval": part}  # fmt: skip
                edits.append(Edit("add", "control_status", -1, "", cells))
            return edits

        percent = self._least(approved, WHOLE)
        if percent is not None:
            instead = " instead of a ban" if own.policy == "prohibited" else ""
            text = f"licences under {self.words.rule(row)} approved at {percent} %{instead}"
            yield Eased(text, tuple(approved(percent)))

    def _quota(self, row: int) -> Iterator[Eased]:
        """More of the quota."""
        quota = self.case.controls[row].quota
        if quota is None or math.isinf(quota):
            return
        wanted = max((own.quantity for own in self.case.demand), default=1.0) or 1.0

        def more(by: float) -> list[Edit]:
            return [self.names.change("controls", row, "quota", "add", by)]

        by = least_amount(self.feasible, lambda by: self.around(more(by)), wanted, 1000.0 * wanted)
        if by is not None:
            text = f"a quota of {amount(quota + by)} instead of {amount(quota)} under "
            yield Eased(text + self.words.rule(row), tuple(more(by)))

    def _exempting(self, row: int) -> Iterator[Eased]:
        """The rule without one end use, country or material."""
        told = 0
        for text, edit in islice(self._exemptions(row), MOST_TRIED):
            if told == MOST_EXEMPT:
                return
            if self._helps([edit]):
                told += 1
                yield Eased(f"{self.words.rule(row)} exempting {text}", (edit,))

    def _exemptions(self, row: int) -> Iterator[tuple[str, Edit]]:
        """(what, edit) of each exemption; never of all that there is."""
        own, case = self.case.controls[row], self.case
        materials = [one.material for one in case.materials]
        uses = list(dict.fromkeys(one.end_use for one in case.demand))
        countries = list(dict.fromkeys(one.country for one in case.sites))
        if own.kind == "procurement" and own.pedigree:
            yield from self._made_in(own.pedigree, countries)
        if own.kind not in (*BORDER_KINDS, "procurement"):
            return
        if len(uses) > 1:
            column = "end_uses" if own.end_uses else "exempt_end_uses"
            for use in uses:
                value = f"{own.end_uses},!{use}" if own.end_uses else use
                if own.exempt_end_uses:
                    value = f"{own.exempt_end_uses},{use}"
                yield f"{use} uses", Edit("set", "controls", row, column, value)
        columns = [("destinations", countries, "goods for {}"), ("materials", materials, "{}")]
        if own.kind in BORDER_KINDS:
            columns.insert(1, ("exporters", countries, "goods from {}"))
        for column, names, text in columns:
            for name in names if len(names) > 1 else ():
                value = f"{getattr(own, column) or '*'},!{name}"
                yield text.format(name), Edit("set", "controls", row, column, value)

    def _made_in(self, pedigree: str, countries: Sequence[str]) -> Iterator[tuple[str, Edit]]:
        """What is made in a country without the mark that a rule refuses."""
        at = next(n for n, one in enumerate(self.case.pedigrees) if one.pedigree == pedigree)
        mark = self.case.pedigrees[at]
        if not mark.countries:
            return
        made = "what is made in"
        if mark.stages and mark.stages != "*":
            made = f"{mark.stages.replace(',', ', ')} in"
        for country in countries:
            value = f"{mark.countries},!{country}"
            yield f"{made} {country}", Edit("set", "pedigrees", at, "countries", value)
