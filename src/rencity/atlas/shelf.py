"""Things held open between requests, the least recently asked for given up first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


class Shelf(Generic[Key, Item]):
    """What is held, up to a total weight.

    Parameters
    ----------
    weight : of an item, in any unit
    most : of all items together; the one asked for last stays, however heavy
    """

    def __init__(self, weight: Callable[[Item], int], most: int) -> None:
        self._weight, self._most = weight, most
        self._held: OrderedDict[Key, Item] = OrderedDict()
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, key: Key, make: Callable[[], Item]) -> Item:
        """The item of a key, made where it is not held; who asks meanwhile waits for it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._held[key] = made
                while len(self._held) > 1 and self._total() > self._most:
                    self._held.popitem(last=False)
            return made

    def _total(self) -> int:
        return sum(map(self._weight, self._held.values()))
