"""Types of expressions: which operators and functions take which, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

Type = str
"""``bool``, ``int``, ``float``, ``str``, or ``list of`` one of them."""

NAMES: dict[type, Type] = {bool: "bool", int: "int", float: "float", str: "str"}
NUMBERS = ("int", "float")
LIST = "list of "
EMPTY = "list of nothing"

SAID = {"bool": "yes or no", "int": "a whole number", "float": "a number", "str": "text"}


@dataclass(frozen=True)
class Function:
    """What a function takes (each argument one of some types) and gives; `method`: ``x.f(y)``."""

    takes: tuple[tuple[Type, ...], ...]
    gives: Type
    method: bool = False


FUNCTIONS: dict[str, Function] = {
    "double": Function((NUMBERS,), "float"),
    "int": Function((NUMBERS,), "int"),
    "contains": Function((("str",), ("str",)), "bool", method=True),
    "startsWith": Function((("str",), ("str",)), "bool", method=True),
    "endsWith": Function((("str",), ("str",)), "bool", method=True),
}
"""Functions that expressions may call.

Macros over lists (`all`, `map` …) are left out because their cost multiplies with nesting, and
`matches` because a pattern of twenty characters can cost more than all else, and `size` because
the library counts the bytes of a text where CEL says characters.
"""

REFUSED = {
    **dict.fromkeys(
        ("all", "exists", "exists_one", "existsOne", "filter", "map", "has"),
        "loops over lists are not used in packs: list the cases, or use in",
    ),
    "matches": "patterns are not used in packs: use contains, startsWith or endsWith",
    "size": "compare with '' to ask whether a text is empty",
    "null": "a missing value is an error when the expression is asked, never null: leave it out",
}

RESERVED = frozenset((
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
))  # fmt: skip
"""Words that CEL keeps for itself: no name may be one."""


def alike(a: Type, b: Type) -> bool:
    """Whether values of the two types can be equal: numbers with numbers, else the same type."""
    if a.startswith(LIST) and b.startswith(LIST):
        return EMPTY in (a, b) or alike(a.removeprefix(LIST), b.removeprefix(LIST))
    return a == b or (a in NUMBERS and b in NUMBERS)


def ordered(a: Type, b: Type) -> bool:
    """Whether one can be less than the other."""
    return alike(a, b) and a in (*NUMBERS, "str")


def reckoned(sign: str, a: Type, b: Type) -> Type | None:
    """What ``a sign b`` gives; None: they do not go together."""
    if a != b:
        return None
    allowed = {"+": (*NUMBERS, "str"), "%": ("int",)}.get(sign, NUMBERS)
    return a if a in allowed else None


def told(one: Type) -> str:
    """A type as people read it."""
    return SAID.get(one, one)
