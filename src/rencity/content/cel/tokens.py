"""An expression as tokens; what no expression in a pack may hold is refused here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 500
"""Longest expression: what does not fit in six lines is not read by those who answer for it."""
MOST_INT = 2**63 - 1

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<float>(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
      | (?P<int>\d+)
      | (?P<str>"(?:[^"\\\r\n]|\\["'\\nt])*"|'(?:[^'\\\r\n]|\\["'\\nt])*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>&&|\|\||[<>=!]=|[-+*/%<>!?:.,()\[\]])""",
    re.VERBOSE | re.ASCII,
)


class Fault(Exception):  # noqa: N818 - a fault of content, turned into a finding
    """What is wrong with an expression, where in it, and how to mend it."""

    def __init__(self, what: str, mend: str, at: int) -> None:
        super().__init__(what)
        self.what, self.mend, self.at = what, mend, at


@dataclass(frozen=True)
class Token:
    """A word of an expression: `kind` is float, int, str, name, sign or end."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The words of an expression, with one of kind ``end`` after the last.

    Raises
    ------
    Fault : too long, or a character or number that no expression may hold
    """
    if len(text) > MOST_CHARACTERS:
        raise Fault(
            f"{len(text):,} characters long, more than {MOST_CHARACTERS}",
            "split it into several entries",
            MOST_CHARACTERS,
        )
    return [token for token in _all(text) if token.kind != "space"]


def _all(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _strange(text, at)
        token = Token(str(match.lastgroup), match.group(), at)
        at = match.end()
        _sound(token, text[at : at + 1])
        yield token
    yield Token("end", "", at)


def _sound(token: Token, after: str) -> None:
    if token.kind in ("int", "float") and (after.isalnum() or after == "_"):
        raise Fault(
            f"{token.text}{after} is no number",
            "write whole numbers as 3, others as 3.5 or 3e5",
            token.at,
        )
    if token.kind == "int" and (len(token.text) > 19 or int(token.text) > MOST_INT):
        raise Fault(f"{token.text:.30} is too large a number", "write it as 1e20", token.at)
    if token.kind == "float" and float(token.text) == float("inf"):
        raise Fault(f"{token.text:.30} is too large a number", "use a smaller one", token.at)


def _strange(text: str, at: int) -> Fault:
    char = text[at]
    if char in "\"'":
        return Fault(
            "a text that does not end, or with an escape other than \\\\ \\\" \\' \\n \\t",
            "close it on its line with the quote it began with",
            at,
        )
    if not char.isascii():
        return Fault(
            f"{char!r} outside quotes: names are ASCII",
            "use the names this field lists",
            at,
        )
    if char in "&|=":
        return Fault(f"a single {char}", f"write {char}{char}", at)
    return Fault(f"{char!r} has no meaning here", "take it out", at)
