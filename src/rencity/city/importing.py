"""A source into a city folder: read, merge, infer, and write whole or not at all."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np
import shapely
from pydantic import ValidationError

from rencity.city.coordinates import to_wgs84
from rencity.city.identity import Identity, ImportRecord
from rencity.city.infer import TERRAIN, Rule, forget_heights, infer
from rencity.city.joining import MergeReport, joined
from rencity.city.merge_rules import DEFAULT, MergeRules
from rencity.city.merging import changed, merge
from rencity.city.model import City
from rencity.city.nearness import check_near
from rencity.city.overruling import without_overruled
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.osm.overlap import overlap
from rencity.city.readers.records import utm_of
from rencity.city.readers.registry import READERS
from rencity.city.readers.tables import source_files
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError
from rencity.kit.findings import Finding

_CHUNK = 1 << 20


@dataclass(frozen=True)
class NewCity:
    """What a new city is called; empty parts come from the folder's name and the data."""

    id: str = ""
    name: str = ""
    name_en: str = ""
    code: str = ""
    time_zone: str = ""

    def said(self) -> dict[str, str]:
        """The parts that were given."""
        return {key: value for key, value in vars(self).items() if value}


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes
    ----------
    layers : the account of each layer read; each closes
    added : rows new to the city, by table
    same : rows that stood in the city already, by table
    overruled : inferred rows and values that gave way to what the source says
    inferred : rows and values filled, by rule
    unmet : what rules could not fill
    findings : what the source leaves in doubt
    changed : whether the folder was written
    changes : rows that stood and have other values now, by table
    report : what was one thing in the source and in the city
    """

    city: City
    layers: tuple[Layer, ...]
    added: Mapping[str, int]
    same: Mapping[str, int]
    overruled: int
    inferred: Mapping[str, int]
    unmet: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    changed: bool
    changes: Mapping[str, int] = field(default_factory=dict)
    report: MergeReport = field(default_factory=MergeReport)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: among millions of values it takes a fifth of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@_uncollected()
def import_into(
    kind: str,
    src: Path,
    folder: Path,
    *,
    mapping: Path | None = None,
    crs: str | None = None,
    new: NewCity | None = None,
    rules: Mapping[str, Rule] | None = None,
    options: Mapping[str, str] | None = None,
    merge_rules: MergeRules | None = None,
    far: bool = False,
) -> ImportResult:
    """Read `src` into the city in `folder`, made if there is none.

    Parameters
    ----------
    kind : a key of `READERS`
    mapping : of kinds that take one, see `READERS`
    crs : system of coordinates that the source does not state
    new : names of a city that is made; refused when the city exists
    rules : fill what the sources do not say, in order
    options : what else the reader is told, by name
    merge_rules : which rows are things that the city has, and whose values stand
    far : allow what lies far from the city

    Raises
    ------
    InputError : the source, mapping or options cannot be used, or an id is in the city already
        with other values
    StorageError : the folder cannot be written; it is then as before
    """
    rules = rules or {}
    old = _standing(folder)
    if old is not None and new is not None and new.said():
        raise InputError(
            f"the city exists, {', '.join(new.said())} cannot be set by an import",
            place=str(folder),
            mend="leave them out, or edit city.toml",
        )
    part = read_source(kind, src, mapping=mapping, crs=crs, city=old, options=options)
    _account(part)
    if old is not None and not far:
        check_near(old, part.tables, place=src.name)
    base = old or City.build(_identity(new or NewCity(), folder, part), {})
    base, overruled = without_overruled(base, part.tables)
    cut: dict[str, int] = {}
    if kind == "osm" and old is not None:
        base, part, cut = overlap(base, part)
    base, part, report = joined(base, part, merge_rules or DEFAULT, place=src.name)
    report.pairs |= cut
    merged, added, same = merge(base, part, place=src.name)
    merged, changes = changed(merged, part.changes)
    done = infer(_with_rasters(merged, part), rules)
    inferred = {**part.filled, **done.counts}
    record = _record(kind, src, mapping, part.layers, inferred, report)
    city = _signed(done.city, part, record)
    touched = old is None or city.hash != old.hash or city.identity != old.identity
    if touched:
        city = city.write(folder, replace=True, extra=part.files)
    return ImportResult(
        city,
        part.layers,
        added,
        same,
        overruled,
        inferred,
        done.unmet,
        part.findings,
        touched,
        changes,
        report,
    )


def _with_rasters(city: City, part: Part) -> City:
    """With the part's rasters; heights read from a terrain that is replaced are taken back."""
    if any(raster.name == TERRAIN for raster in part.rasters):
        city = forget_heights(city)
    for raster in part.rasters:
        city = city.with_raster(raster.name, raster.grid, note=raster.note)
    return city


