"""The pages made from the code are what the code says."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

import pytest
import typer

from rencity.city.catalogue import base_catalogue
from rencity.city.schema import TABLES
from rencity.content.envelope import Envelope
from rencity.content.registry import Known, kinds

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_reference", DOCS / "reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def packs_pages(reference: ModuleType) -> ModuleType:
    return sys.modules[reference.packs_page.__module__]


@pytest.mark.parametrize(
    "page",
    ["reference-tables.md", "reference-commands.md", "reference-packs.md", "reference-api.md"],
)
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


@pytest.mark.parametrize("known", [*kinds().values(), None], ids=lambda k: k and k.name)
def test_every_field_of_content_says_what_it_is_in_both_languages(
    packs_pages: ModuleType, known: Known | None
) -> None:
    if known is not None:
        kind = known.kind
        assert all((kind.zh, kind.en, kind.says_zh, kind.says_en)), known.name
    for at, model in packs_pages.models(known.kind.model if known else Envelope):
        assert model.__doc__, f"{model.__name__} has no docstring"
        for name, field in model.model_fields.items():
            where = f"{known.name if known else 'entry'} {at} {model.__name__}.{name}"
            assert field.description, f"{where} has no description"
            assert re.search(r"[\u4e00-\u9fff]", field.title or ""), f"{where} has no Chinese title"
            ending = re.search(r"_(m|km2|mm|h|min|d|a|yuan|m_s|mm_h|per_h)$", name)
            assert not ending or packs_pages.unit_of(name), f"{where} has no unit"


def test_packs_page_holds_every_kind_and_field(packs_pages: ModuleType) -> None:
    page = packs_pages.packs_page()
    for name, known in kinds().items():
        section = page.split(f"## `{name}` ")[1].split("\n## ")[0]
        assert known.kind.says_zh in section
        assert known.kind.says_en in section
        for _, model in packs_pages.models(known.kind.model):
            for field_name, field in model.model_fields.items():
                rows = [r for r in section.splitlines() if r.startswith(f"| `{field_name}`")]
                assert any(field.description in row and field.title in row for row in rows)
    assert "| `within_m` | 距离上限 | number | m | required |" in page
    assert "| `parent` | 上一级 | id of `area_levels` |  |  |" in page
    assert "expression of `deaths`, `seriously_injured`, `loss_yuan`, gives yes or no" in page
    assert "(above 0, at most 20)" in page


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
