"""Where the buses and lines of a net lie, in WGS-84."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.readers.drawing import MEND, Floats, placed
from rencity.city.readers.ledger import Layer
from rencity.city.readers.pandapower.net import Net
from rencity.city.readers.pandapower.rows import Buses, Ints, Rows

Objects = npt.NDArray[np.object_]

NOWHERE = "none"
"""As --crs: leave every coordinate out."""
COMPARED = 2000
"""Lines whose drawn and stated lengths are compared."""
MEND_PLACES = f"{MEND}, or --crs none to leave the places out"
ADDED = "placed the bus or line it names"


@dataclass(frozen=True)
class Places:
    """Shapes in WGS-84, None where unknown.

    Attributes
    ----------
    buses, lines : points and lines, in the order of their tables
    layers : what became of each coordinate row
    """

    buses: Objects
    lines: Objects
    layers: tuple[Layer, ...]


def places(net: Net, buses: Buses, line: tuple[Rows, tuple[Ints, ...]], crs: str | None) -> Places:
    """Place buses, and lines along their bends or straight between their buses.

    Parameters
    ----------
    line : the lines, and the position of the bus at each of their ends, -1 where refused
    crs : see `rencity.city.readers.drawing.placed`; ``none`` leaves all places out

    Raises
    ------
    InputError : the coordinates cannot be degrees and no system is given, or lie outside it
    """
    lines, ends = line
    xy, of_buses = _bus_xy(net, buses)
    bends, of_lines = _bends(net, lines)
    layers = tuple(layer for layer in (of_buses, of_lines) if layer.read)
    if crs == NOWHERE:
        for layer in layers:
            layer.refuse("left out by --crs none", str(net.path), layer.merged.total())
            layer.merged.clear()
        xy[:] = np.nan
        bends = {}
    for i, (start, end) in enumerate(zip(*ends, strict=True)):
        straight = xy[[start, end]]
        if i not in bends and min(start, end) >= 0 and np.isfinite(straight).all():
            bends[i] = straight
    length_m = lines.numbers("length_km", default=0.0) * 1000
    points, shapes = _placed(xy, bends, length_m, crs, str(net.path))
    return Places(points, shapes, layers)


def _placed(
    xy: Floats, drawn: dict[int, Floats], length_m: Floats, crs: str | None, place: str
) -> tuple[Objects, Objects]:
    """Points of buses and shapes of lines, None where nothing is drawn."""
    known = np.isfinite(xy).all(axis=1)
    points = np.full(len(xy), None, dtype=object)
    shapes = np.full(len(length_m), None, dtype=object)
    if not known.any() and not drawn:
        return points, shapes
    parts = [xy[known], *drawn.values()]
    some = list(drawn)[:COMPARED]
    compared = [drawn[i] for i in some]
    made = placed(np.concatenate(parts), compared, length_m[some], crs, place, mend=MEND_PLACES)
    split = np.split(made, np.cumsum([len(part) for part in parts])[:-1])
    points[known] = shapely.points(split[0])
    for i, line in zip(drawn, split[1:], strict=True):
        shape = shapely.linestrings(line)
        shapes[i] = shape if shape.length > 0 else shapely.points(line[0])
    return points, shapes


def _bus_xy(net: Net, buses: Buses) -> tuple[Floats, Layer]:
    """Drawn place of each bus, NaN where there is none, shape (n, 2)."""
    xy = np.full((len(buses.rows), 2), np.nan)
    said = list(_bus_pairs(net))
    layer = Layer("bus geo", read=len(said))
    at = buses.rows.positions(np.array([key for key, _, _ in said], dtype=float)).tolist()
    placed_before: set[int] = set()
    for bus, (_, pair, place) in zip(at, said, strict=True):
        if bus < 0:
            layer.refuse("names no bus of the net", place)
        elif pair is None:
            layer.refuse("no coordinates", place)
        elif not np.isfinite(pair).all():
            layer.refuse("coordinates not finite", place)
        elif bus in placed_before:
            layer.refuse("a second place of the bus", place)
        else:
            xy[bus] = pair
            placed_before.add(bus)
            layer.merge(ADDED, place)
    return xy, layer


def _bus_pairs(net: Net) -> Iterator[tuple[int, Floats | None, str]]:
    """Index, coordinates or None, and place of each row that can place a bus."""
    records = net.records("bus")
    if "geo" in records.frame:
        for i, said in enumerate(records.frame["geo"]):
            yield int(records.rows[i]), _coordinates(said, "Point"), records.place(i)
    table = net.records("bus_geodata")
    if len(table.frame):
        for i, (x, y) in enumerate(zip(table.column("x"), table.column("y"), strict=True)):
            yield int(table.rows[i]), _pair((x, y)), table.place(i)


def _bends(net: Net, lines: Rows) -> tuple[dict[int, Floats], Layer]:
    """Drawn bends by position of the line."""
    layer = Layer("line geo")
    row = {int(key): i for i, key in reversed(list(enumerate(lines.index)))}
    bends: dict[int, Floats] = {}
    for key, said, form in _line_shapes(net):
        if said is None or said == "":
            continue
        layer.read += 1
        place = f"{net.path.name} line geo {key}"
        made = _coordinates(said, form)
        if key not in row:
            layer.refuse("names no line of the net", place)
        elif made is None or made.ndim != 2 or len(made) < 2 or not np.isfinite(made).all():
            layer.refuse("no line of finite coordinates", place)
        elif row[key] in bends:
            layer.refuse("a second shape of the line", place)
        else:
            bends[row[key]] = made
            layer.merge(ADDED, place)
    return bends, layer


def _line_shapes(net: Net) -> Iterator[tuple[int, object, str]]:
    for name, column, form in (("line", "geo", "LineString"), ("line_geodata", "coords", "")):
        records = net.records(name)
        if column in records.frame:
            for key, said in zip(records.rows, records.frame[column], strict=True):
                yield int(key), said, form


def _coordinates(said: object, form: str) -> Floats | None:
    """Coordinates of a GeoJSON geometry of that form, or of a bare list; None where it is none."""
    try:
        read = json.loads(said) if isinstance(said, str) else None
    except (json.JSONDecodeError, RecursionError):
        return None
    if form:
        if not isinstance(read, dict) or read.get("type") != form:
            return None
        read = read.get("coordinates")
    return _pair(read)


def _pair(read: object) -> Floats | None:
    """X and y of a position, shape (2,), or of several, shape (n, 2)."""
    try:
        made = np.array(read, dtype=float)
    except (TypeError, ValueError):
        return None
    return made[..., :2] if made.ndim and made.shape[-1] >= 2 else None
