"""Many what-ifs of one case: every point of a design solved, compared with a base, and kept.

:func:`secondsource.optimizer.sweep.run.sweep` is what to call; nothing is imported here, because
workers import :mod:`.work` and should load no more than it needs.
"""
