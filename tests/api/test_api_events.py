"""News over server-sent events: nothing missed, nothing twice, also through restarts."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from rencity.db import outbox
from tests.databases import Postgres
from tests.servers import Here, Process, events_of, here_on, new_key, scenario, until

Event = tuple[str, int, dict[str, object]]


def make(client: object, key: str) -> None:
    answer = client.post("scenarios", json=scenario(key), headers=new_key())  # type: ignore[attr-defined]
    assert answer.status_code == 201, answer.text


def follow(server: Here | Process, count: int, **asked: object) -> list[Event]:
    """The first events after `ready`."""
    headers = {"Last-Event-ID": str(asked.pop("last"))} if "last" in asked else {}
    with server.client.stream("GET", "events", params=asked, headers=headers) as stream:  # type: ignore[arg-type]
        events = events_of(stream)
        assert next(events)[0] == "ready"
        return list(itertools.islice(events, count))


def test_news_is_followed_as_it_comes(here: Here) -> None:
    seen: list[Event] = []
    ready = threading.Event()

    def listen() -> None:
        with here.client.stream("GET", "events", params={"topics": "scenario"}) as stream:
            for event in events_of(stream):
                seen.append(event)
                ready.set()
                if len(seen) == 13:
                    return

    make(here.client, "before")
    until(lambda: len(follow(here, 1, after=0)) == 1, "the first news")
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listen)
        ready.wait(30)
        with ThreadPoolExecutor(4) as writers:
            list(writers.map(lambda n: make(here.client, f"s{n}"), range(12)))
        listening.result(30)
    assert seen[0][0] == "ready"
    assert [event[1] for event in seen] == sorted({event[1] for event in seen})
    assert {event[2]["subject"] for event in seen[1:]} == {f"s{n}" for n in range(12)}


def test_topics_choose(here: Here) -> None:
    make(here.client, "one")
    here.client.post("uploads", params={"name": "a"}, content=b"a", headers=new_key())
    here.client.delete("scenarios/one", headers={**new_key(), "If-Match": '"1"'})
    kinds = [event[0] for event in follow(here, 2, after=0, topics="scenario")]
    assert kinds == ["scenario.create", "scenario.remove"]
    assert [event[0] for event in follow(here, 1, after=0, topics="upload.create")] == [
        "upload.create"
    ]


def test_a_stream_goes_on_through_a_kill_and_a_restart(tmp_path: Path) -> None:
    first = Process(tmp_path / "data")
    for number in range(5):
        make(first.client, f"a{number}")
    seen = follow(first, 3, after=0)
    make(first.client, "unseen")
    first.kill()
    second = Process(tmp_path / "data")
    make(second.client, "b")
    seen += follow(second, 4, last=seen[-1][1])
    assert [event[2]["subject"] for event in seen] == ["a0", "a1", "a2", "a3", "a4", "unseen", "b"]
    assert second.stop() == 0


def test_a_stream_ends_when_the_server_is_stopped(tmp_path: Path) -> None:
    server = Process(tmp_path / "data")
    with server.client.stream("GET", "events") as stream:
        events = events_of(stream)
        assert next(events)[0] == "ready"
        server.process.terminate()
        assert list(events) == []
    assert server.stop() == 0


def test_swept_news_is_told_as_a_gap(here: Here) -> None:
    for number in range(6):
        make(here.client, f"s{number}")
    until(lambda: len(follow(here, 6, after=0)) == 6, "all the news")
    until(lambda: _passed(here) == 6, "the handlers")
    assert outbox.sweep(here.services.store, timedelta(days=1)) == 0
    assert outbox.sweep(here.services.store, timedelta(seconds=-1)) == 5
    name, position, _ = follow(here, 1, last=2)[0]
    assert (name, position) == ("gap", 5)
    assert follow(here, 1, last=999)[0][0] == "gap"
    make(here.client, "later")
    assert [event[1] for event in follow(here, 2, last=5)] == [6, 7]


def _passed(here: Here) -> int:
    with here.services.store.reading() as connection:
        rows = connection.execute(outbox.deliveries.select()).all()
    return min((row.position for row in rows), default=0)


def test_two_servers_on_one_database(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    handled: list[tuple[str, int]] = []

    def counting(name: str) -> outbox.Handler:
        return outbox.Handler(
            "counted", frozenset(), lambda _tx, news: handled.append((name, news.position))
        )

    one = here_on(url, tmp_path / "one", [counting("one")])
    two = here_on(url, tmp_path / "two", [counting("two")])
    try:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda n: make((one, two)[n % 2].client, f"s{n}"), range(60)))
        told = [follow(server, 60, after=0) for server in (one, two)]
        assert told[0] == told[1]
        assert [event[1] for event in told[0]] == list(range(1, 61))
        until(lambda: len(handled) >= 60, "the handlers")
        until(lambda: _passed(one) == 60, "every handler")
    finally:
        one.stop()
        two.stop()
    assert sorted(position for _, position in handled) == list(range(1, 61))


@pytest.mark.parametrize("last", ["x", "-1", "1" * 30, "½"])
def test_an_odd_position_is_refused(standing: Here, last: str) -> None:
    answer = standing.client.get("events", headers={"Last-Event-ID": last.encode()})
    assert answer.status_code == 400
    assert answer.json()["error"]["place"] == "Last-Event-ID"


def test_a_stream_is_counted_while_it_is_open(standing: Here) -> None:
    metrics = standing.address + "metrics"
    with standing.client.stream("GET", "events") as stream:
        events = events_of(stream)
        assert next(events)[0] == "ready"
        assert "rencity_event_streams 1.0" in standing.client.get(metrics).text
    until(
        lambda: "rencity_event_streams 0.0" in standing.client.get(metrics).text,
        "the stream to end",
    )
