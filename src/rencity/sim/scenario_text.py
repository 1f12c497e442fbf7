"""A scenario as TOML text: read from a file, or written from its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rencity.kit.errors import ScenarioError

BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_text(path: Path) -> str:
    """The text of a scenario file.

    Raises
    ------
    ScenarioError : no such file, or not UTF-8
    """
    mend = "give the path of a scenario file (TOML)"
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise ScenarioError(exc.strerror or str(exc), place=str(path), mend=mend) from exc
    except UnicodeDecodeError as exc:
        raise ScenarioError("not UTF-8 text", place=str(path), mend="save it as UTF-8") from exc


def scenario_toml(scenario: BaseModel) -> str:
    """Text that `parse_scenario` reads back as the same scenario; fields left at default stay out.

    Examples
    --------
    >>> from rencity.sim.scenario import parse_scenario
    >>> text = '''[scenario]
    ... name = "dark"
    ...
    ... [[hazards]]
    ... kind = "cutoff"
    ... lifeline = "power"
    ... hours = 48.0
    ... name = "cutoff"
    ... '''
    >>> parse_scenario(scenario_toml(parse_scenario(text, place="")), place="").hazards[0].hours
    48.0
    """
    told = scenario.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    classes, hazards = told.pop("classes", {}), told.pop("hazards", [])
    parts = [["[scenario]", *_lines(told)]]
    parts += [["[classes]", *_lines(classes)]] if classes else []
    parts += [["[[hazards]]", *_lines(hazard)] for hazard in hazards]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(name)} = {_value(value)}" for name, value in table.items()]


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(_lines(value)) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    # JSON's scalars are TOML's, but for one character that TOML wants escaped
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")
