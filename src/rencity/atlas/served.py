"""Single tiles out of a file of tiles, each at an address of its own.

A browser would read ranges of one file one after another, since its cache lets only one at a time
write an address; tiles with addresses of their own it reads side by side, and keeps.
"""

from __future__ import annotations

import mmap
from functools import lru_cache
from pathlib import Path
from typing import Any

from rencity.kit.errors import StorageError

MOST_FILES = 64
MOST_PARTS = 256
"""Parts of a file's directory that are held unpacked."""
HEADER = 127
DEPTH = 4


class Tiles:
    """A PMTiles file, read in place."""

    def __init__(self, path: Path) -> None:
        from pmtiles.tile import deserialize_header  # noqa: PLC0415 - of map requests only

        with path.open("rb") as handle:
            self._bytes = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        self._header: Any = deserialize_header(self._bytes[:HEADER])
        self._part = lru_cache(MOST_PARTS)(self._unpacked)

    def get(self, z: int, x: int, y: int) -> bytes | None:
        """A tile as it lies in the file, packed by gzip; None where nothing is drawn."""
        from pmtiles.tile import find_tile, zxy_to_tileid  # noqa: PLC0415

        if not (0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        wanted = zxy_to_tileid(z, x, y)
        at, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(DEPTH):
            found = find_tile(self._part(at, length), wanted)
            if found is None:
                return None
            if found.run_length:
                begin = self._header["tile_data_offset"] + found.offset
                return self._bytes[begin : begin + found.length]
            at = self._header["leaf_directory_offset"] + found.offset
            length = found.length
        return None

    def _unpacked(self, at: int, length: int) -> Any:
        from pmtiles.tile import deserialize_directory  # noqa: PLC0415

        return deserialize_directory(self._bytes[at : at + length])


def tiles_of(path: Path) -> Tiles:
    """The tiles of a file, held open.

    Raises
    ------
    StorageError : it is gone or broken
    """
    try:
        said = path.stat()
        return _opened(path, said.st_ino, said.st_mtime_ns)
    except (OSError, ValueError, KeyError) as exc:
        raise StorageError(
            f"the tiles cannot be read: {exc}", place=path.name, mend="have the map drawn again"
        ) from exc


@lru_cache(MOST_FILES)
def _opened(path: Path, _inode: int, _changed: int) -> Tiles:
    return Tiles(path)
