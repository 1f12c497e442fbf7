"""The packs in force on this server, read again when a file of them has changed."""

from __future__ import annotations

import threading
from pathlib import Path

from rencity.content import Packs, load_packs
from rencity.content.loading import pack_folders


class Held:
    """The shipped packs and those of the data folder, by region.

    Parameters
    ----------
    folder : packs of this site; may be empty
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp: tuple[object, ...] = ()
        self._held: dict[str | None, Packs] = {}

    def extra(self) -> list[Path]:
        """Folders of the packs of this site."""
        return sorted(path.parent for path in self._folder.glob("*/pack.toml"))

    def of(self, region: str | None = None) -> Packs:
        """The packs that hold in a region; everywhere where none is named.

        Raises
        ------
        PackError : a pack breaks its schema
        """
        with self._lock:
            stamp = self._now()
            if stamp != self._stamp:
                self._stamp, self._held = stamp, {}
            if region not in self._held:
                self._held[region] = load_packs(self.extra(), region=region)
            return self._held[region]

    def _now(self) -> tuple[object, ...]:
        folders = [*pack_folders(), *self.extra()]
        files = (path for folder in folders for path in sorted(folder.iterdir()))
        return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
