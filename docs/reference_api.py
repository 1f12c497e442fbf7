"""The page of the HTTP API, made from what the server says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_grid import code, grid

from rencity.api.describing import openapi

HEAD = """\
# HTTP 接口 · The HTTP API

<!-- made by `make reference`; edit the modules of src/rencity/api instead -->

本页由代码生成。约定（错误、ETag、幂等键、分页、事件）见[服务器](server.md)。
This page is made from the code. What holds for all of it (refusals, ETags, keys, pages,
events) is told in [The server](server.md). A running server says the same, with every schema, under
`/api/v1/openapi.json`.
"""


def api_page() -> str:
    """Every operation with what it is told and what it answers; every shape of an answer."""
    told = openapi()
    parts = [HEAD]
    for tag, operations in _by_tag(told).items():
        parts.append(f"## {tag}\n")
        parts += [_operation(*each) for each in operations]
    parts.append("## Shapes\n")
    parts += [_shape(name, said) for name, said in sorted(told["components"]["schemas"].items())]
    return "\n".join(parts)


def _by_tag(told: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in told["paths"].items():
        for method, said in methods.items():
            found.setdefault(said["tags"][0], []).append((method.upper(), path, said))
    return found


def _operation(method: str, path: str, said: dict[str, Any]) -> str:
    lines = [f"### `{method} {path}`\n", f"{said['description']}\n"]
    if body := said.get("requestBody"):
        (kind, content), *_ = body["content"].items()
        lines.append(f"Body: {_named(content['schema'])} ({code([kind])})\n")
    rows = list(_parameters(said.get("parameters", ())))
    if rows:
        lines.append(grid(("Parameter", "In", "Type", "Meaning"), rows))
    for status, answer in sorted(said["responses"].items()):
        if status.startswith("2"):
            schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
            shown = _named(schemas[0]) if schemas and schemas[0] else answer["description"]
            lines.append(f"Answer {status}: {shown}\n")
    return "\n".join(lines)


def _parameters(parameters: Any) -> Iterator[tuple[str, ...]]:
    for each in parameters:
        required = " (required)" if each.get("required") and each["in"] != "path" else ""
        yield (
            code([each["name"]]),
            each["in"],
            _type(each["schema"]) + required,
            each.get("description", each["schema"].get("description", "")),
        )


def _named(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[`{name}`](#{name.lower()})"
    if schema.get("type") == "array":
        return f"list of {_named(schema['items'])}"
    return _type(schema)


def _shape(name: str, said: dict[str, Any]) -> str:
    rows = [
        (code([field]), _named(each), each.get("description", ""))
        for field, each in said.get("properties", {}).items()
    ]
    text = " ".join(said.get("description", "").split())
    fields = grid(("Field", "Type", "Meaning"), rows)
    return f"### `{name}`\n\n{text}\n\n{fields}"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _named(schema)
    if options := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(_type(option) for option in options))
    kind = schema.get("type", "any value")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {_type(schema['additionalProperties'])}"
    return {"date-time": "instant", "date": "day", "binary": "bytes"}.get(
        schema.get("format", ""), str(kind)
    )
