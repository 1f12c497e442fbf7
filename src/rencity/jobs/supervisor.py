"""A server's part in the queue: it begins jobs in processes of their own and watches over them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rencity.db.store import Store
from rencity.jobs import attempts
from rencity.jobs.processes import mine
from rencity.jobs.store import Limits
from rencity.jobs.sweeping import sweep
from rencity.jobs.watching import Lost, Watch
from rencity.journal.records import Row
from rencity.kit.errors import StorageError, UnreachableError
from rencity.registry.places import Places

POLL_S = 0.5
SWEEP_TURNS = 1200
"""Turns between two looks for folders that nothing goes on from."""
STOP_S = 20.0
"""Time that workers have to put their jobs back when the server stops; then they are ended."""
ADDRESS = "RENCITY_DB"
"""Environment variable that tells a worker the database: no password in a list of processes."""
TAIL = 2_000
_AWAY = (UnreachableError, StorageError)
_WHO = "system:jobs"
_LOG = logging.getLogger(__name__)


@dataclass
class _Child:
    """A worker this supervisor began."""

    job: str
    attempt: int
    process: subprocess.Popen[bytes]
    said: Path


class Supervisor:
    """Works off the queue, in as many processes as there are slots.

    Parameters
    ----------
    store : database; the workers open it by its address
    places : data folder
    slots : jobs at once on this server; None: half the cores
    limits : of each caller
    watch : how lost workers are found

    Examples
    --------
    >>> supervisor = Supervisor(store, places)  # doctest: +SKIP
    >>> supervisor.start()  # doctest: +SKIP
    >>> supervisor.stop()  # doctest: +SKIP
    """

    def __init__(
        self,
        store: Store,
        places: Places,
        *,
        slots: int | None = None,
        limits: Limits | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.slots = slots or max(1, (os.cpu_count() or 1) // 2)
        self._store, self._places = store, places
        self._limits, self._watch = limits or Limits(), watch or Watch()
        self._me = str(mine())
        self._children: list[_Child] = []
        self._turns = 0
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to work off the queue, in a thread."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now: something was asked for."""
        self._woken.set()

    @property
    def alive(self) -> bool:
        """Whether it works off the queue."""
        return self._thread.is_alive() and not self._stopping.is_set()

    def stop(self, within_s: float = STOP_S) -> None:
        """Put every job of this server back into the queue, and return within that time or so."""
        self._stopping.set()
        self.wake()
        if self._thread.ident is not None:
            self._thread.join(within_s)
        self._send(signal.SIGINT)
        end = time.monotonic() + within_s
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, end - time.monotonic()))
        self._send(signal.SIGKILL)
        for child in self._children:
            child.process.wait()
            with contextlib.suppress(*_AWAY, attempts.SupersededError):
                self._back(child, "stopped with the server")
        self._children.clear()

    def work_off(self) -> None:
        """Do what is queued now and what comes meanwhile, then return.

        Raises
        ------
        UnreachableError, StorageError : the database is gone
        """
        while not self._stopping.is_set():
            self._turn()
            with self._store.reading() as connection:
                if not self._children and not attempts.waiting(connection):
                    return
            self._rest()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except _AWAY as exc:
                _LOG.warning("jobs wait for the database: %s", exc)
            except Exception:  # noqa: BLE001 - a fault in one turn must not end all that follow
                _LOG.exception("a turn of the queue failed")
            self._rest()

    def _rest(self) -> None:
        self._woken.wait(POLL_S)
        self._woken.clear()

    def _turn(self) -> None:
        if self._turns % SWEEP_TURNS == 0:
            sweep(self._store, self._places)
        self._turns += 1
        self._collect()
        self._look()
        while len(self._children) < self.slots and not self._stopping.is_set():
            with self._store.reading() as connection:  # most of the time nothing waits
                if not attempts.waiting(connection):
                    return
            with self._store.writing(_WHO) as tx:
                row = attempts.claim(tx, self._limits, self._me)
            if row is None:
                return
            try:
                self._begin(row)
            except OSError as exc:
                self._refuse(row, exc)

    def _begin(self, row: Row) -> None:
        work = self._places.work / row["id"]
        work.mkdir(parents=True, exist_ok=True)
        said = work / "said"
        command = [
            sys.executable, "-m", "rencity", "jobs", "work", row["id"], str(row["attempt"]),
            "--data", str(self._places.folder),
        ]  # fmt: skip
        address = self._store.url.render_as_string(hide_password=False)
        with said.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, ADDRESS: address},
                start_new_session=True,  # Ctrl-C goes to the server, which stops its workers
            )
        self._children.append(_Child(row["id"], row["attempt"], process, said))

    def _refuse(self, row: Row, fault: OSError) -> None:
        """Tell that no worker could be begun."""
        why = f"no worker could be begun: {fault.strerror or fault}"
        with self._store.writing(_WHO) as tx:
            attempts.lost(tx, row["id"], row["attempt"], why)

    def _collect(self) -> None:
        """Look after workers that have ended; most have told the end of their job themselves."""
        for child in list(self._children):
            if (code := child.process.poll()) is None:
                continue
            with (
                contextlib.suppress(attempts.SupersededError),
                self._store.writing(_WHO) as tx,
            ):
                attempts.own(tx, child.job, child.attempt)
                if tail := _tail(child.said):
                    attempts.write(tx, child.job, child.attempt, tail, "error")
                why, mend = _ending(code)
                attempts.lost(tx, child.job, child.attempt, why, mend)
            self._children.remove(child)

    def _look(self) -> None:
        with self._store.reading() as connection:
            found = self._watch.look(connection)
        for lost in found:
            self._lose(lost)

    def _lose(self, lost: Lost) -> None:
        if lost.worker is not None and lost.beat:  # before its first beat: whoever began it
            lost.worker.kill()
        if any(child.job == lost.job for child in self._children):
            return  # the next turn collects it
        with contextlib.suppress(attempts.SupersededError), self._store.writing(_WHO) as tx:
            if attempts.beat_of(tx, lost.job) == lost.beat:
                attempts.lost(tx, lost.job, lost.attempt, lost.why)

    def _send(self, what: signal.Signals) -> None:
        for child in self._children:
            if child.process.poll() is None:
                child.process.send_signal(what)

    def _back(self, child: _Child, why: str) -> None:
        with self._store.writing(_WHO) as tx:
            attempts.back(tx, child.job, child.attempt, why)


def _ending(code: int) -> tuple[str, str]:
    if code == -signal.SIGKILL:
        return "it was killed", "it may lack memory: give it fewer samples or a smaller city"
    if code < 0:
        return f"it ended by {signal.Signals(-code).name}", ""
    return f"it ended with code {code} and told nothing", ""


def _tail(said: Path) -> str:
    try:
        return said.read_bytes()[-TAIL:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
