"""Why a case has no plan, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...models.case import Case
from ...models.explain_results import SHORT, Cause, Mend, NoPlan, frame_of
from ..keep import STRATEGIC
from ..solve import Request
from .conflict import alone, by_group, least_set
from .edits import applied
from .feasible import Asked, Feasibility
from .mending import Mender, Mending
from .requirements import Loosening, Requirement, requirements_of
from .sayings import requirement
from .shortfall import Shortfall, least_short
from .words import Words, listed

NOTHING_FOUND = (
    "No plan exists, and nothing that could be loosened, by itself or together, gives one; "
    "look at what secondsource check says"
)
NAMED = 5
"""Most requirements named in one sentence."""
MOST_MENDS = 8
"""Most mends of one conflict that are worked out."""
EASED = 2
"""Most rules for which ways are looked for that they could give in part."""
PROPS = ("stock", "lanes", "outlets")
"""What a case may well lack without anybody having asked for it."""
RATHER = (
    "cap", "kept", "demand", "policies", "levels", "taken", "sizes", "rules", "windows", "times",
    "limits", "decide", "outlets", "lanes", "stock",
)  # fmt: skip
"""Which requirements are given up first where several must give at once."""


def explain_no_plan(case: Case, request: Request | None = None) -> NoPlan | None:
    """Say which requirements cannot hold together, and what would mend it.

    Args:
        case: a checked case.
        request: scenarios, caps and kept decisions; None for what the case's ``[solve]`` says.

    Returns:
        The explanation; None where there is a plan.

    Raises:
        ValueError: the case cannot be built at all.
    """
    request = replace(request or Request.of(case), write_model=None)
    return _Search(case, request).explained()


class _Search:
    """The search for what stands against a plan."""

    def __init__(self, case: Case, request: Request) -> None:
        self.case, self.request = case, request
        self.feasible = Feasibility(case, request)
        self.loosening = Loosening(case)
        self.words = Words(case)
        self.mender = Mender(self.feasible, self.loosening, self.words)
        self.groups = by_group([*requirements_of(case), *self._asked_for()])
        self._soft: dict[tuple[Requirement, ...], Shortfall | None] = {}

    def _asked_for(self) -> list[Requirement]:
        """Caps and kept decisions."""
        caps = [
            Requirement("cap", "solve", 0, name, (name, limit))
            for name, limit in self.request.caps.items()
        ]
        if self.request.keep is None:
            return caps
        arrays = self.feasible.workbench.built.arrays
        kept = [
            Requirement("kept", "decisions", self._row(family, thing), family, (family, thing))
            for family in STRATEGIC
            if family in arrays.columns
            for thing in sorted(set(arrays.members[family][:, 0].tolist()))
        ]
        return [*caps, *kept]

    def _row(self, family: str, thing: int) -> int:
        """Row of the case of what a decision is about."""
        pairs = self.feasible.workbench.built.network.movements.pairs
        return int(pairs.row[thing]) if family == "lane_open" else thing

    def asked(self, given: Sequence[Requirement]) -> Asked:
        """What is asked when some requirements are given up entirely."""
        return self.mender.asked([(one, None) for one in given])

    def explained(self) -> NoPlan | None:
        """The explanation; None where there is a plan."""
        if self.feasible(Asked()):
            return None
        whole_only = self.feasible.point(Asked(), relaxed=True) is not None
        conflicts = self._conflicts()
        causes, mends = [], []
        short: Shortfall | None = None
        for singles, others in conflicts:
            lack = self._short(singles, others)
            short = short or lack
            only_demand = all(one.group == "demand" for one in singles)
            jointly = self._jointly(others) if only_demand else []
            causes.append(self._cause(singles, lack, jointly, whole_only=whole_only))
        if len(conflicts) == 1:
            mends = self._mends(*conflicts[0])
        elif conflicts:
            mends = self._together(conflicts)
        if not causes:
            causes = [Cause(NOTHING_FOUND, ())]
        rows = [] if short is None else short.rows(self.case)
        return NoPlan(
            self.case.case.name, self.case.case.title, self.case.case.currency, tuple(causes),
            tuple(mends), whole_only, frame_of(rows, SHORT), self.feasible.tried,
        )  # fmt: skip

    def _conflicts(self) -> list[tuple[list[Requirement], list[Requirement]]]:
        """(what helps alone, what else is given up meanwhile) of each conflict."""
        singles = self._singles([])
        if any(one.group not in PROPS for one in singles):
            return [(singles, [])]
        order = [self.groups[name] for name in RATHER if name in self.groups]
        need = least_set(lambda given: self.feasible(self.asked(given)), order)
        if need and (singles or all(one.group == "demand" for one in need)):
            return [([*need, *singles], [])]
        conflicts = []
        for one in need:
            others = [other for other in need if other is not one]
            conflicts.append((self._singles(others) or [one], others))
        return conflicts

    def _singles(self, others: list[Requirement]) -> list[Requirement]:
        """Every requirement that helps alone, the others given up."""
        return [
            one
            for own in self.groups.values()
            for one in alone(
                lambda given: self.feasible(self.asked([*others, *given])),
                [each for each in own if each not in others],
            )
        ]

    def _short(self, singles: list[Requirement], others: list[Requirement]) -> Shortfall | None:
        """What goes short where only demand gives: one row if one is enough."""
        rows = [one.row for one in singles if one.group == "demand"]
        if not rows and "demand" not in self.groups:
            return None
        asked = self.asked(others)
        if rows:
            joint = singles[0].group == "demand" and all(o.group == "demand" for o in singles)
            if joint and not self.feasible(self.asked([*others, singles[0]])):
                return least_short(self.feasible, asked, rows)
            found = [least_short(self.feasible, asked, [row]) for row in rows]
            known = [one for one in found if one is not None]
            return min(known, key=lambda one: one.part(self.case), default=None)
        every = [one.row for one in self.groups["demand"]]
        if not self.feasible(self.asked([*others, *self.groups["demand"]])):
            return None
        return least_short(self.feasible, asked, every)

    def _jointly(self, others: list[Requirement]) -> list[Requirement]:
        """What would help together, where nothing but demand helps by itself."""

        def helps(given: Sequence[Requirement]) -> bool:
            return self.feasible(self.asked([*others, *given]))

        for name, own in self.groups.items():
            if name not in ("demand", *PROPS) and helps(own):
                return least_set(helps, [own])
        return []

    def _cause(
        self, singles: list[Requirement], lack: Shortfall | None,
        jointly: list[Requirement], *, whole_only: bool,
    ) -> Cause:  # fmt: skip
        others = [one for one in singles if one.group != "demand"]
        others = [one for one in others if one.group != "stock"] or others
        rows = [one.row for one in singles if one.group == "demand"]
        said = [requirement(self.words, one) for one in others[:NAMED]]
        if len(others) > NAMED:
            said.append(f"{len(others) - NAMED} more")
        if lack is not None:
            wants = lack.text(self.words)
            also = [self.words.demand(row) for row in rows if row not in lack.demands][:2]
            text = wants + (f" (or {listed(also, 'or')} gives way)" if also else "")
            text += f". What stands against it: {'; '.join(said)}" if said else ""
            if jointly:
                together = "; ".join(requirement(self.words, one) for one in jointly[:NAMED])
                text += f". What stands against it, only all together: {together}"
        else:
            demands = [requirement(self.words,
                next(one for one in singles if one.group == "demand" and one.row == row)
            ) for row in rows]  # fmt: skip
            every = [*said, *demands]
            text = "; ".join(every[:1]) + ": that cannot be kept together with the rest of the case"
            if len(every) > 1:
                text = f"{'; '.join(every)}: these cannot hold together"
        if whole_only:
            text += ". In fractions there would be a plan: it is the whole steps and minimum sizes"
        return Cause(
            text[0].upper() + text[1:], tuple(self.mender.part(one) for one in _order(singles))
        )

    def _mends(self, singles: list[Requirement], others: list[Requirement]) -> list[Mend]:
        found = [self.mender.least(one, others) for one in _order(singles)[: MOST_MENDS + 2]]
        joint = self._joint(singles, others)
        rules = [one for one in _order(singles) if one.group == "rules"]
        eased = [way for one in rules[:EASED] for way in self.mender.eased(one, others)]
        known = [one for one in [*found, joint, *eased] if one is not None]
        return self.mender.ranked(known)[: MOST_MENDS + len(eased)]

    def _joint(self, singles: list[Requirement], others: list[Requirement]) -> Mending | None:
        """Less of several demands together, where none of them is enough alone."""
        rows = [one.row for one in singles if one.group == "demand"]
        if len(rows) == len(singles) > 1 or not rows:
            lack = self._short(singles, others)
            return None if lack is None else self.mender.shorter(lack, others)
        return None

    def _together(self, conflicts: list[tuple[list[Requirement], list[Requirement]]]) -> list[Mend]:
        """One mend of everything: the least of each conflict, one after the other."""
        mendings: list[Mending] = []
        for singles, others in conflicts:
            left = [one for one in others if one not in [m.one for m in mendings]]
            found = None
            for one in _order(singles):
                found = self.mender.least(one, left, mendings)
                if found is not None:
                    break
            if found is None:
                return []
            mendings.append(found)
        return self.mender.ranked([self.mender.joined(mendings)])


def _order(singles: Sequence[Requirement]) -> list[Requirement]:
    """What a reader would rather change first; one of each group before the second of any."""
    groups = by_group(singles)
    depth = max((len(own) for own in groups.values()), default=0)
    return [own[at] for at in range(depth) for own in groups.values() if at < len(own)]


def mended(case: Case, mend: Mending) -> Case:
    """The case with a mend."""
    return applied(case, mend.edits)
