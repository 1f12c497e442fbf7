"""Signs of life of a worker, from a thread beside the one that does the work.

What the work tells (stage, share, lines of the log) is only noted; this thread carries it to the
database each second, and brings back whether the job is to stop.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from rencity.db.store import Store, Transaction
from rencity.jobs import attempts
from rencity.jobs.attempts import Beat, SupersededError
from rencity.jobs.processes import mine
from rencity.journal.records import Row
from rencity.kit.errors import StorageError, UnreachableError

BEAT_S = 1.0
AGAIN_S = 10.0
"""Time after which a worker that does not stop is interrupted again."""
AWAY = (UnreachableError, StorageError)
STOPPED, CANCELLED, SUPERSEDED = "stopped", "cancelled", "superseded"


class Interrupts:
    """Turns Ctrl-C, a stopping server, a cancel and a lost job into one `KeyboardInterrupt`.

    Attributes
    ----------
    reason : why the work is to stop; empty: it is not
    """

    def __init__(self) -> None:
        self.reason = ""
        self._raising = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told)

    def __enter__(self) -> Interrupts:
        """Let interrupts end what stands inside."""
        self._raising = True
        if self.reason:
            raise KeyboardInterrupt
        return self

    def __exit__(self, *_: object) -> None:
        self._raising = False

    def send(self, reason: str) -> None:
        """Interrupt the main thread, from another."""
        self.reason = self.reason or reason
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGINT)  # wakes it where it waits for a lock

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self.reason = self.reason or STOPPED
        if self._raising:
            raise KeyboardInterrupt


class Beating:
    """Gives signs of life of one attempt until it ends."""

    def __init__(self, store: Store, key: str, attempt: int, interrupts: Interrupts) -> None:
        self.kept: Callable[[], int] = lambda: 0
        self._store, self._key, self._attempt = store, key, attempt
        self._interrupts = interrupts
        self._me = str(mine())
        self._at: tuple[str, float] = ("", 0.0)
        self._told: tuple[str, float] = ("", 0.0)
        self._lines: list[tuple[str, str]] = []
        self._over = threading.Event()
        self._asked = 0.0
        self._thread = threading.Thread(target=self._work, name="beats", daemon=True)

    def __enter__(self) -> Beating:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, stage: str, share: float) -> None:
        """Note how far the work is; costs nothing."""
        if stage != self._at[0]:
            self.tell(f"stage {stage}")
        self._at = (stage, min(max(float(share), 0.0), 1.0))

    def tell(self, text: str, level: str = "info") -> None:
        """Note a line of the log."""
        self._lines.append((text, level))

    def take(self) -> list[tuple[str, str]]:
        """Lines of the log noted so far; whoever takes them writes them, or puts them back."""
        lines, self._lines = self._lines, []
        return lines

    def put_back(self, lines: list[tuple[str, str]]) -> None:
        """Keep lines that could not be written."""
        self._lines = [*lines, *self._lines]

    def write(self, tx: Transaction, lines: list[tuple[str, str]]) -> None:
        """Write lines into the job's log."""
        for text, level in lines:
            attempts.write(tx, self._key, self._attempt, text, level)

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                self._hear(self._beat())
            except AWAY:
                pass  # the work goes on; the database is asked again with the next beat
            except SupersededError:
                self._interrupts.send(SUPERSEDED)
                return
            self._over.wait(BEAT_S)

    def _beat(self) -> Row:
        at = self._at
        sign = Beat(self._me, *at, kept=self.kept(), tell=at != self._told)
        lines = self.take()
        try:
            with self._store.writing(f"job:{self._key}") as tx:
                row = attempts.beat(tx, self._key, self._attempt, sign)
                self.write(tx, lines)
        except BaseException:
            self.put_back(lines)
            raise
        self._told = at
        return row

    def _hear(self, row: Row) -> None:
        if not row["cancel_asked"]:
            return
        if self._asked <= 0.0:
            self._interrupts.send(CANCELLED)
            self._asked = AGAIN_S
        self._asked -= BEAT_S
