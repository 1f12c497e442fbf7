"""`rencity stress` from a block to a metropolis: seconds, memory, exponents; workers against one.

    python -m bench.scale [CITY ...]

Cities are demo folders, the smallest first; without any, a block, a city and a metropolis are made
first. Every
lifeline is damaged at random at 2 % and 10 %, 1,000 samples, 30 days; then the demo's typhoon with
its rain, mended by crews. Exponents are those of straight lines through logarithms. The last table
asks the first city with more than 10,000 assets for 8,192 samples: one thread, two, two processes,
a Dask pair; all digests must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
from dask.distributed import LocalCluster

from bench.stress import ENGINE, scenario

DEMO = Path(__file__).resolve().parents[1] / "examples" / "demo"
SCALES = ("block", "city", "metro")
SHARES = (0.02, 0.10)
SAMPLES = 1000
MANY = 8192
ENOUGH = 10_000


class Run(NamedTuple):
    """One run of the command."""

    about: dict  # type: ignore[type-arg]
    whole_s: float
    peak_gb: float

    @property
    def engine_s(self) -> float:
        """Undamaged city and samples."""
        return sum(self.about["timings_s"][name] for name in ENGINE)


def demo(folder: Path, scale: str) -> Path:
    """A demo city of a scale."""
    words = [sys.executable, "-m", "rencity", "demo", str(folder), "--scale", scale, "--seed", "1"]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - our own command
    return folder


def stress(city: Path, text: Path, samples: int, out: Path, *more: str) -> Run:
    """Run it in a process of its own; its memory is that of this process alone."""
    words = [sys.executable, "-m", "rencity", "stress", str(city), str(text), "--out", str(out)]
    words += ["--samples", str(samples), "--replace", "--json", *more]
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdout=said)  # noqa: S603 - our own command
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - begin
        if status:
            raise SystemExit(f"{' '.join(words)} failed")
        said.seek(0)
        return Run(json.load(said), took, usage.ru_maxrss / 1e6)


def assets_of(city: Path) -> int:
    """Assets of a city; the tables stay unread, since a child begins with this process's memory."""
    return int(pq.read_metadata(city / "assets.parquet").num_rows)


def exponent(x: list[int], y: list[float]) -> float:
    """Slope of y over x in logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def sizes(cities: list[Path], place: Path) -> None:
    """Seconds and memory by city, and how they grow."""
    assets = [assets_of(city) for city in cities]
    print(f"{SAMPLES:,} samples, 30 days, {os.cpu_count()} cores")
    print("| City | Assets | Damage | Engine, s | N-1, s | Knock-out, s | Whole, s | Peak, GB |")
    print("|---|---|---|---|---|---|---|---|")
    engine: dict[float, list[float]] = {share: [] for share in SHARES}
    for city, count in zip(cities, assets, strict=True):
        for share in SHARES:
            made = stress(city, _written(place, scenario(share)), SAMPLES, place / "run")
            took = made.about["timings_s"]
            engine[share].append(made.engine_s)
            print(
                f"| {city.name} | {count:,} | {share:.0%} | {made.engine_s:.2f} | "
                f"{took['n1']:.2f} | {took['knock_out']:.2f} | {made.whole_s:.1f} | "
                f"{made.peak_gb:.2f} |",
                flush=True,
            )
        made = stress(city, with_crews(place), SAMPLES, place / "run")
        took = made.about["timings_s"]
        print(
            f"| {city.name} | {count:,} | typhoon, rain, crews | {made.engine_s:.2f} | "
            f"{took['n1']:.2f} | {took['knock_out']:.2f} | {made.whole_s:.1f} | "
            f"{made.peak_gb:.2f} |",
            flush=True,
        )
    if len(cities) > 1:
        for share in SHARES:
            print(
                f"engine over assets at {share:.0%}: exponent {exponent(assets, engine[share]):.2f}"
            )


def with_crews(place: Path) -> Path:
    """The demo's typhoon and crews, at level reach alone."""
    text = place / "demo" / "crews" / "typhoon.toml"
    if not text.exists():
        shutil.copytree(DEMO, place / "demo")
        lines = text.read_text("utf-8").splitlines(keepends=True)
        text.write_text("".join(x for x in lines if not x.startswith("level")), encoding="utf-8")
    return text


def growth(cities: list[Path], place: Path) -> None:
    """How the engine grows with samples."""
    counts = [512, 1024, 2048, 4096]
    for city in cities:
        counts_here = counts if assets_of(city) < 10**5 else counts[:3]
        text = _written(place, scenario(SHARES[0]))
        took = [stress(city, text, count, place / "run").engine_s for count in counts_here]
        print(
            f"engine over samples in {city.name}, {counts_here[0]:,} to {counts_here[-1]:,}: "
            f"exponent {exponent(counts_here, took):.2f} "
            f"({', '.join(f'{seconds:.2f}' for seconds in took)} s)",
            flush=True,
        )


def workers(city: Path, place: Path) -> None:
    """Samples by one thread, two, two processes, a Dask pair."""
    text = _written(place, scenario(SHARES[1]))
    print(
        f"| {city.name}, {MANY:,} samples at {SHARES[1]:.0%} | Samples, s | Of twice one thread |"
    )
    print("|---|---|---|")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        ways = {
            "one thread": ("--workers", "1"),
            "two threads": (),
            "two processes": ("--workers", "2"),
            "a Dask pair": ("--dask", cluster.scheduler_address),
        }
        digests, alone = set(), 0.0
        for name, more in ways.items():
            made = stress(city, text, MANY, place / "run", "--explain", "0", *more)
            seconds = made.about["timings_s"]["samples"]
            digests.add(made.about["digest"])
            alone = alone or seconds
            share = "" if name == "one thread" else f"{alone / seconds / 2:.0%}"
            print(f"| {name} | {seconds:.1f} | {share} |", flush=True)
    assert len(digests) == 1, "who did the work changed the result"


def _written(place: Path, text: str) -> Path:
    path = place / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cities", nargs="*", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        cities = given.cities or [demo(place / scale, scale) for scale in SCALES]
        stress(cities[0], with_crews(place), 64, place / "run")  # compile and cache
        stress(cities[0], _written(place, scenario(0.1)), 64, place / "run")
        sizes(cities, place)
        growth(cities, place)
        enough = [city for city in cities if assets_of(city) > ENOUGH]
        workers(enough[0] if enough else cities[-1], place)


if __name__ == "__main__":
    main()
