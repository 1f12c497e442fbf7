"""What the files leave unsaid: units, the part of the day, and where service starts.

TNTP files state no units, so a mapping does; nothing is converted without it::

    sources = ["1", "10"]        # zones where service starts; else those of half of all trips
    period = "pm"                # part of the day that the trips are of

    [units]
    length = "mile"              # a unit of units.toml, with a number before it if need be
    time = "0.01 h"              # of the free-flow time
    speed = "mph"                # of the speed limit, used where there is no free-flow time
    capacity_per = "h"           # the time for which a capacity counts
    trips_per = "0.1 d"          # the part of a day for which the trips count
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rencity.city.readers.cells import unit_factor
from rencity.city.readers.decoding import decode
from rencity.kit.errors import InputError

_QUANTITY = re.compile(r"\s*(\d+\.?\d*|\.\d+)?\s*(\S.*?)\s*")


class Units(BaseModel):
    """Units as text, empty where not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length: str = ""
    time: str = ""
    speed: str = ""
    capacity_per: str = ""
    trips_per: str = ""


class Mapping(BaseModel):
    """A mapping file.

    Attributes
    ----------
    sources : zones by their id in the files
    period, user_class : of the trips
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...] = ()
    period: str = ""
    user_class: str = ""
    units: Units = Field(default_factory=Units)


def read_mapping(path: Path | None) -> Mapping:
    """The mapping; one that says nothing where there is none.

    Raises
    ------
    InputError : no such file, not TOML, or a key that is none
    """
    if path is None:
        return Mapping()
    if not path.is_file():
        raise InputError("no such mapping", place=str(path), mend="check --map")
    try:
        return Mapping.model_validate(tomllib.loads(decode(path)))
    except tomllib.TOMLDecodeError as exc:
        raise InputError(f"not TOML: {exc}", place=str(path), mend="correct the line") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{where}: {first['msg']}",
            place=str(path),
            mend="see docs/import-tntp.md for what a mapping may say",
        ) from exc


def in_unit(said: str, wanted: str, *, place: str) -> float | None:
    """Size of a unit such as ``mile`` or ``0.01 h`` in `wanted`; None where nothing is said.

    Raises
    ------
    InputError : no such unit, of another dimension, or of no size
    """
    if not said:
        return None
    found = _QUANTITY.fullmatch(said)
    number, unit = (found[1], found[2]) if found else (None, said)
    size = float(number or 1) * unit_factor(unit, wanted, place=place)
    if size <= 0:
        raise InputError(f"{said!r} is of no size", place=place, mend="give a number above 0")
    return size
