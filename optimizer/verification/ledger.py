"""What was checked, how far off it was, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ...models.notebook import Page, Shown, number

FloatArray = NDArray[np.float64]
Where = Callable[[int], str]

TOLERANCE = 1e-5
"""A violation is bad beyond this part of the quantities it is about (taken as at least 1)."""


@dataclass(frozen=True)
class Check:
    """Everything checked of one kind.

    Attributes:
        kind: what was checked ('balance', 'quota', ...).
        tested: how many rows.
        failed: how many of them were beyond the tolerance.
        violation: the worst violation, in the unit of what was checked.
        relative: the worst violation relative to the quantities involved (at least 1).
        where: table row, site, material, period of the worst one; '' where nothing is off.
        ok: whether every row was within the tolerance.
    """

    kind: str
    tested: int
    failed: int
    violation: float
    relative: float
    where: str
    ok: bool


@dataclass
class Ledger:
    """Collects checks, the worst of each kind with its place."""

    checks: dict[str, Check] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        violation: ArrayLike,
        scale: ArrayLike,
        where: Where,
        tolerance: float = TOLERANCE,
    ) -> None:
        """Enter violations (>= 0) and the size of what they are about, both of shape (rows,).

        ``where(i)`` names row i; it is called for the worst row only.
        """
        wrong = np.atleast_1d(np.asarray(violation, dtype=float))
        if wrong.size == 0:
            return
        wrong = np.where(np.isnan(wrong), np.inf, wrong)
        size = np.broadcast_to(np.asarray(scale, dtype=float), wrong.shape)
        size = np.where(np.isfinite(size), np.maximum(1.0, np.abs(size)), 1.0)
        relative = wrong / size
        worst = int(np.argmax(relative))
        bad = int((relative > tolerance).sum())
        before = self.checks.get(kind)
        if before is None:
            before = Check(kind, 0, 0, 0.0, 0.0, "", True)
        if relative[worst] > before.relative:
            now = (float(wrong[worst]), float(relative[worst]), where(worst))
        else:
            now = (before.violation, before.relative, before.where)
        failed = before.failed + bad
        self.checks[kind] = Check(kind, before.tested + wrong.size, failed, *now, failed == 0)

    def equal(
        self,
        kind: str,
        found: ArrayLike,
        wanted: ArrayLike,
        where: Where,
        *,
        scale: ArrayLike = 1.0,
        tolerance: float = TOLERANCE,
    ) -> None:
        """``found`` must equal ``wanted``; both values are added to the place."""
        left, right = _pair(found, wanted)
        size = np.maximum(np.maximum(np.abs(left), np.abs(right)), np.asarray(scale, dtype=float))

        def told(i: int) -> str:
            return f"{where(i)}: {left[i]:.9g} instead of {right[i]:.9g}"

        self.add(kind, np.abs(left - right), size, told, tolerance)

    def at_most(self, kind: str, found: ArrayLike, limit: ArrayLike, where: Where) -> None:
        """``found`` must not exceed ``limit`` (which may be inf)."""
        left, right = _pair(found, limit)
        with np.errstate(invalid="ignore"):
            over = np.where(right == np.inf, 0.0, np.maximum(0.0, left - right))
        size = np.where(np.isfinite(right), np.maximum(np.abs(left), np.abs(right)), np.abs(left))
        self.add(kind, over, size, lambda i: f"{where(i)}: {left[i]:.9g} above {right[i]:.9g}")

    def at_least(self, kind: str, found: ArrayLike, limit: ArrayLike, where: Where) -> None:
        """``found`` must reach ``limit``."""
        left, right = _pair(found, limit)
        size = np.maximum(np.abs(left), np.abs(right))
        self.add(
            kind,
            np.maximum(0.0, right - left),
            size,
            lambda i: f"{where(i)}: {left[i]:.9g} below {right[i]:.9g}",
        )

    def zero_or_at_least(self, kind: str, found: ArrayLike, limit: ArrayLike, where: Where) -> None:
        """``found`` must be 0 or reach ``limit``; the violation is the way to the nearer."""
        left, right = _pair(found, limit)
        self.add(
            kind,
            np.maximum(0.0, np.minimum(left, right - left)),
            right,
            lambda i: f"{where(i)}: {left[i]:.9g} is neither 0 nor at least {right[i]:.9g}",
        )

    def none_of(self, kind: str, quantity: ArrayLike, where: Where) -> None:
        """``quantity`` may not happen at all: what there is of it is the violation."""
        amount = np.atleast_1d(np.asarray(quantity, dtype=float))
        self.add(kind, np.abs(amount), 1.0, lambda i: f"{where(i)}: {amount[i]:.9g}")

    def wrong(self, kind: str, places: Iterable[str]) -> None:
        """Enter faults that have no size, each as a violation of 1."""
        for place in places:
            self.add(kind, [1.0], 1.0, named(place))


@dataclass(frozen=True, repr=False)
class Verification(Shown):
    """What a second reading of a plan found.

    Attributes:
        checks: the worst of each kind, failed ones first.
        costs: discounted expected cost by category, from quantities only.
        objectives: every objective by name, likewise; regret only where the plan tells what it
            is measured against.
    """

    checks: list[Check]
    costs: dict[str, float]
    objectives: dict[str, float]

    @property
    def ok(self) -> bool:
        """Whether every check held."""
        return all(check.ok for check in self.checks)

    def frame(self) -> pd.DataFrame:
        """The checks as a table, one row per kind."""
        names = ["kind", "tested", "failed", "violation", "relative", "where", "ok"]
        return pd.DataFrame([vars(check) for check in self.checks], columns=names)

    def page(self) -> Page:
        """Whether the plan holds, and the worst of each kind of check."""
        wrong = [check.kind for check in self.checks if not check.ok]
        facts = [
            ("the plan", "holds" if self.ok else "does not hold"),
            ("kinds checked", str(len(self.checks))),
            *([("wrong in", ", ".join(wrong))] if wrong else []),
            ("cost", number(self.objectives.get("cost"))),
        ]
        return Page("verification", facts, [("Checks", self.frame())], ".frame(), .lines()")

    def lines(self) -> list[str]:
        """The worst of each kind as text for people, failed kinds first."""
        width = max((len(check.kind) for check in self.checks), default=0)
        told = []
        for check in self.checks:
            if check.ok:
                told.append(
                    f"ok    {check.kind:<{width}}  {check.tested} checked, "
                    f"largest violation {check.violation:.2g}"
                )
            else:
                told.append(
                    f"WRONG {check.kind:<{width}}  {check.failed} of {check.tested}, worst "
                    f"{check.violation:.6g} (relative {check.relative:.2g}) at {check.where}"
                )
        return told


def named(text: str) -> Where:
    """The same place for every row."""
    return lambda _: text


def numbered(text: str) -> Where:
    """A table's or column's name with the number of the row, from 1."""
    return lambda i: f"{text}, row {i + 1}"


def _pair(left: ArrayLike, right: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = np.broadcast_arrays(
        np.atleast_1d(np.asarray(left, dtype=float)), np.atleast_1d(np.asarray(right, dtype=float))
    )
    return first, second
