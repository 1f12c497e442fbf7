"""What an answer to why takes, beside the engine's own run of the samples.

The demo city (about 50,000 assets) and its earthquake; 64 samples; compiled code cached; one
thread, processor seconds. ``python -m bench.why``

As a server answers, with the city and the run held open and as many samples as it tells of while
somebody waits: ``python -m bench.why --prompt --city DIR --scenario FILE``
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

from rencity.city import City
from rencity.rehearse.why import Asked
from rencity.sim.why.about import about_of, outages_in
from rencity.sim.why.kept import Kept

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


def opened(run: Path, city: City) -> tuple[Asked, Kept]:
    """The run to be asked, and its outages."""
    about = about_of(run)
    asked = Asked(about, outages_in(run, about), city)
    assert asked.kept is not None
    return asked, asked.kept


def told(asked: Asked, kept: Kept, word: str, line: str | None, samples: int) -> str:
    """A row of the table."""
    first = kept.first(samples)
    engine = timed(lambda: sum(1 for _ in asked.engine.states(first.outages)))[1]
    found, seconds = timed(lambda: asked.answer(word, line, None, samples))
    assert found.causes is not None
    name = f"{word} {line or ''}".strip()
    times = f"{seconds:.2f} | {seconds / engine:.0f}"
    return f"| {name} | {samples} of {kept.samples} | {times} | {found.causes.found} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--city", type=Path, help="a demo city made before")
    parser.add_argument("--scenario", type=Path, default=EARTHQUAKE)
    parser.add_argument("--prompt", action="store_true", help="as many samples as a server takes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, run = given.city or Path(place) / "city", Path(place) / "run"
        if given.city is None:
            command("demo", folder, "--scale", "city", "--seed", "1")
        command("stress", folder, given.scenario, "--out", run, "--samples", given.samples)
        city, opening = timed(lambda: City.open(folder))
        _, hashing = timed(lambda: city.hash)
        asked, kept = opened(run, city)
        samples = asked.prompt if given.prompt else kept.samples
        print(f"{len(city.assets):,} assets, {given.samples} samples; opening the city ", end="")
        print(f"{opening + hashing:.2f} s")
        first = timed(lambda: asked.answer(*TARGETS[0], None, samples))[1]
        print(f"the first answer {first:.2f} s")
        print("| target | samples | both answers, s | × the engine's run | root causes |")
        print("|---|---|---|---|---|")
        for word, line in TARGETS:
            print(told(asked, kept, word, line, samples), flush=True)


if __name__ == "__main__":
    main()
