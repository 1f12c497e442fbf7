"""A file of measures: TOML with a schema, every fault told at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from rencity.kit.errors import InputError, ScenarioError
from rencity.kit.faults import Fault, refused, toml_of
from rencity.kit.suggest import did_you_mean
from rencity.sim.measures import spec
from rencity.sim.measures.spec import Programme
from rencity.sim.scenario_text import read_text

KINDS: dict[str, type[BaseModel]] = {
    "harden": spec.Harden,
    "backup": spec.Backup,
    "link": spec.Link,
    "stock": spec.Stock,
    "crews": spec.Crews,
    "move": spec.Move,
    "microgrid": spec.Microgrid,
    "drain": spec.Drain,
}


def load_programme(path: str | Path) -> Programme:
    """Read and check a file of measures.

    Raises
    ------
    InputError : no such file, not TOML, or faults of the schema; all of them in one message
    """
    try:
        text = read_text(Path(path))
    except ScenarioError as exc:
        raise InputError(
            exc.what, place=exc.place, mend="give the path of a file of measures (TOML)"
        ) from exc
    return parse_programme(text, place=str(path))


def parse_programme(text: str, *, place: str) -> Programme:
    """Measures from TOML text; `place` names its origin in messages.

    Raises
    ------
    InputError : as `load_programme`
    """
    data = toml_of(text, place, InputError)
    try:
        # JSON mode: strict about types, yet arrays become tuples
        made = Programme.model_validate_json(json.dumps(data, default=str))
    except ValidationError as exc:
        faults = [_fault(error) for error in exc.errors(include_url=False)]
        raise refused(faults, place, InputError) from exc
    faults = list(_between(made))
    if faults:
        raise refused(faults, place, InputError)
    return made


def _fault(error: Any) -> Fault:
    loc = tuple(error["loc"])
    key, value = _key(loc), error["input"]
    match error["type"]:
        case "missing":
            mend = "add a [[measures]] table" if loc == ("measures",) else f"add {loc[-1]} = …"
            return key, f"{loc[-1]!r} is missing", mend
        case "extra_forbidden":
            return (
                key,
                f"unknown key {loc[-1]!r} (value {value!r})",
                did_you_mean(str(loc[-1]), _known(loc), what="key"),
            )
        case "union_tag_not_found":
            return key, "'kind' is missing", f"add kind = one of {', '.join(KINDS)}"
        case "union_tag_invalid":
            tag = str(error["ctx"]["tag"])
            return f"{key}.kind", f"unknown kind {tag!r}", did_you_mean(tag, KINDS, what="kind")
        case "too_short":
            return key, "nothing in it", "add at least one entry"
    said = error["msg"].removeprefix("Value error, ")
    shown = f" (value {value!r})" if isinstance(value, str | int | float | bool) else ""
    return key, f"{said}{shown}", "correct the value"


def _key(loc: tuple[int | str, ...]) -> str:
    parts: list[str] = []
    for i, part in enumerate(loc):
        if isinstance(part, int) and parts:
            parts[-1] += f"[{part}]"
        elif not (i == 2 and loc[0] == "measures" and part in KINDS):
            parts.append(str(part))
    return ".".join(parts)


def _known(loc: tuple[int | str, ...]) -> list[str]:
    if loc[0] == "measures" and len(loc) > 2:
        return list(KINDS.get(str(loc[2]), Programme).model_fields)
    return list((spec.Loss if loc[0] == "loss" else Programme).model_fields)


def _between(programme: Programme) -> Iterator[Fault]:
    """Faults among measures: an id twice, a name that is no measure, what can never be taken."""
    ids = [measure.id for measure in programme.measures]
    for one in sorted({one for one in ids if ids.count(one) > 1}):
        yield "measures", f"{ids.count(one)} measures have the id {one!r}", "give each its own"
    for number, measure in enumerate(programme.measures):
        for field in ("excludes", "requires"):
            for other in getattr(measure, field):
                key = f"measures[{number}].{field}"
                if other == measure.id:
                    yield key, f"{measure.id} {field} itself", "leave it out"
                elif other not in ids:
                    yield key, f"no measure {other!r}", did_you_mean(other, ids, what="measure")
    if len(set(ids)) == len(ids):
        yield from _impossible(programme)


def _impossible(programme: Programme) -> Iterator[Fault]:
    by_id = {measure.id: measure for measure in programme.measures}
    for number, measure in enumerate(programme.measures):
        whole = with_required(programme, measure.id)
        for one in sorted(whole & by_id.keys()):
            clash = sorted(whole & set(by_id[one].excludes) - {one})
            if clash:
                yield (
                    f"measures[{number}]",
                    f"{measure.id} can never be taken: {one}, needed for it, excludes {clash[0]}",
                    "correct excludes or requires",
                )


def with_required(programme: Programme, one: str) -> frozenset[str]:
    """A measure and all that must be taken with it."""
    by_id = {measure.id: measure for measure in programme.measures}
    found, todo = {one}, [one]
    while todo:
        measure = by_id.get(todo.pop())
        for other in measure.requires if measure else ():
            if other not in found:
                found.add(other)
                todo.append(other)
    return frozenset(found)
