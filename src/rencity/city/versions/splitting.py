"""Several rows out of one, and who is named where the one was."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.marks import as_text, parse
from rencity.city.schema import TABLES
from rencity.city.versions.changes import Split
from rencity.city.versions.references import PAIRED, Reference, references
from rencity.kit.errors import InputError

Shares = npt.NDArray[np.float64]
SHARE_RULE, AREA_RULE, EQUAL_RULE = "split-by-share", "split-by-area", "split-equally"


def split_rows(
    change: Split, row: pd.DataFrame, given: list[dict[str, list[Any]]], place: str
) -> tuple[pd.DataFrame, Shares]:
    """The rows of the parts, and the share of the whole that each has.

    Sums that a part does not give are its share of the whole's, marked with the rule of the share.

    Raises
    ------
    InputError : a part of a line or area has no shape, or some parts give a share and others not
    """
    table = TABLES[change.table]
    shapes = [_shape(change, row, values, place) for values in given]
    shares, rule = _shares(change, shapes, place)
    parts = []
    for part, values, share, shape in zip(change.parts, given, shares, shapes, strict=True):
        made = {name: [row[name].iloc[0]] for name in table.columns}
        marks = parse(str(row["inferred"].iloc[0]))
        for attribute in table.attributes:
            if attribute.sums and attribute.name not in values:
                whole = float(row[attribute.name].iloc[0])
                made[attribute.name] = [whole * share]
                if np.isfinite(whole):
                    marks[attribute.name] = rule
        made |= values | {"id": [part.id]}
        made["inferred"] = [as_text({c: r for c, r in marks.items() if c not in values})]
        if table.geometry:
            made["geometry"] = [shape]
        parts.append(pd.DataFrame(made))
    return pd.concat(parts, ignore_index=True), shares


def _shape(
    change: Split, row: pd.DataFrame, values: dict[str, list[Any]], place: str
) -> shapely.Geometry | None:
    if not TABLES[change.table].geometry:
        return None
    if "geometry" in values:
        shape: shapely.Geometry | None = values["geometry"][0]
        return shape
    old: shapely.Geometry | None = row["geometry"].iloc[0]
    if old is None or old.geom_type == "Point":
        return old
    raise InputError(
        f"{change.id} is a {old.geom_type}, and a part has no geometry of its own",
        place=place,
        mend="give each part its geometry among its values, as WKT",
    )


def _shares(change: Split, shapes: list[shapely.Geometry | None], place: str) -> tuple[Shares, str]:
    said = [part.share for part in change.parts]
    if all(share is not None for share in said):
        shares = np.array(said, dtype=np.float64)
        if abs(shares.sum() - 1) > 1e-6:
            raise InputError(
                f"the shares sum to {shares.sum():g}", place=place, mend="let them sum to 1"
            )
        return shares, SHARE_RULE
    if any(share is not None for share in said):
        raise InputError(
            "some parts have a share and others not", place=place, mend="give all or none"
        )
    whole = gpd.GeoSeries(shapes, crs="EPSG:4326")
    area = whole.to_crs("EPSG:6933").area.to_numpy()  # equal area, anywhere on Earth
    if np.isfinite(area).all() and (area > 0).all():
        return area / area.sum(), AREA_RULE
    return np.full(len(said), 1 / len(said)), EQUAL_RULE


def split_references(
    tables: MutableMapping[str, pd.DataFrame],
    change: Split,
    parts: pd.DataFrame,
    shares: Shares,
    place: str,
) -> None:
    """Let rows that named the whole name a part: the one nearest by, every part, or the heir.

    Raises
    ------
    InputError : rows name it, nothing tells which part they mean, and no heir is named
    """
    for reference in references(change.table):
        frame = tables[reference.table]
        hit = frame[reference.column].eq(change.id).to_numpy()
        if not hit.any():
            continue
        if change.table == "zones" and reference.table in PAIRED:
            tables[reference.table] = _to_all(frame, hit, reference, parts, shares)
        else:
            named = _parts_of(frame, hit, reference, parts, change, place)
            column = frame[reference.column].to_numpy(dtype=object, copy=True)
            column[hit] = named
            tables[reference.table] = frame.assign(**{reference.column: column})


def _to_all(
    frame: pd.DataFrame,
    hit: npt.NDArray[np.bool_],
    reference: Reference,
    parts: pd.DataFrame,
    shares: Shares,
) -> pd.DataFrame:
    """Every part is served as the whole was, and has its share of use and trips."""
    sums = [a.name for a in TABLES[reference.table].attributes if a.sums]
    rows = []
    for name, share in zip(parts["id"], shares, strict=True):
        copy = frame[hit].assign(**{reference.column: name})
        rows.append(copy.assign(**{column: copy[column] * share for column in sums}))
    return pd.concat([frame[~hit], *rows], ignore_index=True)


def _parts_of(
    frame: pd.DataFrame,
    hit: npt.NDArray[np.bool_],
    reference: Reference,
    parts: pd.DataFrame,
    change: Split,
    place: str,
) -> npt.NDArray[np.object_]:
    named = np.full(int(hit.sum()), change.heir, dtype=object)
    if change.table == "zones" and "geometry" in frame:
        at = np.asarray(shapely.point_on_surface(frame["geometry"].to_numpy()[hit]), dtype=object)
        tree = shapely.STRtree(np.asarray(parts["geometry"], dtype=object))
        if len(tree.geometries) and not shapely.is_missing(tree.geometries).any():
            row, part = tree.query_nearest(at)  # the part it lies in is at distance 0
            first = pd.Series(part).groupby(row).min()
            named[first.index] = parts["id"].to_numpy()[first.to_numpy()]
    if (named == "").any():
        raise InputError(
            f"{int((named == '').sum())} rows of {reference.table} name {change.id} as "
            f"{reference.column}, and nothing tells which part they mean",
            place=place,
            mend=f"name one of {', '.join(parts['id'])} as heir",
        )
    return named
