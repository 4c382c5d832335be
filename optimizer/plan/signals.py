"""What tells futures apart: rules that come into force in some of them, numbers that differ.

A signal is something that anybody can see at a period: whether a rule is in force, its state, or a
number of the case. For each it is known in which futures it has which value, so that the futures
in which something is done can be told from the rest in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.case import TABLES, Case, columns
from ...models.plan import Tables
from ...models.row_keys import PROVENANCE
from ..network import Network
from ..tree import FloatArray, IntArray

BoolArray = NDArray[np.bool_]
MOST_CONDITIONS, MOST_WAYS = 3, 3
"""Conditions of a trigger, and alternatives; past that the futures are named instead."""
RULE, STATE, TERMS, NUMBER = range(4)
"""What to tell futures apart by, the clearest first."""
STATES = {"in_force": "in force", "unknown": "in an unknown state"}
THINGS = {
    "demand": "demand",
    "offers": "offer",
    "offer_tiers": "tier of offer",
    "plants": "plant",
    "expansions": "modules of plant",
    "lanes": "lane",
    "policies": "policy",
    "controls": "rule",
    "control_status": "rule",
    "recipes": "recipe",
}


@dataclass(frozen=True)
class Signal:
    """Something that differs between futures at a period.

    Attributes:
        kind: RULE, STATE, TERMS (of a rule) or NUMBER.
        period: when it can be seen.
        values: in each future; of rules and states 1 or 0. Shape (futures,).
        what: what it is, in words.
    """

    kind: int
    period: int
    values: FloatArray
    what: str


@dataclass(frozen=True)
class Condition:
    """A signal on one side of a bound, which itself counts in."""

    signal: Signal
    bound: float
    at_most: bool

    @property
    def holds(self) -> BoolArray:
        """In which futures it holds. Shape (futures,)."""
        if self.at_most:
            return self.signal.values <= self.bound
        return self.signal.values >= self.bound


class Signals:
    """Everything that tells the futures of a tree apart.

    Args:
        network: the network.
        tables: of the plan; its ``rule_states`` are read.
        futures: positions of the scenarios to tell apart.
    """

    def __init__(self, network: Network, tables: Tables, futures: IntArray) -> None:
        self.network, self.case = network, network.case
        self.paths = network.tree.paths[futures]
        self.names = [network.tree.scenarios[at] for at in futures]
        found = sorted(self._all(tables), key=lambda one: (one.kind, one.period))
        self._signals = _first_of_each(found)

    def trigger(self, done: BoolArray, period: int) -> str:
        """What must have happened by a period so that something is done in some futures only.

        Args:
            done: in which of the futures. Shape (futures,).
            period: when it is decided.
        """
        found = self.ways(done, period)
        if found is None:
            return self._by_name(done, period)
        ways = [" and ".join(self._words(one) for one in way) for way in found]
        return f"only if {', or '.join(ways)}"

    def ways(self, done: BoolArray, period: int) -> list[list[Condition]] | None:
        """Conditions that all hold in some futures and in no other, in one way or in a few.

        Returns:
            Lists of conditions, of which every future has one list that holds; None where futures
            have to be named.
        """
        together = self._one_way(done, ~done, period)
        if together is not None:
            return [together]
        found: list[list[Condition]] = []
        covered = ~done
        while not covered.all():
            first = int(np.flatnonzero(~covered)[0])
            same = done & (self.paths[:, period - 1] == self.paths[first, period - 1])
            way = self._one_way(same, ~done, period)
            if way is None or len(found) == MOST_WAYS:
                return None
            found.append(way)
            covered = covered | np.all([one.holds for one in way], axis=0)
        return found

    def _one_way(self, done: BoolArray, others: BoolArray, period: int) -> list[Condition] | None:
        """Conditions about rules in force where they are enough, else about anything."""
        rules = self.conditions(done, others, period, STATE)
        return rules or self.conditions(done, others, period, NUMBER)

    def conditions(
        self, done: BoolArray, others: BoolArray, period: int, kind: int
    ) -> list[Condition] | None:
        """The fewest conditions found that hold in some futures and together in none of others.

        Each step takes what rules out most of those that are left. Signals up to a kind count.

        Returns:
            The conditions; None where no three of them do.
        """
        known = [one for one in self._signals if one.period <= period and one.kind <= kind]
        left, parts = others.copy(), list[Condition]()
        while left.any():
            if not known or len(parts) == MOST_CONDITIONS:
                return None
            values = np.array([one.values for one in known])
            least, most = values[:, done].min(axis=1), values[:, done].max(axis=1)
            below, above = values[:, left] < least[:, None], values[:, left] > most[:, None]
            gains = np.array([below.sum(axis=1), above.sum(axis=1)])
            at = int(np.argmax(gains.max(axis=0)))
            side = int(np.argmax(gains[:, at]))
            if gains[side, at] == 0:
                return None
            bound = float(most[at] if side else least[at])
            parts.append(Condition(known[at], bound, at_most=bool(side)))
            left = left & parts[-1].holds
        return parts

    def _by_name(self, done: BoolArray, period: int) -> str:
        """Futures by their names, and from when on they are known."""
        chosen = [name for name, one in zip(self.names, done, strict=True) if one]
        mine, others = self.paths[done], self.paths[~done]
        apart = (mine[:, None, :] != others[None, :, :]).argmax(axis=2) + 1
        label = self._when(min(int(apart.max()), period))
        text = " or ".join(chosen) if len(chosen) < 4 else f"one of {', '.join(chosen)}"
        return f"only if the future is {text}, which is known in {label}"

    def _words(self, condition: Condition) -> str:
        signal, bound, at_most = condition.signal, condition.bound, condition.at_most
        by = f"by {self._when(signal.period)}"
        if signal.kind in (RULE, STATE):
            what = " is not ".join(signal.what.rsplit(" is ", 1)) if at_most else signal.what
            return f"{what} {by}"
        if np.isinf(bound):
            return f"{signal.what} is without limit {by}"
        return f"{signal.what} is {bound:,.6g} or {'less' if at_most else 'more'} {by}"

    def _when(self, period: int) -> str:
        label = self.case.period_label(period)
        return f"period {label}" if label.isdigit() and label == str(period) else label

    def _all(self, tables: Tables) -> Iterator[Signal]:
        yield from self._rules(tables)
        changed = dict.fromkeys((row.table, row.field) for row in self.case.changes)
        for table, field in changed:
            if (table, field) != ("control_status", "status"):
                yield from self._numbers(table, field)

    def _rules(self, tables: Tables) -> Iterator[Signal]:
        """Rules in force, and other states of them."""
        states = tables["rule_states"]
        for control, own in states.groupby("control", sort=False):
            force, state = own.set_index("node")["in_force"], own.set_index("node")["status"]
            for period, nodes in self._apart():
                yield Signal(
                    RULE,
                    period,
                    force.reindex(nodes).to_numpy(dtype=float),
                    f"{control} is in force",
                )
                seen = state.reindex(nodes).to_numpy()
                for name in dict.fromkeys(seen):
                    if name not in ("none", "in_force"):
                        words = STATES.get(str(name), str(name))
                        values = (seen == name).astype(float)
                        yield Signal(STATE, period, values, f"{control} is {words}")

    def _numbers(self, table: str, field: str) -> Iterator[Signal]:
        values = self.network.frame.values.array(table, field)
        kind = TERMS if table in ("controls", "control_status") else NUMBER
        before = np.full((len(values), len(self.paths)), np.nan)
        for period, nodes in self._apart():
            at = values[:, nodes]
            with np.errstate(invalid="ignore"):
                differs = ~(at == at[:, :1]).all(axis=1) & ~np.isnan(at).any(axis=1)
                differs &= ~(at == before).all(axis=1)  # else the period before told it already
            before = at
            for row in np.flatnonzero(differs).tolist():
                yield Signal(kind, period, at[row], wording(self.case, table, field, row))

    def _apart(self) -> Iterator[tuple[int, IntArray]]:
        """Periods in which some futures have left others, and their nodes then."""
        for period in range(1, self.paths.shape[1] + 1):
            nodes = self.paths[:, period - 1]
            if (nodes != nodes[0]).any():
                yield period, nodes


def _first_of_each(signals: Sequence[Signal]) -> list[Signal]:
    """Of signals that order the futures in the same way the clearest and earliest one.

    For every period only what came before counts, so that an earlier one of a kind less clear is
    kept beside a later one that is clearer.
    """
    kept: dict[bytes, int] = {}
    found = []
    for one in signals:
        ranks = np.unique(one.values, return_inverse=True)[1].reshape(-1)
        if not ranks.any() or kept.get(ranks.tobytes(), one.period + 1) <= one.period:
            continue
        kept[ranks.tobytes()] = one.period
        found.append(one)
    return found


def wording(case: Case, table: str, field: str, row: int) -> str:
    """A number of the case in words: 'price of offer Kuantan', 'demand for ore at shop'."""
    own = case.rows(table)[row]
    if table == "demand":
        use = "" if own.end_use == "civil" else f" ({own.end_use})"
        if field == "quantity":
            return f"demand for {own.material} at {own.site}{use}"
        return f"{field.replace('_', ' ')} of {own.material} at {own.site}{use}"
    if table in ("stockpiles", "disposal", "returns", "in_transit"):
        return f"{field.replace('_', ' ')} of {own.material} at {own.site}"
    first = next(name for name in columns(TABLES[table]) if name not in PROVENANCE)
    name = str(getattr(own, first))
    if table == "recipes":
        name = f"{own.process} ({own.material})"
    thing = f"{THINGS[table]} {name}" if table in THINGS else name
    return f"{field.replace('_', ' ')} of {thing}"
