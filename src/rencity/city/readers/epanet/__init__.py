"""Water networks as EPANET input files."""

from rencity.city.readers.epanet.read import read_epanet

__all__ = ["read_epanet"]
