"""A layer's rows made ready for its table: opened, placed on the globe, picked, derived, joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.coordinates import WGS84, shifted, system
from rencity.city.readers.cells import Work, absent
from rencity.city.readers.ledger import Layer
from rencity.city.readers.picking import Join, Picked, Rows
from rencity.city.readers.records import (
    Objects,
    Records,
    projected,
    read_records,
    to_wgs84,
    utm_of,
)
from rencity.kit.errors import InputError

_TYPES = np.array(
    [
        "Point",
        "LineString",
        "LinearRing",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
        None,  # of what is missing, -1
    ],
    dtype=object,
)
_POLYGONS = ("Polygon", "MultiPolygon")


class Opener:
    """Opens the files a mapping names, each once.

    Parameters
    ----------
    missing : texts that mean no value
    crs : system where neither a layer nor a file says one
    read : what opens a file
    """

    def __init__(
        self,
        src: Path,
        missing: tuple[str, ...],
        crs: str,
        read: Callable[..., Records] = read_records,
    ) -> None:
        self._src = src
        self._missing = missing
        self._crs = crs
        self._read = read
        self._cache: dict[tuple[str, ...], Records] = {}

    def work(self, layer: Picked, name: str) -> Work:
        """The layer's records, ready for its cells."""
        work = self._picked(layer, name)
        for join in layer.join:
            work.records = self._joined(work, join)
        return work

    def _picked(self, rows: Rows, name: str) -> Work:
        records = self._open(rows)
        account = Layer(name, read=len(records.frame) + len(records.ragged))
        for row in records.ragged:
            account.refuse("not as many fields as the header", f"{records.name} row {row}")
        work = Work(records, account, self._missing)
        work.refuse(~work.matches(rows.where), "left out by `where`")
        for column, cell in rows.derive.items():
            made = work.values(cell, f"derive.{column}")
            work.records = work.records.with_columns(**{column: made})
        work.records = placed(work, rows, self._crs)
        return work

    def _open(self, rows: Rows) -> Records:
        path = self._src / rows.file if rows.file and self._src.is_dir() else self._src
        if path.is_dir():
            raise InputError(
                "the source is a folder and the layer names no file",
                place=str(path),
                mend="set `file` in the mapping",
            )
        if rows.file and not self._src.is_dir() and Path(rows.file).name != self._src.name:
            raise InputError(
                f"the mapping reads {rows.file}",
                place=str(self._src),
                mend="give the folder that holds it as the source",
            )
        key = (str(path), rows.sheet, rows.encoding, rows.delimiter)
        if key not in self._cache:
            self._cache[key] = self._read(
                path, sheet=rows.sheet, encoding=rows.encoding, delimiter=rows.delimiter
            )
        return self._cache[key]

    def _joined(self, work: Work, join: Join) -> Records:
        other = self._picked(join, work.layer.name)
        there = other.records.take(other.stands)
        theirs = Work(there, other.layer, self._missing)
        found = _found_by_key(work, theirs, join) if join.on else _found_by_place(work, there, join)
        columns = {new: _gathered(theirs, column, found, join) for new, column in join.take.items()}
        return work.records.with_columns(**columns)


def placed(work: Work, rows: Rows, stated: str) -> Records:
    """The records with their geometry in WGS-84; as they are where they have none.

    Parameters
    ----------
    stated : system where neither `rows` nor the file says one

    Raises
    ------
    InputError : no system is known, or it cannot be the true one
    """
    records = work.records
    if rows.x or rows.outline:
        geometry = _points(work, rows) if rows.x else _outlines(work, rows)
        crs = rows.crs or stated or WGS84
    elif records.geometry is not None:
        geometry = records.geometry
        crs = rows.crs or _of_file(records.crs, stated)
    else:
        return records
    if not crs:
        raise InputError(
            "the file does not say its coordinate system",
            place=records.name,
            mend="give --crs, or `crs` in the mapping",
        )
    _check_range(work, geometry, crs)
    moved = geometry.copy()
    moved[work.stands] = to_wgs84(geometry[work.stands], crs, place=records.name)
    _check_globe(work, moved, crs)
    flat = shapely.force_2d(moved) if shapely.has_z(moved).any() else moved
    return replace(records, geometry=flat, crs=WGS84)


def _of_file(said: str, stated: str) -> str:
    """The system a file says; a shifted one, which no file can say, wins over degrees."""
    if said and shifted(stated) and not system(said).is_projected:
        return stated
    return said or stated


def _points(work: Work, rows: Rows) -> Objects:
    axes = []
    for said in (rows.x, rows.y):
        turned = said.startswith("-") and said not in work.records.frame
        name = said[1:] if turned else said
        text = work.text(name)
        work.refuse(absent(text), f"no coordinate in {name}")
        axes.append(work.numbers(text, f"coordinate {name}") * (-1 if turned else 1))
    made = np.full(len(axes[0]), None, dtype=object)
    whole = work.stands & np.isfinite(axes[0]) & np.isfinite(axes[1])
    made[whole] = shapely.points(axes[0][whole], axes[1][whole])
    return made


def _outlines(work: Work, rows: Rows) -> Objects:
    """Polygons from rows of numbers; rows that are none are refused."""
    text = work.text(rows.outline)
    n = len(rows.outline_order)
    axes = [
        next((i, -1 if said[0] == "-" else 1) for i, said in enumerate(rows.outline_order)
             if said.strip("-") == axis)
        for axis in ("x", "y")
    ]  # fmt: skip
    made = np.full(len(text), None, dtype=object)
    bad = np.zeros(len(text), dtype=bool)
    for i, said in enumerate(text):
        numbers = _floats((said or "").replace(",", " ").split())
        bad[i] = numbers is None or len(numbers) % n != 0 or len(numbers) < 3 * n
        if numbers is not None and not bad[i]:
            corners = numbers.reshape(-1, n)
            made[i] = shapely.polygons(np.column_stack([corners[:, k] * sign for k, sign in axes]))
    work.refuse(bad, f"{rows.outline}: no outline of {n} numbers a corner", text)
    return made


