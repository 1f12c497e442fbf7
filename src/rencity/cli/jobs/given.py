"""What a job is told on the command line: files, keys, and files that are handed in."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


def hand_in(tx: Any, places: Places, asked: Sequence[str], given: dict[str, Any]) -> None:
    """Hand files in, and name them in the input."""
    for word in asked:
        key, _, name = word.partition("=")
        path = Path(name)
        if key == "files":
            inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
            base = path if path.is_dir() else path.parent
            files = {p.relative_to(base).as_posix(): _handed_in(tx, places, p) for p in inside}
            given["files"] = {**given.get("files", {}), **files}
        else:
            given[key] = _handed_in(tx, places, path)


def _handed_in(tx: Any, places: Places, path: Path) -> str:

    if not path.is_file():
        raise InputError("no such file", place=str(path), mend="check the path")
    incoming = Incoming(places)
    try:
        for part in parts_of(path):
            incoming.take(part)
        return str(enter(tx, path.name, incoming)["id"])
    except BaseException:
        incoming.drop()
        raise
