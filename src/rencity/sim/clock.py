"""Time of each stage, told to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]


class Clock:
    """Time of each stage, told to whoever watches."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what stands inside."""
        self._stage = name
        begin = time.perf_counter()
        self._progress(name, 0.0)
        yield
        self.seconds[name] = round(time.perf_counter() - begin, 3)
        self._progress(name, 1.0)

    def share(self, done: float) -> None:
        """Tell how much of the stage is done."""
        self._progress(self._stage, done)
