"""Check a plan against the case it was made for, from raw tables and quantities.

The second reading shares no code with the formulation: see :mod:`.verification`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..models.case import Case
from ..models.standing import as_it_stands
from .verification.balance import check_balance
from .verification.commitments import check_commitments
from .verification.decisions import check_decisions
from .verification.demand import check_demand, check_disposal, check_returns
from .verification.futures import check_futures, largest_regret, read_futures
from .verification.lanes import check_lanes
from .verification.leads import Leads, check_quotas, hidden_fees
from .verification.ledger import Check, Ledger, Verification
from .verification.licences import Licences, check_goods, check_services
from .verification.marks import Marks
from .verification.measures import Supply
from .verification.need import Needs
from .verification.policies import Policies
from .verification.production import check_production
from .verification.provenance import check_provenance
from .verification.reading import Reading
from .verification.refusals import check_refusals
from .verification.results import (
    check_cash,
    check_costs,
    check_objectives,
    check_shares,
    compute_objectives,
    gather,
    settle_fees,
    total_costs,
)
from .verification.rules import Rules, check_states
from .verification.service import Services
from .verification.stock import check_stock
from .verification.supply import check_supply
from .verification.tables import read_plan
from .verification.technology import Technologies, check_technology

__all__ = ["Check", "Verification", "verify_plan"]


def verify_plan(
    case: Case,
    tables: Mapping[str, pd.DataFrame],
    selected: Sequence[str] | None = None,
    *,
    costs: Mapping[str, float] | None = None,
    objectives: Mapping[str, float] | None = None,
) -> Verification:
    """Read a plan a second time and recompute its balances, limits, rules, costs and objectives.

    Args:
        case: the case as it was solved.
        tables: the plan's tables (see :data:`secondsource.models.plan.PLAN_TABLES`).
        selected: names of the scenarios that were solved; None for all.
        costs: discounted expected cost by category as the solve reported it; checked if given.
        objectives: objectives as the solve reported them; checked if given.

    Returns:
        Every kind of check with its largest violation, and the recomputed costs and objectives.

    Raises:
        ValueError: a selected scenario is unknown.
    """
    ledger = Ledger()
    reading = Reading(as_it_stands(case), selected)
    rules, marks = Rules(reading), Marks(reading)
    plan = read_plan(reading, marks, tables, ledger)
    check_states(rules, plan.rule_states, ledger)
    leads = Leads(reading, plan, rules, marks)
    technologies = Technologies(reading, rules)
    decisions = check_decisions(reading, plan, technologies, ledger)
    check_commitments(reading, decisions, ledger)
    licences = Licences(reading, plan, rules, ledger)
    services = Services(reading, rules, technologies.parts, licences.services)
    services.check(ledger)
    paid = [
        decisions.cash,
        {"licences": check_goods(licences, leads, Needs(reading, rules), marks, ledger)},
        {"licences": check_services(licences, technologies.parts, ledger)},
        {"licences": check_technology(technologies, decisions.taken, licences.technology, ledger)},
        check_supply(reading, plan, leads, decisions, ledger),
        check_lanes(reading, plan, leads, decisions, ledger),
        check_production(reading, plan, decisions, services, ledger),
        check_disposal(reading, plan, ledger),
    ]
    check_quotas(reading, leads, ledger)
    check_provenance(reading, plan, marks, ledger)
    service, cash = check_demand(reading, plan, ledger)
    paid.append(cash)
    check_refusals(reading, plan, rules, marks, ledger)
    stocks, cash = check_stock(reading, plan, leads, decisions, marks, ledger)
    paid.append(cash)
    returned = check_returns(reading, plan, marks, ledger)
    check_balance(reading, plan, leads, marks, stocks, returned, ledger=ledger)
    supply = Supply(reading, plan)
    paid.append(Policies(reading, plan, decisions, stocks, supply).check(ledger))
    money = gather(reading, paid)
    settle_fees(reading, plan, money, hidden_fees(leads))
    found_costs = total_costs(reading, money)
    futures = read_futures(reading, plan, leads, service, money)
    told = tables.get("scenarios")
    regret = largest_regret(reading, told, futures)
    found = compute_objectives(reading, futures, service, supply=supply, cash=money, regret=regret)
    largest = max([100.0, *(abs(value) for value in found_costs.values())])
    check_futures(reading, told, futures, largest, ledger)
    check_cash(reading, plan, money, ledger)
    check_costs(found_costs, costs, ledger)
    check_objectives(found, objectives, found_costs, ledger)
    check_shares(reading, plan, supply, ledger)
    checks = sorted(ledger.checks.values(), key=lambda check: check.ok)
    return Verification(checks, found_costs, found)


verify = verify_plan
"""The same under the name of the command."""
