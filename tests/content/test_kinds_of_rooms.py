"""Kinds of content come from the rooms that own them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.content import load_packs
from rencity.content.checking import check_packs
from rencity.kit.errors import PackError

Room = Callable[[str, str], None]
Write = Callable[..., Path]

KINDS = """
from typing import Annotated, Any
from pydantic import BaseModel, ConfigDict, Field
from rencity.kit.findings import Finding
from rencity.kit.kind import Kind, Refers

class Siren(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    loud_db: Annotated[float, Field(gt=0)]
    after: Annotated[str, Refers("{name}")] = ""
    backup: tuple[Annotated[str, Refers("{name}")], ...] = ()

def quiet(held):
    for entry in held["{name}"].values():
        if entry.value.loud_db < 60:
            yield Finding("too-quiet", "warning", "nobody hears it", "make it louder",
                          table=entry.place, ids=(entry.id,))

KINDS = {{"{name}": Kind(Siren, "警报器", "Sirens", "响。", "They sound.", check=quiet)}}
"""
SIREN = """my.{id}:
  title: {{zh: 甲, en: A}}
  source: {{title: Someone}}
  loud_db: {loud}
"""


def siren(name: str = "one", loud: float = 90, more: str = "") -> str:
    return SIREN.format(id=name, loud=loud) + more


def test_a_new_rooms_kind_is_found_read_and_checked(room: Room, write: Write) -> None:
    room("testing_sirens", KINDS.format(name="test_sirens"))
    folder = write(test_sirens=siren())
    assert check_packs([folder], shipped=False) == []
    held = load_packs([folder], shipped=False).entries["test_sirens"]["my.one"]
    assert held.value.loud_db == 90
    write(test_sirens=siren(loud=-1))
    (finding,) = check_packs([folder], shipped=False)
    assert (finding.rule, finding.field) == ("schema", "loud_db")


def test_a_rooms_own_check_is_run(room: Room, write: Write) -> None:
    room("testing_quiet", KINDS.format(name="test_quiet"))
    (finding,) = check_packs([write(test_quiet=siren(loud=20))], shipped=False)
    assert (finding.rule, finding.ids) == ("too-quiet", ("my.one",))


def test_without_the_room_the_file_is_a_stranger(write: Write) -> None:
    folder = write(test_sirens=siren())
    assert {f.rule for f in check_packs([folder], shipped=False)} >= {"unknown-file"}


def test_a_room_without_content_is_not_imported(room: Room, write: Write) -> None:
    room("testing_empty", "")
    load_packs([write()], shipped=False)
    assert "rencity.testing_empty" not in sys.modules


def test_two_rooms_with_one_name_are_refused(room: Room, write: Write) -> None:
    room("testing_first", KINDS.format(name="test_twice"))
    room("testing_second", KINDS.format(name="test_twice"))
    with pytest.raises(PackError, match="two rooms declare the kind test_twice") as caught:
        load_packs([write()], shipped=False)
    assert "rencity.testing_first.kinds and rencity.testing_second.kinds" in caught.value.what
    assert caught.value.mend


@pytest.mark.parametrize(
    ("name", "text"), [("nothing", "x = 1"), ("list", "KINDS = []"), ("odd", "KINDS = {'a': 1}")]
)
def test_a_room_that_declares_wrongly_is_named(
    room: Room, write: Write, name: str, text: str
) -> None:
    room(f"testing_{name}", text)
    with pytest.raises(PackError, match="declares no kinds") as caught:
        load_packs([write()], shipped=False)
    assert caught.value.place == f"rencity.testing_{name}.kinds"


def test_references_that_dangle_or_go_round_are_found(room: Room, write: Write) -> None:
    room("testing_refs", KINDS.format(name="test_refs"))
    text = siren("one", more="  after: my.gone\n  backup: [my.two, my.lost]\n") + siren("two")
    found = check_packs([write(test_refs=text)], shipped=False)
    assert [(f.rule, f.field) for f in found] == [
        ("dangling-reference", "after"),
        ("dangling-reference", "backup.1"),
    ]
    assert "my.gone" in found[0].what
    assert "my.one" in found[0].what
    text = siren("one", more="  after: my.two\n") + siren("two", more="  after: my.one\n")
    (finding,) = check_packs([write(test_refs=text)], shipped=False)
    assert finding.rule == "circular-reference"
    assert finding.ids == ("my.one", "my.two")
    assert "my.one → my.two → my.one" in finding.what


def test_a_nation_cannot_refer_to_a_regions_entry(room: Room, write: Write) -> None:
    room("testing_regions", KINDS.format(name="test_regions"))
    nation = write("nation", region="CN", test_regions=siren("one", more="  after: my.two\n"))
    city = write("city", region="320200", test_regions=siren("two"))
    found = check_packs([nation, city], shipped=False)
    assert [f.rule for f in found] == ["dangling-reference"]
    assert "city" in found[0].what
    write("city", region="320200", test_regions=siren("two", more="  after: my.one\n"))
    write("nation", region="CN", test_regions=siren("one"))
    assert check_packs([nation, city], shipped=False) == []


def test_a_reference_must_be_in_force_with_what_refers(room: Room, write: Write) -> None:
    room("testing_dated", KINDS.format(name="test_dated"))
    text = siren("one", more="  after: my.two\n  in_force: {from: 2026-01-01}\n")
    text += siren("two", more="  in_force: {to: 2025-12-31}\n")
    (finding,) = check_packs([write(test_dated=text)], shipped=False)
    assert finding.rule == "dangling-reference"
    assert "not in force" in finding.what
