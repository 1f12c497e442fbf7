"""A server with something of everything, a door to the command line, a small disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rencity.db import Store, store_of
from rencity.db.outbox import put_in_order
from rencity.house import schema
from rencity.registry.places import Places
from rencity.registry.store import cities, city_versions, runs, scenarios, uploads
from tests.faults.conftest import cli, small_disk

__all__ = ["cli", "small_disk"]


@dataclass
class Server:
    """A data folder and its database."""

    store: Store
    places: Places
    url: str | None

    @property
    def options(self) -> list[str]:
        """Of a command that means this server."""
        return ["--data", str(self.places.folder), *(["--db", self.url] if self.url else [])]

    def make_run(self, key: str) -> None:
        """A run, its folder first, as a job does."""
        folder = self.places.run(key)
        folder.mkdir()
        (folder / "run.json").write_text(f'{{"run": "{key}"}}')
        (folder / ".cache").mkdir()
        (folder / ".cache" / "derived").write_text("may be made again")
        with self.store.writing("maker") as tx:
            runs.create(tx, key, {**RUN, "at": tx.at})

    def remove_run(self, key: str) -> None:
        """A run removed as the server does: the record, then its folder."""
        with self.store.writing("maker") as tx:
            runs.remove(tx, key)
        folder = self.places.run(key)
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()


RUN: dict[str, Any] = {
    "what": "stress", "city": "wuxi", "city_version": 1, "city_hash": "h", "scenario": "s",
    "scenario_version": 1, "samples": 64, "seed": 2**62, "digest": "d", "job": "", "packs": [],
    "note": "备注 \u2028 \\ \t\n 'quoted' \U0001f30a",
}  # fmt: skip


def filled(url: str | None, folder: Path) -> Server:
    """A server with something of everything."""
    places = Places(folder)
    places.make()
    store = store_of(url, folder)
    schema().upgrade(store)
    server = Server(store, places, url)
    city = places.city("wuxi", 1)
    city.mkdir(parents=True)
    (city / "city.toml").write_text('id = "wuxi"')
    handed = b"depth_m\n1.5\n"
    sha256 = hashlib.sha256(handed).hexdigest()
    places.upload(sha256).write_bytes(handed)
    (places.packs / "site").mkdir()
    (places.packs / "site" / "pack.toml").write_text("[pack]")
    (places.reports / "r.html").write_text("<p>")
    version = {"city": "wuxi", "number": 1, "hash": "h", "parent": "", "job": ""}
    with store.writing("maker", why="first") as tx:
        named = {"name": "无锡", "name_en": "Wuxi", "code": "320200", "time_zone": "Asia/Shanghai"}
        cities.create(tx, "wuxi", {**named, "current": 1, "note": ""})
        counts = {"zones": 3, "share": 0.1, "none": None, "文": [1.0, -0.0, 1e300, True]}
        city_versions.create(tx, "wuxi@1", {**version, "counts": counts, "at": tx.at})
        uploads.create(tx, "u1", {"name": "d.csv", "bytes": 12, "sha256": sha256, "at": tx.at})
        uploads.create(tx, "u2", {"name": "again", "bytes": 12, "sha256": sha256, "at": tx.at})
        said = {"title_zh": "雨", "title_en": "", "text": "x = 1", "files": {"d.csv": "u1"}}
        scenarios.create(tx, "s", {**said, "hazards": ["rain"], "at": tx.at})
    put_in_order(store)
    server.make_run("r1")
    return server


@pytest.fixture
def server(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Server]:
    """On either database; the embedded one lies in its data folder."""
    url = new_database()
    made = filled(None if url.startswith("sqlite") else url, tmp_path / "data")
    yield made
    made.store.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Server]:
    """On the embedded database."""
    made = filled(None, tmp_path / "data")
    yield made
    made.store.close()
