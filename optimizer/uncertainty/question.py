"""What a risk study is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...models.case import Case
from ..highs import Options
from ..solve import Request


@dataclass(frozen=True)
class RiskQuestion:
    """What to find out, and how.

    Attributes:
        scenarios: futures, or ['all'].
        points: plans from the cheapest to the safest, both included; 0 for none.
        mean_value: whether to solve the mean-value problem.
        cross: whether to try the plan of each future in every other.
        options: gap and time limit of each solve, threads, seed.
        force: build models past the size limit.
    """

    scenarios: tuple[str, ...] = ("all",)
    points: int = 4
    mean_value: bool = True
    cross: bool = True
    options: Options = field(default_factory=Options)
    force: bool = False

    def __post_init__(self) -> None:
        if self.points < 0 or self.points == 1:
            raise ValueError(
                f"{self.points} points: the price of robustness has at least its 2 ends (0 leaves "
                "it out)"
            )

    @classmethod
    def of(cls, case: Case, **how: object) -> RiskQuestion:
        """A question with what ``[solve]`` of the case says, and whatever is given."""
        request = Request.of(case)
        known: dict[str, object] = {"scenarios": request.scenarios, "options": request.options}
        return cls(**{**known, **how})  # type: ignore[arg-type]  # fields by name
