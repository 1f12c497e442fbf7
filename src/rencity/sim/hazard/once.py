"""Heavy work of hazards, done once for the same input."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from rencity.kit.digests import digest_of

MOST_KEPT = 4
"""A large terrain made ready takes hundreds of megabytes."""

Made = TypeVar("Made")


class Once:
    """What was made of which input; the oldest goes when there is no room.

    Measures are tried on the same storm over the same terrain again and again.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._kept: OrderedDict[str, object] = OrderedDict()
        self._most = most

    def of(self, make: Callable[[], Made], *inputs: object) -> Made:
        """What `make` returns, made anew only where it is not kept for equal inputs."""
        key = digest_of(inputs)
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]  # type: ignore[return-value]
