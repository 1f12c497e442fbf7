"""What a job is told on the command line: files, keys, and files that are handed in."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rencity.db.store import Transaction
from rencity.kit.errors import InputError
from rencity.registry import Places
from rencity.registry.uploads import Incoming, enter, parts_of


def given_by(words: Sequence[str]) -> dict[str, Any]:
    """The input that a file and keys say, later ones over earlier."""
    made: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key.isidentifier():
            made[key] = _value(value)
        else:
            made |= _file(Path(word))
    return made


def _value(text: str) -> Any:
    if text.startswith("@"):
        return _text(Path(text[1:]))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _file(path: Path) -> dict[str, Any]:

    text = _text(path)
    try:
        made = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as exc:
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise InputError(f"not {kind}: {exc}", place=str(path), mend="correct that line") from exc
    if not isinstance(made, dict):
        raise InputError("holds no object", place=str(path), mend="write keys and values")
    return made


def _text(path: Path) -> str:

    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        said = getattr(exc, "strerror", None) or "not UTF-8 text"
        mend = "give a file, or KEY=VALUE"
        raise InputError(said, place=str(path), mend=mend) from exc


@dataclass(frozen=True)
class Handed:
    """A file that is on its way in, and the key of the input that names it."""

    key: str
    path: str
    name: str
    incoming: Incoming


def handed_in(places: Places, asked: Sequence[str]) -> list[Handed]:
    """Files in the data folder, not entered yet: copying takes longer than a transaction should.

    Parameters
    ----------
    asked : KEY=PATH; under the key ``files`` a folder is handed in with all below it

    Raises
    ------
    InputError : no such file
    """
    made: list[Handed] = []
    for word in asked:
        key, _, name = word.partition("=")
        path = Path(name)
        below = sorted(p for p in path.rglob("*") if p.is_file()) if key == "files" else []
        base = path if path.is_dir() else path.parent
        for each in below or [path]:
            inside = each.relative_to(base).as_posix()
            made.append(Handed(key, inside, each.name, _incoming(places, each)))
    return made


def enter_in(tx: Transaction, handed: Sequence[Handed], given: dict[str, Any]) -> None:
    """Enter what was handed in, and name it in the input."""
    for each in handed:
        key = enter(tx, each.name, each.incoming)["id"]
        if each.key == "files":
            given["files"] = {**given.get("files", {}), each.path: key}
        else:
            given[each.key] = key


def _incoming(places: Places, path: Path) -> Incoming:
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend="check the path")
    incoming = Incoming(places)
    try:
        for part in parts_of(path):
            incoming.take(part)
    except BaseException:
        incoming.drop()
        raise
    return incoming
