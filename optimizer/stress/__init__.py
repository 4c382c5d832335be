"""Stress tests: outages tried on a plan, how long it survives, what would help."""
