"""What a run folder says of itself, read without its curves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from rencity.kit.errors import RunError
from rencity.sim.why.kept import MEND


def about_of(folder: Path) -> dict[str, Any]:
    """`run.json` of a run folder.

    Raises
    ------
    RunError : no run there, or it cannot be read
    """
    path = folder / "run.json"
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise RunError("no run here", place=str(folder), mend="name a run folder") from exc
    except (ValueError, OSError) as exc:
        raise RunError(f"cannot be read: {exc}", place=str(path), mend=MEND) from exc
    known = about.get("city") if isinstance(about, dict) else None
    if not isinstance(known, dict) or not {"id", "version", "hash"} <= known.keys():
        raise RunError("does not say which city it is of", place=str(path), mend=MEND)
    return about


def outages_in(folder: Path, about: dict[str, Any]) -> pd.DataFrame | None:
    """The outages a run kept; None for a run of an earlier version, which kept none.

    Raises
    ------
    RunError : the table is gone or broken
    """
    said = about.get("outages")
    if said is None:
        return None
    path = folder / "outages.parquet"
    if not isinstance(said, dict) or not {"samples", "edge_min", "horizon_min"} <= said.keys():
        raise RunError("does not say what outages it kept", place=str(folder), mend=MEND)
    try:
        return pd.read_parquet(path)
    except Exception as exc:
        raise RunError(f"a part is missing or broken: {exc}", place=str(path), mend=MEND) from exc
