"""The pages made from the code are what the code says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

import pytest
import typer

from rencity.city.catalogue import base_catalogue
from rencity.city.schema import TABLES

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_reference", DOCS / "reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["reference-tables.md", "reference-commands.md"])
def test_page_is_fresh(reference: ModuleType, page: str) -> None:
    made = reference.PAGES[page]()
    assert (DOCS / page).read_text(encoding="utf-8") == made, f"{page} is stale: make reference"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_attribute_is_described(table) -> None:
    assert table.description
    for attribute in table.attributes:
        where = f"{table.name}.{attribute.name}"
        assert attribute.description, f"{where} has no description"
        ending = re.search(r"_(m|km|mm|h|min|d|kv|kw|yuan|km_h|m3_s)$", attribute.name)
        assert not ending or attribute.unit, f"{where} has a unit in its name and none declared"
        if attribute.kind == "float":
            measure = attribute.unit or attribute.name in COUNTS
            assert measure, f"{where} has no unit"


COUNTS = {"lanes"}


def test_tables_page_holds_every_name(reference: ModuleType) -> None:
    page = reference.tables_page()
    for table in TABLES.values():
        section = page.split(f"## `{table.name}`")[1].split("\n## ")[0]
        for attribute in table.attributes:
            row = next(r for r in section.splitlines() if r.startswith(f"| `{attribute.name}`"))
            assert attribute.description in row
            assert attribute.unit in row
    for name, kind in base_catalogue().kinds.items():
        assert f"| `{name}` | {kind.zh} | {kind.en} |" in page


def test_commands_page_shows_what_a_command_takes(
    reference: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, group = typer.Typer(), typer.Typer()

    @group.command()
    def weigh(
        city: Path,
        scale: Annotated[Literal["block", "city"], typer.Option(help="how big")] = "block",
        seed: int = 7,
        json: Annotated[bool, typer.Option("--json")] = False,
    ) -> None:
        """Say how heavy."""

    @app.command()
    def other() -> None:
        """Do otherwise."""

    app.add_typer(group, name="thing")
    monkeypatch.setattr(reference, "app", app)
    page = reference.commands_page()
    assert "## `rencity thing weigh`" in page
    assert "rencity thing weigh CITY [OPTIONS]" in page
    assert "Say how heavy." in page
    assert "| `--scale` | `block` `city` | `block` | how big |" in page
    assert "| `--seed` | int | `7` |" in page
    assert "| `--json` | flag |" in page
    assert "## `rencity other`" in page
