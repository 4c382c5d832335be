r"""Production: plants run recipes, candidates open, modules add capacity.

For a plant :math:`p` at node :math:`n` with activity :math:`run_{p,n} = \sum_r run_{p,r,n}` over
its modes, base capacity :math:`\bar a_{p,n}`, uptime :math:`u`, modules :math:`x` of size
:math:`s_{x,m}` decided at :math:`m`, and a bound :math:`M_{p,n}` from capacity, modules and need:

.. math::
    run_{p,n} &\le u_{p,n}\, \bar a_{p,n}\, avail_{p,n}
      + \sum_{(x,m) \in READY(p,n)} u_{x,n}\, s_{x,m}\, modules_{x,m} \\
    run_{p,n} &\le M_{p,n}\, avail_{p,n} \\
    a^{min}_{p,n}\, running_{p,n} \le run_{p,n} &\le M_{p,n}\, running_{p,n},
        \qquad running_{p,n} \le avail_{p,n} \\
    \sum_{m \in PATH(n)} modules_{x,m} &\le K_{x,n} \sum_{m \in PATH(n)} open_{p,m} \\
    \sum_{m \in PATH(l)} open_{p,m} &\le 1 \qquad \forall\ \text{leaves } l

where :math:`avail_{p,n} = 1` for existing plants and
:math:`\sum_{m \in OPENED(p,n)} open_{p,m}` for candidates, over the strategic nodes at least the
building time (with the reviews of rules about technology) before n. An input that can be of several
variants is drawn from those its mode allows: :math:`\sum_v draw_{i,p,r,n,v} = -\rho\, run_{p,r,n}`.
Where modules may be complete before their plant,
:math:`standing_{x,m,n} = avail_{p,n}\, modules_{x,m}` (linearised exactly) pays their fixed cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.environ import ConcreteModel, NonNegativeReals

from ..committed import committed_bounds
from ..indexing import as_columns
from ..network import Network
from .bigm import require_finite
from .components import add_data, add_incidence, add_rows, add_set, add_variables
from .paths import add_once


def add_production(model: ConcreteModel, network: Network) -> None:
    """Add activity [units of activity], openings and modules, and the limits on them."""
    production = network.production
    slots = add_set(model, "SLOTS", production.slot)
    runs = add_set(model, "RUNS", production.run)
    openings = add_set(model, "OPENINGS", production.open)
    held = committed_bounds(network, "open", production.open.members)
    add_variables(model, "open", openings, "binary", **held)
    _add_modules(model, network)
    alone = np.bincount(production.slot_of_run, minlength=len(slots.index_array)) == 1
    plain = ~production.candidate & ~production.expandable
    upper = np.where(plain & alone, production.capacity, np.inf)[production.slot_of_run]
    add_variables(model, "run", runs, upper=upper)
    add_incidence(model, "RUNS_OF", slots, production.slot_of_run, production.run.members)
    add_data(model, "run_most", slots, np.where(np.isfinite(production.most), production.most, 0.0))
    finite = np.isfinite(production.capacity)
    add_data(model, "run_capacity", slots, np.where(finite, production.capacity, 0.0))
    add_data(
        model,
        "min_activity",
        slots,
        network.at("plants", "min_activity", *production.slot.members.T),
    )
    uptime = network.production.services.expansions
    pairs = np.argwhere(np.ones(uptime.shape, dtype=bool))
    add_data(model, "uptime", add_set(model, "EXPANSION_NODES", pairs), uptime.ravel())

    at, decision = production.opened
    add_incidence(model, "OPENED_BY", slots, at, production.open.members[decision])
    at, module = production.ready
    add_incidence(model, "READY", slots, at, production.module.members[module])

    def subset(name: str, mask: Any) -> Any:
        return add_set(model, name, production.slot.members[np.flatnonzero(mask)])

    candidate, expandable = production.candidate, production.expandable
    require_finite(
        network,
        "plants",
        production.slot.column(0)[candidate],
        production.most[candidate],
        "status candidate",
    )
    shared = subset("SHARED_SLOTS", plain & ~alone & finite)
    add_rows(model, "runs_within_capacity", shared, runs_within_capacity)
    add_rows(model, "run_only_when_open", subset("CANDIDATE_SLOTS", candidate), run_only_when_open)
    add_rows(
        model,
        "run_within_candidate_capacity",
        subset("EXPANDED_CANDIDATES", candidate & expandable),
        run_within_candidate_capacity,
    )
    add_rows(
        model,
        "run_within_capacity",
        subset("EXPANDED_SLOTS", ~candidate & expandable),
        run_within_capacity,
    )
    add_once(model, network, "open", production.open)
    _add_switches(model, network)
    _add_standing(model, network)
    _add_draws(model, network)


def runs_within_capacity(m: ConcreteModel, p: int, n: int) -> Any:
    """Capacity of a plant whose runs are of several modes."""
    return sum(m.run[q, r, k] for q, r, k in m.RUNS_OF[p, n]) <= m.run_capacity[p, n]


def run_only_when_open(m: ConcreteModel, p: int, n: int) -> Any:
    """A candidate runs only when it was opened early enough."""
    return sum(m.run[q, r, k] for q, r, k in m.RUNS_OF[p, n]) <= sum(
        m.run_most[p, n] * m.open[q, k] for q, k in m.OPENED_BY[p, n]
    )


def run_within_candidate_capacity(m: ConcreteModel, p: int, n: int) -> Any:
    """Base capacity of an opened candidate and its modules."""
    return sum(m.run[q, r, k] for q, r, k in m.RUNS_OF[p, n]) <= sum(
        m.run_capacity[p, n] * m.open[q, k] for q, k in m.OPENED_BY[p, n]
    ) + sum(m.uptime[x, n] * m.module_size[x, k] * m.modules[x, k] for x, k in m.READY[p, n])


def run_within_capacity(m: ConcreteModel, p: int, n: int) -> Any:
    """Base capacity of an existing plant and its modules."""
    return sum(m.run[q, r, k] for q, r, k in m.RUNS_OF[p, n]) <= m.run_capacity[p, n] + sum(
        m.uptime[x, n] * m.module_size[x, k] * m.modules[x, k] for x, k in m.READY[p, n]
    )


def _add_draws(model: ConcreteModel, network: Network) -> None:
    """Add what runs draw of inputs that can be of several variants [unit]."""
    production = network.production
    draws = add_set(model, "DRAWS", production.draw)
    drawn = add_set(model, "DRAWN_INPUTS", production.drawn)
    add_variables(model, "draw", draws)
    row = production.drawn.positions(production.draw.members[:, :4])
    add_incidence(model, "DRAWN_FROM", drawn, row, production.draw.members)
    recipe, _, _, node = production.drawn.members.T
    add_data(model, "drawn_quantity", drawn, -network.at("recipes", "quantity", recipe, node))
    add_rows(model, "drawn_as_needed", drawn, drawn_as_needed)


def drawn_as_needed(m: ConcreteModel, i: int, p: int, r: int, n: int) -> Any:
    """What a run needs of an input is drawn from the variants its mode allows."""
    return (
        sum(m.draw[j, q, s, k, v] for j, q, s, k, v in m.DRAWN_FROM[i, p, r, n])
        == m.drawn_quantity[i, p, r, n] * m.run[p, r, n]
    )


def _add_switches(model: ConcreteModel, network: Network) -> None:
    """Add the yes/no of plants with a cost of running or a minimum activity."""
    production = network.production
    which = np.flatnonzero(production.switched)
    switched = add_set(model, "SWITCHED_SLOTS", production.slot.members[which])
    add_variables(model, "running", switched, "binary")
    require_finite(
        network,
        "plants",
        production.slot.column(0)[which],
        production.most[which],
        "run_cost or min_activity",
    )
    add_rows(model, "run_only_when_running", switched, run_only_when_running)
    low = model.min_activity.values_array[which] > 0
    minimum = add_set(model, "MINIMUM_SLOTS", production.slot.members[which[low]])
    add_rows(model, "run_at_least_minimum", minimum, run_at_least_minimum)
    built = add_set(
        model, "SWITCHED_CANDIDATES", production.slot.members[which[production.candidate[which]]]
    )
    add_rows(model, "running_only_when_open", built, running_only_when_open)


def run_only_when_running(m: ConcreteModel, p: int, n: int) -> Any:
    """No activity without paying for running."""
    return sum(m.run[q, r, k] for q, r, k in m.RUNS_OF[p, n]) <= m.run_most[p, n] * m.running[p, n]


def run_at_least_minimum(m: ConcreteModel, p: int, n: int) -> Any:
    """A plant that runs does so at its minimum at least."""
    return (
        sum(m.run[q, r, k] for q, r, k in m.RUNS_OF[p, n]) >= m.min_activity[p, n] * m.running[p, n]
    )


def running_only_when_open(m: ConcreteModel, p: int, n: int) -> Any:
    """A candidate's switch needs its opening (tightens the relaxation)."""
    return m.running[p, n] <= sum(m.open[q, k] for q, k in m.OPENED_BY[p, n])


