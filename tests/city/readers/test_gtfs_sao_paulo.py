"""A real feed beside its roads, against a plain count of its files."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from rencity.city.check import check
from rencity.city.importing import ImportResult, import_into


@pytest.fixture(scope="module")
def feed(shared_data: Path) -> Path:
    return shared_data / "gtfs/sao_paulo_gtfs.zip"


@pytest.fixture(scope="module")
def done(feed: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ImportResult:
    folder = tmp_path_factory.mktemp("city") / "sao-paulo"
    import_into("osm", shared_data / "osm/sao_paulo_centre.osm.pbf", folder)
    return import_into("gtfs", feed, folder)


def rows(feed: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(feed) as archive:
        text = archive.read(f"{name}.txt").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def clock(text: str) -> int:
    h, m, s = map(int, text.split(":"))
    return h * 3600 + m * 60 + s


def test_every_row_is_read(feed: Path, done: ImportResult) -> None:
    read = {layer.name: layer.read for layer in done.layers}
    assert read == {name: len(rows(feed, name)) for name in read}
    assert all(layer.closes for layer in done.layers)


def test_runs_are_those_of_the_timetable(feed: Path, done: ImportResult) -> None:
    """Every trip of this feed runs on weekdays, and each has its headways."""
    runs: Counter[str] = Counter()
    for row in rows(feed, "frequencies"):
        span = clock(row["end_time"]) - clock(row["start_time"])
        runs[row["trip_id"]] += math.ceil(span / int(row["headway_secs"]))
    calls: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows(feed, "stop_times"):
        calls[row["trip_id"]].append((int(row["stop_sequence"]), row["stop_id"]))
    wanted: Counter[tuple[str, str]] = Counter()
    for trip, stops in calls.items():
        for (_, a), (_, b) in pairwise(sorted(stops)):
            wanted[f"gtfs-s-{a}", f"gtfs-s-{b}"] += runs[trip]
    links = done.city.links[done.city.links["lifeline"].eq("transit")]
    got = links.groupby(["start", "end"])["runs_per_d"].sum().to_dict()
    assert got == dict(wanted)


def test_both_networks_stand_in_one_city(done: ImportResult) -> None:
    made = done.city
    assert {"road", "transit"} <= set(made.assets["lifeline"])
    found = [f for f in check(made) if f.severity == "error" or f.rule == "unreached"]
    assert not [f for f in found if any(i.startswith("gtfs-") for i in f.ids)]
    transit = made.assets[made.assets["lifeline"].eq("transit")]
    assert transit["kind"].value_counts()["line"] > 100
    west, south, east, north = transit.total_bounds
    assert -47.2 < west < east < -46.1
    assert -24.1 < south < north < -23.1
