"""Runs held open between requests: their arrays and tables, and what is made of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rencity.atlas.briefs import Brief, brief_in
from rencity.atlas.shelf import Shelf
from rencity.kit.errors import AbsentError, ConflictError, LimitError, RunError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from rencity.atlas.opened import Opened
    from rencity.rehearse.why import Asked
    from rencity.report.folder import Run

MARKS = {
    "stress": "run.json",
    "n1": "n1.json",
    "measure": "measures.json",
    "rate": "rate.json",
    "invest": "invest.json",
}
"""The file by which a folder of each kind is known."""

MOST_BYTES = 4_000_000_000
"""Held of all runs together, about."""
PICTURES_BYTES = 200_000_000
MOST_BRIEFS = 2000
WAIT_S = 20.0
"""How long a question waits for the one before it."""
GONE = "restore it from a backup, or remove the run and ask again"

_Key = tuple[Path, int, int]


class OpenedRun:
    """A run with what is derived from it, each made when first asked for.

    Attributes
    ----------
    made : what pages drew of it, by what was asked
    """

    def __init__(self, folder: Path) -> None:
        from rencity.report.folder import open_run  # noqa: PLC0415 - heavy

        self.folder = folder
        self.run: Run = open_run(folder)
        self.made: Shelf[tuple[Any, ...], Any] = Shelf(_weight, PICTURES_BYTES)
        self._answering = threading.Lock()
        self._asked: tuple[Opened, Asked] | None = None

    @property
    def bytes(self) -> int:
        """Memory that its arrays take, about."""
        frames = (self.run.zones, self.run.assets, self.run.links)
        return int(self.run.result.nbytes) + 200 * sum(map(len, frames))

    @cached_property
    def asset_rows(self) -> pd.Index:
        """Ids of the assets in the order of the city's table."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.Index(self.run.assets["asset"])

    def row_of(self, ids: Any) -> npt.NDArray[np.intp]:
        """Rows of assets in the city's table; -1 where it has no such asset."""
        return self.asset_rows.get_indexer(ids)

    @contextlib.contextmanager
    def in_turn(self, question: str) -> Iterator[None]:
        """Wait for the question before, but not for ever: a server has only so many threads.

        Parameters
        ----------
        question : the last part of its address, for messages

        Raises
        ------
        LimitError : another question to this run takes long
        """
        if not self._answering.acquire(timeout=WAIT_S):
            raise LimitError(
                "another question to this run is being answered, and takes long",
                place=f"run/{self.folder.name}/{question}",
                mend="ask again in a minute, or about fewer samples",
            )
        try:
            yield
        finally:
            self._answering.release()

    def asked(self, city: Opened) -> Asked:
        """The run and its city, to be asked why; within `in_turn`."""
        from rencity.rehearse.why import Asked  # noqa: PLC0415 - heavy
        from rencity.sim.why.about import about_of, outages_in  # noqa: PLC0415 - heavy

        if self._asked is None or self._asked[0] is not city:
            about = about_of(self.folder)
            table = outages_in(self.folder, about)
            parts = (city.city, city.network, city.names)
            self._asked = city, Asked(about, table, *parts)
        return self._asked[1]


class OpenedRuns:
    """The runs a server holds open."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._held: Shelf[_Key, OpenedRun] = Shelf(lambda held: held.bytes, most_bytes)
        self._briefs: Shelf[_Key, Brief] = Shelf(lambda _: 1, MOST_BRIEFS)

    def of(self, folder: Path, run: str) -> OpenedRun:
        """A finished stress run.

        Parameters
        ----------
        run : its id, for messages

        Raises
        ------
        AbsentError : its folder is gone
        RunError : a file of it is missing or broken
        """
        key = _key(folder, MARKS["stress"], run)
        try:
            return self._held.of(key, lambda: OpenedRun(folder))
        except RunError as exc:
            raise of_run(exc, run, folder) from exc

    def brief(self, folder: Path, run: str) -> Brief:
        """A finished stress run in brief, without opening it.

        Parameters
        ----------
        run : its id, for messages

        Raises
        ------
        AbsentError : its folder is gone
        RunError : a file of it is missing or broken
        """
        key = _key(folder, MARKS["stress"], run)
        try:
            return self._briefs.of(key, lambda: brief_in(folder))
        except RunError as exc:
            raise of_run(exc, run, folder) from exc


def of_run(exc: RunError, run: str, folder: Path) -> RunError:
    """The same fault, told by the run's id and file instead of by a place on the server's disk."""
    here = f"run/{run}"
    what, place = (text.replace(str(folder), here) for text in (exc.what, exc.place))
    return RunError(what, place=place or here, mend=exc.mend)


def must_be(what: str, wanted: str, run: str) -> None:
    """Refuse a question to a run of another kind.

    Raises
    ------
    ConflictError : it is of another kind
    """
    if what != wanted:
        instead = "about, key-figures, curves or zones" if what == "stress" else what
        raise ConflictError(
            f"run {run} is of kind {what}, not {wanted}",
            place=f"run/{run}",
            mend=f"ask for its {instead}, or name a run of kind {wanted}",
        )


def mark_in(folder: Path, what: str, run: str) -> Path:
    """The file that holds an answer.

    Raises
    ------
    AbsentError : its folder is gone
    """
    _key(folder, MARKS[what], run)
    return folder / MARKS[what]


def _key(folder: Path, mark: str, run: str) -> _Key:
    """A folder and what lies in it now: a run may be removed and another take its place."""
    try:
        said = (folder / mark).stat()
    except OSError as exc:
        raise AbsentError(f"its {mark} is gone", place=f"run/{run}", mend=GONE) from exc
    return folder, said.st_ino, said.st_mtime_ns


def _weight(made: Any) -> int:
    return len(made) if isinstance(made, bytes) else int(getattr(made, "nbytes", 100_000))
