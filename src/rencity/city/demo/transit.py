"""Metro: drawn lines with a station at every corner and between, each fed from a depot."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from rencity.city.demo.cells import Ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.draws import Floats, Ints

TOUCH_M = 1.0
"""Corners of two lines nearer than this are one station."""

DEPOT_M = 250.0


def draw_transit(ground: Ground) -> Draft:
    """Service starts at the depots, one at the first end of each line, and follows the tunnels."""
    draft = Draft("transit")
    lines = ground.plan.drawn["metro"]
    stops = [_stops(ground, ground.plan.metres(line["line_km"])) for line in lines]
    places, number = _merged(np.vstack(stops))
    first = np.cumsum([0, *(len(stop) for stop in stops)])
    names = _names(lines, stops, number)
    dry = np.where(ground.on_land(places)[:, None], places, ground.points[ground.point_of(places)])
    stations = draft.nodes("station", dry, name=names)
    rows = [stations[number[a:b]] for a, b in pairwise(first)]
    start = np.concatenate([row[:-1] for row in rows])
    end = np.concatenate([row[1:] for row in rows])
    draft.links("tunnel", start, end)
    ends = np.array([row[0] for row in rows])
    depots = draft.nodes(
        "depot",
        ground.beside(dry[ends], DEPOT_M),
        source=True,
        name=[f"{line['name']}车辆段" for line in lines],
    )
    draft.links("line", depots, ends)
    return draft


def _stops(ground: Ground, corners: Floats) -> Floats:
    """Stations of a line, shape (n, 2): its corners, and evenly between them."""
    parts = []
    for a, b in pairwise(corners):
        gaps = max(1, round(float(np.hypot(*(b - a))) / ground.plan.size["station_m"]))
        parts.append(a + (b - a) * (np.arange(gaps) / gaps)[:, None])
    return np.vstack([*parts, corners[-1:]])


def _merged(xy: Floats) -> tuple[Floats, Ints]:
    """Places without repeats, in order of coming, and the number of each in them."""
    _, first, number = np.unique(
        np.round(xy / TOUCH_M), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return xy[first[order]], rank[np.ravel(number)]


def _names(lines: list[dict[str, Any]], stops: list[Floats], number: Ints) -> list[str]:
    """A station is named after the first line that comes to it."""
    said: dict[int, str] = {}
    at = 0
    for line, own in zip(lines, stops, strict=True):
        for stop in range(len(own)):
            said.setdefault(int(number[at]), f"{line['name']}{stop + 1}站")
            at += 1
    return [said[i] for i in range(len(said))]
