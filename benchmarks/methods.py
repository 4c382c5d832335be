"""The ways from a built network to a HiGHS object that holds its model."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from pyomo.contrib.appsi.solvers.highs import Highs as AppsiHighs
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from secondsource.optimizer.compiled import compile_model, templates
from secondsource.optimizer.formulation.model import build_model
from secondsource.optimizer.highs import Session
from secondsource.optimizer.network import Network

from . import in_linopy, raw_arrays

Prepare = Callable[[Network], Any]
HandOver = Callable[[Any], highspy.Highs]


def same(network: Network) -> Network:
    """Start from the network itself."""
    return network


def ours(network: Network) -> Any:
    """Pyomo templates, compiled family by family, passed as arrays: what `solve` does."""
    with templates():
        arrays = compile_model(build_model(network))
    return Session(arrays, "cost").solver


def linopy_dense(network: Network) -> highspy.Highs:
    """linopy as it comes."""
    warnings.simplefilter("ignore")
    return in_linopy.assemble(network)


def linopy_sparse(network: Network) -> highspy.Highs:
    """linopy with its sparse expressions, the quicker of the two."""
    warnings.simplefilter("ignore")
    return in_linopy.assemble(network, sparse=True)


def plain_pyomo(network: Network) -> Any:
    """The same Pyomo model without templates, as Pyomo's own interfaces need it."""
    return _one_objective(build_model(network))


def pyomo_interface(model: Any) -> Any:
    """Pyomo's persistent HiGHS interface, hand-over only."""
    solver = AppsiHighs()
    solver.set_instance(model)
    return solver._solver_model


def standard_form(network: Network) -> highspy.Highs:
    """Templates, expanded by Pyomo's own standard-form compiler, passed as arrays."""
    with templates():
        model = _one_objective(build_model(network))
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    matrix = form.A.tocsr()
    kind = np.array([row.bound_type for row in form.rows])
    lower = np.array([-np.inf if column.lb is None else column.lb for column in form.x])
    upper = np.array([np.inf if column.ub is None else column.ub for column in form.x])
    whole = np.array([not column.is_continuous() for column in form.x])
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy's
    solver.setOptionValue("output_flag", False)
    solver.passModel(
        matrix.shape[1],
        matrix.shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        float(form.c_offset[0]),
        form.c.toarray().ravel(),
        lower,
        upper,
        np.where(kind <= 0, form.rhs, -np.inf),
        np.where(kind >= 0, form.rhs, np.inf),
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        whole.astype(np.int32),
    )
    return solver


def _one_objective(model: Any) -> Any:
    """Leave cost as the only objective, which Pyomo's interfaces insist on."""
    model.lead_time.deactivate()
    model.shortage.deactivate()
    return model


METHODS: dict[str, tuple[Prepare, HandOver]] = {
    "raw arrays": (same, raw_arrays.assemble),
    "secondsource": (same, ours),
    "linopy": (same, linopy_dense),
    "linopy sparse": (same, linopy_sparse),
    "Pyomo standard form": (same, standard_form),
    "Pyomo interface": (plain_pyomo, pyomo_interface),
}
"""Name -> what happens before the clock starts, and what is measured."""
