"""What the rules say of goods of a class, with some pedigrees, that shall end at some outlet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ..controls import LICENSED, WHOLE, Regime, Signature
from ..network.frame import Frame
from ..tree import FloatArray, IntArray
from ..ways import Way

OUTSIDE = -1
"""Code of nodes that nobody asks about."""


@dataclass(frozen=True)
class Licence:
    """A licence that is needed, as applied for at the time of the verdict.

    Attributes:
        control: rule.
        review_days: days of review.
        usable_after: periods from the application to first use.
        approval: part approved of what is applied for.
        validity_periods: periods it can be used, None to the horizon.
        cost: cost of the application.
    """

    control: str
    review_days: float
    usable_after: int
    approval: float
    validity_periods: int | None
    cost: float


@dataclass(frozen=True)
class Verdict:
    """What the rules say at a node, and which of them make it so.

    Attributes:
        verdict: one of ``VERDICTS``.
        whole: prohibited: whether nothing may move, or only not for the end use asked about.
        rules: rules that make it so, by position.
        days: days of review that the shipment itself waits.
        licences: licences needed, all of them.
        tariff: duties as a share of the price.
        unit_cost: cost per unit that moves.
        price_floor: least price of what is bought.
        quotas: (rule, quantity, window) of the quotas that bind.
        kept_from: end uses, or ``use=end user``, that the goods are kept from afterwards.
        kept_by: rules that keep them from those, by position.
        uptime: services: part of capacity left without a licence.
        wait_periods: building: periods that it waits for reviews.
    """

    verdict: str
    whole: bool = True
    rules: tuple[int, ...] = ()
    days: float = 0.0
    licences: tuple[Licence, ...] = ()
    tariff: float = 0.0
    unit_cost: float = 0.0
    price_floor: float | None = None
    quotas: tuple[tuple[str, float, str], ...] = ()
    kept_from: tuple[str, ...] = ()
    kept_by: tuple[int, ...] = ()
    uptime: float | None = None
    wait_periods: int = 0


VERDICTS = {
    "not_subject": "no rule in force is about it",
    "free": "moves at once; there may be duties, costs, a quota, end uses it is kept from",
    "review": "moves after a review that nobody applies for",
    "general_licence": "moves under a licence that the exporter holds",
    "licence": "needs a licence that is applied for",
    "denial_presumed": "needs a licence that is presumed to be denied",
    "prohibited": "does not move, or not for this end use",
}
"""What a shipment, a decision to build, the running of a plant or a purchase may be."""


class Verdicts:
    """Verdicts at all nodes, numbered, so that equal ones have the same number."""

    def __init__(self, frame: Frame, regime: Regime, nodes: IntArray) -> None:
        self.frame, self.regime, self.nodes = frame, regime, nodes
        self.found: list[Verdict] = []
        self._number: dict[Verdict, int] = {}
        self._bare: list[int] = []
        self._bare_number: dict[Verdict, int] = {}

    def number(self, verdict: Verdict) -> int:
        """Number of a verdict."""
        if verdict not in self._number:
            self._number[verdict] = len(self.found)
            self.found.append(verdict)
            bare = replace(verdict, rules=(), kept_by=())
            self._bare.append(self._bare_number.setdefault(bare, len(self._bare_number)))
        return self._number[verdict]

    def bare(self, codes: IntArray) -> bytes:
        """What is alike in codes of equal verdicts, whatever the rules that made them."""
        return np.array(self._bare, dtype=np.int64)[codes[self.nodes]].tobytes()

    def blank(self) -> IntArray:
        """Codes of nodes before anything is known of them. Shape (nodes,)."""
        return np.full(self.frame.tree.size, OUTSIDE, dtype=np.int64)

    def together(self, paths: list[IntArray]) -> IntArray:
        """Several paths of equal verdicts as one, each with the rules of all."""
        if len(paths) == 1:
            return paths[0]
        merged = self.blank()
        columns = np.stack([path[self.nodes] for path in paths])
        kinds, which = np.unique(columns, axis=1, return_inverse=True)
        numbers = []
        for codes in kinds.T.tolist():
            own = [self.found[code] for code in codes]
            rules = {rule for one in own for rule in one.rules}
            kept = {rule for one in own for rule in one.kept_by} - rules
            numbers.append(
                self.number(
                    replace(own[0], rules=tuple(sorted(rules)), kept_by=tuple(sorted(kept)))
                )
            )
        merged[self.nodes] = np.array(numbers, dtype=np.int64)[which.reshape(-1)]
        return merged

    def concerned(self, about: Signature, outlet: int) -> list[int]:
        """Rules about a class that are about goods for an outlet (0: for none)."""
        return [at for at, code in about if code == WHOLE or self.regime.targets(at, code) & outlet]

    def path(
        self, number: int, marks: int, outlet: int, ahead: int, floor: FloatArray | None = None
    ) -> IntArray:
        """Verdict on goods of a class at each node. Shape (nodes,).

        Args:
            number: class of the move.
            marks: pedigrees of the goods.
            outlet: mark of the outlet they shall end at, 0 for none.
            ahead: marks of the outlets that lie ahead of where they go.
            floor: least price at each node. Shape (nodes,).
        """
        regime = self.regime
        about, signature = regime.about(number, marks), regime.signatures(number, marks)
        codes = self.blank()
        for sig in np.unique(signature[self.nodes]).tolist():
            nodes = self.nodes[signature[self.nodes] == sig]
            active = tuple(one for one in about if regime.in_force[one[0], nodes[0]])
            ways = [way for way in regime.ways[sig] if not way.adds & outlet]
            if ways:
                way = min(ways, key=lambda one: (len(one.asks), one.adds.bit_count()))
                codes[nodes] = self._allowed(active, way, outlet, ahead, nodes, floor)
            else:
                codes[nodes] = self.number(self._banned(active, outlet))
        return codes

    def _banned(self, active: Signature, outlet: int) -> Verdict:
        """Verdict where no way leads to an outlet."""
        controls = self.frame.case.controls
        concerned = self.concerned(active, outlet)
        banning = [at for at in concerned if controls[at].policy == "prohibited"]
        whole = any(code == WHOLE for at, code in active if at in banning)
        return Verdict("prohibited", whole, tuple(banning or concerned))

    def _allowed(
        self,
        active: Signature,
        way: Way,
        outlet: int,
        ahead: int,
        nodes: IntArray,
        floor: FloatArray | None,
    ) -> IntArray:
        """Verdicts where a way leads to an outlet. Shape (nodes,)."""
        values, asks = self.frame.values, np.array(way.asks, dtype=np.int64)
        columns = ("review_days", "tariff", "unit_cost", "quota", "cost")
        table = np.concatenate(
            [
                np.stack(
                    [values.array("controls", column)[np.ix_(asks, nodes)] for column in columns]
                ),
                self.regime.approval[np.ix_(asks, nodes)][None],
            ]
        )
        floors = np.full((1, len(nodes)), np.nan) if floor is None else floor[None, nodes]
        flat = np.concatenate([table.reshape(-1, len(nodes)), floors])
        _, kept, which = np.unique(
            np.nan_to_num(flat, nan=-1.0, posinf=np.inf), axis=1, return_index=True,
            return_inverse=True,
        )  # fmt: skip
        numbers = [
            self.number(self._verdict(active, way, outlet, ahead, table[:, :, at], floors[0, at]))
            for at in kept.tolist()
        ]
        return np.array(numbers, dtype=np.int64)[which.reshape(-1)]

    def _verdict(
        self,
        active: Signature,
        way: Way,
        outlet: int,
        ahead: int,
        table: FloatArray,
        floor: float,
    ) -> Verdict:
        """Verdict from what the rules complied with ask. ``table`` has shape (columns, rules)."""
        controls, marks = self.frame.case.controls, self.regime.marks
        review, tariff, unit_cost, quota, cost, approval = table
        concerned = self.concerned(active, outlet)
        rows = {at: controls[at] for at in way.asks}
        licensed = [at for at, row in enumerate(rows.values()) if row.policy in LICENSED]
        own = list(rows.values())
        kept = way.adds & ahead
        kept_by = tuple(
            at
            for at, code in active
            if at not in concerned and self.regime.targets(at, code) & kept & marks.destinations
        )
        days = max((float(review[at]) for at in range(len(own)) if at not in licensed), default=0.0)
        hit = bool(concerned or kept_by)
        return Verdict(
            verdict=strictest({controls[at].policy for at in concerned}, days, hit),
            rules=tuple(concerned),
            days=days,
            licences=tuple(
                Licence(
                    own[at].control,
                    float(review[at]),
                    int(self.frame.time.lag(review[at : at + 1])[0]),
                    float(approval[at]),
                    own[at].validity_periods,
                    float(cost[at]),
                )
                for at in licensed
            ),
            tariff=round(float(tariff.sum()), 12),
            unit_cost=round(float(unit_cost.sum()), 12),
            price_floor=None if not np.isfinite(floor) else float(floor),
            quotas=tuple(
                (row.control, float(quota[at]), row.quota_window)
                for at, row in enumerate(own)
                if np.isfinite(quota[at])
            ),
            kept_from=self._told(kept, ahead),
            kept_by=kept_by,
        )

    def _told(self, kept: int, ahead: int) -> tuple[str, ...]:
        """Outlets as people say them: an end use where all its outlets ahead are meant."""
        marks, told = self.regime.marks, []
        for use in marks.uses:
            of_use = marks.outlets_of([use]) & ahead
            if of_use & kept and of_use & kept == of_use:
                told.append(use)
            elif of_use & kept:
                told += [
                    use if user is None else f"{use}={user}"
                    for name, user in marks.outlets
                    if name == use and marks.outlet(use, user) & kept
                ]
        return tuple(told)


def strictest(policies: Iterable[str], days: float, hit: bool) -> str:
    """The verdict that policies in force come to, where there is a way."""
    policies = set(policies)
    if "presumption_of_denial" in policies:
        return "denial_presumed"
    if "case_by_case" in policies:
        return "licence"
    if "general_licence" in policies:
        return "general_licence"
    if days > 0:
        return "review"
    return "free" if hit else "not_subject"
