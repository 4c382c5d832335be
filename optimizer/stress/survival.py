r"""Time to survive: how long everybody gets what he would get, while the outage lasts.

Time to survive (Simchi-Levi, Schmidt and Wei 2014, Harvard Business Review 92(1-2); Simchi-Levi et
al. 2015, Interfaces 45(5)) is the longest time, from the start of an outage on, that demand can be
met in full while it lasts. Here it is counted in periods, with a fraction: :math:`d + \theta` where

* d is the largest number of whole periods in which every demand row can be given, in each of them
  and in every scenario, all that the undisturbed plan gives it (nothing short and nothing waiting
  beyond that), operations being free from the start on and costs of no account;
* :math:`\theta < 1` is the largest part of the period after them that can be given to every row of
  demand alike, after d such periods: with demand spread evenly over a period, and goods used as
  they come, the moment at which the first of them runs dry.

The outage lasts to the horizon meanwhile; what comes after the last period looked at does not
matter. Both are exact: :math:`1 - \theta` is the optimum of one linear program,

.. math::
    \min\ late_{s+d} \quad \text{s.t.}\quad late_{s+t} = 0\ (t < d), \qquad
    short + missing + backlog \le \overline{short} + \overline{backlog}
      + \overline{deliver}\, late

over the plans under the outage: infeasible where d is too long, 0 where it is too short. The
published model lets every rate of a period scale with the time survived; here only demand does, for
what a period can buy, make and ship may all fall at its beginning.
"""

from __future__ import annotations

from collections.abc import Callable

from .trial import LATE, Bounds, Trials

HORIZON = float("inf")
"""Time to survive of an outage that nobody notices up to the horizon."""


def time_to_survive(
    trials: Trials, lasting: Callable[[int], Bounds], safe: int, guess: int
) -> float | None:
    """Periods that everybody gets what the undisturbed plan gives, :data:`HORIZON` without end.

    Args:
        trials: where to try.
        lasting: the outage that lasts so many periods.
        safe: whole periods that are known to be survived.
        guess: whole periods that may well be all.

    Returns:
        The time, or None where no plan fits the outage without a rescue.

    Raises:
        NoAnswerError: a limit stopped the search.
    """
    most = trials.plan.periods - trials.plan.start + 1
    last = max(safe, guess)
    while safe < most:
        last = min(last, most - 1)
        whole = trials.on_time(lasting(last + 1), safe, last)
        if whole is None:
            return None
        if whole <= last:
            part = trials.least_late(lasting(whole + 1), whole)
            if part is None:
                return None
            if part > LATE:
                return whole + 1 - min(part, 1.0)
            whole += 1
        safe, last = whole, most
    return HORIZON
