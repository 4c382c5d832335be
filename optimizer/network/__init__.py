"""The network: sparse index sets and coefficient arrays of a case, after its rules."""

from .build import Network, build_network, rebuild_network

__all__ = ["Network", "build_network", "rebuild_network"]
