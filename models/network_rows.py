"""Rows of the tables that describe the network: what exists, where, and how it moves."""

from __future__ import annotations

from typing import Annotated, Literal

from .fields import (
    Keyword,
    Limit,
    Moment,
    Name,
    Number,
    Period,
    Row,
    Selector,
    Text,
    Whole,
    YesNo,
    column,
)

Form = Literal["ore", "concentrate", "oxide", "metal", "alloy", "magnet", "scrap", "other"]
Stage = Literal["mining", "separation", "metal", "alloy", "magnet", "recycling", "other"]


class Material(Row):
    """A material: an ore, an oxide, a magnet grade, a scrap. All quantities are in its unit."""

    material: Name = column(..., "Short name, used everywhere else")
    name: Text | None = column(None, "Full name for people")
    unit: Text = column("t", "Unit of every quantity of this material")
    form: Annotated[Form, Keyword] = column("other", "What it physically is")
    elements: Text | None = column(None, "Elements in it, comma separated", example="Nd,Pr")
    price: Number | None = column(
        None,
        "Reference price: base of tariffs, capital tied up and value shares",
        unit="money/unit",
        ge=0,
    )


class Site(Row):
    """A place with an operator in a country: mine, plant, port, warehouse or customer."""

    site: Name = column(..., "Short name")
    name: Text | None = column(None, "Full name for people")
    operator: Name | None = column(None, "Who runs it (blank: the site itself)")
    country: Text = column(..., "ISO 3166 alpha-2 code", example="DE", pattern=r"^[A-Z]{2}$")
    latitude: Number | None = column(None, "Degrees north", unit="degrees", ge=-90, le=90)
    longitude: Number | None = column(None, "Degrees east", unit="degrees", ge=-180, le=180)


class Offer(Row):
    """What a supplier offers at a site: price, limits and conditions."""

    offer: Name = column(..., "Short name")
    site: Name = column(..., "Where the goods are handed over", refers="sites")
    material: Name = column(..., "What is offered", refers="materials")
    supplier: Name | None = column(None, "Who sells (blank: the operator of the site)")
    price: Number = column(0.0, "Price per unit", unit="money/unit")
    capacity: Limit = column(
        float("inf"), "Most that can be bought in a period", unit="unit/period", ge=0
    )
    min_order: Number = column(
        0.0, "Least order in a period with an order", unit="unit/period", ge=0
    )
    min_take: Number = column(
        0.0, "Bought in every period whatever happens", unit="unit/period", ge=0
    )
    order_cost: Number = column(0.0, "Cost of each period with an order", unit="money/period", ge=0)
    select_cost: Number = column(0.0, "Once, when the supplier is selected", unit="money", ge=0)
    qualification_periods: Whole = column(
        0, "Periods between selection and the first order", unit="periods", ge=0, structural=True
    )
    contract_periods: Whole = column(
        0, "Length of a contract; 0: none needed", unit="periods", ge=0, structural=True
    )
    commit_quantity: Number = column(
        0.0, "Least order in each period of a contract", unit="unit/period", ge=0
    )
    lead_days: Number = column(0.0, "From order to arrival", unit="days", ge=0, example="21")
    discount: Annotated[Literal["none", "incremental", "all_units"], Keyword] = column(
        "none", "How the tiers of offer_tiers apply"
    )
    origin: Text | None = column(
        None, "Country the goods come from (blank: the site's)", example="CN", pattern=r"^[A-Z]{2}$"
    )
    stages: Selector | None = column(
        None, "Stages done by the supplier, for pedigrees and policies", selects="stage"
    )
    pedigrees: Selector | None = column(None, "Marks the goods already carry", selects="pedigrees")
    start: Period | None = column(None, "First period it is open", structural=True)
    end: Moment | None = column(None, "Last period it is open", structural=True)


class OfferTier(Row):
    """A price from a quantity on. Below the lowest tier the offer's own price holds."""

    offer: Name = column(..., "Offer the tier belongs to", refers="offers")
    from_quantity: Number = column(
        ..., "The tier holds from this order on", unit="unit/period", ge=0
    )
    price: Number = column(..., "Price per unit", unit="money/unit")


