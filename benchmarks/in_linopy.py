"""The synthetic model in linopy, as its documentation states such models.

Families are dense arrays over (thing, node); sums run over ``groupby`` and lags over ``shift``. The
case is made so that no family has gaps, which is linopy's best case: nothing needs a mask.
"""

from __future__ import annotations

from typing import Any

import highspy
import linopy
import numpy as np
import pandas as pd
import xarray as xr
from secondsource.optimizer.network import Network

from .coefficients import bounds, costs, kept, wanted

THINGS = {
    "buy": "offer",
    "ordering": "lumpy",
    "run": "plant",
    "ship": "flow",
    "stock": "pile",
    "deliver": "need",
    "short": "need",
    "backlog": "need",
    "dispose": "outlet",
}


class Grid:
    """Puts arrays of the network on (thing, node) grids."""

    def __init__(self, network: Network) -> None:
        self.nodes = network.tree.size

    def __call__(self, values: Any, thing: str, axis: str = "node") -> xr.DataArray:
        """Values in the order of a family's members."""
        table = np.asarray(values).reshape(-1, self.nodes)
        return xr.DataArray(table, dims=[thing, axis], coords=self.axes(thing, len(table)))

    def axes(self, thing: str, size: int) -> dict[str, pd.RangeIndex]:
        """Coordinates of a family."""
        return {
            thing: pd.RangeIndex(size, name=thing),
            "node": pd.RangeIndex(self.nodes, name="node"),
        }


def assemble(network: Network, **options: Any) -> highspy.Highs:
    """HiGHS object that holds the model; ``options`` go to :class:`linopy.Model`."""
    linopy.options["semantics"] = "v1"
    model = linopy.Model(**options)
    grid = Grid(network)
    _add_variables(model, network, grid)
    _add_supply(model, network, grid)
    _add_lanes(model, network, grid)
    _add_demand(model, network, grid)
    _add_balance(model, network, grid)
    _add_limits(model, network)
    solver = model.to_highspy(set_names=False)
    solver.changeObjectiveOffset(network.production.fixed_existing)
    return solver


def _add_variables(model: linopy.Model, network: Network, grid: Grid) -> None:
    price, limits = costs(network), bounds(network)
    total: Any = 0
    for family, thing in THINGS.items():
        cost = grid(price[family], thing)
        low, high = (grid(side, thing) if np.ndim(side) else side for side in limits[family])
        if family == "ordering":
            variable = model.add_variables(coords=cost.coords, name=family, binary=True)
        else:
            variable = model.add_variables(low, high, coords=cost.coords, name=family)
        total = (cost * variable).sum() + total
    opening, module = network.production.open.members, price["open"]
    index = pd.MultiIndex.from_arrays(list(opening.T), names=["candidate", "decided"])
    table = xr.DataArray(pd.Series(module, index=index).unstack())
    variable = model.add_variables(coords=table.coords, name="open", binary=True)
    total = total + (table * variable).sum()
    windows = pd.MultiIndex.from_arrays(
        [network.limits.key, network.limits.node], names=["country", "last"]
    )
    penalty = xr.DataArray(pd.Series(price["excess"], index=windows).unstack())
    variable = model.add_variables(0, np.inf, coords=penalty.coords, name="excess")
    model.add_objective(total + (penalty * variable).sum())


def _add_supply(model: linopy.Model, network: Network, grid: Grid) -> None:
    supply, production = network.supply, network.production
    which = np.flatnonzero(supply.switched)
    lumpy = which.reshape(-1, grid.nodes)[:, 0] // grid.nodes
    buy = model.variables["buy"].isel(offer=lumpy).rename(offer="lumpy")
    buy = buy.assign_coords(lumpy=pd.RangeIndex(len(lumpy), name="lumpy"))
    ordering = model.variables["ordering"]
    model.add_constraints(buy - grid(supply.most[which], "lumpy") * ordering <= 0, name="most")
    model.add_constraints(
        buy - grid(supply.min_order[which], "lumpy") * ordering >= 0, name="least"
    )
    opening = model.variables["open"]
    model.add_constraints(opening.sum("decided") <= 1, name="once")
    candidates = np.unique(production.open.column(0))
    run = model.variables["run"].sel(plant=candidates).rename(plant="candidate")
    most = grid(production.most, "plant").sel(plant=candidates).rename(plant="candidate")
    decided = opening.indexes["decided"]
    early = xr.DataArray(
        decided.to_numpy()[:, None] <= np.arange(grid.nodes)[None, :],
        coords={"decided": decided, "node": np.arange(grid.nodes)},
    )
    model.add_constraints(run - most * (early * opening).sum("decided") <= 0, name="opened")


