"""YAML and TOML as plain values with the line of each: nothing executed, nothing expanded."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer

from rencity.kit.errors import PackError

MAX_BYTES = 4_000_000
MAX_DEPTH = 12

Step = str | int


@dataclass(frozen=True)
class Document:
    """A file's mapping and where in it things stand."""

    path: Path
    data: dict[str, Any]
    lines: dict[tuple[Step, ...], int] = field(default_factory=dict)

    def at(self, *steps: Step) -> Any:
        """The part that stands at `steps`."""
        part: Any = self.data
        for step in steps:
            part = part[step]
        return part

    def place(self, *steps: Step) -> str:
        """`file:line` of the deepest part of `steps` that is in the file."""
        for depth in range(len(steps), 0, -1):
            if (line := self.lines.get(steps[:depth])) is not None:
                return f"{self.path}:{line}"
        return str(self.path)


def read_text(path: Path) -> str:
    """The file as text.

    Raises
    ------
    PackError : it cannot be read, is not UTF-8 or is larger than `MAX_BYTES`
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PackError(
                f"larger than {MAX_BYTES:,} bytes", place=str(path), mend="split the pack"
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise PackError(
            exc.strerror or str(exc), place=str(path), mend="check the path and its permissions"
        ) from exc
    except UnicodeDecodeError as exc:
        raise PackError(
            f"not UTF-8 at byte {exc.start}", place=str(path), mend="save it as UTF-8"
        ) from exc


def read_toml(path: Path) -> Document:
    """A TOML file.

    Raises
    ------
    PackError : unreadable, or not TOML
    """
    text = read_text(path)
    try:
        return Document(path, tomllib.loads(text))
    except (ValueError, RecursionError) as exc:
        raise PackError(f"not TOML: {exc}", place=str(path), mend="correct the line") from exc


def read_yaml(path: Path) -> Document:
    """A YAML file that holds one mapping with text keys.

    Raises
    ------
    PackError : unreadable, not YAML, a key twice, anchors, aliases or merges, too deep
    """
    text = read_text(path)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines = dict(_walk(node)) if node is not None else {}
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise PackError(
            exc.problem or "not YAML", place=where, mend="correct the line as plain YAML"
        ) from exc
    except (yaml.YAMLError, ValueError, TypeError) as exc:
        said = " ".join(str(exc).split())
        raise PackError(f"not YAML: {said}", place=str(path), mend="correct the value") from exc
    if not isinstance(data, dict):
        raise PackError("holds no mapping", place=str(path), mend="write id: entry for each entry")
    return Document(path, data, lines)


class _Loader(Composer, yaml.CSafeLoader):
    """Composes as PyYAML does, from what libyaml reads in a quarter of the time."""

    depth = 0

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        if getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases are refused: write it out", event.start_mark
            )
        if self.depth >= MAX_DEPTH:
            raise yaml.composer.ComposerError(
                None, None, f"nested deeper than {MAX_DEPTH}", event.start_mark
            )
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _walk(
    node: yaml.Node, at: tuple[Step, ...] = (), line: int = 1
) -> Iterator[tuple[tuple[Step, ...], int]]:
    yield at, line
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _walk(item, (*at, number), item.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = _key(key)
            if name in seen:
                raise yaml.composer.ComposerError(
                    None, None, f"{name} stands twice", key.start_mark
                )
            seen.add(name)
            yield from _walk(value, (*at, name), key.start_mark.line + 1)


def _key(key: yaml.Node) -> str:
    if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
        shown = key.value if isinstance(key, yaml.ScalarNode) else "a list or mapping"
        raise yaml.composer.ComposerError(
            None, None, f"the key {shown} is not plain text: quote it", key.start_mark
        )
    return str(key.value)
