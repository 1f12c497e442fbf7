"""The whole `stress` command at city scale: wall time, memory, and what the engine takes of it.

The demo city (about 50,000 assets), 1,000 samples, 30 days, every lifeline damaged at random at
2 % and at 10 %; native instructions, then Haswell's (AVX2, no AVX-512). Digests must be equal.
``python -m bench.stress``
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rencity.city import City
from rencity.city.network.cache import network_of
from rencity.sim.reach.arrays import state_of

LIFELINES = ("road", "power", "water", "drainage", "gas", "telecom", "health")
CPUS = {"native": {}, "haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}}
ENGINE = ("undamaged", "samples")


def scenario(share: float) -> str:
    """Every lifeline hit alike, out for two days."""
    targets = "".join(
        f'[[hazards.targets]]\nlifeline = "{name}"\nprobability = {share}\nhours = 48\n'
        for name in LIFELINES
    )
    return f'[scenario]\nname = "random"\n[[hazards]]\nkind = "random"\n{targets}'


def command(
    folder: Path, text: Path, samples: int, env: dict[str, str]
) -> tuple[dict, float, float]:  # type: ignore[type-arg]
    """One run of the command: its JSON, wall seconds and peak memory in GB."""
    out = folder.parent / "run"
    begin = time.perf_counter()
    made = subprocess.run(  # noqa: S603 - our own command
        [
            sys.executable, "-m", "rencity", "stress", str(folder), str(text), "--out", str(out),
            "--samples", str(samples), "--replace", "--json",
        ],
        capture_output=True, check=True, env=os.environ | env,
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    return json.loads(made.stdout), seconds, peak


def bytes_per_sample_and_asset(folder: Path) -> float:
    """Bytes of a block's state, for each of its samples and each asset."""
    city = City.open(folder)
    state = state_of(network_of(city))
    whole = sum(array.nbytes for array in state)
    return whole / (state.served.shape[1] * 64) / len(city.assets)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, text = Path(place) / "city", Path(place) / "scenario.toml"
        subprocess.run(  # noqa: S603 - our own command
            [
                sys.executable, "-m", "rencity", "demo", str(folder),
                "--scale", "city", "--seed", "1",
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        print(f"{given.samples:,} samples, 30 days, {os.cpu_count()} cores")
        print("| damage | processor | whole, s | engine, s | N-1, s | knock-out, s | peak, GB |")
        print("|---|---|---|---|---|---|---|")
        for share in (0.02, 0.10):
            text.write_text(scenario(share), encoding="utf-8")
            digests = set()
            for cpu, env in CPUS.items():
                command(folder, text, 64, env)  # compile and cache
                said, seconds, peak = command(folder, text, given.samples, env)
                digests.add(said["digest"])
                took = said["timings_s"]
                engine = sum(took[name] for name in ENGINE)
                print(
                    f"| {share:.0%} | {cpu} | {seconds:.1f} | {engine:.2f} | {took['n1']:.2f} | "
                    f"{took['knock_out']:.2f} | {peak:.2f} |"
                )
            assert len(digests) == 1, "the processor changed the result"
        print(f"state: {bytes_per_sample_and_asset(folder):.2f} bytes per sample and asset")


if __name__ == "__main__":
    main()
