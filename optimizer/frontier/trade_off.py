"""What a frontier is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...models.case import Case
from ..highs import Options
from ..solve import Request
from ..targets import RATIOS, TARGETS


@dataclass(frozen=True)
class TradeOff:
    """Which trade-off to look at, and how closely.

    Attributes:
        targets: two objectives, or three (on a grid); the first sorts the points.
        points: levels of the second target, ends included; with three targets of the third, too.
        exact: find all of the front instead.
        caps: upper limits that every plan keeps.
        scenarios: names to solve, or ['all'].
        options: gap of each solve, time limit of the whole, threads, seed.
        force: build models past the size limit.
    """

    targets: tuple[str, ...] = ("cost", "lead_time")
    points: int = 10
    exact: bool = False
    caps: dict[str, float] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ("all",)
    options: Options = field(default_factory=Options)
    force: bool = False

    def __post_init__(self) -> None:
        known = ", ".join(TARGETS)
        for name in (*self.targets, *self.caps):
            if name not in TARGETS:
                raise ValueError(f"no objective {name!r}; there are {known}")
        if len(set(self.targets)) != len(self.targets):
            raise ValueError(f"objectives {', '.join(self.targets)}: name each only once")
        if len(self.targets) not in (2, 3):
            raise ValueError(f"a frontier has two or three objectives of {known}")
        if self.points < 2:
            raise ValueError(f"{self.points} points: a frontier has at least its 2 ends")
        ratios = [name for name in self.targets if name in RATIOS]
        if self.exact and len(self.targets) == 3:
            raise ValueError("an exact frontier has two objectives; ask for points instead")
        if self.exact and ratios:
            raise ValueError(
                f"{ratios[0]} is a ratio, whose frontier is curved and has no corners to find; ask "
                "for points instead"
            )

    @classmethod
    def of(cls, case: Case, **how: object) -> TradeOff:
        """A trade-off with what ``[solve]`` of the case says, and whatever is given."""
        request = Request.of(case)
        known: dict[str, object] = {
            "caps": request.caps,
            "scenarios": request.scenarios,
            "options": request.options,
        }
        return cls(**{**known, **how})  # type: ignore[arg-type]  # fields by name
