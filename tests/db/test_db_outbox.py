"""News: in order, none missed, once for each handler, whoever dies in the middle."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from rencity.db import Store
from rencity.db.outbox import (
    TRIES,
    Handler,
    News,
    after,
    deliver,
    deliveries,
    failures,
    newest,
    oldest,
    outbox,
    post,
    put_in_order,
    sweep,
)
from rencity.db.store import Transaction
from tests.journal.kinds import Clock, effects, opened

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Store]:
    made = opened(new_database(), tmp_path, Clock())
    yield made
    made.close()


def clock_of(store: Store) -> Clock:
    assert isinstance(store.now, Clock)
    return store.now


def tell(store: Store, *subjects: str, topic: str = "thing.made") -> None:
    with store.writing("teller") as tx:
        for subject in subjects:
            post(tx, topic, subject, {"n": subject})


def counting(
    name: str = "counts", fail_at: str | None = None, topics: tuple[str, ...] = ()
) -> Handler:
    """Counts in the database, so once or never; fails at one subject."""

    def handle(tx: Transaction, news: News) -> None:
        done = {"handler": name, "position": news.position, "subject": news.subject}
        tx.execute(effects.insert(), done)
        if news.subject == fail_at:
            raise ValueError(f"cannot bear {news.subject}")

    return Handler(name, frozenset(topics), handle)


def counted(store: Store, name: str = "counts") -> list[str]:
    query = sa.select(effects.c.subject).where(effects.c.handler == name)
    with store.reading() as connection:
        return list(connection.execute(query.order_by(effects.c.position)).scalars())


def delivered(store: Store, *handlers: Handler) -> None:
    """Deliver until nothing is left to hand on."""
    for handler in handlers:
        while True:
            try:
                if deliver(store, handler) == 0:
                    break
            except ValueError:
                continue


class Crew:
    """Threads whose faults are told in the main one."""

    def __init__(self) -> None:
        self.faults: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def start(self, *works: Callable[[], None]) -> None:
        for work in works:
            thread = threading.Thread(target=self._guarded, args=(work,))
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        assert not self.faults

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as exc:  # noqa: BLE001 - told in the main thread
            self.faults.append(exc)


WRITERS, TURNS = 6, 30


def test_who_follows_the_positions_misses_nothing(store: Store) -> None:
    ended = threading.Event()
    seen: list[News] = []
    writers, others = Crew(), Crew()

    def write(number: int) -> None:
        for turn in range(TURNS):
            tell(store, f"{number}-{turn}-a", f"{number}-{turn}-b")

    def relay() -> None:
        while not (ended.is_set() and put_in_order(store) == 0):
            put_in_order(store)

    def follow() -> None:
        while len(seen) < WRITERS * TURNS * 2 and not (others.faults or writers.faults):
            last = seen[-1].position if seen else 0
            with store.reading() as connection:
                seen.extend(after(connection, last, limit=7))

    writers.start(*(partial(write, number) for number in range(WRITERS)))
    others.start(relay, relay, follow)
    try:
        writers.join()
    finally:
        ended.set()
        others.join()
    assert [news.position for news in seen] == list(range(1, WRITERS * TURNS * 2 + 1))
    for number in range(WRITERS):  # what one writer did in turn is told in turn
        own = [news.subject for news in seen if news.subject.startswith(f"{number}-")]
        assert own == [f"{number}-{turn}-{part}" for turn in range(TURNS) for part in "ab"]


def test_two_relays_and_two_servers_hand_each_piece_on_once(store: Store) -> None:
    tell(store, *map(str, range(250)))
    handlers = [counting("one"), counting("two")]
    start, crew = threading.Barrier(4), Crew()

    def serve() -> None:
        start.wait()
        while not crew.faults:
            put_in_order(store)
            for handler in handlers:
                deliver(store, handler)
            with store.reading() as connection:
                at = connection.execute(sa.select(deliveries.c.position)).scalars().all()
            if at == [250, 250]:
                return

    crew.start(*[serve] * 4)
    crew.join()
    for name in ("one", "two"):
        assert counted(store, name) == [str(number) for number in range(250)]
    with store.reading() as connection:
        assert connection.execute(sa.select(failures)).first() is None
        assert set(connection.execute(sa.select(deliveries.c.tries)).scalars()) == {0}


def test_a_handler_that_cannot_is_set_aside_and_goes_on(store: Store) -> None:
    tell(store, "a", "b", "bad", "c", "d")
    tell(store, "e", topic="other.made")
    put_in_order(store)
    picky, fine = counting("picky", "bad", ("thing.made",)), counting("fine")
    tries = 0
    deliver(store, picky)
    while True:
        try:
            if deliver(store, picky) == 0:
                break
        except ValueError:
            tries += 1
            delivered(store, fine)  # does not wait for the other
            assert counted(store, "fine") == ["a", "b", "bad", "c", "d", "e"]
    assert counted(store, "picky") == ["a", "b", "c", "d"]
    assert tries >= TRIES
    with store.reading() as connection:
        (row,) = connection.execute(sa.select(failures)).all()
        assert (row.handler, row.position, row.fault) == ("picky", 3, "ValueError: cannot bear bad")
        at = connection.execute(
            sa.select(deliveries.c.position).where(deliveries.c.handler == "picky")
        ).scalar_one()
        assert at == newest(connection) == 6  # what it does not want is passed, too


CHILD = """
import sys
from pathlib import Path
from rencity.db.outbox import Handler, deliver
from tests.db.test_db_outbox import counting
from tests.journal.kinds import opened

