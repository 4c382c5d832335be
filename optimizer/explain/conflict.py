"""Which requirements cannot hold together: what gives by itself, and the least that must give.

Loosening more never takes a plan away. So where giving up a set of requirements does not help, no
part of it does, and halving finds each one that helps by itself in few solves; the least set that
must give is found by dropping what is not needed (Junker 2004, QuickXplain, turned to corrections).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from .requirements import GROUPS, Requirement

Helps = Callable[[Sequence[Requirement]], bool]
"""Whether giving up some requirements entirely leaves a plan."""


def alone(helps: Helps, ones: Sequence[Requirement]) -> list[Requirement]:
    """Every requirement that helps when nothing else gives."""
    if not ones or not helps(ones):
        return []
    if len(ones) == 1:
        return list(ones)
    middle = len(ones) // 2
    return alone(helps, ones[:middle]) + alone(helps, ones[middle:])


def by_group(ones: Sequence[Requirement]) -> dict[str, list[Requirement]]:
    """Requirements of each group, in the order of the groups."""
    order = sorted(ones, key=lambda one: GROUPS.index(one.group))
    return {name: list(own) for name, own in groupby(order, key=lambda one: one.group)}


def least_set(helps: Helps, groups: Sequence[Sequence[Requirement]]) -> list[Requirement]:
    """A set of requirements of which all must give, those of the first groups rather than later.

    Returns:
        The set; empty where even all of them together do not help.
    """
    given: list[list[Requirement]] = []
    for own in groups:
        given.append(list(own))
        if helps([one for part in given for one in part]):
            break
    else:
        return []
    for at in range(len(given) - 1):
        rest = [one for number, part in enumerate(given) if number != at for one in part]
        if helps(rest):
            given[at] = []
    return _reduced(helps, [], [one for part in given for one in part])


def _reduced(helps: Helps, kept: list[Requirement], ones: list[Requirement]) -> list[Requirement]:
    """The part of ``ones`` that is needed beside ``kept``."""
    if helps(kept):
        return []
    if len(ones) == 1:
        return ones
    middle = len(ones) // 2
    first, second = ones[:middle], ones[middle:]
    of_second = _reduced(helps, [*kept, *first], second)
    of_first = _reduced(helps, [*kept, *of_second], first)
    return [*of_first, *of_second]
