"""The field's own files, kept in the city folder with a map of their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from rencity.kit.errors import InputError

Named = tuple[str, str, str, str]
"""What it is in the file, its id there, the table of the city, the id there."""


def physics_files(
    folder: str, name: str, sources: Sequence[Path], ids: Iterable[Named]
) -> dict[str, bytes]:
    """The sources as they are and ``NAME.ids.csv``, all in one folder.

    Parameters
    ----------
    folder : within the city folder, such as ``physics/swmm``
    name : of the id map, unique in the folder
    ids : what of the files became which row of the city, in order of the file

    Returns
    -------
    Bytes by path within the city folder.

    Raises
    ------
    InputError : a source cannot be read
    """
    made = {f"{folder}/{path.name}": _bytes(path) for path in sources}
    table = pd.DataFrame(list(ids), columns=["what", "theirs", "table", "id"])
    made[f"{folder}/{name}.ids.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
    return made


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc
