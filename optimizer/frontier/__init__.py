"""The exact trade-off between two objectives, or three."""

from .run import Front, FrontPoint, frontier
from .study import Study

__all__ = ["Front", "FrontPoint", "Study", "frontier"]
