"""Cities held open between requests, the least recently asked for given up first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rencity.atlas.shelf import Shelf
from rencity.kit.errors import AbsentError

if TYPE_CHECKING:
    from rencity.city.network import Network
    from rencity.sim.why.lane import Bools
    from rencity.sim.why.names import Names

T = TypeVar("T")

MOST_ROWS = 4_000_000
"""Rows of all tables held at once, about; a metropolis has two million."""


_Key = tuple[Path, int, int]


class Opened:
    """A version of a city with what is derived from it, each made when first asked for."""

    def __init__(self, folder: Path) -> None:
        from rencity.city.model import City  # noqa: PLC0415 - heavy

        self.folder = folder
        self.city = City.open(folder)
        self._lock = threading.RLock()
        self._kept: dict[Any, Any] = {}
        self._making: dict[Any, threading.Lock] = {}

    def kept(self, what: Callable[[Opened], T]) -> T:
        """What a class derives from the city, made once and kept with it.

        Parameters
        ----------
        what : a class that is made of an opened city
        """
        with self._lock:
            making = self._making.setdefault(what, threading.Lock())
        with making:
            if what not in self._kept:
                self._kept[what] = what(self)
            return self._kept[what]

    @property
    def runs(self) -> Bools:
        """What is served in the undamaged city, bool (n,).

        Raises
        ------
        CityError : the city has errors
        """
        with self._lock:
            return self._runs

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(len(table) for table in self.city.tables.values())

    @property
    def network(self) -> Network:
        """Its arrays.

        Raises
        ------
        CityError : the city has errors
        """
        with self._lock:
            return self._network

    @property
    def names(self) -> Names:
        """Its words for rows of the network."""
        with self._lock:
            return self._names

    @cached_property
    def _network(self) -> Network:
        from rencity.city.network.cache import network_of  # noqa: PLC0415 - heavy

        return network_of(self.city)

    @cached_property
    def _runs(self) -> Bools:
        from rencity.sim.why.lane import undamaged_runs  # noqa: PLC0415 - heavy

        return undamaged_runs(self._network)

    @cached_property
    def _names(self) -> Names:
        from rencity.sim.why.names import Names  # noqa: PLC0415 - heavy

        return Names(self.city, self._network)


class OpenedCities:
    """The cities a server holds open.

    Parameters
    ----------
    most_rows : of all tables together; the one asked for last stays, however large
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._held: Shelf[_Key, Opened] = Shelf(lambda held: held.rows, most_rows)

    def of(self, folder: Path) -> Opened:
        """The city in a folder; who asks meanwhile waits for this one.

        Raises
        ------
        AbsentError : there is none
        InputError : it is broken
        """
        return self._held.of(_key(folder), lambda: Opened(folder))


def _key(folder: Path) -> _Key:
    """A folder and what lies in it now: a city may be removed and another take its place."""
    try:
        said = (folder / "city.toml").stat()
    except OSError as exc:
        raise AbsentError("no city here", place=str(folder), mend="import it again") from exc
    return folder, said.st_ino, said.st_mtime_ns
