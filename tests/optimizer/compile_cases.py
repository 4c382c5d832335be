"""Cases whose models together hold every family, and both ways of compiling them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracle.random_cases import random_case
from oracle.random_controls import controlled_case
from pyomo.environ import ConcreteModel, Constraint, Var
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from secondsource.datasets.load import load_case
from secondsource.models.case import Case
from secondsource.optimizer.compiled import Arrays, compile_model, templates
from secondsource.optimizer.formulation import components
from secondsource.optimizer.formulation.model import MEASURES, build_model
from secondsource.optimizer.network import build_network

from .agreement import checked

PUBLISHED = Path(__file__).resolve().parents[1] / "data" / "truth"
NAMES: tuple[str | int, ...] = (
    "quickstart",
    "ampl_stoch_floc",
    "williams_dist2",
    67,
    20,
    54,
    51,
    0,
    "controlled 84",
    "controlled 49",
    "marked order",
    "four mixed inputs",
)
"""Bundled and published names, and seeds of random cases: small, and together with every
component that the formulation can have.
"""
MARKED_ORDER: dict[str, Any] = {
    "case": {"periods": 2},
    "materials": [{"material": "oxide", "price": 10}],
    "sites": [{"site": "works", "country": "DE"}],
    "offers": [
        {"offer": "far", "site": "works", "material": "oxide", "price": 1, "origin": "CN",
         "capacity": 9, "min_take": 2},
    ],
    "demand": [
        {"site": "works", "material": "oxide", "quantity": 3, "shortage_cost": 5},
        {"site": "works", "material": "oxide", "quantity": 1, "end_use": "defence",
         "shortage_cost": 5},
    ],
    "disposal": [{"site": "works", "material": "oxide", "capacity": 4}],
    "stockpiles": [{"site": "works", "material": "oxide", "min_level": 0.5}],
    "controls": [
        {"control": "licence", "kind": "export", "exporters": "CN", "end_uses": "civil",
         "policy": "case_by_case", "cost": 1},
    ],
}  # fmt: skip
"""One order of goods with different marks, from which something must be taken."""
INPUTS = ("iron", "boron", "neodymium", "dysprosium")
FOUR_MIXED_INPUTS: dict[str, Any] = {
    "case": {"periods": 2},
    "materials": [{"material": name, "price": 10} for name in (*INPUTS, "magnet")],
    "sites": [{"site": "works", "country": "DE"}],
    "offers": [
        {"offer": f"{origin} {name}", "site": "works", "material": name, "price": price,
         "origin": origin, "capacity": 5}
        for name in INPUTS for origin, price in (("CN", 1), ("DE", 3))
    ],
    "processes": [{"process": "sinter", "stage": "magnet"}],
    "recipes": [
        *({"process": "sinter", "material": name, "quantity": -1} for name in INPUTS),
        {"process": "sinter", "material": "magnet", "quantity": 4},
    ],
    "plants": [{"plant": "press", "site": "works", "process": "sinter", "capacity": 9}],
    "demand": [
        {"site": "works", "material": "magnet", "quantity": 9, "shortage_cost": 50},
        {"site": "works", "material": "magnet", "quantity": 7, "end_use": "defence",
         "shortage_cost": 50},
    ],
    "pedigrees": [{"pedigree": "chinese", "countries": "CN"}],
    "controls": [
        {"control": "origin", "kind": "procurement", "pedigree": "chinese", "policy": "prohibited",
         "end_uses": "defence"},
    ],
}  # fmt: skip
"""So many inputs of two variants each that a plant draws on sets of them."""
WRITTEN = {"marked order": MARKED_ORDER, "four mixed inputs": FOUR_MIXED_INPUTS}


def case_of(name: str | int) -> Case:
    """A bundled or published case, or the random case of a seed."""
    if isinstance(name, int):
        return checked(random_case(name))
    if name.startswith("controlled "):
        return checked(controlled_case(int(name.removeprefix("controlled "))))
    if name in WRITTEN:
        return checked(WRITTEN[name])
    path = PUBLISHED / f"{name}.json"
    return load_case(path if path.exists() else name)


class PlainRows(components.Rows):
    """Rows without templates; those that hold whatever happens are left out."""

    def __init__(self, keys: Any, rule: Callable[..., Any]) -> None:
        def stated(model: ConcreteModel, *index: int) -> Any:
            relation = rule(model, *index)
            return Constraint.Feasible if relation is True else relation

        super().__init__(keys, rule=stated)


def model_of(case: Case, *, templated: bool) -> ConcreteModel:
    """The Pyomo model of a case with every objective, stated as templates or rule by rule."""
    network = build_network(case)
    if templated:
        with templates():
            return build_model(network, MEASURES, np.zeros(len(network.tree.scenarios)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(components, "Rows", PlainRows)
        return build_model(network, MEASURES, np.zeros(len(network.tree.scenarios)))


@cache
def arrays_of(name: str | int) -> Arrays:
    """What this package compiles."""
    return compile_model(model_of(case_of(name), templated=True))


@dataclass(frozen=True)
class Entries:
    """A program by the names of its rows and columns; only what is not nothing.

    Attributes:
        matrix: (row, column) -> coefficient.
        sides: row -> (lower, upper), of rows that are not empty.
        costs: objective -> column -> coefficient.
        offsets: objective -> constant.
        columns: column -> (lower, upper, whether it is whole).
    """

    matrix: dict[tuple[str, str], float]
    sides: dict[str, tuple[float, float]]
    costs: dict[str, dict[str, float]]
    offsets: dict[str, float]
    columns: dict[str, tuple[float, float, bool]]


def entries_of(arrays: Arrays) -> Entries:
    """Our arrays by name."""
    rows, columns = arrays.row_names(), arrays.column_names()
    whole = arrays.matrix.tocoo()
    full = np.flatnonzero(np.diff(arrays.matrix.indptr))
    return Entries(
        {(rows[i], columns[j]): v for i, j, v in zip(*whole.coords, whole.data, strict=True)},
        {rows[i]: (arrays.row_lower[i], arrays.row_upper[i]) for i in full},
        {
            name: {columns[j]: costs[j] for j in np.flatnonzero(costs)}
            for name, costs in arrays.objectives.items()
        },
        dict(arrays.offsets),
        {
            name: (arrays.lower[j], arrays.upper[j], bool(arrays.integer[j]))
            for j, name in enumerate(columns)
        },
    )


def entries_by_pyomo(model: ConcreteModel) -> Entries:
    """The same by Pyomo's own standard-form compiler, which splits rows with two sides."""
    found = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    rows = [_plain(entry.constraint.name) for entry in found.rows]
    columns = [_plain(column.name) for column in found.columns]
    sides: dict[str, tuple[float, float]] = {}
    for name, entry, side in zip(rows, found.rows, found.rhs, strict=True):
        low, high = sides.get(name, (-np.inf, np.inf))
        sides[name] = (
            float(side) if entry.bound_type <= 0 else low,
            float(side) if entry.bound_type >= 0 else high,
        )
    matrix, costs = found.A.tocoo(), found.c.tocsr()
    objectives = [objective.name for objective in found.objectives]
    return Entries(
        {
            (rows[i], columns[j]): v
            for i, j, v in zip(matrix.row, matrix.col, matrix.data, strict=True)
            if v
        },
        sides,
        {
            name: {columns[j]: costs[k, j] for j in costs[[k]].indices if costs[k, j]}
            for k, name in enumerate(objectives)
        },
        dict(zip(objectives, map(float, found.c_offset), strict=True)),
        {
            name: (
                -np.inf if column.lb is None else column.lb,
                np.inf if column.ub is None else column.ub,
                column.is_integer() or column.is_binary(),
            )
            for name, column in zip(columns, found.columns, strict=True)
        },
    )


