"""Objects of a file, streamed; every fault of the file said with its name."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
from osmium.filter import KeyFilter
from osmium.io import File, Reader

from rencity.kit.errors import InputError

NODE, WAY, RELATION = osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION
_ESCAPE = re.compile(r"%([0-9a-fA-F]+)%")
LOCATION_BYTES = 16  # id and coordinates of a node in the sparse store


def check_file(path: Path) -> None:
    """Refuse what is no OpenStreetMap snapshot before anything is read.

    Raises
    ------
    InputError : missing, empty, not OSM data, or a history file
    """
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend="give an .osm.pbf or .osm file")
    if path.stat().st_size == 0:
        raise InputError("the file is empty", place=str(path), mend="fetch the extract again")
    try:
        history = osmium.io.File(str(path)).has_multiple_object_versions  # by its name
        with Reader(str(path), osmium.osm.NOTHING) as reader:
            history = history or reader.header().has_multiple_object_versions
    except RuntimeError as exc:
        raise _fault(path, exc) from exc
    if history:
        raise InputError(
            "a history file: objects come in several versions",
            place=str(path),
            mend="cut a snapshot of one day: osmium time-filter",
        )


def objects(path: Path, entities: Any, *filters: Any) -> Iterator[Any]:
    """Objects of the asked types that pass every filter.

    Raises
    ------
    InputError : the file breaks off or is not what it claims to be
    """
    processor = osmium.FileProcessor(str(path), entities)
    for each in filters:
        processor = processor.with_filter(each)
    try:
        yield from processor
    except RuntimeError as exc:
        raise _fault(path, exc) from exc


def opl(path: Path, entities: Any, *filters: Any) -> bytes:
    """Objects of the asked types that pass every filter, as OPL text, a line each.

    Written outside Python, which is several times faster than to meet each object in it.

    Raises
    ------
    InputError : the file breaks off or is not what it claims to be
    """
    with tempfile.TemporaryDirectory(prefix="rencity-") as folder:
        out = Path(folder) / "objects.opl"
        writer = osmium.SimpleWriter(File(str(out), "opl,add_metadata=false"))
        try:
            with Reader(str(path), entities) as reader:
                osmium.apply(reader, *filters, writer)
        except RuntimeError as exc:
            raise _fault(path, exc) from exc
        finally:
            writer.close()
        return out.read_bytes()


def tags_of(text: bytes) -> dict[str, str]:
    """Tags of a field of OPL text, without its leading T."""
    if not text:
        return {}
    plain = text.decode("utf-8")
    pairs = (pair.partition("=") for pair in plain.split(","))
    if "%" not in plain:
        return {key: value for key, _, value in pairs}
    return {_unescaped(key): _unescaped(value) for key, _, value in pairs}


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


class NodeCount:
    """Nodes seen, counted outside Python."""

    def __init__(self) -> None:
        self._table = osmium.index.create_map("sparse_mem_array")
        self._handler = osmium.NodeLocationsForWays(self._table)

    def tagged(self, path: Path, keys: tuple[str, ...]) -> Iterator[Any]:
        """Count every node; yield those with a tag of `keys`."""
        yield from objects(path, NODE, self._handler, KeyFilter(*keys))

    @property
    def read(self) -> int:
        """Nodes counted."""
        return int(self._table.used_memory()) // LOCATION_BYTES


def _fault(path: Path, exc: RuntimeError) -> InputError:
    return InputError(
        f"not readable as OpenStreetMap data: {exc}",
        place=str(path),
        mend="fetch the extract again whole; its name must end in .osm.pbf or .osm",
    )
