"""Measurements of the package; `docs/performance.md` has their results."""
