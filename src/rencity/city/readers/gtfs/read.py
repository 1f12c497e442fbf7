"""A GTFS feed into the tables of a city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.identity import Source
from rencity.city.model import City
from rencity.city.readers.extent import extent_tables
from rencity.city.readers.gtfs.along import Drawn, drawn
from rencity.city.readers.gtfs.feed import Feed
from rencity.city.readers.gtfs.sections import Sections, read_sections
from rencity.city.readers.gtfs.stops import Stops, read_stops
from rencity.city.readers.gtfs.trips import Trips, read_trips
from rencity.city.readers.ledger import Part
from rencity.city.readers.numbering import numbered
from rencity.city.readers.physics import Named, physics_files
from rencity.kit.errors import InputError
from rencity.kit.findings import Finding

TERMINAL_RULE = "gtfs-terminal-is-source"
TRACK_RULE = "gtfs-track-between-stations"
STRAIGHT_RULE = "gtfs-straight-length"


def read_gtfs(src: Path, city: City | None = None) -> Part:
    """Read stops, stations and what joins them on a working day.

    Parameters
    ----------
    src : the feed, a ZIP or a folder
    city : imported into; where it has no zones, the feed's hull becomes one

    Returns
    -------
    Tables assets and links, and zones where there are none; the account of each file read; the
    feed itself with its ids.

    Raises
    ------
    InputError : no feed, a broken or dangerous ZIP, a file or column that is missing, or no trip
        that joins two stops
    """
    src = Path(src)
    feed = Feed(src)
    stops, trips = read_stops(feed), read_trips(feed)
    sections = read_sections(feed, stops, trips)
    if not len(sections.table):
        raise InputError(
            "no trip joins two stops",
            place=str(src),
            mend="check that trips, stop_times and stops name each other, and the days of service",
        )
    tracks = sections.table["tracks"].to_numpy()
    lines = drawn(feed, sections.table, trips.shape, stops.lonlat, tracks)
    places = _places(stops, sections)
    links = _links(stops, sections.table, lines)
    own = _tracks(links, sections.table, lines, trips)
    assets = gpd.GeoDataFrame(pd.concat([places, own], ignore_index=True), crs="EPSG:4326")
    tables = {"assets": assets, "links": links}
    if city is None or not len(city.zones):
        none = assets.assign(demand=np.nan)
        tables["zones"] = extent_tables("gtfs", src.stem, "transit", none)["zones"]
    day = f"timetable of {trips.day.date}" if trips.day.date else "timetable without days"
    source = Source(
        layer="gtfs", title=f"GTFS feed {src.name}", licence="as its owner says", note=day
    )
    return Part(
        tables,
        (stops.account.layer, *trips.layers, sections.layer, *lines.layers),
        (source,),
        files=physics_files("gtfs", src.stem, feed.files(), _named(stops, sections)),
        findings=(
            *stops.findings,
            *trips.findings,
            *sections.findings,
            *_findings(sections, lines, links),
        ),
    )


def _places(stops: Stops, sections: Sections) -> gpd.GeoDataFrame:
    """Stops and stations where a vehicle calls; the rest of stops.txt is told here."""
    stops.account.refuse(~sections.calls, "no trip of the working day calls here")
    rows = np.flatnonzero(stops.account.open)
    stops.account.keep()
    source = sections.terminals[rows]
    return gpd.GeoDataFrame(
        {
            "id": [f"gtfs-s-{stop}" for stop in stops.ids[rows]],
            "lifeline": "transit",
            "kind": np.where(sections.stations[rows], "station", "stop"),
            "name": stops.names[rows],
            "source": source,
            "origin": np.where(source, "inferred", "measured"),
            "rule": np.where(source, TERMINAL_RULE, ""),
        },
        geometry=shapely.points(stops.lonlat[rows]),
        crs="EPSG:4326",
    )


def _links(stops: Stops, table: pd.DataFrame, lines: Drawn) -> pd.DataFrame:
    """Directed links, in the order of the sections; a section of tracks names its own asset."""
    start, end = stops.ids[table["start"]], stops.ids[table["end"]]
    tracks = table["tracks"].to_numpy()
    letter = np.where(tracks, "t", "l")
    ids = [f"gtfs-{t}-{a}-{b}" for t, a, b in zip(letter, start, end, strict=True)]
    frame = pd.DataFrame(
        {
            "id": numbered(pd.Series(ids, dtype=object)),
            "lifeline": "transit",
            "start": [f"gtfs-s-{stop}" for stop in start],
            "end": [f"gtfs-s-{stop}" for stop in end],
            "directed": True,
            "length_m": lines.length_m,
            "runs_per_d": table["runs"].to_numpy(),
            "origin": np.where(lines.straight, "inferred", "measured"),
            "rule": np.where(lines.straight, STRAIGHT_RULE, ""),
        }
    )
    pair = [table[["start", "end"]].min(axis=1).to_numpy(), table[["start", "end"]].max(axis=1)]
    first = frame.groupby([*pair, tracks])["id"].transform("first")
    return frame.assign(asset=np.where(tracks, first, ""))


def _tracks(
    links: pd.DataFrame, table: pd.DataFrame, lines: Drawn, trips: Trips
) -> gpd.GeoDataFrame:
    """One bed of tracks for both directions between two stations."""
    own = links["id"].eq(links["asset"]).to_numpy()
    return gpd.GeoDataFrame(
        {
            "id": links["id"].to_numpy()[own],
            "lifeline": "transit",
            "kind": "line",
            "name": trips.line[table["trip"].to_numpy()[own]],
            "source": False,
            "length_m": lines.length_m[own],
            "origin": "inferred",
            "rule": TRACK_RULE,
        },
        geometry=lines.lines[own],
        crs="EPSG:4326",
    )


def _named(stops: Stops, sections: Sections) -> Iterator[Named]:
    for stop, place in zip(stops.ids, stops.place, strict=True):
        if place >= 0 and sections.calls[place]:
            yield "stop", stop, "assets", f"gtfs-s-{stops.ids[place]}"


def _findings(sections: Sections, lines: Drawn, links: pd.DataFrame) -> Iterator[Finding]:
    missing = sections.layer.refused["names no stop that has a place"]
    if missing:
        yield Finding(
            "gtfs-missing-stops",
            "warning",
            f"{missing} calls are at stops without a place: their trips are parted there",
            "add the stops to stops.txt with their coordinates",
            table="links",
        )
    if lines.straight.any():
        yield Finding(
            "gtfs-straight-length",
            "note",
            f"{int(lines.straight.sum())} of {len(links)} links are as long as the straight line: "
            "no shape goes from stop to stop",
            "add shapes.txt",
            table="links",
            field="length_m",
            ids=tuple(links["id"].to_numpy()[lines.straight]),
        )
