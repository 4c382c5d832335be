"""Which input the spread of a result comes from: swings, rank correlations, Sobol indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..models.plan import Tables
from ..models.sweep import Sweep, shown
from ..models.sweep_results import OBJECTIVES
from .tree import FloatArray

NEEDS_SALIB = (
    "Sobol indices need SALib: pip install 'secondsource[sensitivity]', or leave out `indices`"
)


def saltelli_points(
    inputs: int, points: int, seed: int, *, second_order: bool = False
) -> FloatArray:
    """Points in the unit cube from which Sobol indices can be told. Shape (points', inputs).

    There are points x (inputs + 2) of them, points x (2 inputs + 2) for indices of pairs (Saltelli
    et al. 2010, Comput. Phys. Commun. 181, table 2).

    Raises:
        ValueError: SALib is not installed.
    """
    problem = _problem([f"x{number}" for number in range(inputs)])
    try:
        from SALib.sample.sobol import sample  # noqa: PLC0415  # an extra, slow to import
    except ImportError:
        raise ValueError(NEEDS_SALIB) from None
    drawn = sample(problem, points, calc_second_order=second_order, scramble=True, seed=seed)
    return np.asarray(drawn, dtype=float)


def _problem(names: Sequence[str]) -> dict[str, Any]:
    """Inputs in SALib's words, each between 0 and 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def sobol_indices(sweep: Sweep, points: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """First-order and total Sobol indices of each measure, with 95 % confidence (half-widths).

    Args:
        sweep: a sweep with indices.
        points: its table of points, all of them.
        measures: columns to explain, such as 'cost'.

    Returns:
        Columns measure, input, other (for pairs), first, first_confidence, total,
        total_confidence, second, second_confidence. A measure that is missing at some point, or the
        same everywhere, has no rows.
    """
    from SALib.analyze.sobol import analyze  # noqa: PLC0415  # an extra, slow to import

    names = [one.name for one in sweep.inputs]
    pairs = sweep.sweep.second_order
    found: list[dict[str, Any]] = []
    for measure in measures:
        result = points[measure].to_numpy(dtype=float)
        if not np.isfinite(result).all() or np.ptp(result) <= 1e-12 * np.abs(result).max():
            continue
        told = analyze(_problem(names), result, calc_second_order=pairs, seed=sweep.sweep.seed)
        found += [
            {
                "measure": measure, "input": name, "other": "",
                "first": told["S1"][at], "first_confidence": told["S1_conf"][at],
                "total": told["ST"][at], "total_confidence": told["ST_conf"][at],
                "second": np.nan, "second_confidence": np.nan,
            }
            for at, name in enumerate(names)
        ]  # fmt: skip
        found += [
            {
                "measure": measure, "input": name, "other": names[other],
                "first": np.nan, "first_confidence": np.nan, "total": np.nan,
                "total_confidence": np.nan, "second": told["S2"][at][other],
                "second_confidence": told["S2_conf"][at][other],
            }
            for at, name in enumerate(names) if pairs
            for other in range(at + 1, len(names))
        ]  # fmt: skip
    return pd.DataFrame(found, columns=list(INDEX_COLUMNS))


INDEX_COLUMNS = (
    "measure", "input", "other", "first", "first_confidence", "total", "total_confidence", "second",
    "second_confidence",
)  # fmt: skip


def rank_correlations(sweep: Sweep, points: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Spearman's rank correlation of each input of numbers with each measure, over solved points.

    Columns measure, input, correlation (-1 to 1), points. What never varies has no row.
    """
    found = []
    for measure in measures:
        for one in sweep.inputs:
            pair = points[[one.name, measure]].apply(pd.to_numeric, errors="coerce").dropna()
            pair = pair[np.isfinite(pair).all(axis=1)]
            ranks = pair.rank().to_numpy(dtype=float)
            if len(ranks) < 3 or (np.ptp(ranks, axis=0) == 0).any():
                continue
            found.append(
                {
                    "measure": measure,
                    "input": one.name,
                    "correlation": float(np.corrcoef(ranks.T)[0, 1]),
                    "points": len(ranks),
                }
            )
    return pd.DataFrame(found, columns=["measure", "input", "correlation", "points"])


def swings(
    sweep: Sweep, points: pd.DataFrame, base: Mapping[str, float], measures: Sequence[str]
) -> pd.DataFrame:
    """What each input alone does to each measure: a tornado, widest swing first.

    Columns measure, input, base, least and largest (of the measure, base included), at_least and
    at_largest (values of the input there, '' for the base), swing, solved (points of the input that
    have a plan), points (all of them).
    """
    found: list[dict[str, Any]] = []
    owner = [one.name for one in sweep.inputs for _ in one.trials()]
    for measure in measures:
        for one in sweep.inputs:
            own = points[np.array(owner, dtype=object) == one.name]
            known = own[own[measure].notna()]
            tried = [(base.get(measure, np.nan), "")] + [
                (float(value), shown(setting))
                for value, setting in zip(known[measure], known[one.name], strict=True)
            ]
            tried = [pair for pair in tried if np.isfinite(pair[0])]
            if not tried:
                continue
            least, largest = min(tried, key=_first), max(tried, key=_first)
            found.append(
                {
                    "measure": measure, "input": one.name,
                    "base": base.get(measure, np.nan), "least": least[0], "largest": largest[0],
                    "at_least": least[1], "at_largest": largest[1],
                    "swing": largest[0] - least[0], "solved": len(known), "points": len(own),
                }
            )  # fmt: skip
    table = pd.DataFrame(found, columns=list(SWING_COLUMNS))
    table["order"] = table["measure"].map({name: at for at, name in enumerate(measures)})
    table = table.sort_values(["order", "swing"], ascending=[True, False], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


SWING_COLUMNS = (
    "measure", "input", "base", "least", "largest", "at_least", "at_largest", "swing", "solved",
    "points",
)  # fmt: skip


def _first(pair: tuple[float, str]) -> float:
    return pair[0]


def sensitivity(sweep: Sweep, points: pd.DataFrame, base: Mapping[str, float]) -> Tables:
    """The tables that a design allows: 'tornado', 'correlations', 'indices'."""
    measures = [name for name in OBJECTIVES if points[name].notna().any()]
    if sweep.sweep.design == "one_at_a_time":
        return {"tornado": swings(sweep, points, base, measures)}
    if sweep.sweep.design not in {"latin_hypercube", "sobol"}:
        return {}
    tables = {"correlations": rank_correlations(sweep, points, measures)}
    if sweep.sweep.indices:
        tables["indices"] = sobol_indices(sweep, points, measures)
    return tables
