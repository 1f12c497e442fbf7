"""Drainage networks as SWMM input files."""

from rencity.city.readers.swmm.read import read_swmm

__all__ = ["read_swmm"]
