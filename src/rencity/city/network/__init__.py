"""The city as arrays: what the engine reads, derived from its tables."""

from rencity.city.network.build import build_network
from rencity.city.network.model import NOT_OPEN, Network

__all__ = ["NOT_OPEN", "Network", "build_network"]
