"""Minutes on shift: when the next begins, how long work takes that pauses between shifts.

A shift begins every 1440 minutes at `begin` and lasts `length`. `begin` is in minutes after the
scenario's start, 0 to 1439; the shift that began the day before may still run at minute 0.
"""

from __future__ import annotations

from typing import Any

from numba import njit

DAY = 1440


@njit(nogil=True, cache=True, inline="always")
def next_on(t: Any, begin: Any, length: Any) -> Any:
    """The first minute of `t` and after that is on shift."""
    if length == DAY:
        return t
    inside = (t - begin) % DAY
    return t if inside < length else t + DAY - inside


@njit(nogil=True, cache=True, inline="always")
def done_at(t: Any, work: Any, begin: Any, length: Any) -> Any:
    """When `work` minutes on shift are over that begin at `t`, a minute on shift."""
    if length == DAY:
        return t + work
    left = length - (t - begin) % DAY
    if work <= left:
        return t + work
    rest = work - left
    days = (rest - 1) // length
    return t + left + DAY - length + days * DAY + rest - days * length


@njit(nogil=True, cache=True, inline="always")
def on_shift(t: Any, begin: Any, length: Any) -> Any:
    """Minutes on shift before `t`, counted from `begin` − 1440; differences are what is used."""
    days, inside = divmod(t - begin + DAY, DAY)
    return days * length + min(inside, length)
