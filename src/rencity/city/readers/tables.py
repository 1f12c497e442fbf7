"""Any city's own tables and layers, by a mapping file, into the city's tables.

Each row read is kept, merged into another row or refused with a reason; faults of a whole file or
of the mapping stop the reading with an `InputError`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely

from rencity.city.readers.cells import Work
from rencity.city.readers.gathered import Gathered, same
from rencity.city.readers.layers import Opener, fit
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.mapping import (
    AssetLayer,
    BuildingLayer,
    Layers,
    LinkLayer,
    NeedLayer,
    ServeLayer,
    ZoneLayer,
    read_mapping,
)
from rencity.city.readers.picking import Cell
from rencity.city.readers.records import Objects, utm_of
from rencity.city.readers.shares import cells, overlap_shares
from rencity.city.schema import TABLES, Attribute
from rencity.kit.errors import InputError

_ORDER = (
    "zones", "assets", "links", "needs", "serves", "demands", "od", "buildings", "carriers",
)  # fmt: skip


def read_tables(src: Path, mapping: Path, crs: str | None) -> Part:
    """Read a file or a folder of files as the mapping says.

    Parameters
    ----------
    src : the file, or the folder that holds the files the mapping names
    mapping : TOML, see `rencity.city.readers.mapping`
    crs : system of coordinates that neither a file nor the mapping's layer states

    Raises
    ------
    InputError : a file or the mapping cannot be used, or a layer of which no row can be kept
    """
    plan = read_mapping(mapping)
    opener = Opener(src, plan.missing, crs or plan.crs)
    made = Gathered()
    accounts: dict[int, Layer] = {}
    for table in _ORDER:
        for i, layer in enumerate(plan.layers):
            if layer.table == table:
                accounts[i] = _read_layer(layer, opener, made)
    return Part(made.tables(), tuple(accounts[i] for i in sorted(accounts)), plan.sources)


def source_files(src: Path, mapping: Path) -> tuple[Path, ...]:
    """Every file that `read_tables` would read, parts of a Shapefile included."""
    if not src.is_dir():
        named = [src]
    else:
        named = [src / name for name in read_mapping(mapping).files() if name]
    found = {part for path in named for part in _parts(path)}
    return tuple(sorted(found))


def _parts(path: Path) -> list[Path]:
    if path.suffix.lower() == ".shp":
        endings = (".shp", ".dbf", ".shx", ".prj", ".cpg")
        return [part for e in endings if (part := path.with_suffix(e)).is_file()]
    return [path]


def _read_layer(layer: Layers, opener: Opener, made: Gathered) -> Layer:
    work = opener.work(layer, layer.name)
    if isinstance(layer, ZoneLayer):
        _zones(layer, work, made)
    elif isinstance(layer, AssetLayer | BuildingLayer):
        frame = _columns(layer.table, layer.columns, work)
        shapes = fit(work, TABLES[layer.table].geometry)
        made.add(layer.table, frame.assign(geometry=shapes), work)
    elif isinstance(layer, LinkLayer):
        _links(layer, work, made)
    elif isinstance(layer, NeedLayer):
        _needs(layer, work, made)
    elif isinstance(layer, ServeLayer):
        _serves(layer, work, made)
    else:
        made.add(layer.table, _columns(layer.table, layer.columns, work), work)
    work.layer.kept = int(work.stands.sum())
    _must_keep(work.layer)
    return work.layer


def _must_keep(layer: Layer) -> None:
    if layer.kept or layer.merged:
        return
    reason, n = layer.refused.most_common(1)[0]
    raise InputError(
        f"no row could be kept: {reason} ({n} of {layer.read}), e.g. {layer.examples[reason][0]}",
        place=f"layer {layer.name}",
        mend="correct the mapping or the file",
    )


def _columns(table: str, columns: dict[str, Cell], work: Work) -> pd.DataFrame:
    """The named attributes of a table, and its other attributes at their defaults."""
    n = len(work.records.frame)
    data: dict[str, pd.Series] = {}
    for attribute in TABLES[table].attributes:
        if attribute.name in columns:
            where = f"columns.{attribute.name}"
            column = work.attribute(attribute, columns[attribute.name], where).astype(object)
            data[attribute.name] = column.where(column.notna(), attribute.default)
        else:
            data[attribute.name] = pd.Series([attribute.default] * n, dtype=object)
    return pd.DataFrame(data)


def _zones(layer: ZoneLayer, work: Work, made: Gathered) -> None:
    frame = _columns("zones", layer.columns, work)
    if layer.geometry == "none":
        made.add("zones", frame.assign(geometry=None), work)
        return
    frame = frame.assign(geometry=fit(work, TABLES["zones"].geometry))
    if layer.dissolve:
        frame = _dissolved(frame, layer.sums, work)
    made.add("zones", frame, work)


def _dissolved(frame: pd.DataFrame, sums: tuple[str, ...], work: Work) -> pd.DataFrame:
    standing = frame[work.stands]
    areas = frame["geometry"].to_numpy(dtype=object, copy=True)
    totals = {name: frame[name].to_numpy(dtype=object, copy=True) for name in sums}
    later = np.zeros(len(frame), dtype=bool)
    for rows in standing.groupby("id", sort=True).indices.values():
        at = standing.index[rows]
        areas[at[0]] = shapely.union_all(areas[at])
        for total in totals.values():
            total[at[0]] = float(total[at].astype(float).sum())
        later[at[1:]] = True
    work.merge(later, "dissolved into one zone")
    return frame.assign(geometry=areas, **totals)


def _links(layer: LinkLayer, work: Work, made: Gathered) -> None:
    frame = _columns("links", layer.columns, work)
    given = work.records.geometry
    geometry = fit(work, ("LineString", "MultiLineString")) if given is not None else None
    if layer.asset_kind is None:
        if geometry is not None:
            frame["length_m"] = _lengths(frame["length_m"], geometry)
        made.add("links", frame, work)
        return
    if geometry is None:
        geometry = _drawn(frame, made.table("assets"), work)
    frame["length_m"] = _lengths(frame["length_m"], geometry)
    if "asset" not in layer.columns:
        frame["asset"] = frame["id"]
    own = _own_assets(layer, layer.asset_kind, frame, work).assign(geometry=geometry)
    made.sift("assets", own, work)
    made.add("links", frame, work)
    made.extend("assets", own[work.stands])


def _own_assets(layer: LinkLayer, kind: Cell, links: pd.DataFrame, work: Work) -> pd.DataFrame:
    columns = {
        "id": Cell(value=""),
        "lifeline": Cell(value=""),
        "kind": kind,
        **layer.asset_columns,
    }
    own = _columns("assets", columns, work)
    return own.assign(
        id=links["asset"],
        lifeline=links["lifeline"],
        length_m=links["length_m"],
        **{name: links[name] for name in ("origin", "rule") if name not in layer.asset_columns},
    )


def _drawn(links: pd.DataFrame, assets: pd.DataFrame, work: Work) -> Objects:
    """A straight line between the ends of each link; links whose ends are unknown are refused."""
    ends = dict(
        zip(assets["id"], shapely.point_on_surface(assets["geometry"].to_numpy()), strict=True)
    )
    made = np.full(len(links), None, dtype=object)
    for side in ("start", "end"):
        unknown = ~links[side].isin(list(ends)).to_numpy()
        work.refuse(unknown, f"its {side} is no asset of this mapping", links[side].to_numpy())
    for i in np.flatnonzero(work.stands):
        made[i] = shapely.LineString([ends[links["start"].iloc[i]], ends[links["end"].iloc[i]]])
    return made


def _lengths(given: pd.Series, geometry: Objects) -> pd.Series:
    """Lengths in metres: as given, else along the geometry on the ellipsoid."""
    globe = pyproj.Geod(ellps="WGS84")
    measured = [np.nan if g is None else globe.geometry_length(g) for g in geometry]
    numbers = given.astype(float)
    return numbers.where(numbers.notna(), pd.Series(measured, index=numbers.index)).astype(object)


def _needs(layer: NeedLayer, work: Work, made: Gathered) -> None:
    provider = work.attribute(
        TABLES["needs"].attribute("provider"), layer.columns["provider"], "columns.provider"
    )
    groups = _columns("need_groups", _group_columns(layer), work)
    parts = ["need", groups["asset"].astype(str), groups["lifeline"].astype(str)]
    if layer.several == "separate":
        parts.append(provider.astype(str))
    groups["id"] = parts[0] + pd.concat(["-" + p for p in parts[1:]], axis=1).sum(axis=1)
    needs = pd.DataFrame({"group": groups["id"], "provider": provider})
    before = made.table("need_groups")
    _one_group(groups, before, work)
    made.sift("needs", needs, work)
    later = groups["id"].where(pd.Series(work.stands)).duplicated() | groups["id"].isin(
        before["id"]
    )
    made.extend("need_groups", groups[work.stands & ~later.to_numpy()])
    made.extend("needs", needs[work.stands])


def _group_columns(layer: NeedLayer) -> dict[str, Cell]:
    columns = {name: cell for name, cell in layer.columns.items() if name != "provider"}
    return {"id": Cell(value=""), "quorum": Cell(value=layer.quorum), **columns}


def _one_group(groups: pd.DataFrame, before: pd.DataFrame, work: Work) -> None:
    """Refuse an alternative whose backup, quorum or start differs from its need's first row."""
    said = ["quorum", "backup_h", "manual_start_h"]
    known = pd.concat([before[["id", *said]], groups.loc[work.stands, ["id", *said]]])
    base = known.drop_duplicates("id").set_index("id").reindex(groups["id"])
    pairs = zip(groups[said].to_numpy(), base.to_numpy(), strict=True)
    differs = [any(not same(a, b) for a, b in zip(*pair, strict=True)) for pair in pairs]
    work.refuse(np.array(differs, dtype=bool), "another backup, start or quorum for the same need")


