"""Power networks as pandapower writes them: buses, lines, transformers, switches, loads."""

from rencity.city.readers.pandapower.read import read_pandapower

__all__ = ["read_pandapower"]
