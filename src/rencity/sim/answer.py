"""Folders of answers: a JSON file that says what it is, and tables; whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from rencity.kit.files import refuse_folder, staged_folder


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
