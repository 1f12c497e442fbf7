"""One JSON file of a folder as a model, or which part of it is at fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from rencity.kit.errors import RunError

AGAIN = "run `rencity stress` again into a new folder"

Model = TypeVar("Model", bound=BaseModel)


def model_of(path: Path, kind: type[Model], reads: int | None = None, again: str = AGAIN) -> Model:
    """Read one JSON file of a folder; `reads` is the format it must have.

    Raises
    ------
    RunError : it is missing, broken, of another format, or says something impossible
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise RunError(f"no {path.name} here", place=str(path.parent), mend=again) from exc
    except OSError as exc:
        raise RunError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc
    except ValueError as exc:
        raise RunError(f"not JSON: {exc}", place=str(path), mend=again) from exc
    version = data.get("format", reads) if isinstance(data, dict) else reads
    if reads is not None and version != reads:
        raise RunError(
            f"format {version}, this Rencity reads format {reads}",
            place=str(path),
            mend="use the Rencity version that wrote it, or " + again,
        )
    try:
        return kind.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise RunError(f"{where}: {first['msg']}", place=str(path), mend=again) from exc
