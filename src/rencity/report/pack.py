"""Arrays as short text that a page unpacks: small files without a compressor in the browser."""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt

STEPS_OF_SHARE = 200
NOBODY = 255

_ESCAPE, _RUN, _LONG_RUN = 13, 14, 15
_REACH = 6


def u16(values: npt.ArrayLike) -> str:
    """Whole numbers 0 to 65,535 of any shape, little endian, base64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<u2").tobytes()).decode()


def shares(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Shares in half percents, same shape; NaN becomes `NOBODY`; 0 only below one in a thousand."""
    clipped = np.clip(np.nan_to_num(values), 0, 1)
    code = np.floor(clipped * STEPS_OF_SHARE + 0.5)
    code = np.where((clipped >= 0.001) & (code == 0), 1, code)
    return np.where(np.isnan(values), NOBODY, code).astype(np.uint8)


def nibbles(rows: npt.NDArray[np.uint8]) -> str:
    """Rows of bytes, shape (n, m), that change little along m: base64 of half-byte codes.

    Each row starts from 0. Codes 0 to 12 add -6 to +6; 13 is followed by a whole byte in two
    halves; 14 by n - 2 for a run of n = 2 to 17 unchanged values; 15 by n // 16 - 1 in two halves
    for 16 to 4,096 unchanged values in sixteens.
    """
    out: list[int] = []
    for row in rows:
        _row(row.astype(np.int64), out)
    if len(out) % 2:
        out.append(0)
    pairs = np.asarray(out, dtype=np.uint8).reshape(-1, 2)
    return base64.b64encode((pairs[:, 0] << 4 | pairs[:, 1]).tobytes()).decode()


def _row(row: npt.NDArray[np.int64], out: list[int]) -> None:
    change = np.diff(row, prepend=0)
    edges = [*np.flatnonzero(change).tolist(), len(row)]
    at = 0
    for edge in edges:
        _still(edge - at, out)
        at = edge
        if edge < len(row):
            _moved(int(change[edge]), int(row[edge]), out)
            at += 1


def _still(n: int, out: list[int]) -> None:
    while n >= 18:
        sixteens = min(n // 16, 256)
        out += [_LONG_RUN, (sixteens - 1) >> 4, (sixteens - 1) & 15]
        n -= sixteens * 16
    if n >= 2:
        out += [_RUN, n - 2]
    elif n:
        out.append(_REACH)


def _moved(by: int, value: int, out: list[int]) -> None:
    if -_REACH <= by <= _REACH:
        out.append(by + _REACH)
    else:
        out += [_ESCAPE, value >> 4, value & 15]
