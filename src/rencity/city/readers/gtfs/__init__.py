"""Public transport as GTFS feeds."""

from rencity.city.readers.gtfs.read import read_gtfs

__all__ = ["read_gtfs"]