def _add_modules(model: ConcreteModel, network: Network) -> None:
    """Add the modules of expansions: whole numbers, or fractions where rows say so."""
    production, case = network.production, network.case
    points = add_set(model, "MODULES", production.module)
    expansion, node = production.module.members.T
    most = network.at("expansions", "max_modules", expansion, node)
    upper = np.minimum(most, production.module_most[expansion])
    held = committed_bounds(network, "modules", production.module.members, upper)
    variables = add_variables(model, "modules", points, "integer", **(held or {"upper": upper}))
    continuous = np.array([row.continuous for row in case.expansions], dtype=bool)[expansion]
    variables.integer = ~continuous
    for (row, _), data in zip(production.module.members.tolist(), variables.values(), strict=True):
        if case.expansions[row].continuous:
            data.domain = NonNegativeReals
    add_data(
        model, "module_size", points, network.at("expansions", "module_capacity", expansion, node)
    )

    limit = np.minimum(most, production.module_most[expansion])
    add_data(model, "module_limit", points, np.where(np.isfinite(limit), limit, 0.0))
    candidate = np.array([row.status == "candidate" for row in case.plants], dtype=bool)
    of_candidate = candidate[production.module_plant]
    require_finite(
        network,
        "expansions",
        expansion[of_candidate],
        limit[of_candidate],
        "max_modules of a candidate",
    )
    before = _earlier(network)
    add_incidence(model, "ADDED_BY", points, *before)
    existing = add_set(
        model, "EXISTING_MODULES", production.module.members[~of_candidate & np.isfinite(limit)]
    )
    add_rows(model, "modules_within_limit", existing, modules_within_limit)
    new = add_set(model, "CANDIDATE_MODULES", production.module.members[of_candidate])
    which = np.flatnonzero(of_candidate)
    at, decision = network.frame.time.decided(
        node[which], np.zeros(len(which), dtype=np.int64), np.full(len(which), network.tree.periods)
    )
    opening = production.open.positions(as_columns(production.module_plant[which[at]], decision))
    at, opening = at[opening >= 0], opening[opening >= 0]
    add_incidence(model, "DECIDED_BY", new, at, production.open.members[opening])
    add_rows(model, "modules_only_when_open", new, modules_only_when_open)


