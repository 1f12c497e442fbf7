"""News as it comes, for everybody who listens: put in order, handed to handlers, sent on.

One thread puts new rows in order and reads what any server put in order since; listeners are
woken on their own event loop. Another thread hands news to the handlers, so that a slow one
delays no listener.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from rencity.db import outbox
from rencity.db.outbox import Handler, News
from rencity.db.store import Store
from rencity.kit.errors import RencityError

POLL_S = 0.25
"""Longest time after which news of another server is seen."""
HELD = 20_000
PAGE = 500

log = logging.getLogger("rencity.wire")


class Wire:
    """The news of one server and of the others on its database."""

    def __init__(self, store: Store, handlers: Sequence[Handler] = ()) -> None:
        self._store = store
        self._handlers = handlers
        self._recent: deque[News] = deque(maxlen=HELD)
        self._position = -1  # not known yet
        self._awake = threading.Event()
        self._handed = threading.Event()
        self._stop = threading.Event()
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to carry."""
        for carry in (self._order, self._deliver):
            thread = threading.Thread(target=self._keep, args=(carry,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Carry no more; listeners are woken for the last time."""
        self._stop.set()
        self._awake.set()
        self._handed.set()
        for thread in self._threads:
            thread.join()
        self.wake_listeners()

    def wake(self) -> None:
        """Something was posted."""
        self._awake.set()

    def listen(self) -> asyncio.Event:
        """An event of the running loop that is set whenever news has come."""
        event = asyncio.Event()
        with self._lock:
            self._listeners.add((asyncio.get_running_loop(), event))
        return event

    def unlisten(self, event: asyncio.Event) -> None:
        """Forget a listener."""
        with self._lock:
            self._listeners = {each for each in self._listeners if each[1] is not event}

    def after(self, position: int) -> list[News] | None:
        """News after a position from memory; none where it reaches further back."""
        with self._lock:
            if not self._recent or self._recent[0].position > position + 1:
                return None if self._position != position else []
            skip = max(0, position + 1 - self._recent[0].position)
            return list(islice(self._recent, skip, skip + PAGE))

    def _keep(self, carry: Callable[[], bool]) -> None:
        """Go on until stopped, also where the database is gone for a while."""
        event = self._awake if carry == self._order else self._handed
        while not self._stop.is_set():
            try:
                more = carry()
            except RencityError as exc:
                log.warning("news waits", extra={"fields": {"fault": str(exc)}})
                more = self._stop.wait(1.0)
            except Exception:
                log.exception("a handler of news failed")
                more = self._stop.wait(1.0)
            if not more:
                event.wait(POLL_S)
                event.clear()

    def _order(self) -> bool:
        placed = outbox.put_in_order(self._store)
        with self._store.reading() as connection:
            if self._position < 0:
                self._position = outbox.newest(connection)
                return True
            news = outbox.after(connection, self._position, limit=PAGE)
        if news:
            with self._lock:
                self._recent.extend(news)
                self._position = news[-1].position
            self.wake_listeners()
            self._handed.set()
        return bool(placed or news)

    def _deliver(self) -> bool:
        faults, passed = [], 0
        for handler in self._handlers:  # one that fails or waits keeps no other from its news
            try:
                passed += outbox.deliver(self._store, handler)
            except Exception as exc:  # noqa: BLE001 - all are told below
                faults.append(exc)
        if faults:
            raise faults[0]
        return passed > 0

    def wake_listeners(self) -> None:
        """Let every listener look again."""
        with self._lock:
            listeners = list(self._listeners)
        for loop, event in listeners:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
