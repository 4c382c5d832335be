"""Made-up cases of any size: plausible chains from mines to magnets, the same for the same seed."""

from .case import synthetic_case
from .size import Size

__all__ = ["Size", "synthetic_case"]
