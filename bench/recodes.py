"""Communities that exchange resources, against pyrecodes on its own Example 2, in one run.

Component-steps a second: components times steps followed, over the seconds that following them
took; reading the files is timed for neither. pyrecodes runs in a venv of its own, since what it
depends on need not agree with ours. ``make bench-peers``, or
``python -m bench.recodes --peer PYTHON``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from rencity.sim.balance.exchange import Exchange, damage_of, follow, read_exchange

HERE = Path(__file__).resolve().parents[1]
DATA = HERE.parent / "shared" / "data" / "interdependent" / "pyrecodes_example2"
MAIN = "VirtualCommunity_Main.json"
REPEATS = 20
LANES = 512
GOAL = 1000

PEER = """
import contextlib, io, json, sys, time
from pyrecodes import main
folder, name = sys.argv[1:]
system = main.create_system(folder, main.read_json_file(f"{folder}/{name}"))
with contextlib.redirect_stdout(io.StringIO()):
    begin = time.perf_counter()
    system.start_resilience_assessment()
    seconds = time.perf_counter() - begin
found = system.resilience_calculators[0].calculate_resilience()
print(json.dumps({"seconds": seconds, "components": len(system.components),
                  "steps": system.time_step + 1,
                  "unmet": {name: float(value) for name, value in found.items()}}))
"""


def peer_run(python: Path) -> dict[str, object] | None:
    """One run of pyrecodes, or None with the reason told where there is none."""
    if not python.exists():
        print(f"pyrecodes is not installed: no {python}; `make bench-peers` installs it apart")
        return None
    done = subprocess.run(  # noqa: S603 - the python that was asked for
        [python, "-c", PEER, DATA, MAIN], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it says nothing"]
        print(f"pyrecodes does not run under {python}: {last[0]}")
        return None
    found: dict[str, object] = json.loads(done.stdout)
    return found


def ours(exchange: Exchange, damage: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Component-steps a second of one run at a time and of a block, and what went unmet."""
    one, block = damage[None], np.repeat(damage[None], LANES, axis=0)
    follow(exchange, one)  # compile
    begin = time.perf_counter()
    for _ in range(REPEATS):
        single = follow(exchange, one)
    alone_s = (time.perf_counter() - begin) / REPEATS
    begin = time.perf_counter()
    found = follow(exchange, block)
    block_s = time.perf_counter() - begin
    components = len(exchange.name)
    each = components * int(single.steps[0])
    return each / alone_s, components * int(found.steps.sum()) / block_s, single.unmet[0]


def main() -> None:
    """Time both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, default=HERE / ".venv-peers" / "bin" / "python")
    asked = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"the input is not there: {DATA}")
    exchange = read_exchange(DATA)
    peer = peer_run(asked.peer)
    alone, block, unmet = ours(exchange, damage_of(DATA))
    print(f"{'component-steps a second':<34}{'':>14}{'times pyrecodes':>18}")
    rate = None
    if peer is not None:
        rate = int(str(peer["components"])) * int(str(peer["steps"])) / float(str(peer["seconds"]))
        print(f"{'pyrecodes, one run':<34}{rate:>14,.0f}{1:>18}")
    for name, mine in (("ours, one run at a time", alone), (f"ours, a block of {LANES}", block)):
        ratio = f"{mine / rate:,.0f}" if rate else "–"
        print(f"{name:<34}{mine:>14,.0f}{ratio:>18}")
    if peer is not None and rate:
        theirs = peer["unmet"]
        assert isinstance(theirs, dict)
        worst = max(abs(unmet[exchange.resource.index(n)] / v - 1) for n, v in theirs.items())
        print(f"unmet demand differs by {worst:.1e} at most")
        print(f"goal {GOAL:,} times: {'met' if block / rate >= GOAL else 'missed'} by a block")


if __name__ == "__main__":
    main()
