"""Everything that policies may count, in one place: supply, throughput, stocks, money, openings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...models.rule_rows import Policy
from ...models.standing import open_plants
from ..tree import FloatArray, IntArray
from .entries import BoolArray, Entries, at_sites, join, material_mask
from .frame import Frame
from .inventory import Inventory, Market, demand_quantity
from .moves import Movements
from .production import Production
from .shipping import Shipping
from .supply import Supply


@dataclass(frozen=True)
class Flows:
    """Everything policies may count, in one place."""

    movements: Movements
    supply_points: Supply
    production: Production
    shipping: Shipping
    inventory: Inventory
    market: Market
    bought: Entries
    made: Entries
    main_output: BoolArray
    made_stage: list[str]
    offer_stages: list[set[str]]
    capital: Entries

    def supply(self, frame: Frame, materials: str | None, stages: str | None) -> Entries:
        """Supply: bought through offers (at order) and made by plants (at start).

        With ``stages``, the main output of plants of those stages and offers that name one of them.
        """
        bought = np.ones(len(self.bought), dtype=bool)
        made = np.ones(len(self.made), dtype=bool)
        if materials:
            chosen = material_mask(frame, materials)
            bought &= chosen[self.bought.material]
            made &= chosen[self.made.material]
        if stages:
            wanted = set(frame.names.of("stage").select(stages))
            names_it = np.array([bool(wanted & own) for own in self.offer_stages], dtype=bool)
            bought &= names_it[self.supply_points.buy.column(0)] if len(bought) else bought
            made &= self.main_output & np.array(
                [stage in wanted for stage in self.made_stage], dtype=bool
            )
        return join([self.bought.where(bought), self.made.where(made)])

    def recycled(self, frame: Frame, materials: str | None, stages: str | None) -> Entries:
        """Main output of recycling plants among the supply of the materials."""
        made = self.main_output & np.array(
            [stage == "recycling" for stage in self.made_stage], dtype=bool
        )
        if materials:
            made &= material_mask(frame, materials)[self.made.material]
        if stages:
            wanted = set(frame.names.of("stage").select(stages))
            made &= np.array([stage in wanted for stage in self.made_stage], dtype=bool)
        return self.made.where(made)

    def sources(self, frame: Frame, policy: Policy) -> Entries:
        """Every offer and every output of a plant that a policy is about, whether usable or not."""
        case = frame.case
        offer_site, offer_material = frame.places(case.offers)
        offers = replace(
            at_sites(
                frame,
                "offers",
                np.zeros(len(case.offers), dtype=np.int64),
                offer_site,
                offer_material,
            ),
            country=frame.offer_country,
            supplier=frame.offer_supplier,
        )
        stage_of = {row.process: row.stage for row in case.processes}
        main: set[str] = set()
        plants: list[tuple[int, int]] = []
        quantity = frame.values.compact("recipes", "quantity")
        wanted = set(frame.names.of("stage").select(policy.stages)) if policy.stages else None
        for position, recipe in enumerate(case.recipes):
            is_main = recipe.quantity > 0 and recipe.process not in main
            if recipe.quantity > 0:
                main.add(recipe.process)
            if quantity[position].max() <= 0 or (
                wanted and (not is_main or stage_of[recipe.process] not in wanted)
            ):
                continue
            output = frame.material[recipe.material]
            plants += [
                (frame.site[row.site], output)
                for row in case.plants
                if row.process == recipe.process
            ]
        site, material = np.array(plants, dtype=np.int64).reshape(-1, 2).T
        made = at_sites(frame, "plants", np.zeros(len(site), dtype=np.int64), site, material)
        if wanted:
            offers = offers.where(
                np.array([bool(wanted & own) for own in self.offer_stages], dtype=bool)
            )
        both = join([offers, made])
        if policy.materials:
            both = both.where(material_mask(frame, policy.materials)[both.material])
        return both

    def throughput(self, frame: Frame, materials: str | None) -> Entries:
        """What leaves sites by lane and by delivery."""
        pair, _, node = self.shipping.ship.members.T
        start = self.movements.pairs.start[pair]
        shipped = at_sites(frame, "ship", node, start, self.shipping.material)
        row, variant, node = self.market.deliver.members.T
        where = frame.places(frame.case.demand)[0]
        delivered = at_sites(frame, "deliver", node, where[row], frame.variant_material[variant])
        both = join([shipped, delivered])
        return both.where(material_mask(frame, materials)[both.material]) if materials else both

    def stocks(self, frame: Frame, materials: str | None) -> Entries:
        """Stock at period ends."""
        pile, variant, node = self.inventory.stock.members.T
        where = frame.places(frame.case.stockpiles)[0]
        held = at_sites(frame, "stock", node, where[pile], frame.variant_material[variant])
        return held.where(material_mask(frame, materials)[held.material]) if materials else held

    def demand_of(self, frame: Frame, materials: str | None) -> FloatArray:
        """Demand of the materials at each node. Shape (nodes,)."""
        material = frame.places(frame.case.demand)[1]
        chosen = (
            material_mask(frame, materials)
            if materials
            else np.ones(len(frame.materials), dtype=bool)
        )
        return np.asarray(demand_quantity(frame)[chosen[material]].sum(axis=0))

    def openings(self, frame: Frame, materials: str | None, stages: str | None) -> Entries:
        """Openings of candidate plants, by their process' outputs and stage."""
        plant, node = self.production.open.members.T
        return self._plants(frame, plant, node, materials, stages)

    def opened_before(self, frame: Frame, materials: str | None, stages: str | None) -> Entries:
        """The same of plants whose opening was decided before period 1."""
        known = open_plants(frame.case)
        plant = [at for at, row in enumerate(frame.case.plants) if row.plant in known]
        roots = np.zeros(len(plant), dtype=np.int64)
        return self._plants(frame, np.array(plant, dtype=np.int64), roots, materials, stages)

    def _plants(
        self,
        frame: Frame,
        plant: IntArray,
        node: IntArray,
        materials: str | None,
        stages: str | None,
    ) -> Entries:
        case = frame.case
        sites = np.array([frame.site[row.site] for row in case.plants], dtype=np.int64)
        end = np.array(
            [case.period(row.end, frame.tree.periods) for row in case.plants], dtype=np.int64
        )
        entries = at_sites(frame, "open", node, sites[plant], np.zeros(len(node), dtype=np.int64))
        entries = replace(entries, until=end[plant])
        keep = np.ones(len(case.plants), dtype=bool)
        if stages:
            wanted = set(frame.names.of("stage").select(stages))
            stage = {row.process: row.stage for row in case.processes}
            keep &= np.array([stage[row.process] in wanted for row in case.plants], dtype=bool)
        if materials:
            chosen = material_mask(frame, materials)
            makes = {
                row.process
                for row in case.recipes
                if row.quantity > 0 and chosen[frame.material[row.material]]
            }
            keep &= np.array([row.process in makes for row in case.plants], dtype=bool)
        return entries.where(keep[plant])

    def lanes_used(self, frame: Frame, materials: str | None) -> Entries:
        """Use of lanes out of each site, counted once for lanes that share."""
        used = np.flatnonzero(self.shipping.used)
        pair, node = self.shipping.load.members[used].T
        entries = at_sites(
            frame,
            "used",
            node,
            self.movements.pairs.start[pair],
            np.zeros(len(used), dtype=np.int64),
        )
        if not materials:
            return entries
        carries = self.movements.pairs.carries[:, material_mask(frame, materials)]
        return entries.where(np.asarray(carries.any(axis=1))[pair])

    def node_of(self, family: str) -> IntArray:
        """Node of each position of a family of flows."""
        return {"buy": self.supply_points.buy.column(2), "ship": self.shipping.ship.column(2)}[
            family
        ]


