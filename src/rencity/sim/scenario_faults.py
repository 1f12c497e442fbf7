"""Schema faults in a user's words: which key, which value, what to write instead."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from rencity.kit.suggest import did_you_mean

KIND_PATTERN = r"^[a-z_]+\.[a-z_0-9]+$"
TOP = ("classes", "hazards")
"""Keys that stand beside the table [scenario]; all others stand in it."""


class Fault(NamedTuple):
    """One fault: the key as in the file, what is wrong with its value, the mend."""

    key: str
    what: str
    mend: str


def faults_of(exc: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Every fault pydantic found in a scenario, one a key."""
    errors = exc.errors(include_url=False)
    places = [tuple(error["loc"]) for error in errors]
    faults: dict[str, Fault] = {}
    for error, loc in zip(errors, places, strict=True):
        hollow = error["type"] == "too_short" and any(
            len(other) > len(loc) and other[: len(loc)] == loc for other in places
        )
        if hollow:  # its items are refused, so of course too few are left
            continue
        chain = _models(model, loc)
        key = _key(loc)
        fault = _fault(key, loc, chain[-1], dict(error))
        earlier = faults.get(fault.key)
        if earlier is not None:  # the branches of a union, each refusing the same value
            fault = Fault(fault.key, f"{earlier.what}; or: {fault.what}", earlier.mend)
        faults[fault.key] = fault
    return list(faults.values())


def _fault(key: str, loc: tuple[int | str, ...], model: type[BaseModel], error: Any) -> Fault:
    known, context = _keys(model), error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return Fault(
                key,
                f"unknown key {loc[-1]!r} (value {error['input']!r})",
                did_you_mean(str(loc[-1]), known, what="key"),
            )
        case "too_short":
            return Fault(key, "nothing in it", "add at least one table to this list")
        case "missing":
            mend = "add a [[hazards]] table" if loc == ("hazards",) else f"add {loc[-1]} = …"
            return Fault(key, f"{loc[-1]!r} is missing", mend)
        case "union_tag_invalid":
            kinds = [kind.strip("' ") for kind in context["expected_tags"].split(",")]
            what = f"unknown hazard kind {context['tag']!r}"
            return Fault(f"{key}.kind", what, did_you_mean(context["tag"], kinds, what="kind"))
        case "union_tag_not_found":
            return Fault(key, "'kind' is missing", 'say its kind, such as kind = "earthquake"')
        case "string_pattern_mismatch":
            kind = context["pattern"] == KIND_PATTERN
            mend = "write a kind as lifeline.kind" if kind else "use letters, digits, . _ -"
            return Fault(key, f"{error['input']!r} is not a name that fits here", mend)
    said = error["msg"].removeprefix("Value error, ")
    value = error["input"]
    shown = f" (value {value!r})" if isinstance(value, str | int | float | bool) else ""
    return Fault(key, f"{said}{shown}", "correct the value")


def _keys(model: type[BaseModel]) -> list[str]:
    return [name for name in model.model_fields if name not in TOP]


def _models(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[type[BaseModel]]:
    """The model that holds each part of a location: entry i holds part i."""
    chain, options = [model], [model]
    for part in loc[:-1]:
        field = options[0].model_fields.get(str(part)) if len(options) == 1 else None
        if field is not None:
            options = _inside(field.annotation)
        elif len(options) > 1:
            options = [m for m in options if _tag(m) == part] or options
        chain.append(options[0] if options else model)
    return chain


def _key(loc: tuple[int | str, ...]) -> str:
    parts = [] if not loc or loc[0] in TOP else ["scenario"]
    for i, part in enumerate(loc):
        tag = i == 2 and loc[0] == "hazards"
        branch = "[" in str(part) or "-" in str(part)  # of a union: literal[…], constrained-float
        if isinstance(part, int):
            parts[-1] += f"[{part}]"
        elif i == 1 and loc[0] == "classes":
            parts.append(f'"{part}"')
        elif not (tag or branch):
            parts.append(part)
    return ".".join(parts)


def _inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _inside(part)]


def _tag(model: type[BaseModel]) -> object:
    kind = model.model_fields.get("kind")
    tags = get_args(kind.annotation) if kind else ()
    return tags[0] if tags else None
