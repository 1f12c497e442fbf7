"""Kinds of hazards and of measures with their parameters, so that a form can be drawn."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, JsonValue

from rencity.kit.said import Described
from rencity.report.about import Words

Type = Literal["number", "integer", "text", "flag", "choice", "list", "table", "map"]

UNITS = {
    "mm_h": "mm/h", "m_s": "m/s", "m3_s": "m³/s", "per_a": "1/a", "hours": "h", "h": "h",
    "min": "min", "km": "km", "m": "m", "mm": "mm", "deg": "°", "a": "a", "yuan": "yuan",
    "hpa": "hPa", "kg": "kg", "c": "°C", "lon": "°", "lat": "°",
}  # fmt: skip
"""What the end of a name says of its unit, the longest first."""


class Value(BaseModel):
    """One shape that a parameter may have."""

    type: Type
    choices: list[JsonValue] = Field(description="of a choice")
    least: float | None = Field(description="it may be this or more")
    above: float | None = Field(description="it must be more than this")
    most: float | None = Field(description="it may be this or less")
    below: float | None = Field(description="it must be less than this")
    shortest: int | None = Field(description="least number of entries or characters")
    pattern: str | None = Field(description="regular expression of a text")
    items: list[Value] = Field(description="shapes of each entry of a list or a map")
    fields: list[Parameter] = Field(description="of a table")


class Parameter(Described):
    """One thing that may be said."""

    name: str
    required: bool
    default: JsonValue = Field(description="null: none, or what the description says")
    unit: str = Field(description="empty: none")
    values: list[Value] = Field(description="shapes it may have")


class FormOfKind(BaseModel):
    """A kind of hazard or measure."""

    kind: str = Field(description="what is written as `kind`")
    title: Words
    meaning: Words
    parameters: list[Parameter]


@cache
def hazard_kinds() -> tuple[FormOfKind, ...]:
    """Every kind of hazard."""
    from rencity.sim.hazard.specs import Hazard  # noqa: PLC0415 - heavy

    kinds = [_kind(model, _tag(model), "hazard") for model in get_args(get_args(Hazard)[0])]
    for one in (one for kind in kinds for one in kind.parameters if one.name == "name"):
        one.required = False  # a hazard without a name takes that of its kind
    return tuple(kinds)


@cache
def measure_kinds() -> tuple[FormOfKind, ...]:
    """Every kind of measure."""
    from rencity.sim.measures.reading import KINDS  # noqa: PLC0415 - heavy

    return tuple(_kind(model, name, "measure") for name, model in KINDS.items())


def _tag(model: type[BaseModel]) -> str:
    return str(get_args(model.model_fields["kind"].annotation)[0])


def _kind(model: type[BaseModel], name: str, what: str) -> FormOfKind:
    from rencity.report.words import bilingual  # noqa: PLC0415 - heavy

    form = _Form(model)
    return FormOfKind(
        kind=name,
        title=bilingual(f"{what}_{name}", name),
        meaning=bilingual(f"{what}_means_{name}", name),
        parameters=[one for one in form.parameters() if one.name != "kind"],
    )


class _Form:
    """The parameters of one model, from its schema and what its docstrings say."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._schema = model.model_json_schema()
        self._defs: Mapping[str, Any] = self._schema.get("$defs", {})
        self._said = {each.__name__: _told(each) for each in _within(model)}
        self._name = model.__name__

    def parameters(self) -> list[Parameter]:
        """Of the model itself."""
        return self._of(self._schema, self._name)

    def _of(self, schema: Mapping[str, Any], name: str) -> list[Parameter]:
        required, said = schema.get("required", ()), self._said.get(name, {})
        return [
            Parameter(
                name=field,
                required=field in required,
                default=one.get("default"),
                unit=unit_of(field),
                description=said.get(field, ""),
                values=list(self._values(one)),
            )
            for field, one in schema.get("properties", {}).items()
        ]

    def _values(self, schema: Mapping[str, Any], name: str = "") -> Iterator[Value]:
        """Every shape of a schema but null."""
        if "anyOf" in schema:
            for each in schema["anyOf"]:
                yield from self._values(each)
        elif "$ref" in schema:
            known = schema["$ref"].rpartition("/")[2]
            yield from self._values(self._defs[known], known)
        elif schema.get("type") != "null":
            yield self._value(schema, name)

    def _value(self, schema: Mapping[str, Any], name: str) -> Value:
        inner = schema.get("items", schema.get("additionalProperties"))
        many = [*schema.get("prefixItems", [])[:1], *([inner] if inner else [])]
        choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
        return Value(
            type="choice" if choices else _type(schema),
            choices=choices,
            least=schema.get("minimum"),
            above=schema.get("exclusiveMinimum"),
            most=schema.get("maximum"),
            below=schema.get("exclusiveMaximum"),
            shortest=schema.get("minItems", schema.get("minProperties")),
            pattern=schema.get("pattern"),
            items=[value for each in many for value in self._values(each)],
            fields=self._of(schema, name) if "properties" in schema else [],
        )


def _within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model in its fields."""
    yield model
    for field in model.model_fields.values():
        for each in _models(field.annotation):
            yield from _within(each)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _told(model: type[BaseModel]) -> dict[str, str]:
    """What a model and those it builds on say of their attributes."""
    return {
        field: text
        for each in reversed(model.__mro__)
        for field, text in attributes(each.__dict__.get("__doc__") or "").items()
    }


def _type(schema: Mapping[str, Any]) -> Type:
    if schema.get("type") == "object":
        return "table" if "properties" in schema else "map"
    types: dict[str, Type] = {
        "number": "number", "integer": "integer", "string": "text", "boolean": "flag",
        "array": "list",
    }  # fmt: skip
    return types[schema["type"]]


def unit_of(name: str) -> str:
    """The unit that a name ends in; empty where it ends in none."""
    for end, unit in UNITS.items():
        if (name == end and end in ("hours", "lon", "lat")) or name.endswith(f"_{end}"):
            return unit
    return ""


def attributes(doc: str) -> dict[str, str]:
    """What a class's docstring says of its attributes, by name."""
    _, _, text = inspect.cleandoc(doc).partition("Attributes\n----------\n")
    said: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", text):
        names, found, meaning = entry.partition(" : ")
        if found and re.fullmatch(r"[a-z0-9_]+(, [a-z0-9_]+)*", names):
            plain = " ".join(meaning.split()).replace("``", "`")
            said |= dict.fromkeys(names.split(", "), plain)
    return said
