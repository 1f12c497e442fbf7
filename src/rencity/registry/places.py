"""Where everything of a server lies on disk, under one data folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rencity.kit.errors import RequestError, StorageError, UnreachableError
from rencity.kit.files import storage_error


@dataclass(frozen=True)
class Places:
    """A data folder.

    Attributes
    ----------
    folder : holds the embedded database and what the other properties name
    """

    folder: Path

    @property
    def keys(self) -> Path:
        """Signing key and certificates; never in a backup of the rest."""
        return self.folder / "keys"

    @property
    def cities(self) -> Path:
        """``ID/VERSION``: one city folder for each version."""
        return self.folder / "cities"

    @property
    def runs(self) -> Path:
        """``ID``: one folder for each run and each answer."""
        return self.folder / "runs"

    @property
    def uploads(self) -> Path:
        """``SHA256``: files that were handed in, each once."""
        return self.folder / "uploads"

    @property
    def packs(self) -> Path:
        """Packs of this site, laid over those that ship with Rencity."""
        return self.folder / "packs"

    @property
    def work(self) -> Path:
        """``JOB``: what jobs hold while they run; nothing here outlives its job."""
        return self.folder / "work"

    @property
    def reports(self) -> Path:
        """Finished pages."""
        return self.folder / "reports"

    def make(self) -> None:
        """Make every folder that is missing; the keys are for the owner only.

        Raises
        ------
        StorageError : the disk refused it
        """
        try:
            for place in (
                self.cities,
                self.runs,
                self.uploads,
                self.packs,
                self.work,
                self.reports,
            ):
                place.mkdir(parents=True, exist_ok=True)
            self.keys.mkdir(mode=0o700, exist_ok=True)
        except OSError as exc:
            raise storage_error(exc, self.folder) from exc

    def city(self, city: str, number: int) -> Path:
        """Folder of one version of a city."""
        return self.cities / city / str(number)

    def run(self, run: str) -> Path:
        """Folder of a run or an answer."""
        return self.runs / run

    def upload(self, sha256: str) -> Path:
        """File that was handed in, by its digest."""
        return self.uploads / sha256

    def told(self, text: str) -> str:
        """A text with paths as whoever asks knows them: files as handed in, the rest from here."""
        folder = re.escape(str(self.folder))
        return re.sub(rf"(?<![\w./]){folder}/(work/[^/\s]+/(in/(source/)?)?)?", "", text)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Let no file leave while the block lasts: a backup reads them.

        Raises
        ------
        StorageError : the disk refused it
        """
        with self._leaving(fcntl.LOCK_SH):
            yield

    @contextlib.contextmanager
    def cleared(self) -> Iterator[None]:
        """Around the removal of files.

        Raises
        ------
        UnreachableError : a backup reads them; the same may be tried again
        StorageError : the disk refused it
        """
        try:
            with self._leaving(fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield
        except BlockingIOError as exc:
            raise UnreachableError(
                "a backup reads the files", place=str(self.folder), mend="try again when it is done"
            ) from exc

    @contextlib.contextmanager
    def _leaving(self, how: int) -> Iterator[None]:
        try:
            handle = os.open(self.uploads, os.O_RDONLY)
        except OSError as exc:
            raise storage_error(exc, self.uploads) from exc
        try:
            fcntl.flock(handle, how)  # ends with the process that holds it, whatever kills that
            yield
        finally:
            os.close(handle)

    def room(self) -> int:
        """Free bytes of the disk.

        Raises
        ------
        StorageError : the disk does not answer
        """
        try:
            return shutil.disk_usage(self.folder).free
        except OSError as exc:
            raise storage_error(exc, self.folder) from exc


def inside(name: str) -> PurePosixPath:
    """A path of a file that was handed in, which stays under the folder it is laid into.

    Raises
    ------
    RequestError : it is absolute, climbs, or holds what no name may hold
    """
    path = PurePosixPath(name)
    bad = not name or "\0" in name or "\\" in name or path.is_absolute() or ".." in path.parts
    if bad or len(name) > 200 or str(path) == ".":
        raise RequestError(
            f"{name!r} is no path inside a folder",
            place="path",
            mend="give a relative path without .. and backslashes, at most 200 characters",
        )
    return path


def lay(source: Path, target: Path) -> None:
    """Put a copy of a file at a place, whose folders are made.

    Raises
    ------
    StorageError : the file is gone or the disk refused it
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except FileNotFoundError as exc:
        raise StorageError(
            "the file is gone from the data folder", place=str(source), mend="hand it in again"
        ) from exc
    except OSError as exc:
        raise storage_error(exc, target) from exc
