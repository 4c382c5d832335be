"""Means and their confidence, from samples."""

from __future__ import annotations

import numpy as np

from ...models.sampling_results import Estimate
from ..tree import FloatArray


def estimate(values: FloatArray, level: float) -> Estimate:
    """Mean of independent values, with a two-sided confidence interval (Student's t).

    Args:
        values: of the samples. Shape (samples,).
        level: confidence of the interval, between 0 and 1.
    """
    count = len(values)
    mean = float(values.mean())
    if count < 2:
        return Estimate(mean, None, None, None, level)
    error = float(values.std(ddof=1) / np.sqrt(count))
    reach = student(1.0 - (1.0 - level) / 2.0, count - 1) * error
    return Estimate(mean, error, mean - reach, mean + reach, level)


def student(fraction: float, freedom: int) -> float:
    """Quantile of Student's t distribution."""
    from scipy.stats import t  # noqa: PLC0415  # takes a second, and only samples need it

    return float(t.ppf(fraction, freedom))


def gap_interval(unseen: Estimate, lower: Estimate) -> tuple[float, float | None]:
    """Estimated optimality gap, and the upper end of its confidence interval.

    Mak, Morton and Wood (1999, section 3.1): with U the mean cost of the plan over unseen samples
    and B the mean bound of the batches, the gap is at most
    max(U - B, 0) + t(1 - a, n_U - 1) s_U / sqrt(n_U) + t(1 - a, n_B - 1) s_B / sqrt(n_B)
    with confidence of at least 1 - 2 a. The two-sided intervals here have a = (1 - level) / 2, so
    that their half-widths are the two terms.

    Returns:
        The gap, at least 0; the upper end, None where an estimate has no error.
    """
    gap = max(unseen.mean - lower.mean, 0.0)
    if unseen.high is None or lower.low is None:
        return gap, None
    return gap, gap + (unseen.high - unseen.mean) + (lower.mean - lower.low)
