"""What a mistyped name was probably meant to be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 12
COMPARED = 2000
"""Names compared with the word: those next to it in order; more would take minutes in a city."""


def did_you_mean(word: str, known: Iterable[str], *, what: str = "name") -> str:
    """A mend for an unknown name: the nearest known one, then the list, cut when it is long."""
    names = sorted(set(known))
    if not names:
        return f"there is no {what} to choose from; leave {word!r} out"
    at = bisect_left(names, word)
    beside = names[max(0, at - COMPARED // 2) : at + COMPARED // 2]
    near = get_close_matches(word, beside, n=1, cutoff=0.5)
    shown = ", ".join(names[:SHOWN])
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    listed = f"use one of {shown}{more}"
    return f"did you mean {near[0]!r}? Else {listed}" if near else listed
