"""Jobs that end in a version of a city: imports, and the demo."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rencity.atlas.tiles import map_folder
from rencity.city.importing import ImportResult, NewCity, import_into
from rencity.city.infer import Rule
from rencity.city.merge_rules import read_merge_rules
from rencity.city.model import City
from rencity.city.readers.ledger import Layer
from rencity.content import load_packs
from rencity.jobs import inputs
from rencity.jobs.context import Context, Made
from rencity.jobs.mapping import draw
from rencity.kit.files import storage_error
from rencity.registry.places import inside
from rencity.registry.store import cities

MOST_TOLD = 200
"""Findings that the job's record holds; the rest are counted."""
_MAPPED = ("tables", "graphml")


def demo(context: Context, given: inputs.DemoInput) -> Made:
    """Make a synthetic city."""
    from rencity.city.demo.build import make_demo  # noqa: PLC0415 - of one kind only

    context.progress("demo", 0.0)
    city = make_demo(given.scale, given.seed).city
    city = city.with_identity(city.identity.model_copy(update={"id": given.city}))
    context.progress("write", 0.0)
    return _made(context, city.write(context.result, replace=True), base=0)


def import_(context: Context, given: inputs.ImportInput) -> Made:
    """Read what was handed in into a new city, or into a copy of the one that stands."""
    source = _source(context, given)
    base = _base(context, given.into) if given.into else 0
    context.progress("import", 0.0)
    result = import_into(
        given.reader,
        source,
        context.result,
        mapping=_mapping(context, given),
        crs=given.crs,
        new=None if given.into else _named(given),
        rules=_rules(context, given) if given.infer else {},
        options=given.options,
        merge_rules=_merge_rules(context, given),
        far=given.far,
    )
    for layer in result.layers:
        context.tell(
            f"{layer.name}: {layer.read} read, {layer.kept} kept, "
            f"{layer.merged.total()} merged, {layer.refused.total()} refused"
        )
    return _made(context, result.city, base=base, **_account(result))


def _made(context: Context, city: City, *, base: int, **more: Any) -> Made:
    if more.get(
        "changed", True
    ):  # else the version that stands has its map, or may be asked for one
        draw(context, city, map_folder(context.result, city.hash))
    return Made("city", {"city": city.identity.id, "base": base}, {"hash": city.hash, **more})


def _source(context: Context, given: inputs.ImportInput) -> Path:
    folder = context.inbox / "source"
    context.lay(given.files, folder)
    only = next(iter(given.files)) if len(given.files) == 1 else ""
    named = given.source or only
    return folder / inside(named) if named else folder


def _base(context: Context, city: str) -> int:
    """Copy the version in force to where the next one is made; its number."""
    with context.store.reading() as connection:
        number = int(cities.get(connection, city)["current"])
    try:
        shutil.rmtree(context.result, ignore_errors=True)
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(context.city(city, number), context.result, ignore=hidden)
    except OSError as exc:
        raise storage_error(exc, context.result) from exc
    return number


def _mapping(context: Context, given: inputs.ImportInput) -> Path | None:
    """The mapping, which names no file but those that were handed in."""
    if not given.mapping:
        return None
    path = context.upload(given.mapping, context.inbox / "mapping.toml")
    if given.reader in _MAPPED:
        from rencity.city.readers.mapping import read_mapping  # noqa: PLC0415 - of some readers

        for name in filter(None, read_mapping(path).files()):
            inside(name)
    return path


def _merge_rules(context: Context, given: inputs.ImportInput) -> Any:
    if not given.merge:
        return None
    return read_merge_rules(context.upload(given.merge, context.inbox / "merge.toml"))


def _named(given: inputs.ImportInput) -> NewCity:
    return NewCity(given.id, given.name or given.id, given.name_en, given.code, given.time_zone)


def _rules(context: Context, given: inputs.ImportInput) -> Mapping[str, Rule]:
    region = given.code
    if given.into:
        with context.store.reading() as connection:
            region = cities.get(connection, given.into)["code"]
    return load_packs(context.packs, region=region or None).rules


def _account(result: ImportResult) -> dict[str, Any]:
    """Every row that was read, and what became of it."""
    findings = [finding.to_dict() for finding in (*result.findings, *result.unmet)]
    return {
        "changed": result.changed,
        "layers": [_layer(layer) for layer in result.layers],
        "added": dict(result.added),
        "same": dict(result.same),
        "changes": dict(result.changes),
        "joined": dict(result.report.pairs),
        "conflicts": dict(result.report.conflicts),
        "overruled": result.overruled,
        "inferred": dict(result.inferred),
        "findings": findings[:MOST_TOLD],
        "findings_more": max(0, len(findings) - MOST_TOLD),
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "read": layer.read,
        "kept": layer.kept,
        "merged": dict(layer.merged),
        "refused": dict(layer.refused),
        "examples": {reason: list(places) for reason, places in layer.examples.items()},
    }
