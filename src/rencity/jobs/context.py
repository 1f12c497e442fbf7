"""What a kind's function is given, and what it gives back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rencity.db.store import Store
from rencity.jobs import inputs
from rencity.jobs.pinning import scenario_at
from rencity.journal.records import Row
from rencity.kit.files import storage_error, write_bytes
from rencity.registry.cities import folder_of
from rencity.registry.places import Places, inside, lay
from rencity.registry.scenarios import FILE, lay_out
from rencity.registry.store import cities, uploads
from rencity.sim.clock import Progress

RESULT = "result"


@dataclass(frozen=True)
class Made:
    """What an attempt made: it lies in the folder `Context.result`, and is entered afterwards.

    Attributes
    ----------
    place : what it is: a run or an answer, a version of a city, its map, or pages
    said : what its record says
    outcome : what the job's record says beside where it lies; plain values
    """

    place: Literal["run", "city", "map", "report"]
    said: Mapping[str, Any]
    outcome: Mapping[str, Any]


@dataclass
class Context:
    """The place, the data and the ears of one attempt.

    Attributes
    ----------
    work : folder of the job, which its attempts share
    progress : called with a stage and its share done, 0 to 1
    tell : writes a line into the job's log
    kept : counts the finished parts that another attempt goes on from
    """

    job: Row
    store: Store
    places: Places
    work: Path
    progress: Progress = lambda _stage, _share: None
    tell: Callable[[str], None] = lambda _text: None
    kept: Callable[[], int] = lambda: 0

    def finished(self) -> int:
        """How many parts are finished that another attempt goes on from."""
        return self.kept()

    @property
    def result(self) -> Path:
        """Where what is made is written."""
        return self.work / RESULT

    @property
    def inbox(self) -> Path:
        """Where what is read is laid."""
        return self.work / "in"

    @property
    def packs(self) -> list[Path]:
        """Packs of this site."""
        folder = self.places.packs
        return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def clear(self) -> None:
        """Forget what an earlier attempt laid out.

        Raises
        ------
        StorageError : the disk refused it
        """
        try:
            if self.inbox.exists():
                shutil.rmtree(self.inbox)
            self.inbox.mkdir(parents=True)
        except OSError as exc:
            raise storage_error(exc, self.inbox) from exc

    def city(self, city: str, version: int | None) -> Path:
        """The folder of a version of a city.

        Raises
        ------
        AbsentError, RequestError : it is not there
        """
        with self.store.reading() as connection:
            return folder_of(cities.get(connection, city), self.places, version)

    def scenario(self, given: inputs.Strike, name: str = "scenario") -> Path:
        """A scenario laid out with its files; the path of its text.

        Raises
        ------
        StorageError : a file is gone, or the disk refused it
        """
        if given.scenario:
            return self.kept_scenario(given.scenario, given.scenario_version, name)
        folder = self.inbox / name
        self.lay(given.files, folder)
        write_bytes(folder / FILE, given.text.encode())
        return folder / FILE

    def kept_scenario(self, scenario: str, version: int | None, name: str) -> Path:
        """A scenario that is kept, as it stood at a version.

        Raises
        ------
        StorageError : a file is gone, or the disk refused it
        """
        with self.store.reading() as connection:
            row = scenario_at(connection, scenario, version or 1)
            return lay_out(connection, self.places, row, self.inbox / name)

    def lay(self, files: Mapping[str, str], folder: Path) -> None:
        """Lay files that were handed in at their paths in a folder.

        Raises
        ------
        StorageError : a file is gone, or the disk refused it
        """
        for path, upload in files.items():
            self.upload(upload, folder / inside(path))

    def upload(self, upload: str, target: Path) -> Path:
        """Lay one file that was handed in; where it lies.

        Raises
        ------
        StorageError : it is gone, or the disk refused it
        """
        with self.store.reading() as connection:
            held = uploads.get(connection, upload)
        lay(self.places.upload(held["sha256"]), target)
        return target
