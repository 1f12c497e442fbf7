"""Three passes over the file: relations, ways, nodes. Each takes only what the next steps need."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rencity.city.coordinates import system, to_wgs84
from rencity.city.readers.osm.account import Account
from rencity.city.readers.osm.boundaries import Boundaries, boundaries
from rencity.city.readers.osm.data import tag_dict
from rencity.city.readers.osm.features import Feature, Features, features
from rencity.city.readers.osm.highways import Highways, highways
from rencity.city.readers.osm.places import Places, distinct
from rencity.city.readers.osm.stream import RELATION, WAY, NodeCount, objects, opl, tags_of
from rencity.kit.errors import InputError

AREA_TYPES = ("multipolygon", "boundary")
ROAD_KEYS = (
    "highway",
    "name",
    "lanes",
    "maxspeed",
    "maxspeed:forward",
    "maxspeed:type",
    "oneway",
    "junction",
    "bridge",
    "tunnel",
)
LINE_KEYS = ("power", "name", "ref", "voltage")
_BUILDING = re.compile(rb"[T,]building=")
SUPPORTS = ("tower", "pole", "portal", "terminal", "catenary_mast", "insulator")


@dataclass
class Lines:
    """Ways as one flat array of node refs.

    Attributes
    ----------
    ids : way ids, n
    refs : node refs of all ways, one after the other
    ends : where each way's refs end in `refs`, n
    tags : the tags that matter, n
    """

    ids: array[int] = field(default_factory=lambda: array("q"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    tags: list[dict[str, str]] = field(default_factory=list)

    def add(self, key: int, refs: list[int], tags: dict[str, str]) -> None:
        """One more way."""
        self.ids.append(key)
        self.refs.extend(refs)
        self.ends.append(len(self.refs))
        self.tags.append(tags)

    def counts(self) -> npt.NDArray[np.int64]:
        """How many refs each way has, n."""
        ends = np.asarray(self.ends, np.int64)
        return ends - np.concatenate([[0], ends[:-1]])

    def refs_of(self, row: int) -> npt.NDArray[np.int64]:
        """Node refs of one way."""
        start = self.ends[row - 1] if row else 0
        return np.asarray(self.refs[start : self.ends[row]], dtype=np.int64)


class Way(NamedTuple):
    """A way as its line of text says."""

    key: int
    tags: dict[str, str]
    nodes: bytes

    def refs(self) -> list[int]:
        """Its node refs in order."""
        return [int(ref) for ref in self.nodes[2:].split(b",n")] if len(self.nodes) > 1 else []


class Thing(NamedTuple):
    """An object whose tags make an asset or a zone; `feature` is None for a boundary."""

    letter: str
    key: int
    feature: Feature | None
    tags: dict[str, str]
    members: tuple[tuple[int, str], ...] = ()

    @property
    def id(self) -> str:
        """Its permanent id."""
        return f"osm-{self.letter}{self.key}"


@dataclass
class Gathered:
    """All that was taken from a file.

    Attributes
    ----------
    outlines : closed ways of things, and ways that are members of relations
    row_of : way id to its row in `outlines`
    supports : nodes that carry power lines
    """

    account: Account = field(default_factory=Account)
    roads: Lines = field(default_factory=Lines)
    power: Lines = field(default_factory=Lines)
    outlines: Lines = field(default_factory=Lines)
    row_of: dict[int, int] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    points: dict[int, tuple[float, float]] = field(default_factory=dict)
    supports: list[int] = field(default_factory=list)
    country: str = ""
    places: Places = field(default_factory=Places)

    def move(self, crs: str | None, *, place: str) -> None:
        """Take every place as one of another system of degrees.

        Raises
        ------
        InputError : no such system, or one that is not in degrees
        """
        if crs is None:
            return
        if system(crs, place=place).is_projected:
            raise InputError(
                f"OpenStreetMap data are in degrees, {crs} is not",
                place=place,
                mend="leave --crs out, or give GCJ-02 or BD-09",
            )
        self.places = replace(self.places, lonlat=to_wgs84(self.places.lonlat, crs))
        points = to_wgs84(np.array([*self.points.values()]), crs).tolist()
        self.points = {key: (x, y) for key, (x, y) in zip(self.points, points, strict=True)}


def gather(path: Path) -> Gathered:
    """Read relations, then ways, then nodes, whatever their order in the file.

    Raises
    ------
    InputError : the file is broken, or its objects have no permanent ids
    """
    taken = Gathered()
    _relations(path, taken)
    _Ways(taken).read(path)
    _nodes(path, taken)
    _check_once(path, taken)
    return taken


def _check_once(path: Path, taken: Gathered) -> None:
    """Refuse objects that stand twice: two extracts in one file."""
    ids = [f"w{key}" for lines in (taken.roads, taken.power) for key in lines.ids]
    ids += [f"{thing.letter}{thing.key}" for thing in taken.things]
    twice = [key for key, n in Counter(ids).items() if n > 1]
    if twice:
        raise InputError(
            f"{len(twice)} objects stand twice, first {twice[0]}",
            place=str(path),
            mend="join extracts with osmium merge, which keeps each object once",
        )


def _relations(path: Path, taken: Gathered) -> None:
    known, fates = features(), taken.account.relations
    countries: Counter[str] = Counter()
    for relation in objects(path, RELATION):
        fates.read += 1
        tags = relation.tags
        border = tags.get("boundary") == "administrative"
        feature = None if border else known.match(tags)
        if border:
            code = tags.get("ISO3166-1") or tags.get("ISO3166-1:alpha2") or tags.get("ISO3166-2")
            countries[(code or "")[:2]] += bool(code)
        elif feature is None:
            continue
        if tags.get("type") not in AREA_TYPES:
            fates.refuse(relation.id, "relation without an outline")
            continue
        members = tuple((m.ref, m.role) for m in relation.members if m.type == "w")
        taken.things.append(Thing("r", relation.id, feature, tag_dict(tags), members))
    table = boundaries()
    said = sorted(countries.items(), key=lambda item: (-item[1], item[0]))
    taken.country = said[0][0] if said and said[0][1] else table.default
    taken.things = [thing for thing in taken.things if _used(thing, taken, table)]


def _used(thing: Thing, taken: Gathered, table: Boundaries) -> bool:
    if thing.feature is not None or table.rank(taken.country, thing.tags):
        return True
    level = thing.tags.get("admin_level", "unsaid")
    taken.account.of(thing.letter).refuse(thing.key, f"administrative level {level} is not used")
    return False


class _Ways:
    """The pass over ways, with what each one needs at hand."""

    def __init__(self, taken: Gathered) -> None:
        self.taken = taken
        self.members = {ref for thing in taken.things for ref, _ in thing.members}
        self.highways: Highways = highways()
        self.features: Features = features()
        self.boundaries: Boundaries = boundaries()
        keys = ("highway", "power", "boundary", *self.features.keys)
        self.wanted = re.compile(rb"[T,](?:" + "|".join(map(re.escape, keys)).encode() + rb")=")

    def read(self, path: Path) -> None:
        """Take roads, power lines, outlines of things and members of relations."""
        fates, houses = self.taken.account.ways, self.taken.account.buildings
        for line in opl(path, WAY).split(b"\n")[:-1]:
            fates.read += 1
            head, tags, refs = line.split(b" ")
            key = int(head[1:])
            if b"building=" in tags and _BUILDING.search(tags):
                houses.append(key)
            if self.wanted.search(tags):
                self._tagged(Way(key, tags_of(tags[1:]), refs))
            if key in self.members and key not in self.taken.row_of:
                self._outline(Way(key, {}, refs))
                fates.refuse(key, "part of an area that was left out")

    def _tagged(self, way: Way) -> None:
        if "highway" in way.tags:
            self._road(way)
        elif way.tags.get("power") in self.features.power_lines.values:
            self._line(self.taken.power, way, LINE_KEYS)
        else:
            self._thing(way)

    def _road(self, way: Way) -> None:
        self.taken.account.highways.append(way.key)
        refusal = self.highways.refusal(way.tags)
        if refusal:
            self.taken.account.ways.refuse(way.key, refusal)
            self._thing(way)
        else:
            self._line(self.taken.roads, way, ROAD_KEYS)

    def _line(self, into: Lines, way: Way, keys: tuple[str, ...]) -> None:
        refs = way.refs()
        if len(refs) < 2:
            self.taken.account.ways.refuse(way.key, "fewer than two nodes")
            return
        into.add(way.key, refs, {key: value for key in keys if (value := way.tags.get(key))})

    def _thing(self, way: Way) -> None:
        border = way.tags.get("boundary") == "administrative"
        feature = None if border else self.features.match(way.tags)
        if not border and feature is None:
            return
        thing, refs = Thing("w", way.key, feature, way.tags), way.refs()
        if len(refs) < 4 or refs[0] != refs[-1]:
            reason = (
                "part of a boundary, no ring of its own" if border else "open line, not an area"
            )
            self.taken.account.ways.refuse(way.key, reason)
        elif _used(thing, self.taken, self.boundaries):
            self.taken.things.append(thing)
            self._outline(way)

    def _outline(self, way: Way) -> None:
        self.taken.row_of[way.key] = len(self.taken.outlines.ids)
        self.taken.outlines.add(way.key, way.refs(), {})


def _nodes(path: Path, taken: Gathered) -> None:
    known, account, count = features(), taken.account, NodeCount()
    for node in count.tagged(path, known.keys):
        feature = known.match(node.tags)
        if feature is None:
            if node.tags.get("power") in SUPPORTS:
                taken.supports.append(node.id)
            continue
        if not node.location.valid():
            account.nodes.refuse(node.id, "coordinates outside the globe")
        elif (node.lon, node.lat) == (0.0, 0.0):
            account.nodes.refuse(node.id, "at latitude 0, longitude 0")
        else:
            taken.points[node.id] = (node.lon, node.lat)
            taken.things.append(Thing("n", node.id, feature, tag_dict(node.tags)))
    account.nodes.read = count.read
    refs = distinct(
        np.concatenate(
            [np.asarray(each.refs, np.int64) for each in (taken.roads, taken.power, taken.outlines)]
        )
    )
    if len(refs) and refs[0] <= 0:
        raise InputError(
            f"node {refs[0]}: its id is not permanent",
            place=str(path),
            mend="upload the edits or give positive ids: osmium renumber",
        )
    taken.places = Places.read(path, refs)
