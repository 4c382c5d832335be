"""Arrays made from templates are those that Pyomo's own compiler makes, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyomo.common.errors import PyomoException
from pyomo.environ import ConcreteModel, Constraint, Objective, Param, quicksum
from secondsource.optimizer.compiled import Arrays, TemplateError, compile_model, templates
from secondsource.optimizer.formulation.components import (
    add_data,
    add_incidence,
    add_rows,
    add_set,
    add_variables,
)

from .compile_cases import (
    NAMES,
    arrays_of,
    case_of,
    created_components,
    differences,
    entries_by_pyomo,
    entries_of,
    model_of,
    oriented,
    present,
)


@pytest.mark.parametrize("templated", [True, False], ids=["templates", "plain rules"])
@pytest.mark.parametrize("name", NAMES)
def test_arrays_equal_those_of_pyomos_compiler(name: str | int, templated: bool) -> None:
    ours = oriented(entries_of(arrays_of(name)))
    theirs = oriented(entries_by_pyomo(model_of(case_of(name), templated=templated)))
    assert differences(ours.matrix, theirs.matrix) == []
    assert differences(ours.sides, theirs.sides) == []
    assert differences(ours.offsets, theirs.offsets) == []
    for objective in ("cost", "lead_time", "shortage", "cvar", "largest_supply", "total_supply"):
        assert differences(ours.costs[objective], theirs.costs[objective]) == [], objective
    used = {name: ours.columns[name] for name in theirs.columns}
    assert differences(used, theirs.columns) == []
    assert {column for _, column in ours.matrix} <= theirs.columns.keys()


def test_the_compared_models_hold_every_component_of_the_formulation() -> None:
    rows: set[str] = set()
    variables: set[str] = set()
    for name in NAMES:
        some = present(model_of(case_of(name), templated=True))
        rows, variables = rows | some[0], variables | some[1]
    assert rows == created_components("add_rows")
    assert variables == created_components("add_variables")


# --- The evaluator, on models of three variables -----------------------------------------------
def small_model() -> ConcreteModel:
    """x[0..2] with data 2, 3, 5; groups 0: {0, 1}, 1: {}, 2: {2}."""
    model = ConcreteModel()
    keys = add_set(model, "KEYS", np.array([[0], [1], [2]]))
    add_variables(model, "x", keys, upper=np.array([7.0, np.inf, 9.0]))
    add_data(model, "amount", keys, np.array([2.0, 3.0, 5.0]))
    add_incidence(model, "GROUP", keys, np.array([0, 2, 0]), np.array([0, 2, 1]))
    add_incidence(model, "PAIR", keys, np.array([0, 1]), np.array([[0, 1], [2, 0]]))
    model.objective = Objective(expr=0)
    return model


def compiled(rule: Any) -> Arrays:
    """The small model with one family of rows."""
    with templates():
        model = small_model()
        add_rows(model, "rows", model.KEYS, rule)
        return compile_model(model)


@pytest.mark.parametrize(
    ("rule", "matrix", "low", "high"),
    [
        (lambda m, i: m.x[i] + 4 <= m.amount[i], np.eye(3), [-np.inf] * 3, [-2, -1, 1]),
        (lambda m, i: m.x[i] / m.amount[i] == 1, np.diag([1 / 2, 1 / 3, 1 / 5]), [1] * 3, [1] * 3),
        (lambda m, i: -m.x[i] + m.amount[i] * 2 == 0, -np.eye(3), [-4, -6, -10], [-4, -6, -10]),
        (lambda m, i: (1, m.x[i], m.amount[i]), np.eye(3), [1, 1, 1], [2, 3, 5]),
        (
            lambda m, i: sum(m.amount[j] * m.x[j] for j in m.GROUP[i]) <= 6,
            [[2, 3, 0], [0, 0, 0], [0, 0, 5]], [-np.inf] * 3, [6, 6, 6],
        ),
        (
            lambda m, i: m.x[i] + sum(m.x[j] + 1 for j in m.GROUP[i]) <= 6,
            [[2, 1, 0], [0, 1, 0], [0, 0, 2]], [-np.inf] * 3, [4, 6, 5],
        ),
        (
            lambda m, i: sum(m.amount[j] * m.x[k] for j in m.GROUP[i] for k in m.KEYS) <= m.x[i],
            [[4, 5, 5], [0, -1, 0], [5, 5, 4]], [-np.inf] * 3, [0, 0, 0],
        ),
        (
            lambda m, i: sum(m.amount[a] * m.x[b] for a, b in m.PAIR[i]) <= 6,
            [[0, 2, 0], [5, 0, 0], [0, 0, 0]], [-np.inf] * 3, [6, 6, 6],
        ),
    ],
    ids=[
        "constants", "division", "negation", "two sides", "sum over a set of sets",
        "sum of constants", "nested sums", "pairs",
    ],
)  # fmt: skip
def test_the_evaluator_means_what_the_rule_says(
    rule: Any, matrix: Any, low: list[float], high: list[float]
) -> None:
    found = compiled(rule)
    assert found.row_lower.tolist() == pytest.approx(low)
    assert found.row_upper.tolist() == pytest.approx(high)
    assert found.matrix.toarray() == pytest.approx(np.array(matrix, dtype=float))
    assert found.upper.tolist() == [7.0, np.inf, 9.0]
    assert found.row_names() == ["rows[0]", "rows[1]", "rows[2]"]


def test_a_scalar_parameter_is_its_value() -> None:
    with templates():
        model = small_model()
        model.limit = Param(initialize=8)
        add_rows(model, "rows", model.KEYS, lambda m, i: m.x[i] <= m.limit)
        assert compile_model(model).row_upper.tolist() == [8, 8, 8]


def test_a_member_that_does_not_exist_is_named() -> None:
    with pytest.raises(KeyError, match=r"3.*'?x'?|x has no member \(3,\)"):
        compiled(lambda m, i: m.x[i + 1] <= 1)


@pytest.mark.parametrize(
    "rule",
    [
        lambda m, i: m.x[i] + quicksum(m.x[j] for j in m.GROUP[i]) <= 1,
        lambda m, i: m.x[i] + sum(m.x[j] for j in m.GROUP[i] if j <= 1) <= 1,
        lambda m, _: sum(m.x[:]) <= 1,
    ],
    ids=["quicksum", "condition", "slice"],
)
def test_a_rule_that_falls_back_to_plain_pyomo_is_refused_with_its_name(rule: Any) -> None:
    with pytest.raises(TemplateError, match="rows is no template"):
        compiled(rule)


@pytest.mark.parametrize(
    "rule",
    [
        lambda m, i: m.x[i] <= (1 if i > 0 else 2),
        lambda m, i: m.x[i] <= {0: 1, 1: 2, 2: 3}[i],
        lambda m, i: Constraint.Skip if i == 1 else m.x[i] <= 1,
    ],
    ids=["if", "lookup", "skip"],
)
def test_a_rule_that_looks_at_its_index_is_an_error_already_when_stated(rule: Any) -> None:
    with pytest.raises((PyomoException, TypeError), match=r"bool|unhashable"):
        compiled(rule)


def test_products_of_variables_are_refused() -> None:
    with pytest.raises((TemplateError, TypeError)):
        compiled(lambda m, i: m.x[i] * m.x[i] <= 1)


def test_switches_of_templates_are_put_back_after_an_error() -> None:
    import pyomo.core.base.constraint as pyomo_constraint  # noqa: PLC0415  # looked at, not used

    before = pyomo_constraint.TEMPLATIZE_CONSTRAINTS
    with pytest.raises(ValueError, match="stop"), templates():
        raise ValueError("stop")
    assert before == pyomo_constraint.TEMPLATIZE_CONSTRAINTS
