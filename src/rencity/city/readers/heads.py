"""The first rows of a large file, and how many it has, without reading all of it as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

HEAD_BYTES = 2_000_000
_CHUNK = 16_000_000
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')
_FEATURES = re.compile(r'"features"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"[\s,]*")
_LONGEST_MARK = 200


def text_head(path: Path) -> bytes:
    """The first whole lines of a text; all of a short one."""
    with path.open("rb") as file:
        data = file.read(HEAD_BYTES + 1)
    if len(data) <= HEAD_BYTES:
        return data
    ends, _ = _line_ends(np.frombuffer(data, np.uint8), quoted=False)
    return data[: int(ends[-1]) + 1] if len(ends) else data


def text_rows(path: Path) -> int:
    """Lines below the header; line ends within quotes count for nothing, nor do blank lines."""
    rows, quoted = 0, False
    before = np.array([_NEWLINE, _NEWLINE], dtype=np.uint8)
    for raw in _chunks(path):
        ends, quoted = _line_ends(raw, quoted=quoted)
        data = np.concatenate([before, raw])
        rows += _filled(data, ends + len(before))
        before = data[-2:]
    return max(rows + int(before[-1] != _NEWLINE) - 1, 0)


def _chunks(path: Path) -> Iterator[npt.NDArray[np.uint8]]:
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield np.frombuffer(data, np.uint8)


def _line_ends(raw: npt.NDArray[np.uint8], *, quoted: bool) -> tuple[npt.NDArray[np.intp], bool]:
    """Where lines end, and whether a quote is open at the end of the bytes."""
    ends = np.flatnonzero(raw == _NEWLINE)
    quotes = np.flatnonzero(raw == _QUOTE)
    if len(quotes) or quoted:
        ends = ends[(np.searchsorted(quotes, ends) + quoted) % 2 == 0]
    return ends, bool((len(quotes) + quoted) % 2)


def _filled(data: npt.NDArray[np.uint8], ends: npt.NDArray[np.intp]) -> int:
    """How many of the lines that end hold anything; two bytes stand before the first."""
    last, second = data[ends - 1], data[ends - 2]
    blank = (last == _NEWLINE) | ((last == _RETURN) & (second == _NEWLINE))
    return len(ends) - int(blank.sum())


def geojson_head(text: str, most: int) -> str | None:
    """A collection of the first whole features at the beginning of one; None where it is none."""
    found = _FEATURES.search(text)
    if found is None:
        return None
    decoder, at, end = json.JSONDecoder(), found.end(), found.end()
    for _ in range(most):
        try:
            _, end = decoder.raw_decode(text, at)
        except ValueError:
            break
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]
    return f"{text[:end]}]}}" if end > found.end() else None


def geojson_rows(path: Path) -> int:
    """How many features it says it holds."""
    rows, rest = 0, b""
    for raw in _chunks(path):
        data = rest + raw.tobytes()
        ends = [found.end() for found in _FEATURE.finditer(data)]
        rows += len(ends)
        rest = data[max(ends[-1] if ends else 0, len(data) - _LONGEST_MARK) :]
    return rows
