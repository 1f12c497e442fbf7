"""OpenStreetMap extracts: roads, lifeline facilities, power lines and boundaries."""

from rencity.city.readers.osm.read import read_osm

__all__ = ["read_osm"]
