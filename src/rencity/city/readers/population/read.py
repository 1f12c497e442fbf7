"""A count of people, by zone, area, point or cell, into the zones of a city."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rencity.city.identity import Source
from rencity.city.model import City
from rencity.city.readers.ledger import Part
from rencity.city.readers.options import options_of
from rencity.city.readers.population.cells import people_of_cells
from rencity.city.readers.population.options import PopulationOptions
from rencity.city.readers.population.rows import made_zones, matched, spread_rows
from rencity.city.readers.population.tally import Tally
from rencity.city.readers.raster.file import SUFFIXES
from rencity.kit.errors import InputError

LAYER = "population"


def read_population(
    src: Path,
    crs: str | None = None,
    city: City | None = None,
    options: Mapping[str, str] | None = None,
) -> Part:
    """Read people into zones that stand, or into zones made of the source's areas.

    Parameters
    ----------
    src : a table (`match`), a layer of areas or a table of points (spread, or `make`), or a raster
    crs : system where the file does not say it
    city : its zones get the people
    options : of `PopulationOptions`

    Returns
    -------
    People of zones as changes, or new zones; the account counts rows, or cells with people; a note
    tells how many people were read, are in zones and lie outside.

    Raises
    ------
    InputError : no zones to take them, a column that is missing, a broken file
    """
    given = options_of(PopulationOptions, options)
    if src.suffix.lower() in SUFFIXES and src.suffix.lower() != ".txt":
        tally = people_of_cells(src, crs, _standing(city, src), given)
    elif given.make:
        tally = made_zones(src, crs, city, given)
    elif given.match:
        tally = matched(src, _standing(city, src), given)
    else:
        tally = spread_rows(src, crs, _standing(city, src), given)
    return _part(src, tally)


def _standing(city: City | None, src: Path) -> City:
    if city is None or not len(city.zones):
        raise InputError(
            "there are no zones for these people",
            place=str(src),
            mend="import zones first, or make them of this file with --set make=grid",
        )
    return city


def _part(src: Path, tally: Tally) -> Part:
    source = Source(layer=LAYER, title=src.name, licence="as its owner says", note=tally.told())
    return Part(
        tally.tables,
        (tally.layer,),
        (source,),
        findings=tuple(tally.findings()),
        changes=tally.changes,
        filled=tally.filled,
    )
