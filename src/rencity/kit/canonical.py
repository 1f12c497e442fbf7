"""One text for one value: what digests and comparisons are made over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, instants in UTC to the microsecond.

    Raises
    ------
    ValueError : a number that JSON cannot say (NaN, infinity), or half a surrogate pair
    TypeError : something that has no place in JSON
    """
    text = json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        default=_instant,
    )
    text.encode()  # half a surrogate pair has no bytes, so no digest either
    return text


def instant_text(at: datetime) -> str:
    """An instant in UTC as text of one width: sorts as time does.

    Raises
    ------
    ValueError : the time has no zone
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    raise TypeError(f"a {type(value).__name__} has no place in JSON")