store = opened(sys.argv[1], Path(sys.argv[2]))
inner = counting()

def handle(tx, news):
    inner.handle(tx, news)
    print("effect", flush=True)
    sys.stdin.read()  # until it is killed

deliver(store, Handler(inner.name, inner.topics, handle))
deliver(store, Handler(inner.name, inner.topics, handle))
"""


def test_killed_between_effect_and_mark_it_is_done_once(store: Store, tmp_path: Path) -> None:
    tell(store, "a", "b")
    put_in_order(store)
    url = store.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "effect\n"
        child.kill()
    assert counted(store) == []
    while len(counted(store)) < 2:  # the server notices the dead one's lock by itself
        deliver(store, counting())
    assert counted(store) == ["a", "b"]


def test_old_news_goes_and_positions_rise_on(store: Store) -> None:
    clock, week = clock_of(store), timedelta(days=7)
    mine = counting("mine", topics=("thing.made",))
    tell(store, "a", "b", "c")
    put_in_order(store)
    clock.move(8 * 86_400)
    tell(store, "waiting")  # has no position yet
    deliver(store, mine)  # begins, has had nothing
    assert sweep(store, week) == 0
    delivered(store, mine)
    clock.move(8 * 86_400)
    swept = sweep(store, week)
    assert swept == 2  # the newest stays, so that positions go on from it
    with store.reading() as connection:
        assert (oldest(connection), newest(connection)) == (3, 3)
    put_in_order(store)
    with store.reading() as connection:
        assert [news.position for news in after(connection, 3, limit=9)] == [4]
    delivered(store, mine)
    assert counted(store, "mine") == ["a", "b", "c", "waiting"]
    with store.engine.begin() as connection:  # even where someone emptied the table
        connection.execute(outbox.delete())
    tell(store, "d")
    put_in_order(store)
    with store.reading() as connection:
        assert newest(connection) == 5
    delivered(store, mine)
    assert counted(store, "mine") == ["a", "b", "c", "waiting", "d"]


def test_news_of_a_failed_transaction_is_none(store: Store) -> None:
    def work() -> None:
        with store.writing("teller") as tx:
            post(tx, "thing.made", "never", {})
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    assert put_in_order(store) == 0