def _standing(folder: Path) -> City | None:
    """The city in the folder; None where there is nothing at all."""
    if (folder / "city.toml").exists():
        return City.open(folder)
    if folder.is_dir() and not any(folder.iterdir()):
        return None
    if folder.exists():
        raise InputError(
            "something else than a city is there",
            place=str(folder),
            mend="give --into a new or empty folder, or one that holds city.toml",
        )
    return None


def read_source(
    kind: str,
    src: Path,
    *,
    mapping: Path | None = None,
    crs: str | None = None,
    city: City | None = None,
    options: Mapping[str, str] | None = None,
) -> Part:
    """Run the reader of that kind; `city` is the one imported into, if it stands.

    Raises
    ------
    InputError : unknown kind, missing source, a mapping too many or too few, or a bad source
    """
    if kind not in READERS:
        raise InputError(f"no reader {kind!r}", mend=f"use one of {', '.join(READERS)}")
    if not src.exists():
        raise InputError("no such file or folder", place=str(src), mend="check the path")
    reader = READERS[kind]
    if mapping is None and reader.must_map:
        raise InputError(f"kind {kind} needs a mapping", mend="give --map FILE.toml")
    if mapping is not None and "mapping" not in reader.takes:
        raise InputError(f"kind {kind} takes no mapping", mend="leave --map out")
    if options and "options" not in reader.takes:
        raise InputError(f"kind {kind} takes no options", mend="leave --set out")
    module, name = reader.entry.split(":")
    given = {"mapping": mapping, "crs": crs, "city": city, "options": options}
    read = getattr(import_module(module), name)
    part: Part = read(src, **{name: given[name] for name in reader.takes})
    return part


def _account(part: Part) -> None:
    open_ = [layer.name for layer in part.layers if not layer.closes]
    if open_:
        raise InputError(
            f"rows of layer {', '.join(open_)} are not accounted for",
            mend="report this with the file: a reader lost rows",
        )
    some = any(len(frame) for frame in (*part.tables.values(), *part.changes.values()))
    if not part.rasters and not some:
        raise InputError("nothing in it could be used", mend="see the reasons of the refused rows")


def _identity(new: NewCity, folder: Path, part: Part) -> Identity:
    name = folder.resolve().name
    city_id = new.id or name.lower()
    said = new.said() | {"id": city_id, "name": new.name or name, "metric_crs": _metric(part)}
    try:
        return Identity.model_validate(said)
    except ValidationError as exc:
        first = exc.errors()[0]
        raise InputError(
            f"{first['loc'][0]} {first['input']!r}: {first['msg']}",
            place="the new city's identity",
            mend="give --id of small letters, digits, - and _",
        ) from exc


def _metric(part: Part) -> str:
    bounds = [
        shapely.total_bounds(frame["geometry"].to_numpy())
        for name, frame in part.tables.items()
        if "geometry" in TABLES[name].columns and frame["geometry"].notna().any()
    ]
    for raster in part.rasters:
        corners = to_wgs84(np.array(raster.grid.bounds).reshape(2, 2), raster.grid.crs)
        bounds.append(np.concatenate([corners.min(axis=0), corners.max(axis=0)]))
    if not bounds:
        return "EPSG:3857"
    box = np.array(bounds)
    return utm_of(np.concatenate([box[:, :2].min(axis=0), box[:, 2:].max(axis=0)]))


def _record(
    kind: str,
    src: Path,
    mapping: Path | None,
    layers: tuple[Layer, ...],
    inferred: Mapping[str, int],
    report: MergeReport,
) -> ImportRecord:
    return ImportRecord(
        kind=kind,
        source=src.resolve().name,
        sha256=_digest(kind, src, mapping),
        read=sum(layer.read for layer in layers),
        kept=sum(layer.kept for layer in layers),
        merged=sum(layer.merged.total() for layer in layers),
        refused=sum(layer.refused.total() for layer in layers),
        inferred={rule: n for rule, n in inferred.items() if n},
        joined=report.pairs,
        conflicts=report.conflicts,
    )


def _digest(kind: str, src: Path, mapping: Path | None) -> str:
    digest = hashlib.sha256()
    for path in _files(kind, src, mapping):
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _files(kind: str, src: Path, mapping: Path | None) -> Iterator[Path]:
    if kind in ("tables", "graphml") and mapping is not None:
        yield mapping
        yield from source_files(src, mapping)
        return
    if mapping is not None:
        yield mapping
    if src.is_dir():
        yield from sorted(path for path in src.rglob("*") if path.is_file())
    else:
        yield src


def _signed(city: City, part: Part, record: ImportRecord) -> City:
    """With the sources of the part and the record of this import, each once."""
    identity = city.identity
    sources = (*identity.sources, *(s for s in part.sources if s not in identity.sources))
    again = any((r.kind, r.sha256) == (record.kind, record.sha256) for r in identity.imports)
    imports = identity.imports if again else (*identity.imports, record)
    return city.with_identity(identity.model_copy(update={"sources": sources, "imports": imports}))
