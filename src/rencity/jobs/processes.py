"""Who works on a job: a process, known apart from a later one of the same number."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

_PROC = Path("/proc")
_STATE, _START = 0, 19
"""Fields of ``/proc/PID/stat`` after the name: its state, and its start in ticks since boot."""


@dataclass(frozen=True)
class Process:
    """A process of some machine.

    Attributes
    ----------
    boot : id of the machine's start and of the space its numbers are counted in; empty: unknown
    start : when it began, in ticks since boot
    """

    host: str
    boot: str
    pid: int
    start: int

    def __str__(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Process | None:
        """A process from its text; None where it says none."""
        with contextlib.suppress(ValueError, TypeError):
            return cls(**json.loads(text))
        return None

    @property
    def near(self) -> bool:
        """Whether it can be seen from here."""
        return bool(self.boot) and self.boot == _boot()

    @property
    def gone(self) -> bool:
        """Whether it has certainly ended; of a process elsewhere nobody here is certain."""
        return self.near and _start(self.pid) != self.start

    def kill(self) -> None:
        """End it at once, where it is near and still itself."""
        if self.near and not self.gone:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGKILL)


def mine() -> Process:
    """The process that asks."""
    pid = os.getpid()
    return Process(socket.gethostname(), _boot(), pid, _start(pid) or 0)


def _boot() -> str:
    """The machine's start and the space of process numbers: those of a container are its own."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _start(pid: int) -> int | None:
    """When a process began; None where it has ended, its remains not yet collected included."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[_STATE] in "ZX" else int(fields[_START])
