"""What jobs leave on disk, taken away once nothing goes on from it."""

from __future__ import annotations

import contextlib
import shutil

from rencity.db.store import Store
from rencity.jobs.store import DONE, jobs
from rencity.kit.errors import StorageError
from rencity.kit.files import locked_folder
from rencity.registry.places import Places
from rencity.registry.store import runs


def sweep(store: Store, places: Places) -> None:
    """Remove the folders of jobs that are done or were removed, but none that a worker holds."""
    for key in [path.name for path in places.work.iterdir()] if places.work.is_dir() else []:
        with store.reading() as connection:
            row, run = jobs.find(connection, key), runs.find(connection, key)
        if row is not None and row["state"] != DONE:
            continue
        with contextlib.suppress(StorageError), locked_folder(places.work / key):
            shutil.rmtree(places.work / key, ignore_errors=True)
            if row is None and run is None:  # put in its place by an attempt that was never told
                shutil.rmtree(places.run(key), ignore_errors=True)
