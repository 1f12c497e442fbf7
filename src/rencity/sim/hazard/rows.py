"""Tables handed in as files: each fault with its file and row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean

FIRST_ROW = 2
"""Row 1 of a table holds its column names."""

MEND = "save it as comma-separated UTF-8 text with one line of column names"


def read_rows(path: Path, needed: Sequence[str], *, text: Sequence[str] = ()) -> pd.DataFrame:
    """A CSV or Parquet file; the index is the row in the file, wholly empty rows are left out.

    Parameters
    ----------
    needed : columns that must be there
    text : columns kept as written, such as ids that look like numbers

    Raises
    ------
    InputError : no such file, not such a file, a column missing, or no rows
    """
    frame = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path, text)
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame))
    frame.columns = [str(name).strip() for name in frame.columns]
    for column in needed:
        if column not in frame:
            raise InputError(
                f"no column {column!r}",
                place=str(path),
                mend=did_you_mean(column, frame.columns, what="column"),
            )
    frame = frame.dropna(how="all")
    if frame.empty:
        raise InputError("no rows", place=str(path), mend="give at least one row of values")
    return frame


def numbers(frame: pd.DataFrame, column: str, path: Path) -> npt.NDArray[np.float64]:
    """A column as finite numbers, shape (n,).

    Raises
    ------
    InputError : a value that is empty, not a number or not finite
    """
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        refuse(frame, column, int(bad[0]), path, "is not a finite number")
    return values


def not_negative(frame: pd.DataFrame, column: str, path: Path) -> npt.NDArray[np.float64]:
    """A column as finite numbers of at least 0, shape (n,).

    Raises
    ------
    InputError : another value
    """
    values = numbers(frame, column, path)
    bad = np.flatnonzero(values < 0)
    if len(bad):
        refuse(frame, column, int(bad[0]), path, "is below 0")
    return values


def refuse(frame: pd.DataFrame, column: str, at: int, path: Path, why: str) -> None:
    """Raise for the value at position `at` of a column.

    Raises
    ------
    InputError : always
    """
    value = frame[column].iloc[at]
    shown = "an empty value" if pd.isna(value) else repr(str(value))
    raise InputError(
        f"{shown} {why}",
        place=f"{path}: row {frame.index[at]}, column {column}",
        mend="correct the value or take the row out",
    )


def _csv(path: Path, text: Sequence[str]) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # a row longer than the header is a warning to pandas, which then drops its end
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path,
                index_col=False,
                dtype=dict.fromkeys(text, str),
                keep_default_na=False,
                na_values=[""],
                encoding="utf-8-sig",
                skip_blank_lines=False,
                skipinitialspace=True,
                low_memory=False,
            )
    except OSError as exc:
        raise _absent(exc, path) from exc
    except pd.errors.EmptyDataError as exc:
        raise InputError("the file is empty", place=str(path), mend="write it again") from exc
    except pd.errors.ParserWarning as exc:
        raise InputError("rows hold more values than names", place=str(path), mend=MEND) from exc
    except (pd.errors.ParserError, UnicodeDecodeError, ValueError) as exc:
        said = " ".join(str(exc).split())
        raise InputError(f"not a CSV table: {said}", place=str(path), mend=MEND) from exc


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except OSError as exc:
        raise _absent(exc, path) from exc
    except Exception as exc:
        raise InputError(
            f"not a Parquet table: {exc}", place=str(path), mend="write it again"
        ) from exc


def _absent(exc: OSError, path: Path) -> InputError:
    said = exc.strerror or str(exc)
    return InputError(said, place=str(path), mend="paths are relative to the scenario file")
