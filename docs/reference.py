"""Make the pages that say what the code says: tables, catalogue, commands, fields of packs.

`make reference` writes them; a test fails while a committed page differs from what is made here.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer
from reference_api import api_page
from reference_grid import code, grid
from reference_packs import packs_page

from rencity.city.catalogue import base_catalogue
from rencity.city.schema import TABLES, Attribute, Table
from rencity.cli import app

FOLDER = Path(__file__).parent

_TABLES_HEAD = """\
# 表与目录 · Tables and catalogue

<!-- made by `make reference`; edit src/rencity/city/schema.py and catalogue.toml instead -->

本页由代码生成：城市文件夹中每张表的每个字段，以及生命线和设施类别。
This page is made from the code. What the folder as a whole is, is told in
[The city folder](city-folder.md).

A default of *required* means that a source must give the value; *missing* means that it may be
unknown. Every table of things also says how its values came to be known (`origin`) and, if inferred
or synthetic, by which `rule`.
"""

_COMMANDS_HEAD = """\
# 命令 · Commands

<!-- made by `make reference`; edit the modules of src/rencity/cli instead -->

本页由代码生成。This page is made from the code. Exit codes are told in [Errors](errors.md).
"""


def tables_page() -> str:
    """Every table and attribute of the schema, every lifeline and kind of the catalogue."""
    return "\n".join([_TABLES_HEAD, *map(_table, TABLES.values()), _catalogue()])


def commands_page() -> str:
    """Every command with its arguments and options."""
    return "\n".join([_COMMANDS_HEAD, *(_command(name, c) for name, c in commands())])


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that can be run, as its words and what click knows of it."""
    if app.registered_commands or app.registered_groups:
        yield from _leaves("rencity", typer.main.get_command(app))


PAGES = {
    "reference-api.md": api_page,
    "reference-tables.md": tables_page,
    "reference-commands.md": commands_page,
    "reference-packs.md": packs_page,
}


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    parts = getattr(command, "commands", None)
    if parts is None:
        yield name, command
        return
    if command.invoke_without_command:
        yield name, command
    for part, child in sorted(parts.items()):
        yield from _leaves(f"{name} {part}", child)


def _table(table: Table) -> str:
    shape = f" Geometry: {', '.join(table.geometry)}, in WGS-84." if table.geometry else ""
    rows = [
        (f"`{a.name}`", _kind(a), a.unit, _default(a), f"{a.description}{_rules(a)}")
        for a in table.attributes
    ]
    return (
        f"## `{table.name}`\n\n{table.description}. Unique by {code(table.key)}.{shape}\n\n"
        + grid(("Attribute", "Type", "Unit", "Default", "Meaning"), rows)
    )


def _kind(attribute: Attribute) -> str:
    return code(attribute.choices, " ") if attribute.choices else attribute.kind


def _default(attribute: Attribute) -> str:
    value = attribute.default
    if value is None:
        return "required"
    if isinstance(value, float) and math.isnan(value):
        return "missing"
    return "empty" if value == "" else f"`{str(value).lower()}`"


def _rules(attribute: Attribute) -> str:
    rules = [f"an id of `{attribute.refers}`"] if attribute.refers else []
    rules += [f"at least {attribute.least:g}"] if attribute.least is not None else []
    rules += [f"at most {attribute.most:g}"] if attribute.most is not None else []
    return f" ({', '.join(rules)})" if rules else ""


def _catalogue() -> str:
    catalogue = base_catalogue()
    lifelines = [(f"`{n}`", x.zh, x.en, x.unit) for n, x in catalogue.lifelines.items()]
    kinds = [
        (f"`{n}`", x.zh, x.en, x.role, "yes" if x.source else "")
        for n, x in catalogue.kinds.items()
    ]
    return (
        "## 生命线 · Lifelines\n\nA city adds its own in `city.toml`.\n\n"
        + grid(("Name", "中文", "English", "Unit of demand"), lifelines)
        + "\n## 设施类别 · Kinds\n\nService of a lifeline usually starts at a kind marked as "
        "source; whether it does at an asset is said by the asset's own `source`.\n\n"
        + grid(("Kind", "中文", "English", "Role", "Source"), kinds)
    )


def _command(name: str, command: Any) -> str:
    shown = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    usage = " ".join([name, *(_placeholder(p) for p in shown if _positional(p))])
    options = " [OPTIONS]" if any(not _positional(p) for p in shown) else ""
    rows = [(_names(p), _type(p), _said(p), (p.help or "").replace("\n", " ")) for p in shown]
    table = "\n" + grid(("Argument or option", "Type", "Default", "Meaning"), rows) if rows else ""
    text = inspect.cleandoc(command.help or "").replace("\b\n", "").replace("\f", "").strip()
    return f"## `{name}`\n\n```text\n{usage}{options}\n```\n\n{text}\n{table}"


def _placeholder(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name).upper() + (
        "..." if parameter.nargs == -1 else ""
    )
    return name if parameter.required else f"[{name}]"


def _positional(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _names(parameter: Any) -> str:
    if _positional(parameter):
        return f"`{str(parameter.metavar or parameter.name).upper()}`"
    return code([*parameter.opts, *parameter.secondary_opts])


def _type(parameter: Any) -> str:
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, EnumType):
        return code((member.value for member in kind), " ")
    if get_origin(kind) is Literal:
        return code(get_args(kind), " ")
    return "flag" if getattr(parameter, "is_flag", False) else _plain(kind)


def _plain(kind: Any) -> str:
    return str(kind) if get_origin(kind) else str(kind.__name__)


def _said(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = getattr(parameter.default, "value", parameter.default)
    if value in (None, "", (), []) or callable(value):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    for file, make in PAGES.items():
        (FOLDER / file).write_text(make(), encoding="utf-8")
