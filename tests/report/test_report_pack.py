import base64

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.report import pack


def unpacked(text: str, rows: int, columns: int) -> np.ndarray:
    """The code as `pack.nibbles` tells it, read by other means than the page's script."""
    halves = [half for byte in base64.b64decode(text) for half in (byte >> 4, byte & 15)]
    out, at = [], 0
    for _ in range(rows):
        row: list[int] = []
        value = 0
        while len(row) < columns:
            code, at = halves[at], at + 1
            if code <= 12:
                value += code - 6
                row.append(value)
            elif code == 13:
                value, at = 16 * halves[at] + halves[at + 1], at + 2
                row.append(value)
            elif code == 14:
                row += [value] * (halves[at] + 2)
                at += 1
            else:
                row += [value] * (16 * (16 * halves[at] + halves[at + 1] + 1))
                at += 2
        assert len(row) == columns
        out.append(row)
    return np.array(out, dtype=np.uint8).reshape(rows, columns)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_rows_survive_packing(data):
    columns = data.draw(st.sampled_from([1, 2, 3, 17, 18, 19, 40, 300]))
    runs = st.lists(st.tuples(st.integers(0, 255), st.integers(1, columns)), min_size=1, max_size=9)
    rows = []
    for _ in range(data.draw(st.integers(1, 4))):
        row = [value for value, n in data.draw(runs) for _ in range(n)]
        rows.append((row * columns)[:columns])
    table = np.array(rows, dtype=np.uint8)
    assert (unpacked(pack.nibbles(table), *table.shape) == table).all()


def test_long_still_rows_take_few_bytes():
    table = np.full((1, 5000), 7, dtype=np.uint8)
    assert (unpacked(pack.nibbles(table), 1, 5000) == 7).all()
    assert len(pack.nibbles(table)) < 16


def test_shares_keep_nothing_and_something_apart():
    codes = pack.shares(np.array([0, 0.0009, 0.001, 0.0025, 0.5, 0.9999, 1.2, -1, np.nan]))
    assert codes.tolist() == [0, 0, 1, 1, 100, 200, 200, 0, pack.NOBODY]


def test_whole_numbers_are_little_endian():
    assert base64.b64decode(pack.u16([[1, 258]])) == b"\x01\x00\x02\x01"
