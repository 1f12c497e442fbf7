"""What a file looks like, so that the wrong reader can name the right one."""

from __future__ import annotations

import json
from pathlib import Path

from rencity.kit.errors import InputError

_HEAD = 4096
_MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("osm", ("OSMHeader", "<osm ")),
    ("graphml", ("<graphml", "graphml.graphdrawing.org")),
    ("swmm", ("[SUBCATCHMENTS]", "[CONDUITS]", "[RAINGAGES]")),
    ("epanet", ("[JUNCTIONS]", "[RESERVOIRS]", "[PIPES]")),
    ("tntp", ("<NUMBER OF ZONES>", "<NUMBER OF NODES>", "<END OF METADATA>")),
    ("pandapower", ('"pandapowerNet"',)),
    ("pyrecodes", ('"ComponentLibraryFile"', '"SystemConfigurationFile"')),
    ("a GeoJSON layer: tables", ('"FeatureCollection"',)),
)


def looks_like(path: Path) -> str:
    """The kind of reader whose file this looks like by its first lines; empty if none."""
    if path.is_dir():
        return ""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError:
        return ""
    return next((kind for kind, marks in _MARKS if any(mark in head for mark in marks)), "")


def not_a(kind: str, path: Path, why: str, mend: str) -> InputError:
    """The error for a file that is no file of `kind`, naming the reader it belongs to."""
    other = looks_like(path)
    if other and other != kind:
        return InputError(
            f"not a {kind} file but one for {other}",
            place=str(path),
            mend=f"rencity city import {other.rsplit(' ', 1)[-1]} {path.name} ...",
        )
    return InputError(f"not a {kind} file: {why}", place=str(path), mend=mend)


def load_json(path: Path, text: str, kind: str) -> object:
    """The value of a JSON text.

    Raises
    ------
    InputError : broken JSON, with its line; a name twice in one object; another kind of file
    """

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(
                f"{twice!r} stands twice in one object", place=str(path), mend="rename one of them"
            )
        return made

    try:
        made: object = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as exc:
        other = looks_like(path)
        if other and other != kind:
            raise not_a(kind, path, "", "") from exc
        raise InputError(
            f"broken JSON at line {exc.lineno}, column {exc.colno}: {exc.msg}",
            place=str(path),
            mend="get the file again whole, or correct that line",
        ) from exc
    except RecursionError as exc:
        raise InputError(
            "JSON nested too deep to be such a file", place=str(path), mend="check the file"
        ) from exc
    return made
