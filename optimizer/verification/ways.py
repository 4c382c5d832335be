"""How each move took the rules that hit it, and what they ask of it.

A rule about some outlets only lets the shipper choose: comply with it, or move under marks that
keep the goods from these outlets. A plan tells the choice by the licences that a move names and by
the marks it arrives with: a move that bears all marks of a rule without naming a licence of it
moved under them, unless its days or duties show that it complied all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...models.rule_rows import Control
from .borders import Aim, Borders, Moves
from .ledger import TOLERANCE
from .reading import BoolArray, FloatArray, IntArray, Reading
from .rules import LICENSED

MOST_OPTIONS = 8
"""A move with more rules whose taking is left open than this is read in the plainest way."""


@dataclass(frozen=True)
class Told:
    """What a plan says about moves, row by row.

    Attributes:
        kept: outlets the goods arrive kept from. Shape (moves, outlets).
        reached: outlets that can be reached from where they arrive. Shape (moves, outlets).
        licences: `rule=end use` joined by semicolons. Shape (moves,).
        review: days beyond the lead days of the lane or offer. Shape (moves,).
        tariff: duties paid [money]. Shape (moves,).
        quantity: how much. Shape (moves,).
    """

    kept: BoolArray
    reached: BoolArray
    licences: pd.Series
    review: FloatArray
    tariff: FloatArray
    quantity: FloatArray


@dataclass(frozen=True)
class Terms:
    """What complying with a rule asks of a move.

    Attributes:
        review: days [days].
        tariff: duties [money/unit].
        fee: `unit_cost` [money/unit].
    """

    review: FloatArray
    tariff: FloatArray
    fee: FloatArray


@dataclass
class Verdict:
    """What the rules say about moves; arrays of shape (moves,) unless said otherwise.

    Attributes:
        banned: nothing may move, or not without marks that are missing.
        unlicensed: a licence is missing, and so are the marks that would do without.
        needed: marks to arrive with (also where they mean nothing). Shape (moves, outlets).
        strange: licences are named that do not apply, or not as the plan should write them.
        review: days of review added to the lead time.
        waiting: days of licence review that the lead_time objective counts beyond ``review``.
        tariff: duties per unit moved [money/unit].
        fee: `unit_cost` of the rules per unit moved, a cost of licences [money/unit].
        hidden: `unit_cost` per unit of rules that the move may have complied with all the same,
            which neither its marks nor its days or duties tell [money/unit].
        floor: least price of what is bought [money/unit], -inf without one.
        rules: controls that hit the move, joined by commas.
        complied: rule -> moves that complied with it.
        licensed: rule -> (moves under a licence of it, number of the licence's end use).
    """

    banned: BoolArray
    unlicensed: BoolArray
    needed: BoolArray
    strange: BoolArray
    review: FloatArray
    waiting: FloatArray
    tariff: FloatArray
    fee: FloatArray
    hidden: FloatArray
    floor: FloatArray
    rules: NDArray[np.object_]
    complied: dict[int, IntArray] = field(default_factory=dict)
    licensed: dict[int, tuple[IntArray, IntArray]] = field(default_factory=dict)

    def add(self, number: int, moves: IntArray) -> None:
        """Remember moves that complied with a rule."""
        before = self.complied.get(number, np.zeros(0, dtype=np.int64))
        self.complied[number] = np.concatenate([before, moves])


class Judge:
    """Reads the way that each move of a plan took."""

    def __init__(self, borders: Borders, moves: Moves, told: Told) -> None:
        self.borders = borders
        self.reading: Reading = borders.reading
        self.moves = moves
        self.told = told
        self.claims = Claims(borders, told.licences)
        count, outlets = told.kept.shape
        self.verdict = Verdict(
            banned=np.zeros(count, dtype=bool),
            unlicensed=np.zeros(count, dtype=bool),
            needed=np.zeros((count, outlets), dtype=bool),
            strange=self.claims.unsorted.copy(),
            review=np.zeros(count),
            waiting=np.zeros(count),
            tariff=np.zeros(count),
            fee=np.zeros(count),
            hidden=np.zeros(count),
            floor=np.full(count, -np.inf),
            rules=np.full(count, "", dtype=object),
        )
        self.open: dict[int, IntArray] = {}
        self._longest = np.zeros(count)
        self._used = np.zeros(count, dtype=np.int64)

    def judge(self) -> Verdict:
        """What the rules say about each move."""
        verdict = self.verdict
        hits: list[tuple[int, IntArray]] = []
        for number, rule in self.borders.rows:
            for rows, aim in self.borders.struck(number, rule, self.moves):
                self._take(number, rule, rows, aim)
                hits.append((number, rows))
        verdict.strange |= self.claims.count != self._used
        verdict.rules = self._listed(hits)
        self._settle()
        verdict.waiting = np.maximum(self._longest - verdict.review, 0.0)
        return verdict

    def _take(self, number: int, rule: Control, rows: IntArray, aim: Aim) -> None:
        """One rule on the moves it hits, all about the same outlets."""
        verdict, told = self.verdict, self.told
        if rule.kind == "import":
            least = self.reading.at("controls", "price_floor", number, self.moves.node[rows])
            verdict.floor[rows] = np.fmax(verdict.floor[rows], least)
        bare: BoolArray = np.ones(len(rows), dtype=bool)
        if not aim.compulsory:
            bare = np.asarray((aim.outlets & told.reached[rows] & ~told.kept[rows]).any(axis=1))
        if rule.policy == "prohibited":
            verdict.banned[rows] |= bare
            return
        if rule.policy not in LICENSED:
            self._comply(number, rows[bare])
            if not bare.all() and self._asks(number):
                before = self.open.get(number, np.zeros(0, dtype=np.int64))
                self.open[number] = np.concatenate([before, rows[~bare]])
            return
        use = self.claims.use(number)[rows]
        applies = np.isin(use, self.borders.marks.use[aim.outlets])
        verdict.unlicensed[rows] |= bare & ~applies
        under, use = rows[applies], use[applies]
        self._used[under] += 1
        others = self.borders.marks.use != use[:, None]
        verdict.needed[under] |= aim.outlets & others
        before, known = verdict.licensed.get(number, (rows[:0], use[:0]))
        verdict.licensed[number] = (
            np.concatenate([before, under]),
            np.concatenate([known, use]),
        )
        self._comply(number, under, licensed=True)

    def _terms(self, number: int, rows: IntArray) -> Terms:
        nodes = self.moves.node[rows]
        share = self.reading.at("controls", "tariff", number, nodes)
        return Terms(
            self.reading.at("controls", "review_days", number, nodes),
            share * self.moves.price[rows],
            self.reading.at("controls", "unit_cost", number, nodes),
        )

    def _asks(self, number: int) -> bool:
        """Whether complying with a rule asks for anything but its quota."""
        columns = ("review_days", "tariff", "unit_cost")
        return any(self.reading.ever("controls", column)[number] for column in columns)

    def _comply(self, number: int, rows: IntArray, *, licensed: bool = False) -> None:
        if not len(rows):
            return
        verdict, terms = self.verdict, self._terms(number, rows)
        self._longest[rows] = np.maximum(self._longest[rows], terms.review)
        if not licensed:
            verdict.review[rows] = np.maximum(verdict.review[rows], terms.review)
        verdict.tariff[rows] += terms.tariff
        verdict.fee[rows] += terms.fee
        verdict.add(number, rows)

    def _listed(self, hits: list[tuple[int, IntArray]]) -> NDArray[np.object_]:
        """Names of the rules that hit each move, in order of the table."""
        found = np.full(len(self.moves.node), "", dtype=object)
        if hits:
            row = np.concatenate([rows for _, rows in hits])
            rule = np.repeat([number for number, _ in hits], [len(rows) for _, rows in hits])
            order = np.argsort(row, kind="stable")
            row = row[order]
            names = [self.reading.case.controls[number].control for number in rule[order]]
            start = np.flatnonzero(np.diff(row, prepend=-1))
            for begin, end in zip(start, [*start[1:], len(row)], strict=True):
                found[row[begin]] = ",".join(names[begin:end])
        return found

    def _settle(self) -> None:
        """Where days or duties differ, see if a move complied with more than its marks show."""
        verdict, told = self.verdict, self.told
        odd = _differ(told.review, verdict.review)
        odd |= _differ(told.tariff, told.quantity * verdict.tariff)
        options: dict[int, list[int]] = {}
        for number, rows in self.open.items():
            for row in rows[odd[rows]]:
                options.setdefault(int(row), []).append(number)
        for row, numbers in options.items():
            chosen = self._fitting(row, numbers)
            for number in chosen:
                self._comply(number, np.array([row], dtype=np.int64))
                self.open[number] = self.open[number][self.open[number] != row]
        for number, rows in self.open.items():
            terms = self._terms(number, rows)
            untold = (terms.tariff == 0) & (terms.review <= verdict.review[rows])
            verdict.hidden[rows] += np.where(untold, terms.fee, 0.0)

    def _fitting(self, row: int, numbers: list[int]) -> tuple[int, ...]:
        """Fewest further rules that explain the days and duties of a move; () if none do."""
        if len(numbers) > MOST_OPTIONS:
            return ()
        verdict, told = self.verdict, self.told
        terms = {number: self._terms(number, np.array([row])) for number in numbers}
        sizes = range(1, len(numbers) + 1)
        for chosen in chain.from_iterable(combinations(numbers, size) for size in sizes):
            review = max(verdict.review[row], *(terms[n].review[0] for n in chosen))
            tariff = verdict.tariff[row] + sum(terms[n].tariff[0] for n in chosen)
            fits = ~_differ(told.review[row], review)
            if fits & ~_differ(told.tariff[row], told.quantity[row] * tariff):
                return chosen
        return ()


class Claims:
    """The licences that moves name.

    Attributes:
        count: how many each move names. Shape (moves,).
        unsorted: whether a name is unknown, or they stand in another order than the rules.
            Shape (moves,).
    """

    def __init__(self, borders: Borders, texts: pd.Series) -> None:
        self._codes, known = pd.factorize(texts)
        controls = {row.control: i for i, row in enumerate(borders.reading.case.controls)}
        uses = {use: number for number, use in enumerate(borders.marks.uses)}
        self._uses: list[dict[int, int]] = []
        count, unsorted = [], []
        for text in known:
            pairs = list(_pairs(str(text)))
            own = {controls[a]: uses[b] for a, b in pairs if a in controls and b in uses}
            self._uses.append(own)
            count.append(len(pairs))
            places = [controls.get(a, -1) for a, _ in pairs]
            unsorted.append(len(own) < len(pairs) or places != sorted(places))
        self.count = np.array([*count, 0], dtype=np.int64)[self._codes]
        self.unsorted = np.array([*unsorted, False], dtype=bool)[self._codes]

    def use(self, number: int) -> IntArray:
        """Number of the end use that each move names for a rule, -1 for none. Shape (moves,)."""
        known = [own.get(number, -1) for own in self._uses]
        found: IntArray = np.array([*known, -1], dtype=np.int64)[self._codes]
        return found


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, text.split(";")):
        rule, _, use = part.partition("=")
        yield rule, use


def _differ(found: FloatArray | float, wanted: FloatArray | float) -> BoolArray:
    """Whether numbers differ by more than the verification lets pass."""
    size = np.maximum(1.0, np.maximum(np.abs(found), np.abs(wanted)))
    differ: BoolArray = np.asarray(~(np.abs(np.subtract(found, wanted)) <= TOLERANCE * size))
    return differ
