"""Every sentence that the rooms write for people, found in their source.

``python -m tests.chinese.sentences ROOM`` prints those without Chinese, ready for ``zh.toml``.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rencity.api.routes.reading import options_of
from rencity.atlas.forms import Parameter, Value, hazard_kinds, measure_kinds
from rencity.city.readers.registry import READERS
from rencity.kit.chinese import HOLE

SOURCE = Path(__file__).parents[2] / "src/rencity"
LEFT = Path(__file__).with_name("left.toml")

_WORDS = re.compile(r"[a-z]{2,}")
_NOT_FOR_PEOPLE = re.compile(
    r"^(description|help|title|metavar|rich_help_panel|responses|pattern|prefix|epilog|discriminator)$"
)
_SILENT_CALLS = re.compile(r"^(log|logger|_log)\.|^(re\.\w+|cast|TypeVar|sa\.text|text|getattr)$")


def sentences(room: str) -> dict[str, list[str]]:
    """Each sentence of a room, with ``{}`` for its values, and where it stands."""
    found: dict[str, list[str]] = defaultdict(list)
    skipped = left()["files"]
    for path in sorted((SOURCE / room).rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if any(name.startswith(each) for each in skipped):
            continue
        for text, line in _Reading(ast.parse(path.read_text(encoding="utf-8"))):
            found[text].append(f"{name}:{line}")
    return dict(found)


def said(room: str, part: str = "said") -> dict[str, str]:
    """A part of the room's catalogue."""
    path = SOURCE / room / "zh.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return dict(tomllib.loads(text).get(part, {}))


def left() -> dict[str, list[str]]:
    """What is left in English: whole files, and texts that are no sentences for people."""
    return tomllib.loads(LEFT.read_text(encoding="utf-8"))


class _Reading(ast.NodeVisitor):
    """Texts of a module that may be shown: no docstrings, annotations, log lines, descriptions."""

    def __init__(self, tree: ast.Module) -> None:
        self._found: list[tuple[str, int]] = []
        self.visit(tree)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._found)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """An annotation is no text."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in [*node.args.defaults, *node.args.kw_defaults, *node.body]:
            if part is not None:
                self.visit(part)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_Call(self, node: ast.Call) -> None:
        if _SILENT_CALLS.search(ast.unparse(node.func)):
            return
        self.visit(node.func)
        for part in node.args:
            self.visit(part)
        for word in node.keywords:
            if not _NOT_FOR_PEOPLE.match(word.arg or ""):
                self.visit(word.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._note(node.value, node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._note(_template(node), node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        parts = list(_summands(node))
        if isinstance(node.op, ast.Add) and any(map(_is_text, parts)):
            self._note("".join(_template(part) for part in parts), node)
            for part in parts:
                if not _is_text(part):
                    self.visit(part)
                elif isinstance(part, ast.JoinedStr):
                    self._inside(part)
        else:
            self.generic_visit(node)

    def _inside(self, node: ast.JoinedStr) -> None:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def _note(self, text: str, node: ast.expr) -> None:
        bare = text.replace(HOLE, "")
        if (_WORDS.search(bare) and " " in bare.strip()) or (" " in text and _WORDS.search(bare)):
            self._found.append((text, node.lineno))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_template(part) for part in node.values)
    return HOLE


def _summands(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _summands(node.left)
        yield from _summands(node.right)
    else:
        yield node


def lacking(room: str) -> dict[str, list[str]]:
    """Sentences of a room without Chinese."""
    known, quiet = said(room), set(left()["texts"])
    return {
        text: at for text, at in sentences(room).items() if text not in known and text not in quiet
    }


def described() -> set[str]:
    """What docstrings say of the parameters that forms ask for."""
    options = [options_of(reader) for reader in READERS.values() if reader.options]
    kinds = [*hazard_kinds(), *measure_kinds()]
    told = {one.description for kind in kinds for one in _parameters(kind.parameters)}
    return {*told, *(one.description for each in options for one in each)} - {""}


def _parameters(ones: list[Parameter]) -> Iterator[Parameter]:
    for one in ones:
        yield one
        for value in one.values:
            yield from _within(value)


def _within(value: Value) -> Iterator[Parameter]:
    yield from _parameters(value.fields)
    for each in value.items:
        yield from _within(each)


if __name__ == "__main__":
    for room in sys.argv[1:]:
        for text, at in lacking(room).items():
            print(f'{json.dumps(text, ensure_ascii=False)} = ""  # {", ".join(at)}')  # noqa: T201
