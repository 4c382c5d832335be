"""What rules on technology and services say of building and running plants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..controls import LICENSED, Regime
from ..network.frame import Frame
from ..network.services import build_services
from ..network.technology import build_permits, is_about, technologies_of
from ..tree import IntArray
from .asked import Asked
from .lines import Line
from .verdicts import Licence, Verdict, Verdicts, strictest

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """A plant's own capacity, or what rows of expansions add to it.

    Attributes:
        plant: row of plants.
        position: row of plants, or of expansions.
        added: whether it is an expansion.
        technology: what it is built with.
    """

    plant: int
    position: int
    added: bool
    technology: str


class Plants:
    """Lines on building plants and on running them.

    Args:
        frame: the case.
        regime: its rules.
        verdicts: where verdicts are numbered.
        asked: what is asked about.
    """

    def __init__(self, frame: Frame, regime: Regime, verdicts: Verdicts, asked: Asked) -> None:
        self.frame, self.regime, self.verdicts, self.asked = frame, regime, verdicts, asked
        case = frame.case
        self.origin = {row.technology: row.origin or "" for row in case.technologies}
        own = {row.plant: at for at, row in enumerate(case.plants)}
        self._of_plants, self._of_expansions = technologies_of(frame)
        parts = [
            Part(at, at, False, name) for at, name in enumerate(self._of_plants) if name
        ] + [
            Part(own[case.expansions[at].plant], at, True, name)
            for at, name in enumerate(self._of_expansions) if name
        ]  # fmt: skip
        self.parts = [part for part in parts if self._is_asked(part)]

    def _is_asked(self, part: Part) -> bool:
        """Whether a part's technology, site and products are asked about."""
        frame, asked, row = self.frame, self.asked, self.frame.case.plants[part.plant]
        return (
            (asked.origins is None or self.origin[part.technology] in asked.origins)
            and bool(asked.to_sites[frame.site[row.site]])
            and any(asked.materials[frame.material[name]] for name in self._makes(part))
        )

    def _makes(self, part: Part) -> list[str]:
        process = self.frame.case.plants[part.plant].process
        return [
            row.material
            for row in self.frame.case.recipes
            if row.process == process and row.quantity > 0
        ]

    def _hits(self, kind: str) -> dict[int, tuple[BoolArray, BoolArray]]:
        """Rule of a kind -> whether it is about each plant, and about each expansion."""
        case = self.frame.case
        plants = [row.plant for row in case.plants]
        owners = [row.plant for row in case.expansions]
        return {
            at: (
                is_about(self.frame, at, self._of_plants, plants),
                is_about(self.frame, at, self._of_expansions, owners),
            )
            for at, row in enumerate(case.controls)
            if row.kind == kind
        }

    def building(self) -> Iterable[Line]:
        """Lines on opening candidates and adding modules, where a rule is about it."""
        case, regime, hits = self.frame.case, self.regime, self._hits("technology")
        if not hits:
            return
        permits = build_permits(self.frame, regime)
        review = self.frame.values.array("controls", "review_days")
        cost = self.frame.values.array("controls", "cost")
        for part in self.parts:
            rules = [at for at, about in hits.items() if about[part.added][part.position]]
            if not rules or (not part.added and case.plants[part.plant].status != "candidate"):
                continue
            permit, codes = permits[part.added], self.verdicts.blank()
            for node in self.verdicts.nodes.tolist():
                active = [at for at in rules if regime.in_force[at, node]]
                licences = tuple(
                    self._licence(at, node, float(review[at, node]), float(cost[at, node]))
                    for at in active
                    if case.controls[at].policy in LICENSED
                )
                if not permit.allowed[part.position, node]:
                    banning = [at for at in active if case.controls[at].policy == "prohibited"]
                    denied = [
                        at for at in active
                        if case.controls[at].policy in LICENSED and regime.approval[at, node] <= 0
                    ]  # fmt: skip
                    verdict = (
                        Verdict("prohibited", rules=tuple(banning))
                        if banning
                        else Verdict("denial_presumed", rules=tuple(denied), licences=licences)
                    )
                else:
                    open_days = [
                        float(review[at, node]) for at in active
                        if case.controls[at].policy not in LICENSED
                    ]  # fmt: skip
                    days = max(open_days, default=0.0)
                    verdict = Verdict(
                        strictest({case.controls[at].policy for at in active}, days, bool(active)),
                        rules=tuple(active),
                        days=days,
                        licences=licences,
                        wait_periods=int(permit.wait[part.position, node]),
                    )
                codes[node] = self.verdicts.number(verdict)
            yield self._line("building", part, codes, rules)

    def running(self) -> Iterable[Line]:
        """Lines on running plants whose technology needs services that a rule is about."""
        case, regime, hits = self.frame.case, self.regime, self._hits("service")
        if not hits:
            return
        services = build_services(self.frame, regime)
        needs = {row.technology for row in case.technologies if row.needs_services}
        review = self.frame.values.array("controls", "review_days")
        cost = self.frame.values.array("controls", "cost")
        for part in self.parts:
            rules = [at for at, about in hits.items() if about[part.added][part.position]]
            if not rules or part.technology not in needs:
                continue
            left = (services.expansions if part.added else services.plants)[part.position]
            for one in services.rules:
                own = (one.expansions if part.added else one.plants)[part.position]
                left = np.fmin(left, own)
            codes = self.verdicts.blank()
            for node in self.verdicts.nodes.tolist():
                active = [at for at in rules if regime.in_force[at, node]]
                policies = {case.controls[at].policy for at in active}
                licensed = [at for at in active if case.controls[at].policy in LICENSED]
                banned = "prohibited" in policies
                verdict = Verdict(
                    "prohibited" if banned else strictest(policies, 0.0, bool(active)),
                    rules=tuple(active),
                    licences=tuple(
                        self._licence(at, node, float(review[at, node]), float(cost[at, node]))
                        for at in licensed
                    ),
                    uptime=round(float(left[node]), 12) if active else None,
                )
                codes[node] = self.verdicts.number(verdict)
            yield self._line("services", part, codes, rules)

    def _licence(self, rule: int, node: int, review: float, cost: float) -> Licence:
        row = self.frame.case.controls[rule]
        approval = float(self.regime.approval[rule, node])
        lag = int(self.frame.time.lag(np.array([review]))[0])
        return Licence(row.control, review, lag, approval, row.validity_periods, cost)

    def _line(self, about: str, part: Part, codes: IntArray, rules: list[int]) -> Line:
        row = self.frame.case.plants[part.plant]
        return Line(
            about=about,
            codes=codes,
            rules=set(rules),
            exporter=self.origin[part.technology],
            destinations=[self.frame.names.country[row.site]],
            materials=self._makes(part),
            to_sites=[row.site],
            plants=[f"{row.plant} (modules)" if part.added else row.plant],
            technology=part.technology,
        )
