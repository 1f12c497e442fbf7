"""What a reader is told by ``--set key=value``, checked against what it knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from rencity.kit.errors import InputError


class Options(BaseModel):
    """What every reader's options are: frozen, no unknown keys, finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Made = TypeVar("Made", bound=Options)


def options_of(kind: type[Made], given: Mapping[str, Any] | None) -> Made:
    """The options of a reader.

    Raises
    ------
    InputError : an unknown key or a value that cannot be
    """
    try:
        return kind.model_validate(dict(given or {}))
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(kind.model_fields)
        message = str(first["msg"]).removeprefix("Value error, ")
        what = f"unknown option {key!r}" if first["type"] == "extra_forbidden" else message
        raise InputError(what, place=f"--set {key}", mend=f"its options are {known}") from exc
