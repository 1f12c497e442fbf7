"""Which jobs have lost their worker: seen by its process where that is near, else by its silence.

Silence is measured by the watcher's own monotonic clock, and only while the database answers:
no clock of another machine is compared, and none that can be set back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.jobs.processes import Process
from rencity.jobs.store import RUNNING, beats, jobs

LEASE_S = 15.0
"""Silence after which a worker of another machine counts as lost."""
START_S = 60.0
"""Silence after which a worker that never gave a sign counts as lost: it had yet to start."""
STUCK_S = 120.0
"""Silence after which a worker of this machine, whose process is alive, is ended."""
OBEY_S = 30.0
"""Time a worker has to stop once it was asked to; then it is ended."""
_LONGEST_LOOK_S = 5.0
"""Between two looks further apart than this the watcher itself was away."""

_ASKED = (
    sa.select(
        jobs.table.c.id, jobs.table.c.attempt, jobs.table.c.cancel_asked,
        beats.c.worker, beats.c.beat,
    )
    .join(beats, beats.c.job == jobs.table.c.id)
    .where(jobs.table.c.state == RUNNING)
)  # fmt: skip


@dataclass
class _Seen:
    attempt: int
    beat: int
    silent_s: float = 0.0
    asked_s: float = 0.0


@dataclass(frozen=True)
class Lost:
    """A job without a worker, or whose worker must be ended first."""

    job: str
    attempt: int
    beat: int
    why: str
    worker: Process | None


class Watch:
    """What one watcher has seen of running jobs.

    Parameters
    ----------
    clock : monotonic, in seconds
    lease_s, stuck_s, obey_s : see `LEASE_S`, `STUCK_S`, `OBEY_S`
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        lease_s: float = LEASE_S,
        stuck_s: float = STUCK_S,
        obey_s: float = OBEY_S,
    ) -> None:
        self._clock = clock
        self._lease_s, self._stuck_s, self._obey_s = lease_s, stuck_s, obey_s
        self._seen: dict[str, _Seen] = {}
        self._last: float | None = None

    def look(self, connection: Connection) -> list[Lost]:
        """Look at every running job."""
        rows = connection.execute(_ASKED).all()
        now = self._clock()
        passed = 0.0 if self._last is None else min(now - self._last, _LONGEST_LOOK_S)
        self._last = now
        self._seen = {row.id: self._noted(row, passed) for row in rows}
        return [lost for row in rows for lost in self._judged(row)]

    def _noted(self, row: Any, passed: float) -> _Seen:
        seen = self._seen.get(row.id)
        if seen is None or seen.attempt != row.attempt:
            return _Seen(row.attempt, row.beat)
        silent = 0.0 if row.beat != seen.beat else seen.silent_s + passed
        asked = seen.asked_s + passed if row.cancel_asked else 0.0
        return _Seen(row.attempt, row.beat, silent, asked)

    def _judged(self, row: Any) -> Iterator[Lost]:
        seen, worker = self._seen[row.id], Process.read(row.worker)
        known = worker is not None and worker.near
        if worker is not None and worker.gone:
            yield Lost(row.id, row.attempt, row.beat, "its process is gone", worker)
        elif seen.asked_s >= self._obey_s and known:
            yield Lost(row.id, row.attempt, row.beat, "it did not stop when asked", worker)
        elif seen.silent_s >= self._patience_s(row.beat, known=known):
            said = f"no sign of life for {seen.silent_s:.0f} s"
            yield Lost(row.id, row.attempt, row.beat, said, worker)

    def _patience_s(self, beat: int, *, known: bool) -> float:
        """Silence that is borne of a worker that is seen to live, of a new one, of any other."""
        if known:
            return self._stuck_s
        return self._lease_s if beat else max(self._lease_s, START_S)