class Process(Row):
    """A way of turning materials into others."""

    process: Name = column(..., "Short name")
    stage: Annotated[Stage, Keyword] = column("other", "Stage of the chain it belongs to")
    name: Text | None = column(None, "Full name for people")


class Recipe(Row):
    """One input or output of a process, per unit of activity."""

    process: Name = column(..., "Process", refers="processes")
    material: Name = column(..., "Material", refers="materials")
    quantity: Number = column(..., "Output > 0, input < 0", unit="unit/unit of activity")


class Plant(Row):
    """A process that runs, or could be built, at a site."""

    plant: Name = column(..., "Short name")
    site: Name = column(..., "Where", refers="sites")
    process: Name = column(..., "What it does", refers="processes")
    capacity: Limit = column(
        float("inf"), "Most activity in a period", unit="activity/period", ge=0
    )
    status: Annotated[Literal["existing", "candidate"], Keyword] = column(
        "existing", "Whether it stands already or could be opened"
    )
    open_cost: Number = column(0.0, "Once, when opening is decided", unit="money")
    build_periods: Whole = column(
        0, "Periods from the decision to the first run", unit="periods", ge=0, structural=True
    )
    fixed_cost: Number = column(0.0, "In each period it is available", unit="money/period")
    run_cost: Number = column(0.0, "In each period it runs", unit="money/period", ge=0)
    variable_cost: Number = column(0.0, "Per unit of activity", unit="money/activity")
    min_activity: Number = column(0.0, "Least activity when it runs", unit="activity/period", ge=0)
    start: Period | None = column(None, "First period it can run", structural=True)
    end: Moment | None = column(None, "Last period it can run", structural=True)
    technology: Name | None = column(None, "Technology it is built with", refers="technologies")
    lead_days: Number = column(0.0, "From start of a run to its output", unit="days", ge=0)


class Expansion(Row):
    """Modules that add capacity to a plant."""

    plant: Name = column(..., "Plant", refers="plants")
    module_capacity: Number = column(..., "Capacity a module adds", unit="activity/period", ge=0)
    module_cost: Number = column(0.0, "Per module, when decided", unit="money")
    max_modules: Limit = column(float("inf"), "Most modules over the horizon", unit="modules", ge=0)
    continuous: YesNo = column(False, "Fractions of a module allowed")
    build_periods: Whole = column(
        0, "Periods from the decision to use", unit="periods", ge=0, structural=True
    )
    fixed_cost: Number = column(0.0, "Per module in each period of use", unit="money/period")
    technology: Name | None = column(
        None, "Technology of the module (blank: the plant's)", refers="technologies"
    )


class Lane(Row):
    """A way to move materials; one lane for every pair of a from-site and a to-site."""

    lane: Name = column(..., "Short name of the row")
    from_: Selector = column("*", "Where from", selects="place", alias="from")
    to: Selector = column("*", "Where to", selects="place")
    material: Selector = column("*", "What it carries", selects="materials")
    cost: Number = column(0.0, "Per unit moved", unit="money/unit")
    capacity: Limit = column(
        float("inf"), "Most moved in a period, all materials", unit="unit/period", ge=0
    )
    lead_days: Number = column(0.0, "From dispatch to arrival", unit="days", ge=0)
    open_cost: Number = column(0.0, "Once, before first use", unit="money", ge=0)
    min_load: Number = column(0.0, "Least load in a period when used", unit="unit/period", ge=0)
    shares: Name | None = column(
        None, "Lane row whose capacity, opening and minimum load it shares", refers="lanes"
    )
    start: Period | None = column(None, "First period of dispatch", structural=True)
    end: Moment | None = column(None, "Last period of dispatch", structural=True)


