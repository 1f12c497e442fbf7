"""Road networks and trip tables as TNTP files."""

from rencity.city.readers.tntp.read import read_tntp

__all__ = ["read_tntp"]
