"""Many futures: the trunk of the tree as a master, its subtrees solved one by one."""

from __future__ import annotations

from .choice import DECOMPOSED, METHODS, Found, Plea, by_parts

__all__ = ["DECOMPOSED", "METHODS", "Found", "Plea", "by_parts"]
