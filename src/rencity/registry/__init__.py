"""What a server keeps: cities and their versions, scenarios, runs, files that were handed in."""

from rencity.registry.places import Places

__all__ = ["Places"]
