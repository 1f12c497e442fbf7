"""Folders of answers: refused before the work begins, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from rencity.kit.errors import StorageError
from rencity.kit.files import staged_folder


def refuse_folder(folder: Path, mark: str, *, replace: bool) -> None:
    """Say before the work that its answer could not be written there.

    Parameters
    ----------
    mark : file by which a folder is known as an answer of this sort

    Raises
    ------
    StorageError : something is there and `replace` is false, or it is something else
    """
    if not folder.exists():
        return
    if not replace:
        raise StorageError(
            "the folder exists", place=str(folder), mend="give --replace or another --out"
        )
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / mark).exists()):
        raise StorageError(
            f"what is there holds no {mark}, so it is not replaced",
            place=str(folder),
            mend="choose another name",
        )


def write_answer(
    folder: Path,
    mark: str,
    about: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    *,
    replace: bool,
) -> Path:
    """Write an answer's JSON and its tables by name.

    Raises
    ------
    StorageError : as `refuse_folder`, or the disk refused it
    """
    refuse_folder(folder, mark, replace=replace)
    with staged_folder(folder, replace=replace) as stage:
        text = json.dumps(about, ensure_ascii=False, indent=1, allow_nan=False)
        (stage / mark).write_text(text, encoding="utf-8")
        for name, table in tables.items():
            table.to_parquet(stage / f"{name}.parquet", index=False)
    return folder
