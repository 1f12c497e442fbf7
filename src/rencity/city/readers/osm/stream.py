"""Objects of a file, streamed; every fault of the file said with its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
from osmium.filter import KeyFilter
from osmium.io import FileBuffer, Reader

from rencity.kit.errors import InputError

NODE, WAY, RELATION = osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION
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


class NodeStore:
    """Locations of every node, kept outside Python: 16 bytes each.

    Attributes
    ----------
    read : nodes seen
    """

    def __init__(self) -> None:
        self._table = osmium.index.create_map("sparse_mem_array")
        self._handler = osmium.NodeLocationsForWays(self._table)
        self.read = 0

    def fill(self, path: Path, keys: tuple[str, ...]) -> Iterator[Any]:
        """Store every node; yield those with a tag of `keys`."""
        yield from objects(path, NODE, self._handler, KeyFilter(*keys))
        self.read = self._table.used_memory() // LOCATION_BYTES
        self._sort()

    def get(self, ref: int) -> Any:
        """The location of a node; None when the file does not hold it."""
        try:
            return self._table.get(ref)
        except KeyError:
            return None

    def _sort(self) -> None:
        # the handler sorts nodes that came out of order when it meets the next way
        with Reader(FileBuffer(b'<osm version="0.6"><way id="1"/></osm>', "osm")) as reader:
            osmium.apply(reader, self._handler)


def _fault(path: Path, exc: RuntimeError) -> InputError:
    return InputError(
        f"not readable as OpenStreetMap data: {exc}",
        place=str(path),
        mend="fetch the extract again whole; its name must end in .osm.pbf or .osm",
    )