def _add_lanes(model: linopy.Model, network: Network, grid: Grid) -> None:
    shipping = network.shipping
    pair = shipping.ship.column(0).reshape(-1, grid.nodes)[:, 0]
    count = np.bincount(pair)
    capacity = grid(shipping.capacity[shipping.load_of_ship], "flow")
    shared = (count[pair] > 1) & np.isfinite(capacity[:, 0])
    flows = np.flatnonzero(shared)
    lane = xr.DataArray(pair[flows], dims="flow", coords={"flow": flows}, name="lane")
    load = (1 * model.variables["ship"].sel(flow=flows)).groupby(lane).sum()
    limit = capacity.sel(flow=flows).groupby(lane).first()
    model.add_constraints(load <= limit, name="load")


def _add_demand(model: linopy.Model, network: Network, grid: Grid) -> None:
    late = model.variables["backlog"]
    met = (
        model.variables["deliver"] + model.variables["short"] + late - late.shift(node=1).fillna(0)
    )
    model.add_constraints(met == grid(wanted(network), "need"), name="demand")


def _add_balance(model: linopy.Model, network: Network, grid: Grid) -> None:
    """Sum what enters and leaves by place; what arrives later is shifted by its lag."""
    balance = network.balance
    place_of_row, node_of_row = balance.row.members.T
    given = grid(balance.given, "place")
    parts = []

    def by_place(family: str, pairs: Any, factor: Any, lag: int = 0) -> None:
        """Group one flow of a family by the place of each of its things."""
        rows, positions = pairs
        things, at = np.unique(positions // grid.nodes, return_index=True)
        if not len(things):
            return
        name = THINGS[family]
        places = xr.DataArray(
            place_of_row[rows[at]], dims=name, coords={name: things}, name="place"
        )
        flow = factor * model.variables[family].sel({name: things})
        if lag:
            flow = flow.shift(node=lag).fillna(0)
        parts.append(flow.groupby(places).sum())

    def by_lag(family: str, pairs: Any, factor: Any) -> None:
        """Group flows that arrive later, one lag at a time."""
        rows, positions = pairs
        lags = node_of_row[rows] - positions % grid.nodes
        for lag in np.unique(lags):
            own = lags == lag
            by_place(family, (rows[own], positions[own]), factor, int(lag))

    by_lag("buy", balance.ordered, 1)
    by_lag("ship", balance.arriving, 1)
    by_place("ship", balance.leaving, -1)
    by_place("deliver", balance.delivered, -1)
    by_place("dispose", balance.disposed, -1)
    by_place("stock", balance.stored, -1)
    share = grid(kept(network), "pile")
    by_lag("stock", balance.carried, share)
    quantity = network.frame.values.array("recipes", "quantity")[:, 0]
    for rows, recipe, run in (balance.made, balance.used):
        for one in np.unique(recipe):
            own = recipe == one
            by_lag("run", (rows[own], run[own]), float(quantity[one]))
    total = linopy.merge(parts, join="outer", cls=linopy.LinearExpression)
    model.add_constraints(total == -given, name="balance")


def _add_limits(model: linopy.Model, network: Network) -> None:
    """The soft share of each country in each year, and the quota in each period."""
    policy = network.case.policies[0]
    run, excess = model.variables["run"], model.variables["excess"]
    makers = [
        at for at, row in enumerate(network.case.plants) if row.site.startswith("magnetmaker")
    ]
    site = [network.frame.site[network.case.plants[at].site] for at in makers]
    country = [network.frame.countries[at] for at in network.frame.site_country[site]]
    last = np.arange(network.tree.size) // 4 * 4 + 3
    years = xr.DataArray(last, dims="node", coords={"node": np.arange(len(last))}, name="last")
    countries = xr.DataArray(country, dims="plant", coords={"plant": makers}, name="country")
    made = 1 * run.sel(plant=makers)
    whole = made.sum("plant").groupby(years).sum()
    own = made.groupby(countries).sum().groupby(years).sum()
    model.add_constraints(own - policy.value * whole - excess <= 0, name="share")

    rows, ships, _ = network.quotas.terms("ship")
    flows = np.unique(ships // network.tree.size)
    limit = xr.DataArray(np.array(network.quotas.limit), dims="node")
    sent = model.variables["ship"].sel(flow=flows).sum("flow")
    model.add_constraints(sent <= limit.assign_coords(node=np.unique(rows)), name="quota")
