"""`rencity why` at city scale: what an answer takes, beside the engine's own run of the samples.

The demo city (about 50,000 assets) and its earthquake; 64 samples; compiled code cached; one
thread, processor seconds. ``python -m bench.why``
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from rencity.city import City
from rencity.city.network.cache import network_of
from rencity.rehearse.why import why
from rencity.sim.reach.engine import Engine
from rencity.sim.why.about import about_of, outages_in
from rencity.sim.why.kept import kept_of
from rencity.sim.why.names import Names

EARTHQUAKE = Path(__file__).parents[1] / "examples" / "demo" / "earthquake.toml"
TARGETS = (
    ("power-transformer-000100", None),
    ("telecom-mast-000005", None),
    ("health-hospital-000003", None),
    ("zone-320205001", "water"),
    ("zone-320205", "power"),
    ("zone-320205", "water"),
)
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the processor seconds it took."""
    begin = time.process_time()
    return work(), time.process_time() - begin


def command(*words: object) -> None:
    """Run one of our own commands."""
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "rencity", *map(str, words)], check=True, capture_output=True
    )


def engine_s(run: Path, city: City) -> float:
    """The engine alone over the kept samples."""
    about = about_of(run)
    said, table = about["outages"], outages_in(run, about)
    assert table is not None
    names = Names(city, network_of(city))
    kept = kept_of(table, names, said["samples"])
    engine = Engine(names.network, np.array(said["edge_min"], np.int64), said["horizon_min"])
    return timed(lambda: sum(1 for _ in engine.states(kept.outages)))[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--city", type=Path, help="a demo city of scale city, made before")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, run = given.city or Path(place) / "city", Path(place) / "run"
        if given.city is None:
            command("demo", folder, "--scale", "city", "--seed", "1")
        command("stress", folder, EARTHQUAKE, "--out", run, "--samples", given.samples)
        why(run, TARGETS[0][0], city=folder)  # compile and cache
        city, opening = timed(lambda: City.open(folder))
        _, hashing = timed(lambda: city.hash)
        print(f"{len(city.assets):,} assets, {given.samples} samples; opening the city ", end="")
        print(f"{opening + hashing:.2f} s")
        print("| target | both answers, s | × the engine's run | root causes |")
        print("|---|---|---|---|")
        for word, line in TARGETS:
            engine = engine_s(run, city)
            found, seconds = timed(lambda w=word, n=line: why(run, w, city=city, lifeline=n))
            assert found.causes is not None
            name = f"{word} {line or ''}".strip()
            print(f"| {name} | {seconds:.2f} | {seconds / engine:.0f} | {found.causes.found} |")


if __name__ == "__main__":
    main()
