"""What a mistyped name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 12


def did_you_mean(word: str, known: Iterable[str], *, what: str = "it") -> str:
    """A mend for an unknown name: the nearest known one, then the list when it is short."""
    names = sorted(set(known))
    if not names:
        return f"there is no {what} to choose from; leave {word!r} out"
    near = get_close_matches(word, names, n=1, cutoff=0.5)
    shown = ", ".join(names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    listed = f"use one of {shown}{more}"
    return f"did you mean {near[0]!r}? Else {listed}" if near else listed