def build_flows(
    frame: Frame,
    movements: Movements,
    supply: Supply,
    production: Production,
    shipping: Shipping,
    inventory: Inventory,
    market: Market,
) -> Flows:
    """Entries of a case that policies choose from."""
    case = frame.case
    offer, _, node = supply.buy.members.T
    site = frame.places(case.offers)[0]
    bought = replace(
        at_sites(frame, "buy", node, site[offer], supply.material),
        country=frame.offer_country[offer],
        supplier=frame.offer_supplier[offer],
    )
    stages = frame.names.of("stage")
    return Flows(
        movements, supply, production, shipping, inventory, market, bought,
        *_made(frame, production),
        [set(stages.select(row.stages)) if row.stages else set() for row in case.offers],
        _capital(frame, movements, supply, production, shipping, inventory),
    )  # fmt: skip


def _made(frame: Frame, production: Production) -> tuple[Entries, BoolArray, list[str]]:
    """Outputs of runs, by the recipe at their start."""
    case = frame.case
    quantity = frame.values.array("recipes", "quantity")
    outputs: dict[str, list[int]] = {}
    main: dict[str, int] = {}
    for position, row in enumerate(case.recipes):
        outputs.setdefault(row.process, []).append(position)
        if row.quantity > 0:
            main.setdefault(row.process, position)
    runs, recipes = [], []
    plant, _, node = production.run.members.T
    ends = np.cumsum(np.bincount(plant, minlength=len(case.plants)))[:-1]
    runs_of = np.split(np.argsort(plant, kind="stable"), ends)
    for works, own in zip(case.plants, runs_of, strict=False):
        for output in outputs.get(works.process, []):
            giving = own[quantity[output, node[own]] > 0]
            runs.append(giving)
            recipes.append(np.full(len(giving), output))
    empty = np.zeros(0, dtype=np.int64)
    run, recipe = np.concatenate([empty, *runs]), np.concatenate([empty, *recipes])
    site = np.array([frame.site[row.site] for row in case.plants], dtype=np.int64)
    material = np.array([frame.material[row.material] for row in case.recipes], dtype=np.int64)
    entries = at_sites(
        frame, "run", node[run], site[plant[run]], material[recipe], quantity[recipe, node[run]]
    )
    is_main = np.array(
        [main.get(row.process) == at for at, row in enumerate(case.recipes)], dtype=bool
    )
    stage_of: dict[str, str] = {row.process: row.stage for row in case.processes}
    stages = [stage_of[case.plants[at].process] for at in plant[run]]
    return replace(entries, position=run), is_main[recipe], stages


def _capital(
    frame: Frame,
    movements: Movements,
    supply: Supply,
    production: Production,
    shipping: Shipping,
    inventory: Inventory,
) -> Entries:
    """Undiscounted open, module and select costs of every strategic decision."""
    values = frame.values
    nowhere = np.zeros(0, dtype=np.int64)

    def of(
        family: str, points: object, table: str, column: str, rows: IntArray | None = None
    ) -> Entries:
        row, node = points.members.T  # type: ignore[attr-defined]  # an Index
        cost = values.array(table, column)[row if rows is None else rows, node]
        none = np.zeros(len(node), dtype=np.int64)
        if not len(frame.sites):
            return at_sites(frame, family, nowhere, nowhere, nowhere)
        return at_sites(frame, family, node, none, none, cost)

    return join(
        [
            of("open", production.open, "plants", "open_cost"),
            of("module", production.module, "expansions", "module_cost"),
            of("select", supply.select, "offers", "select_cost"),
            of(
                "lane_open",
                shipping.open,
                "lanes",
                "open_cost",
                movements.pairs.row[shipping.open.column(0)],
            ),
            of("stock_open", inventory.open, "stockpiles", "open_cost"),
        ]
    )
