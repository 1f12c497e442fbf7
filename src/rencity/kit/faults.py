"""TOML that people write: read, and refused with every fault in one message."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, TypeVar

from rencity.kit.errors import RencityError

Fault = tuple[str, str, str]
"""Key as in the file, what is wrong, the mend."""

Refusal = TypeVar("Refusal", bound=RencityError)


def toml_of(text: str, place: str, kind: type[RencityError]) -> dict[str, Any]:
    """The tables of TOML text.

    Raises
    ------
    `kind` : it is no TOML
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise kind(f"not TOML: {exc}", place=place, mend="correct that line") from exc


def refused(faults: Sequence[Fault], place: str, kind: type[Refusal]) -> Refusal:
    """One error that tells every fault, to be raised."""
    (key, what, mend), *rest = faults
    more = "".join(f"\n{_at(place, k)}: {w} | mend: {m}" for k, w, m in rest)
    made = kind(what, place=_at(place, key), mend=mend + more)
    made.faults = tuple(faults)
    return made


def faults_in(error: RencityError) -> tuple[Fault, ...]:
    """Every fault that an error tells."""
    return error.faults or ((error.place, error.what, error.mend),)


def _at(place: str, key: str) -> str:
    return f"{place}: {key}" if key else place