def _floats(words: list[str]) -> npt.NDArray[np.float64] | None:
    try:
        made = np.array(words, dtype=float)
    except ValueError:
        return None
    return made if np.isfinite(made).all() else None


def _check_range(work: Work, geometry: Objects, crs: str) -> None:
    """Refuse what is empty or not finite; stop where the declared system cannot be the true one."""
    none = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    bounds = shapely.bounds(geometry)
    work.refuse(~none & ~np.isfinite(bounds).all(axis=1), "coordinates not finite")
    seen = bounds[work.stands & ~none]
    if not len(seen):
        return
    projection = system(crs, place=work.records.name).is_projected
    outside = _off_globe(seen)
    if not projection and outside.mean() > 0.5:
        raise InputError(
            f"coordinates such as {seen[0][0]:g}, {seen[0][1]:g} are not degrees, yet {crs} is",
            place=work.records.name,
            mend="give the projected system with --crs or `crs`, for example EPSG:4549",
        )
    if projection and not outside.any() and np.abs(seen).max() > 1:
        raise InputError(
            f"coordinates such as {seen[0][0]:g}, {seen[0][1]:g} look like degrees, yet {crs} is "
            "in metres",
            place=work.records.name,
            mend="give EPSG:4326 (or the geographic system they are in) with --crs or `crs`",
        )


def _off_globe(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return np.asarray(
        (np.abs(bounds[:, [0, 2]]) > 180).any(axis=1) | (np.abs(bounds[:, [1, 3]]) > 90).any(axis=1)
    )


def _check_globe(work: Work, geometry: Objects, crs: str) -> None:
    none = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    bounds = shapely.bounds(geometry)
    bad = ~none & (~np.isfinite(bounds).all(axis=1) | _off_globe(bounds))
    work.refuse(bad, f"coordinates outside the range of {crs}")


def _found_by_key(work: Work, theirs: Work, join: Join) -> list[list[int]]:
    keys = zip(*(theirs.text(name) for name in join.on.values()), strict=True)
    index: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        index[key].append(i)
    mine = zip(*(work.text(name) for name in join.on), strict=True)
    return [index.get(key, []) if None not in key else [] for key in mine]


def _found_by_place(work: Work, there: Records, join: Join) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(len(work.records.frame))]
    here = work.records.geometry
    if here is None or there.geometry is None:
        raise InputError(
            "a join by place needs geometry on both sides",
            place=f"layer {work.layer.name}",
            mend="give x and y, or join `on` columns",
        )
    mine = np.flatnonzero(work.stands & ~shapely.is_missing(here))
    if not len(mine) or not len(there.frame):
        return found
    metric = utm_of(shapely.total_bounds(here[mine]))
    near = shapely.STRtree(projected(there.geometry, metric)).query_nearest(
        projected(here[mine], metric), max_distance=max(join.within_m, 1e-6)
    )
    for a, b in near.T:  # of several at one distance the first row stays
        found[mine[a]] = [min([int(b), *found[mine[a]]])]
    return found


def _gathered(theirs: Work, column: str, found: list[list[int]], join: Join) -> Objects:
    values = theirs.text(column)
    if join.how == "first":
        return np.array([values[f[0]] if f else None for f in found], dtype=object)
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=float)
    wrong = [i for i, v in enumerate(values) if v is not None and not np.isfinite(numbers[i])]
    if wrong:
        raise InputError(
            f"{values[wrong[0]]!r} in column {column} is not a number",
            place=theirs.records.place(wrong[0]),
            mend="correct it, or leave the row out with `where`",
        )
    whole = [[i for i in f if values[i] is not None] for f in found]
    made: list[float | None] = [_reduced(join.how, numbers[f]) if f else None for f in whole]
    return np.array(made, dtype=object)


def _reduced(how: str, numbers: npt.NDArray[np.float64]) -> float:
    if how == "sum":
        return float(numbers.sum())
    if how == "mean":
        return float(numbers.mean())
    return float(numbers.min() if how == "least" else numbers.max())


def fit(work: Work, allowed: tuple[str, ...]) -> Objects:
    """Geometry of the layer's rows, valid and of an allowed type; other rows are refused."""
    given = work.records.geometry
    if given is None:
        raise InputError(
            "the file has no geometry",
            place=work.records.name,
            mend="name the columns of the coordinates with `x` and `y`",
        )
    geometry = given.copy()
    work.refuse(shapely.is_missing(geometry) | shapely.is_empty(geometry), "no geometry")
    single = (shapely.get_type_id(geometry) == 4) & (shapely.get_num_geometries(geometry) == 1)
    geometry[single] = shapely.get_geometry(geometry[single], 0)
    broken = work.stands & ~shapely.is_valid(geometry)
    geometry[broken] = [_areas(g) for g in shapely.make_valid(geometry[broken])]
    names = _TYPES[shapely.get_type_id(geometry)]
    work.refuse(
        ~np.isin(names.astype(str), allowed), f"geometry is not {' or '.join(allowed)}", names
    )
    return geometry


def _areas(geometry: shapely.Geometry) -> shapely.Geometry:
    """Only the areas of what a repaired polygon fell into."""
    if geometry.geom_type != "GeometryCollection":
        return geometry
    return shapely.union_all([g for g in geometry.geoms if g.geom_type in _POLYGONS])
