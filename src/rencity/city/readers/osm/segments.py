"""Ways cut into segments where they meet: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from rencity.city.readers.osm.gather import Lines
from rencity.city.readers.osm.places import ABSENT, GOOD, Floats, Ints, Places

GEOD = pyproj.Geod(ellps="WGS84")
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Segments:
    """Stretches of ways between nodes where lines meet or end.

    Attributes
    ----------
    way : int64 (n,), row of the way in its lines
    number : int64 (n,), 1, 2, … along the way
    start, end : int64 (n,), node refs
    cut_start, cut_end : bool (n,), the way goes on outside the file there
    line : object (n,), LineString in WGS-84
    length_m : float64 (n,), along the ellipsoid
    """

    way: Ints
    number: Ints
    start: Ints
    end: Ints
    cut_start: Bools
    cut_end: Bools
    line: npt.NDArray[np.object_]
    length_m: Floats

    def take(self, keep: Bools) -> Segments:
        """The segments where `keep` is true."""
        return Segments(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def split(lines: Lines, places: Places) -> Segments:
    """Cut at way ends, at nodes that stand in more than one place, and where nodes are missing."""
    ref, way = _flat(lines)
    row = places.rows(ref)
    state = places.state[row]
    position = np.flatnonzero(state == GOOD)
    cut_before, cut_after = (cut[position] for cut in _cuts(way, state))
    first, last = _run_ends(way[position], position)
    ref, way, row = ref[position], way[position], row[position]
    _, inverse, uses = np.unique(ref, return_inverse=True, return_counts=True)
    breaks = first | last | (uses[inverse] > 1)
    for _ in range(2):  # a loop back to its own start is cut in the middle
        at = np.flatnonzero(breaks)
        pair = np.flatnonzero(~last[at[:-1]]) if len(at) else at
        a, b = at[pair], at[pair + 1]
        loop = ref[a] == ref[b]
        breaks[(a[loop] + b[loop]) // 2] = True
    line, length_m = _lines(places.lonlat[row], a, b)
    of = way[a]
    return Segments(
        way=of,
        number=_number(of),
        start=ref[a],
        end=ref[b],
        cut_start=cut_before[a] & first[a],
        cut_end=cut_after[b] & last[b],
        line=line,
        length_m=length_m,
    )


def _flat(lines: Lines) -> tuple[Ints, Ints]:
    ref = np.asarray(lines.refs, np.int64)
    counts = lines.counts()
    way = np.repeat(np.arange(len(counts)), counts)
    keep = np.ones(len(ref), bool)
    keep[1:] = (ref[1:] != ref[:-1]) | (way[1:] != way[:-1])
    return ref[keep], way[keep]


def _run_ends(way: Ints, position: Ints) -> tuple[Bools, Bools]:
    # a run is a stretch of one way with no node missing
    first = np.ones(len(way), bool)
    first[1:] = (way[1:] != way[:-1]) | (np.diff(position) > 1)
    return first, np.roll(first, -1)


def _cuts(way: Ints, state: npt.NDArray[np.uint8]) -> tuple[Bools, Bools]:
    same = np.zeros(len(way) + 1, bool)
    same[1:-1] = way[1:] == way[:-1]
    absent = state == ABSENT
    return same[:-1] & np.roll(absent, 1), same[1:] & np.roll(absent, -1)


def _number(way: Ints) -> Ints:
    if not len(way):
        return way
    start = np.flatnonzero(np.diff(way, prepend=-1))
    counts = np.diff(start, append=len(way))
    return np.arange(len(way)) - np.repeat(start, counts) + 1


def _lines(lonlat: Floats, a: Ints, b: Ints) -> tuple[npt.NDArray[np.object_], Floats]:
    if not len(a):
        return np.zeros(0, object), np.zeros(0)
    counts = b - a + 1
    starts = np.cumsum(counts) - counts
    flat = np.arange(counts.sum()) + np.repeat(a - starts, counts)
    points = lonlat[flat]
    steps = np.zeros(len(points))
    steps[1:] = GEOD.inv(*points[:-1].T, *points[1:].T)[2]
    steps[starts] = 0.0
    lines = shapely.linestrings(points, indices=np.repeat(np.arange(len(a)), counts))
    return lines, np.add.reduceat(steps, starts)
