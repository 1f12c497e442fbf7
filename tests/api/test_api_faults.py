"""What goes wrong around a server: its database, its disk, its clock, its end."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from rencity.db import outbox
from rencity.house import RECORDS
from rencity.journal.verifying import verify
from tests.conftest import require
from tests.databases import Postgres
from tests.servers import Here, Process, here_on, new_key, scenario, until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    require(mounted, "the right to mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def make(server: Here | Process, key: str) -> httpx.Response:
    return server.client.post("scenarios", json=scenario(key), headers=new_key())


def _fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "fill").open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def sound(server: Here) -> None:
    with server.services.store.reading() as connection:
        verdict = verify(connection, RECORDS)
    assert verdict.sound, verdict.findings


def test_a_database_that_goes_away_and_comes_back(postgres: Postgres, tmp_path: Path) -> None:
    server = here_on(postgres.new_database(), tmp_path / "data")
    root = server.address
    try:
        assert make(server, "before").status_code == 201
        postgres.stop()
        try:
            key = new_key()
            gone = server.client.post("scenarios", json=scenario("during"), headers=key)
            assert (gone.status_code, gone.json()["error"]["code"]) == (503, "unreachable")
            assert int(gone.headers["Retry-After"]) > 0
            assert server.client.get("scenarios").status_code == 503
            assert server.client.get(f"{root}health/live").status_code == 200
            ready = server.client.get(f"{root}health/ready")
            assert (ready.status_code, ready.json()["checks"][0]["well"]) == (503, False)
            assert "rencity_database_up 0.0" in server.client.get(f"{root}metrics").text
        finally:
            postgres.start()
        until(lambda: server.client.get(f"{root}health/ready").status_code == 200, "recovery")
        again = server.client.post("scenarios", json=scenario("during"), headers=key)
        assert again.status_code == 201
        ids = [item["id"] for item in server.client.get("scenarios").json()["items"]]
        assert ids == ["before", "during"]
        # news flows again as well
        with server.services.store.reading() as connection:
            placed = outbox.newest(connection)
        until(lambda: placed == 2 or _newest(server) == 2, "the news")
        sound(server)
    finally:
        server.stop()


def _newest(server: Here) -> int:
    with server.services.store.reading() as connection:
        return outbox.newest(connection)


def test_a_database_that_another_holds(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    server = here_on(f"sqlite:///{file}", tmp_path / "data", wait_s=0.2)
    try:
        assert make(server, "before").status_code == 201
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        busy = make(server, "during")
        assert (busy.status_code, busy.json()["error"]["code"]) == (503, "unreachable")
        assert server.client.get("scenarios").status_code == 200  # reading goes on
        holder.execute("ROLLBACK")
        holder.close()
        assert make(server, "during").status_code == 201
        sound(server)
    finally:
        server.stop()


def test_a_full_disk_refuses_and_tears_nothing(disk: Path) -> None:
    server = here_on(f"sqlite:///{disk / 'a.db'}", disk / "data")
    try:
        assert make(server, "before").status_code == 201
        _fill(disk)
        answers = [make(server, f"s{number}") for number in range(40)]
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused, "the disk is not full"
        assert {answer.status_code for answer in refused} == {507}
        assert "free space" in refused[0].json()["error"]["mend"]
        upload = server.client.post(
            "uploads", params={"name": "a"}, content=b"y" * 100_000, headers=new_key()
        )
        assert upload.status_code == 507
        assert [p.name for p in (disk / "data" / "uploads").iterdir()] == []
        ready = server.client.get(f"{server.address}health/ready")
        assert ready.json()["checks"][1]["well"] is False
        (disk / "fill").unlink()
        assert make(server, "after").status_code == 201
        acknowledged = 2 + sum(answer.status_code == 201 for answer in answers)
        assert len(server.client.get("scenarios").json()["items"]) == acknowledged
        sound(server)
    finally:
        server.stop()


def test_a_clock_that_is_set_back_turns_no_order(here: Here) -> None:
    store = here.services.store
    now = datetime.now(UTC)
    store.now = lambda: now
    make(here, "s")
    for hours in (1, 2, 3):
        store.now = lambda back=hours: now - timedelta(days=back)
        text = {"text": scenario("s", hours)["text"]}
        answer = here.client.put(
            "scenarios/s", json=text, headers={**new_key(), "If-Match": f'"{hours}"'}
        )
        assert answer.status_code == 200
        make(here, f"at{hours}")
    history = here.client.get("journal/scenario/s").json()
    assert [entry["version"] for entry in history] == [1, 2, 3, 4]
    assert [entry["at"] for entry in history] == sorted(entry["at"] for entry in history)
    listed = here.client.get("journal", params={"kind": "scenario"}).json()["items"]
    assert [entry["subject"] for entry in listed][::-1] == ["s", "s", "at1", "s", "at2", "s", "at3"]
    ready = here.client.get(f"{here.address}health/ready").json()
    clock = next(check for check in ready["checks"] if check["what"] == "clock")
    assert not clock["well"]
    assert "behind the newest entry" in clock["said"]
    until(lambda: _newest(here) == 7, "the news")
    with store.reading() as connection:
        news = outbox.after(connection, 0, limit=10)
    assert [each.subject for each in news] == ["s", "s", "at1", "s", "at2", "s", "at3"]
    sound(here)


def test_a_server_that_is_stopped_finishes_what_is_on_its_way(tmp_path: Path) -> None:
    server = Process(tmp_path / "data")
    stopped = threading.Event()

    def body() -> Iterator[bytes]:
        yield b"first part, "
        until(lambda: list((tmp_path / "data" / "uploads").iterdir()), "the first part to arrive")
        server.process.terminate()
        until(lambda: "Shutting down" in Process.log(tmp_path / "data"), "the server to stop")
        stopped.set()
        yield b"second part"

    answer = server.client.post(
        "uploads", params={"name": "slow.txt"}, content=body(), headers=new_key()
    )
    assert stopped.is_set()
    assert (answer.status_code, answer.json()["bytes"]) == (201, 23)
    assert server.ended() == 0
    again = Process(tmp_path / "data")
    assert again.client.get("uploads").json()["items"] == [answer.json()]
    assert again.client.get("journal/root").json()["number"] >= 1
    assert again.stop() == 0


def test_an_upload_that_breaks_off_leaves_nothing(here: Here) -> None:
    def body() -> Iterator[bytes]:
        yield b"some"
        raise RuntimeError("the caller is gone")

    with pytest.raises(RuntimeError):
        here.client.post("uploads", params={"name": "a"}, content=body(), headers=new_key())
    uploads = here.services.places.uploads
    until(lambda: not list(uploads.iterdir()), "the part to go")
    assert here.client.get("uploads").json()["items"] == []


def test_bytes_go_with_the_last_record_that_names_them(here: Here) -> None:
    sent = [
        here.client.post("uploads", params={"name": name}, content=b"same", headers=new_key())
        for name in ("a", "b")
    ]
    ids = [answer.json()["id"] for answer in sent]
    file = here.services.places.upload(sent[0].json()["sha256"])
    assert file.read_bytes() == b"same"
    gone = {"If-Match": '"1"'}
    assert here.client.delete(f"uploads/{ids[0]}", headers={**new_key(), **gone}).status_code == 204
    until(lambda: _leaving(here) >= 3, "the handler")
    assert file.exists()
    assert here.client.delete(f"uploads/{ids[1]}", headers={**new_key(), **gone}).status_code == 204
    until(lambda: not file.exists(), "the bytes to go")


def _leaving(here: Here) -> int:
    with here.services.store.reading() as connection:
        rows = connection.execute(outbox.deliveries.select()).all()
    return next((row.position for row in rows if row.handler == "leaving"), 0)


def test_a_fault_of_the_server_is_told_without_its_inside(
    here: Here, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("rencity.api.routes.packs._pack", broken)
    answer = here.client.get("packs")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text
    assert re.fullmatch("[0-9a-f]{32}", answer.json()["error"]["request"])
