"""Decisions taken already: what the case says was decided must be in the plan."""

from __future__ import annotations

import numpy as np

from .decisions import Decisions
from .ledger import Ledger, named
from .reading import FloatArray, Reading


def check_commitments(reading: Reading, decisions: Decisions, ledger: Ledger) -> None:
    """Every commitment of the horizon is decided as it says, in the period it says."""
    case, tree = reading.case, reading.tree
    totals: dict[tuple[str, int | tuple[int, str, str], int], float] = {}
    against: list[tuple[float, str]] = []
    for number, row in enumerate(case.commitments, start=1):
        period = case.period(row.period, 1)
        if period < 1:
            continue
        place = f"commitments row {number} ({row.decision.replace('_', ' ')} {row.name})"
        thing = _thing(reading, row.decision, row.name, row.row, (row.from_, row.to, row.material))
        if thing is None:
            ledger.wrong("commitment", [f"{place} is about nothing in the case"])
            continue
        for node in tree.in_period(period).tolist():
            if row.scenario is not None and not _on_path(reading, row.scenario, node):
                continue
            if row.quantity == 0:
                found = _decided(decisions, row.decision, thing)
                against.append((0.0 if found is None else float(found[node]), place))
            else:
                key = (row.decision, thing, node)
                totals[key] = totals.get(key, 0.0) + row.quantity
    for (decision, thing, node), wanted in totals.items():
        found = _decided(decisions, decision, thing)
        amount = 0.0 if found is None else float(found[node])
        what = f"commitments, {decision.replace('_', ' ')}, {reading.when(node)}"
        ledger.equal("commitment", amount, wanted, named(what))
    for amount, place in against:
        ledger.none_of("commitment", amount, named(place))


def _on_path(reading: Reading, scenario: str, node: int) -> bool:
    tree = reading.tree
    return scenario in tree.scenarios and node in tree.paths[tree.scenarios.index(scenario)]


def _thing(
    reading: Reading,
    decision: str,
    name: str,
    row: int | None,
    more: tuple[str | None, str | None, str | None],
) -> int | tuple[int, str, str] | None:
    """Position of what a decision is about; (lane row, from, to) for a lane."""
    case = reading.case
    leave, enter, material = more
    if decision in ("select_offer", "sign_contract"):
        own = [at for at, offer in enumerate(case.offers) if offer.offer == name]
    elif decision == "open_plant":
        own = [at for at, plant in enumerate(case.plants) if plant.plant == name]
    elif decision == "add_modules":
        own = [at for at, one in enumerate(case.expansions) if one.plant == name]
        if row is not None:
            own = [at for at in own if at == row - 1]
    elif decision == "open_stockpile":
        own = [
            at
            for at, pile in enumerate(case.stockpiles)
            if (pile.site, pile.material) == (name, material)
        ]
    else:
        own = [at for at, lane in enumerate(case.lanes) if lane.lane == name]
        return (own[0], leave or "", enter or "") if own else None
    return own[0] if own else None


def _decided(
    decisions: Decisions, decision: str, thing: int | tuple[int, str, str]
) -> FloatArray | None:
    """What was decided about a thing at each node; None where never anything."""
    if isinstance(thing, tuple):
        at = decisions.lanes.get(thing)
        return None if at is None else np.asarray(decisions.opened_lanes[at])
    return np.asarray(decisions.taken[decision][thing])
