"""The map of a city: the last stage of what makes a version, and a job of its own."""

from __future__ import annotations

from pathlib import Path

from rencity.atlas.tiles import Map, build
from rencity.city.model import City
from rencity.jobs import inputs
from rencity.jobs.context import Context, Made


def map_(context: Context, given: inputs.MapInput) -> Made:
    """Draw a version of a city."""
    city = City.open(context.city(given.city, given.version))
    made = draw(context, city, context.result)
    said = {"city": given.city, "version": given.version, "hash": city.hash}
    return Made("map", said, {"layers": len(made.files), "unplaced": made.unplaced})


def draw(context: Context, city: City, folder: Path) -> Map:
    """Draw a city's map into a folder, telling how far it is."""
    context.progress("map", 0.0)
    return build(city, folder, lambda share: context.progress("map", share))
