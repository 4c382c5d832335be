"""secondsource: plans for materials whose supply a government can switch off."""

__version__ = "0.1.0"
