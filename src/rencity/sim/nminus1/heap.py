"""A binary heap of (key, item) in two arrays and its size in a third, for compiled searches."""

from __future__ import annotations

from typing import Any

from numba import njit


@njit(nogil=True, cache=True)
def push(key: Any, item: Any, size: Any, k: Any, i: Any) -> None:
    """Put item i in with key k; of equal keys the lower item comes first."""
    at = size[0]
    size[0] += 1
    while at > 0:
        up = (at - 1) >> 1
        if key[up] < k or (key[up] == k and item[up] <= i):
            break
        key[at], item[at] = key[up], item[up]
        at = up
    key[at], item[at] = k, i


@njit(nogil=True, cache=True)
def pop(key: Any, item: Any, size: Any) -> Any:
    """Take the least out; its key and item."""
    least, which = key[0], item[0]
    size[0] -= 1
    last = size[0]
    k, i = key[last], item[last]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= last:
            break
        other = down + 1
        if other < last and (
            key[other] < key[down] or (key[other] == key[down] and item[other] < item[down])
        ):
            down = other
        if k < key[down] or (k == key[down] and i <= item[down]):
            break
        key[at], item[at] = key[down], item[down]
        at = down
    key[at], item[at] = k, i
    return least, which
