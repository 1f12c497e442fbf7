"""SIGKILL of the whole process group under write load: what was acknowledged is there, once.

The client is this process; it keeps its own ledger. `RENCITY_ROUNDS=100` makes it a torture.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from rencity.db import outbox, store_of
from rencity.house import RECORDS
from rencity.journal.roots import Root, newest_root
from rencity.journal.store import entries
from rencity.journal.verifying import verify
from rencity.registry.store import scenarios
from tests.servers import Process, scenario
from tests.torture.server import seen

ROUNDS = int(os.environ.get("RENCITY_ROUNDS", "10"))
WRITERS = 4
_GONE = (httpx.TransportError,)


@dataclass
class Ledger:
    """What a client has asked for, and what was acknowledged."""

    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, key: str, hours: int) -> None:
        with self.lock:
            self.asked[key] = {"hours": hours}

    def acknowledge(self, key: str, version: int) -> None:
        with self.lock:
            self.acknowledged[key] = version


def server(data: Path, url: str, seed: int, dies: float) -> Process:
    made = Process.__new__(Process)
    made._errors = (data.parent / "data.log").open("a")
    made.process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.server", str(data), url, str(seed), str(dies)],
        stdout=subprocess.PIPE, stderr=made._errors, text=True, start_new_session=True,
    )  # fmt: skip
    assert made.process.stdout is not None
    made.address = made.process.stdout.readline().strip()
    assert made.address, Process.log(data)
    made.client = httpx.Client(base_url=f"{made.address}api/v1", trust_env=False, timeout=30)
    return made


def write(client: httpx.Client, ledger: Ledger, key: str) -> None:
    """Make a scenario, then change it; each under a key of its own that a repeat uses again."""
    hours = ledger.asked[key]["hours"]
    made = client.post(
        "scenarios", json=scenario(key, hours), headers={"Idempotency-Key": f"make-{key}"}
    )
    if made.status_code != 201:
        assert made.status_code == 503, made.text
        return
    ledger.acknowledge(key, 1)
    changed = client.put(
        f"scenarios/{key}", json={"text": scenario(key, hours + 1)["text"]},
        headers={"Idempotency-Key": f"change-{key}", "If-Match": '"1"'},
    )  # fmt: skip
    if changed.status_code != 200:
        assert changed.status_code == 503, changed.text
        return
    ledger.acknowledge(key, 2)


def load(address: str, ledger: Ledger, prefix: str, stop: threading.Event) -> None:
    number = 0
    with httpx.Client(base_url=f"{address}api/v1", trust_env=False, timeout=30) as client:
        while not stop.is_set():
            key = f"{prefix}-{number}"
            ledger.ask(key, number % 90 + 1)
            try:
                write(client, ledger, key)
            except _GONE:
                return
            number += 1


def test_what_was_acknowledged_is_there_once(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    url, data, ledger = new_database(), tmp_path / "data", Ledger()
    draw = random.Random(7)  # noqa: S311 - no secret
    kept: Root | None = None
    store = store_of(url, data)
    for number in range(ROUNDS):
        running = server(data, url, number, 0.002)
        stop = threading.Event()
        killer = threading.Timer(draw.uniform(0.05, 1.2), running.kill)
        with ThreadPoolExecutor(WRITERS) as pool:
            names = [f"r{number}w{writer}" for writer in range(WRITERS)]
            loads = [pool.submit(load, running.address, ledger, name, stop) for name in names]
            killer.start()
            killer.join()
            stop.set()
        for each in loads:
            each.result()
        with store.reading() as connection:
            _sound(connection, kept)
            kept = newest_root(connection) or kept
    store.close()
    last = server(data, url, -1, 0.0)
    for key in ledger.asked:  # whatever was not acknowledged is asked for again, under its key
        if ledger.acknowledged.get(key) != 2:
            write(last.client, ledger, key)
    assert set(ledger.acknowledged.values()) == {2}
    assert last.client.get("journal/verdict").json()["sound"] is True
    assert last.stop() == 0
    _once(url, data, ledger, kept)


def _sound(connection: sa.Connection, kept: Root | None) -> None:
    verdict = verify(connection, RECORDS, kept=kept)
    assert verdict.sound, verdict.findings


def _once(url: str, data: Path, ledger: Ledger, kept: Root | None) -> None:
    """Each write once in the table, the journal, the news and what reacts to news."""
    store = store_of(url, data)
    while outbox.put_in_order(store):
        pass
    asked = set(ledger.asked)
    with store.reading() as connection:
        _sound(connection, kept)
        rows = connection.execute(sa.select(scenarios.table.c.id, scenarios.table.c.version))
        assert {row.id: row.version for row in rows} == dict.fromkeys(asked, 2)
        told = connection.execute(
            sa.select(entries.c.subject, entries.c.verb).where(entries.c.kind == "scenario")
        ).all()
        assert sorted(tuple(row) for row in told) == sorted(
            (key, verb) for key in asked for verb in ("create", "change")
        )
        news = connection.execute(sa.select(outbox.outbox.c.position)).scalars().all()
        assert sorted(news) == list(range(1, 2 * len(asked) + 1))
        handled = connection.execute(sa.select(seen.c.position)).scalars().all()
        assert len(handled) == len(set(handled))
        behind = connection.execute(
            sa.select(outbox.deliveries.c.position).where(outbox.deliveries.c.handler == "torture")
        ).scalar_one()
        assert sorted(handled) == list(range(1, behind + 1))
    store.close()
    assert len(asked) > ROUNDS