def _plain(name: str) -> str:
    return name.replace(" ", "").replace("'", "")


def oriented(entries: Entries) -> Entries:
    """Rows turned so that the first column of each, by name, counts positively."""
    first: dict[str, tuple[str, float]] = {}
    for (row, column), value in entries.matrix.items():
        first[row] = min(first.get(row, (column, value)), (column, value))
    turn = {row: float(np.sign(value)) for row, (_, value) in first.items()}
    return replace(
        entries,
        matrix={(row, column): turn[row] * v for (row, column), v in entries.matrix.items()},
        sides={
            row: side if turn[row] > 0 else (-side[1], -side[0])
            for row, side in entries.sides.items()
        },
    )


def created_components(kind: str) -> set[str]:
    """Names of the components that the formulation's source can add by a function."""
    names: set[str] = set()
    for path in Path(str(components.__file__)).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                if call.func.id == kind:
                    names |= _named(call.args[1])
                elif call.func.id == "add_once" and kind == "add_rows":
                    names.add(f"{ast.literal_eval(call.args[2])}_once")
    return names


def _named(argument: ast.expr) -> set[str]:
    """The literal names; those of `add_once` and of the gates are made from others."""
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    text = ast.unparse(argument)
    gates = {"ship_only_when_selected", "ship_only_when_built"}
    made: dict[str, set[str]] = {"f'{decision}_once'": set(), "rule.__name__": gates, "name": set()}
    return made[text]


def present(model: ConcreteModel) -> tuple[set[str], set[str]]:
    """Constraints and variables of a model that have members."""
    return (
        {c.name for c in model.component_objects(Constraint) if len(c.index_set())},
        {v.name for v in model.component_objects(Var) if len(v.index_set())},
    )


def differences(ours: dict[Any, Any], theirs: dict[Any, Any]) -> list[str]:
    """Entries that one of two tables lacks, or that differ by more than rounding."""
    found = [f"{key}: {ours.get(key)} but {theirs.get(key)}" for key in ours.keys() ^ theirs.keys()]
    return found + [
        f"{key}: {ours[key]} but {theirs[key]}"
        for key in ours.keys() & theirs.keys()
        if not np.allclose(ours[key], theirs[key], rtol=1e-12, atol=1e-12)
    ]
