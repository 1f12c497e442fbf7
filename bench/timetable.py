"""How long a timetable of 5,000,000 stop times takes to import: python -m bench.timetable."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from rencity.city.importing import import_into
from rencity.city.readers.gtfs.days import DAYS

STOPS, LINES, TRIPS, CALLS = 20_000, 1_000, 125_000, 40


def write_feed(folder: Path) -> None:
    """A feed of random lines, the first 20 on tracks."""
    rng = np.random.default_rng(1)
    at = np.column_stack([31 + rng.random(STOPS), 113 + rng.random(STOPS)])
    rows = [f"S{i},站{i},{y:.6f},{x:.6f}\n" for i, (y, x) in enumerate(at)]
    _write(folder / "stops.txt", "stop_id,stop_name,stop_lat,stop_lon\n", rows)
    rows = [f"R{i},{i},{1 if i < 20 else 3}\n" for i in range(LINES)]
    _write(folder / "routes.txt", "route_id,route_short_name,route_type\n", rows)
    week = f"service_id,{','.join(DAYS)},start_date,end_date\n"
    _write(folder / "calendar.txt", week, ["W,1,1,1,1,1,0,0,20260101,20261231\n"])
    rows = [f"R{t % LINES},W,T{t}\n" for t in range(TRIPS)]
    _write(folder / "trips.txt", "route_id,service_id,trip_id\n", rows)
    lines = rng.integers(0, STOPS, (LINES, CALLS))
    rows = [
        f"T{t},{5 + t % 20:02d}:{k:02d}:00,{5 + t % 20:02d}:{k:02d}:20,S{lines[t % LINES, k]},{k}\n"
        for t in range(TRIPS)
        for k in range(CALLS)
    ]
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    _write(folder / "stop_times.txt", head, rows)


def _write(path: Path, head: str, rows: list[str]) -> None:
    path.write_text(head + "".join(rows), encoding="utf-8")


def main() -> None:
    """Write the feed, import it, tell the time."""
    with tempfile.TemporaryDirectory() as name:
        feed = Path(name) / "feed"
        feed.mkdir()
        write_feed(feed)
        start = time.perf_counter()
        done = import_into("gtfs", feed, Path(name) / "city")
        seconds = time.perf_counter() - start
        print(f"{TRIPS * CALLS:,} stop times in {seconds:.1f} s: {done.added['links']:,} links")


if __name__ == "__main__":
    main()
