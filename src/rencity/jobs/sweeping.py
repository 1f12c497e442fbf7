"""What jobs leave on disk, taken away once nothing goes on from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from rencity.db.store import Store
from rencity.jobs.store import DONE, jobs
from rencity.registry.places import Places


def sweep(store: Store, places: Places, keys: Iterable[str] | None = None) -> None:
    """Remove the folders of jobs that are done or gone.

    Parameters
    ----------
    keys : jobs to look at; None: every folder there is
    """
    if keys is None:
        keys = [path.name for path in places.work.iterdir()] if places.work.is_dir() else []
    for key in keys:
        with store.reading() as connection:
            row = jobs.find(connection, key)
        if row is None or row["state"] == DONE:
            shutil.rmtree(places.work / key, ignore_errors=True)