WEIGHT = Attribute("weight", "float", 1.0, "", "importance of the provider", least=0)


def _serves(layer: ServeLayer, work: Work, made: Gathered) -> None:
    columns = {name: cell for name, cell in layer.columns.items() if name != "weight"}
    if layer.by != "columns":
        columns["zone"] = Cell(value="")
    frame = _columns("serves", columns, work)
    if "weight" in layer.columns:
        weight = work.attribute(WEIGHT, layer.columns["weight"], "columns.weight")
        frame["share"] = frame["share"].astype(float) * weight.fillna(1.0)
    if layer.by == "columns":
        made.sift("serves", frame, work)
        frame = frame[work.stands]
    else:
        frame = _by_area(layer, frame, work, made.table("zones"))
    if layer.normalise:
        shares = frame["share"].astype(float)
        totals = shares.groupby(frame["zone"]).transform("sum")
        frame = frame.assign(share=(shares / totals).fillna(0.0))
    made.extend("serves", frame)


def _by_area(
    layer: ServeLayer, frame: pd.DataFrame, work: Work, zones: pd.DataFrame
) -> pd.DataFrame:
    geometry = fit(work, ("Point", "Polygon", "MultiPolygon"))
    zones = zones[(zones["level"] == layer.level) & zones["geometry"].notna()]
    if not len(zones):
        raise InputError(
            f"no zone at level {layer.level} in this mapping",
            place=f"layer {layer.name}",
            mend="add a layer of zones with areas, or set `level`",
        )
    areas = zones["geometry"].to_numpy()
    metric = utm_of(shapely.total_bounds(areas))
    if layer.by == "voronoi":
        _one_place(geometry, work)
    at = np.flatnonzero(work.stands)
    ours = geometry[at] if layer.by == "overlap" else cells(geometry[at], areas, metric)
    found = overlap_shares(ours, areas, metric, least=layer.least_share)
    idle = work.stands.copy()
    idle[at[found["provider"].unique()]] = False
    work.refuse(idle, "overlaps no zone", frame["asset"].to_numpy())
    rows = frame.iloc[at[found["provider"]]].reset_index(drop=True)
    rows["zone"] = zones["id"].to_numpy()[found["zone"]]
    rows["share"] = rows["share"].astype(float) * found["share"]
    others = {name: "first" for name in rows.columns if name not in ("asset", "zone", "share")}
    return rows.groupby(["asset", "zone"], as_index=False).agg({"share": "sum", **others})[
        list(frame.columns)
    ]


def _one_place(geometry: Objects, work: Work) -> None:
    """Of providers at one place only the first has a cell."""
    places = pd.Series(shapely.to_wkb(shapely.centroid(geometry)), dtype=object)
    twice = places.where(pd.Series(work.stands)).duplicated().to_numpy()
    work.refuse(twice, "at the place of another provider")