class Demand(Row):
    """A stream of demand for a material at a site."""

    site: Name = column(..., "Where", refers="sites")
    material: Name = column(..., "What", refers="materials")
    end_use: Name = column("civil", "What it is for")
    end_user: Name | None = column(None, "Who uses it")
    start: Period | None = column(None, "First period", structural=True)
    end: Moment | None = column(None, "Last period", structural=True)
    quantity: Number = column(..., "Wanted in each period", unit="unit/period", ge=0)
    price: Number = column(0.0, "Earned per unit delivered", unit="money/unit")
    shortage_cost: Number | None = column(
        None,
        "Per unit never delivered (blank: must be met; 0: optional sale)",
        unit="money/unit",
        ge=0,
    )
    backlog_cost: Number | None = column(
        None, "Per unit waiting at a period's end (blank: no waiting)", unit="money/unit", ge=0
    )
    waiting: Number = column(
        0.0, "Already waiting before period 1", unit="unit", ge=0, structural=True
    )


class Return(Row):
    """What comes back from earlier deliveries: end-of-life scrap, empties, swarf."""

    site: Name = column(..., "Where it comes back", refers="sites")
    material: Name = column(..., "As what", refers="materials")
    from_site: Name = column(..., "Where it was delivered", refers="sites")
    from_material: Name = column(..., "What was delivered", refers="materials")
    share: Number = column(..., "Part of the deliveries that comes back", unit="unit/unit", ge=0)
    lag_periods: Whole = column(..., "Periods later", unit="periods", ge=0, structural=True)


class Disposal(Row):
    """A way out for what nobody needs."""

    site: Name = column(..., "Where", refers="sites")
    material: Name = column(..., "What", refers="materials")
    cost: Number = column(0.0, "Per unit (negative: a sale)", unit="money/unit")
    capacity: Limit = column(float("inf"), "Most in a period", unit="unit/period", ge=0)


class Stockpile(Row):
    """A store of a material at a site. Without one, nothing is carried over."""

    site: Name = column(..., "Where", refers="sites")
    material: Name = column(..., "What", refers="materials")
    initial: Number = column(0.0, "Stock before period 1", unit="unit", ge=0, structural=True)
    pedigrees: Selector | None = column(None, "Marks of the initial stock", selects="pedigrees")
    kept_from: Text | None = column(
        None, "End uses that the initial stock is kept from: `use`, `use=end user`, `use=`"
    )
    capacity: Limit = column(float("inf"), "Most at a period's end", unit="unit", ge=0)
    holding_cost: Number = column(0.0, "Per unit at a period's end", unit="money/unit", ge=0)
    min_level: Number = column(0.0, "Least at a period's end", unit="unit", ge=0)
    min_cover_days: Number = column(0.0, "Least cover of demand", unit="days", ge=0)
    cover_of: Selector | None = column(
        None, "Demanded materials it covers (blank: its own)", selects="materials"
    )
    final_level: Number = column(0.0, "Least at the end of the horizon", unit="unit", ge=0)
    open_cost: Number = column(0.0, "Once, before anything is held", unit="money", ge=0)
    release_lag: Whole = column(
        0, "Periods from taking to use", unit="periods", ge=0, structural=True
    )
    decay: Number = column(0.0, "Part lost in each period", unit="1/period", ge=0, le=1)


class InTransit(Row):
    """Goods already under way when the horizon begins."""

    site: Name = column(..., "Where they arrive", refers="sites")
    material: Name = column(..., "What", refers="materials")
    period: Period = column(..., "When they arrive", structural=True)
    quantity: Number = column(..., "How much", unit="unit", ge=0)
    pedigrees: Selector | None = column(None, "Marks they carry", selects="pedigrees")
    kept_from: Text | None = column(
        None, "End uses they are kept from: `use`, `use=end user`, `use=`"
    )
    capital: YesNo = column(True, "Whether capital_rate is charged on them until they arrive")


class Technology(Row):
    """Know-how and equipment that a plant is built with."""

    technology: Name = column(..., "Short name")
    origin: Text | None = column(None, "Country it comes from", example="CN", pattern=r"^[A-Z]{2}$")
    needs_services: YesNo = column(
        False, "Whether it runs fully only with services from its origin"
    )
    uptime_without_services: Number = column(1.0, "Part of capacity left without them", ge=0, le=1)
