"""Mends: the least by which a requirement must give, applied to the case and proven by a solve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...models.case import TABLES, columns
from ...models.explain_results import Mend, Part
from ...models.row_keys import PROVENANCE
from ..highs import Options
from ..stress.worth import worth_of
from .amounts import least_amount, least_steps
from .easing import Easing
from .edits import Edit, applied
from .feasible import Asked, Feasibility
from .requirements import Loosening, Requirement
from .sayings import kept, mend, requirement
from .shortfall import Shortfall, least_short
from .words import Words

PROOF = Options(gap=0.01, time_limit=30.0, threads=1)
"""How the plan with a mend is looked for: good enough to tell what it costs."""
Given = tuple[Requirement, float | None]
"""A requirement and by how much it gives, None for entirely."""


@dataclass(frozen=True)
class Mending:
    """What gives.

    Attributes:
        one: the requirement.
        asked: what is asked with it.
        edits: its changes of the case.
        by: how much it gives.
        text: in words.
        unmet: rows of demand and the quantities that they do without.
        parts: what gives, for results.
        caps: caps that go with it.
    """

    one: Requirement
    asked: Asked
    edits: tuple[Edit, ...]
    by: float | None
    text: str
    parts: tuple[Part, ...]
    unmet: tuple[tuple[int, float], ...] = ()
    caps: dict[str, float] | None = None


class Mender:
    """Works out mends of a case."""

    def __init__(self, feasible: Feasibility, loosening: Loosening, words: Words) -> None:
        self.feasible, self.loosening, self.words = feasible, loosening, words
        self.case = feasible.case

    def asked(self, given: Sequence[Given], before: Sequence[Mending] = ()) -> Asked:
        """What is asked when requirements give, on top of mends already made."""
        edits: list[Edit] = [edit for mending in before for edit in mending.edits]
        uncapped = {name for mending in before for name in mending.asked.uncapped}
        anew = {one for mending in before for one in mending.asked.anew}
        for one, amount in given:
            if one.group == "cap":
                uncapped.add(one.more[0])
            elif one.group == "kept":
                anew.add(one.more)
            elif amount is None:
                edits += self.loosening.entirely(one)
            elif amount:
                edits += self.loosening.by(one, amount)
        return Asked(tuple(edits), frozenset(uncapped), frozenset(anew))

    def least(
        self, one: Requirement, others: Sequence[Requirement], before: Sequence[Mending] = ()
    ) -> Mending | None:
        """The least by which a requirement must give; None where it does not help after all."""
        around: list[Given] = [(other, None) for other in others]
        if one.group == "cap":
            return self._cap(one, around, before)
        if one.group == "demand":
            lack = least_short(self.feasible, self.asked(around, before), [one.row])
            if lack is not None:
                return self.shorter(lack, others, before)
        if one.group in ("kept", "outlets", "lanes", "rules", "decide"):
            return self._whole(one, around, before)

        def loosened(amount: float) -> Asked:
            return self.asked([*around, (one, amount)], before)

        if self.loosening.whole(one):
            steps = max(1, self.loosening.steps(one))
            found = least_steps(self.feasible, loosened, steps)
            by = None if found is None else float(found)
        else:
            unit, most = self._sizes(one)
            by = least_amount(self.feasible, loosened, unit, most)
        if by is None:
            return self._whole(one, around, before)
        own = self.asked([(one, by)], before=())
        unmet: tuple[tuple[int, float], ...] = ()
        if one.group == "demand":
            unmet = ((one.row, by * self._wanted(one.row)),)
        return Mending(
            one, self.asked([(one, by)], before), own.edits, self._give(one, by),
            mend(self.words, one, self._give(one, by)), (self.part(one),), unmet,
        )  # fmt: skip

    def _wanted(self, row: int) -> float:
        """What a row of demand wants over the horizon, expected and discounted."""
        network = self.feasible.workbench.built.network
        at, node = network.market.need.members.T
        own = at == row
        quantity = network.at("demand", "quantity", at[own], node[own])
        return float((quantity * network.weight[node[own]]).sum())

    def _sizes(self, one: Requirement) -> tuple[float, float]:
        """A usual amount for a requirement to give, and the most that could help."""
        if one.least:
            return 0.5, 1.0  # half: at nothing the rows of a minimum are gone
        value = getattr(self.case.rows(one.table)[one.row], one.field)
        large = self.loosening.large
        if one.table == "policies" and self.case.policies[one.row].kind == "max_share":
            return 0.1, max(1.0 - value, 0.0)
        usual = max((row.quantity for row in self.case.demand), default=1.0) or 1.0
        return max(usual, 0.1 * value if math.isfinite(value) else 0.0), large

    def _give(self, one: Requirement, by: float) -> float:
        """What is added to the number in its cell."""
        if one.group == "windows":
            return -by if one.field == "start" else by
        if one.group == "times":
            edit = self.loosening.by(one, by)[0]
            value = getattr(self.case.rows(one.table)[one.row], one.field)
            return float(edit.value) - float(value)
        if one.least:
            value = getattr(self.case.rows(one.table)[one.row], one.field)
            return -by if self.loosening.whole(one) else -by * value
        return by

    def _whole(
        self, one: Requirement, around: Sequence[Given], before: Sequence[Mending]
    ) -> Mending | None:
        if not self.feasible(self.asked([*around, (one, None)], before)):
            return None
        alone = self.asked([(one, None)])
        text = mend(self.words, one, None)
        if one.group in ("windows", "times", "levels", "taken", "sizes", "limits", "stock",
                         "policies", "demand"):  # fmt: skip
            text = "without this: " + requirement(self.words, one)
        return Mending(
            one, self.asked([(one, None)], before), alone.edits, None, text, (self.part(one),)
        )

    def eased(self, one: Requirement, others: Sequence[Requirement]) -> list[Mending]:
        """Ways in which a rule gives in time or in part, each the least that gives a plan."""
        around: list[Given] = [(other, None) for other in others]

        def asked(edits: Sequence[Edit]) -> Asked:
            base = self.asked(around)
            return replace(base, edits=(*base.edits, *edits))

        easing = Easing(self.feasible, self.loosening.names, self.words, asked)
        return [
            Mending(one, Asked(way.edits), way.edits, None, way.text, (self.part(one),))
            for way in easing.of(one.row)
        ]

    def _cap(
        self, one: Requirement, around: Sequence[Given], before: Sequence[Mending]
    ) -> Mending | None:
        """A cap gives up to the least value that its objective can have."""
        name, limit = one.more
        asked = self.asked([*around, (one, None)], before)
        built, arrays = self.feasible.arrays(asked)
        if name not in arrays.objectives:
            return self._whole(one, around, before)
        outcome = self.feasible.session(built, arrays, asked, name).solve(self.feasible.options)
        if outcome.objective is None:
            return None
        value = outcome.objective + 1e-6 * max(1.0, abs(outcome.objective))
        return Mending(
            one, self.asked([(one, None)], before), (), value - limit,
            mend(self.words, one, value), (self.part(one),), (),
            {**self.feasible.request.caps, name: value},
        )  # fmt: skip

    def shorter(
        self, lack: Shortfall, others: Sequence[Requirement], before: Sequence[Mending] = ()
    ) -> Mending | None:
        """Doing without what goes short."""
        edits = tuple(lack.edits(self.loosening.names))
        base = self.asked([], before)
        asked = replace(base, edits=(*base.edits, *edits))
        tried = self.asked([(other, None) for other in others], before)
        if not self.feasible(replace(tried, edits=(*tried.edits, *edits))):
            return None
        ones = [Requirement("demand", "demand", row, "quantity") for row in lack.demands]
        by_row = {
            row: sum(value for (own, _), value in lack.amounts.items() if own == row)
            for row in lack.demands
        }
        text = "doing without " + "; ".join(
            f"{self.words.quantity(by_row[row], self.case.demand[row].material)} of "
            f"{self.words.demand(row)} "
            f"({self.words.span([period for own, period in lack.amounts if own == row])})"
            for row in lack.demands[:4]
        )
        return Mending(
            ones[0], asked, edits, -lack.total(), text,
            tuple(self.part(one) for one in ones), tuple(by_row.items()),
        )  # fmt: skip

    def joined(self, mendings: Sequence[Mending]) -> Mending:
        """Several mends as one."""
        last = mendings[-1]
        edits = tuple(edit for mending in mendings for edit in mending.edits)
        text = ", and ".join(mending.text for mending in mendings)
        caps = [mending.caps for mending in mendings if mending.caps is not None]
        uncapped = frozenset(n for mending in mendings for n in mending.asked.uncapped)
        anew = frozenset(n for mending in mendings for n in mending.asked.anew)
        return Mending(
            last.one, Asked(edits, uncapped, anew), edits, None, text,
            tuple(part for mending in mendings for part in mending.parts),
            tuple(pair for mending in mendings for pair in mending.unmet),
            caps[-1] if caps else None,
        )  # fmt: skip

    def part(self, one: Requirement) -> Part:
        """A requirement for results."""
        words = self.words
        if one.group in ("cap", "kept", "outlets", "lanes", "decide"):
            name = " ".join(str(part) for part in one.more) or one.field
            name = kept(words, one) if one.group == "kept" else name
            return Part(one.table, None, name, "", requirement(words, one))
        row = self.case.rows(one.table)[one.row]
        first = next(name for name in columns(TABLES[one.table]) if name not in PROVENANCE)
        name = words.demand(one.row) if one.table == "demand" else str(getattr(row, first))
        if one.table in ("stockpiles", "disposal", "returns"):
            name = f"{row.material} at {row.site}"
        return Part(one.table, one.row + 1, name, one.field, requirement(words, one))

    def ranked(self, mendings: Sequence[Mending]) -> list[Mend]:
        """Mends with the cost of the plan that each gives, the cheapest first; none unproven."""
        network = self.feasible.workbench.built.network
        worth = worth_of(network)
        found = []
        for mending in mendings:
            try:
                _, objective = self.feasible.best(mending.asked, PROOF)
            except ValueError:
                continue
            proven = objective is not None or self.feasible(mending.asked)
            if not proven:
                continue
            unmet = sum(
                lack * float(worth.unit[network.frame.material[self.case.demand[row].material]])
                for row, lack in mending.unmet
            )
            found.append(
                Mend(
                    mending.text, mending.parts, mending.by,
                    None if objective is None else objective + unmet, True,
                    tuple(edit.record() for edit in mending.edits),
                    applied(self.case, mending.edits), mending.caps,
                )
            )  # fmt: skip
        return sorted(found, key=lambda one: math.inf if one.cost is None else one.cost)
