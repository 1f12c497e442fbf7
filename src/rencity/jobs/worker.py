"""One attempt at a job, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import TypeVar

from rencity.db.store import Store, Transaction
from rencity.jobs import attempts, finishing
from rencity.jobs.attempts import SupersededError
from rencity.jobs.beating import AWAY, CANCELLED, STOPPED, SUPERSEDED, Beating, Interrupts
from rencity.jobs.catalogue import kind_of
from rencity.jobs.context import Context
from rencity.jobs.finishing import OvertakenError
from rencity.journal.records import Row
from rencity.kit.errors import RencityError, StorageError
from rencity.kit.files import locked_folder, storage_error
from rencity.registry.places import Places

T = TypeVar("T")
NICE = 5
"""Politeness: the server that answers people comes first."""
WAITS_S = (0.1, 0.2, 0.5, 1.0, 2.0)
MOST_OVERTAKEN = 3
TELL_S = 10.0
"""Time that a stopped worker goes on trying to tell a database that does not answer."""
_LOCK_S = 0.5


def work(store: Store, places: Places, key: str, attempt: int) -> int:
    """Do a job and tell how it ended.

    Returns
    -------
    exit status: 0 where the end is told or the job is no longer this attempt's
    """
    interrupts = Interrupts()
    teller = _Teller(store, key, interrupts)
    try:
        job = teller.tell(lambda tx: attempts.own(tx, key, attempt))
        with Beating(store, key, attempt, interrupts) as beating:
            teller.beating = beating
            _attempt(store, places, job, teller)
    except SupersededError:
        return 0
    except _UntoldError:
        return 1
    return 0


def _attempt(store: Store, places: Places, job: Row, teller: _Teller) -> None:
    """Do it, and tell whatever the end is."""
    key, attempt, beating = job["id"], job["attempt"], teller.beating
    assert beating is not None  # noqa: S101 - set by `work`
    context = Context(job, store, places, places.work / key, beating.progress, beating.tell)
    beating.kept = context.finished
    try:
        with _mine(context, teller.interrupts):
            _done(context, teller)
    except KeyboardInterrupt:
        _interrupted(context, teller)
    except SupersededError:
        raise
    except MemoryError:
        mend = "give it fewer samples, a smaller city or more memory, then retry it"
        teller.tell(lambda tx: attempts.lost(tx, key, attempt, "out of memory", mend))
    except RencityError as exc:
        fault = {key: places.told(text) for key, text in attempts.told(exc).items()}
        teller.tell(lambda tx: attempts.fail(tx, key, attempt, fault))
    except Exception as exc:  # noqa: BLE001 - told to whoever asked, with the traceback in the log
        beating.tell(_without_secrets(traceback.format_exc(), store), "error")
        fault = {
            "what": f"an unexpected {type(exc).__name__}",
            "place": f"job/{key}",
            "mend": "report it with the job's log",
        }
        teller.tell(lambda tx: attempts.fail(tx, key, attempt, fault))


def _done(context: Context, teller: _Teller) -> None:
    for left in reversed(range(MOST_OVERTAKEN)):
        with teller.interrupts:
            _make(context)
        made = finishing.noted(context)
        if made is None:
            raise StorageError("what was made is gone", place=str(context.work), mend="retry it")
        try:
            teller.tell(finishing.entering(context, made))
        except OvertakenError as exc:
            finishing.forget(context)
            if not left:
                raise
            context.tell(f"{exc.what}: begun anew from there")
        else:
            shutil.rmtree(context.work, ignore_errors=True)
            return


def _make(context: Context) -> None:
    """What the job asks for, unless an earlier attempt has made it whole."""
    if finishing.noted(context) is not None:
        return
    finishing.forget(context)
    context.clear()
    kind = kind_of(context.job["kind"])
    given = kind.input.model_validate(context.job["input"])
    finishing.note(context, kind.load()(context, given))


@contextlib.contextmanager
def _mine(context: Context, interrupts: Interrupts) -> Iterator[None]:
    """Hold the job's folder, which an attempt that was given up may still hold for a while."""
    try:
        context.work.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise storage_error(exc, context.work) from exc
    with contextlib.ExitStack() as stack:
        with interrupts:
            _take(stack, context)
        yield


def _take(stack: contextlib.ExitStack, context: Context) -> None:
    told = False
    while True:
        try:
            stack.enter_context(locked_folder(context.work))
        except StorageError:
            if not told:
                context.tell("waits for an earlier attempt to leave the job's folder")
                told = True
            threading.Event().wait(_LOCK_S)
        else:
            return


def _interrupted(context: Context, teller: _Teller) -> None:
    key, attempt, reason = context.job["id"], context.job["attempt"], teller.interrupts.reason
    if reason == SUPERSEDED:
        return
    if reason == CANCELLED:
        teller.tell(lambda tx: attempts.cancelled(tx, key, attempt))
        return
    why = f"stopped with the server; {context.finished()} finished parts are kept"
    teller.tell(lambda tx: attempts.back(tx, key, attempt, why))


class _UntoldError(Exception):
    """The end could not be told before the worker had to go."""


class _Teller:
    """Changes the job, again and again until the database answers."""

    def __init__(self, store: Store, key: str, interrupts: Interrupts) -> None:
        self.interrupts = interrupts
        self.beating: Beating | None = None
        self._store, self._who = store, f"job:{key}"

    def tell(self, change: Callable[[Transaction], T]) -> T:
        """Make one change, durably.

        Raises
        ------
        SupersededError : the job is no longer this attempt's
        StorageError : a disk has refused it for a while
        """
        waited, tries = 0.0, 0
        while True:
            try:
                return self._once(change)
            except AWAY as exc:
                if waited > TELL_S and self.interrupts.reason == STOPPED:
                    raise _UntoldError from exc
                if waited > TELL_S and isinstance(exc, StorageError):
                    raise
                waits = WAITS_S[min(tries, len(WAITS_S) - 1)]
                threading.Event().wait(waits)
                waited, tries = waited + waits, tries + 1

    def _once(self, change: Callable[[Transaction], T]) -> T:
        lines = self.beating.take() if self.beating else []
        try:
            with self._store.writing(self._who) as tx:
                if self.beating:
                    self.beating.write(tx, lines)
                return change(tx)
        except BaseException:
            if self.beating:
                self.beating.put_back(lines)
            raise


def _without_secrets(text: str, store: Store) -> str:
    password = store.url.password
    return text.replace(str(password), "***") if password else text


def be_polite() -> None:
    """Leave the processor to others first."""
    with contextlib.suppress(OSError):
        os.nice(NICE)
