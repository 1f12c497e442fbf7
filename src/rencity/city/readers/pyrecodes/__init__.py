"""Communities as pyrecodes describes them: localities, components, links, resources."""

from rencity.city.readers.pyrecodes.read import read_pyrecodes

__all__ = ["read_pyrecodes"]