def _earlier(network: Network) -> tuple[Any, Any]:
    """(module point, modules decided up to it) as rows and members."""
    module = network.production.module
    expansion, node = module.members.T
    at, decision = network.frame.time.decided(
        node, np.zeros(len(node), dtype=np.int64), np.full(len(node), network.tree.periods)
    )
    position = module.positions(as_columns(expansion[at], decision))
    return at[position >= 0], module.members[position[position >= 0]]


def modules_within_limit(m: ConcreteModel, x: int, n: int) -> Any:
    """Most modules of an existing plant over the horizon."""
    return sum(m.modules[y, k] for y, k in m.ADDED_BY[x, n]) <= m.module_limit[x, n]


def modules_only_when_open(m: ConcreteModel, x: int, n: int) -> Any:
    """Most modules of a candidate, once its opening is decided."""
    return sum(m.modules[y, k] for y, k in m.ADDED_BY[x, n]) <= sum(
        m.module_limit[x, n] * m.open[p, k] for p, k in m.DECIDED_BY[x, n]
    )


def _add_standing(model: ConcreteModel, network: Network) -> None:
    """Add modules whose fixed cost depends on whether their plant is available yet."""
    production = network.production
    points = add_set(model, "STANDING", production.standing)
    expansion = production.standing.column(0)
    most = production.module_most[expansion]
    require_finite(network, "expansions", expansion, most, "max_modules with a fixed cost")
    add_variables(model, "standing", points)
    add_data(model, "standing_most", points, np.where(np.isfinite(most), most, 0.0))
    at, opening = production.standing_open
    add_incidence(model, "STANDING_OPEN", points, at, production.open.members[opening])
    add_rows(model, "standing_needs_plant", points, standing_needs_plant)
    add_rows(model, "standing_at_most_built", points, standing_at_most_built)
    add_rows(model, "standing_at_least_built", points, standing_at_least_built)


def standing_needs_plant(m: ConcreteModel, x: int, d: int, n: int) -> Any:
    """Modules stand only while their plant is available."""
    return m.standing[x, d, n] <= sum(
        m.standing_most[x, d, n] * m.open[p, k] for p, k in m.STANDING_OPEN[x, d, n]
    )


def standing_at_most_built(m: ConcreteModel, x: int, d: int, n: int) -> Any:
    """No more modules stand than were built."""
    return m.standing[x, d, n] <= m.modules[x, d]


def standing_at_least_built(m: ConcreteModel, x: int, d: int, n: int) -> Any:
    """All built modules stand once their plant is available."""
    return (
        m.standing[x, d, n]
        >= m.modules[x, d]
        + sum(m.standing_most[x, d, n] * m.open[p, k] for p, k in m.STANDING_OPEN[x, d, n])
        - m.standing_most[x, d, n]
    )
