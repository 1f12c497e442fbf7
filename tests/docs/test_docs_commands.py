"""Every command that a page shows can be typed."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import typer

from rencity.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/**/*.md")])
FENCE = re.compile(r"^ *(```+|~~~+)[^\n]*\n(.*?)^ *\1 *$", re.MULTILINE | re.DOTALL)
CALLS = (["rencity"], [".venv/bin/rencity"], ["python", "-m", "rencity"])


def commands_in(text: str) -> Iterator[list[str]]:
    """The words after `rencity` of each command in a fenced block."""
    for block in FENCE.finditer(text):
        for line in block[2].replace("\\\n", " ").splitlines():
            bare = line.strip().removeprefix("$ ").removeprefix("! ").lstrip("!")
            if not re.match(r"(\S*/)?(rencity|python) ", bare + " "):
                continue
            for words in _parts(shlex.split(bare, comments=True)):
                call = next((c for c in CALLS if words[: len(c)] == c), None)
                if call:
                    yield words[len(call) :]


def _parts(words: list[str]) -> Iterator[list[str]]:
    for joined, part in itertools.groupby(
        words, lambda word: word in {"&&", "||", "|", ";", ">", "2>", "2>>", "&"}
    ):
        if not joined:
            yield list(part)


def fault(command: Any, words: list[str]) -> str:
    """What is wrong with these words; empty if they can be typed."""
    words = list(words)
    while hasattr(command, "commands"):
        if not words:
            return "" if command.invoke_without_command or command.no_args_is_help else "no command"
        if words[0] in {"--help", "--version"}:
            return ""
        name = words.pop(0)
        if name not in command.commands:
            return f"no command {name!r}"
        command = command.commands[name]
    return _fault_of_leaf(command, words)


def _fault_of_leaf(command: Any, words: list[str]) -> str:
    options = {o: p for p in command.params for o in (*p.opts, *p.secondary_opts)}
    places = [p for p in command.params if p.param_type_name == "argument"]
    given: list[str] = []
    named: set[str] = set()
    while words:
        word, _, value = words.pop(0).partition("=")
        if not word.startswith("-") or word == "-":
            given.append(word)
            continue
        if word == "--help":
            return ""
        if word not in options:
            return f"no option {word}"
        named.add(options[word].name)
        if not getattr(options[word], "is_flag", False):
            if not value and not words:
                return f"{word} lacks its value"
            if wrong := _wrong_choice(options[word], value or words.pop(0)):
                return wrong
            more = max(1, options[word].nargs) - 1
            if len(words) < more:
                return f"{word} lacks a value"
            del words[:more]
    least, endless = sum(p.required for p in places), any(p.nargs == -1 for p in places)
    if len(given) < least or (len(given) > len(places) and not endless):
        return f"{len(given)} arguments where {least} to {len(places)} are taken"
    if absent := [
        o for o, p in options.items() if o[0] == "-" and p.required and p.name not in named
    ]:
        return f"lacks {absent[0]}"
    return next((w for p, g in zip(places, given, strict=False) if (w := _wrong_choice(p, g))), "")


def _wrong_choice(parameter: Any, value: str) -> str:
    kind = parameter.type_descriptor.annotation
    if get_origin(kind) is Literal:
        choices = [str(choice) for choice in get_args(kind)]
    else:
        choices = [m.value for m in kind] if hasattr(kind, "__members__") else []
    if not choices or value in choices or value.isupper():
        return ""
    return f"{value!r} is not one of {', '.join(choices)}"


def _root() -> Any:
    return typer.main.get_command(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_exist(page: Path) -> None:
    if page.name == "reference-commands.md":
        return
    calls = list(commands_in(page.read_text(encoding="utf-8")))
    if not calls:
        return
    faults = [
        f"rencity {shlex.join(words)}: {said}" for words in calls if (said := fault(_root(), words))
    ]
    assert not faults, "\n".join(faults)


def test_make_targets_of_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    for page in PAGES:
        for block in FENCE.finditer(page.read_text(encoding="utf-8")):
            named = re.findall(r"^(?:\$ )?make ([a-z]+)", block[2], re.MULTILINE)
            assert set(named) <= targets, f"{page.name}: make {set(named) - targets}"


@pytest.fixture
def toy() -> Any:
    root, group = typer.Typer(), typer.Typer()

    @group.command("import")
    def take(kind: Literal["tables", "osm"], src: str, into: str = typer.Option(...)) -> None: ...

    @root.command()
    def demo(
        folder: str, scale: Literal["block", "city"] = "block", json: bool = False
    ) -> None: ...

    root.add_typer(group, name="city")
    return typer.main.get_command(root)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rencity demo d --scale city --json", ""),
        ("rencity demo d --scale=block", ""),
        ("python -m rencity city import osm a.pbf --into d", ""),
        ("rencity demo --help", ""),
        ("rencity demo d && rencity nothing", "no command 'nothing'"),
        ("rencity city check d", "no command 'check'"),
        ("rencity demo d --size city", "no option --size"),
        ("rencity demo d --scale town", "'town' is not one of block, city"),
        ("rencity demo", "0 arguments"),
        ("rencity demo a b", "2 arguments"),
        ("rencity city import shapes a --into d", "'shapes' is not one of tables, osm"),
        ("rencity city import osm a", "lacks --into"),
        ("rencity demo d \\\n  --wrong", "no option --wrong"),
    ],
)
def test_the_reader_of_commands_sees_faults(toy: Any, line: str, said: str) -> None:
    calls = list(commands_in(f"text\n\n```bash\n{line}\n```\n"))
    assert calls
    faults = [fault(toy, words) for words in calls]
    assert faults[-1].startswith(said) if said else not any(faults)


def test_the_readme_names_both_commands_in_both_languages() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    chinese, english = text.split("## English", 1)
    for part in (chinese, english):
        assert re.search(r"^make run\b", part, re.MULTILINE)
        assert re.search(r"^make test\b", part, re.MULTILINE)
