"""Expressions of packs: how fast one is asked, and how long one takes to read and check.

The condition of the gravest grade of accidents, three names. ``python -m bench.expressions``
"""

from __future__ import annotations

import time
from collections.abc import Callable

from rencity.content.cel import CEL, Expression

TEXT = "deaths >= 30 || seriously_injured >= 100 || loss_yuan >= 100000000"
NAMES = CEL({"deaths": int, "seriously_injured": int, "loss_yuan": float})
TIMES = 100_000


def _a_second(call: Callable[[], object], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        call()
    return times / (time.perf_counter() - begin)


def main() -> None:
    """Print both figures."""
    held = Expression.of(TEXT, NAMES)
    asked = _a_second(lambda: held.value(deaths=3, seriously_injured=1, loss_yuan=2e6), TIMES)
    read = _a_second(lambda: Expression.of(TEXT, NAMES), TIMES // 50)
    print(f"asked {asked:,.0f} a second; read and checked in {1e6 / read:.0f} µs")


if __name__ == "__main__":
    main()
