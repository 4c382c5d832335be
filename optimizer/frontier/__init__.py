"""The exact trade-off between two objectives, or three."""

from .plans import FrontPoint
from .run import Front, frontier
from .trade_off import TradeOff

__all__ = ["Front", "FrontPoint", "TradeOff", "frontier"]
