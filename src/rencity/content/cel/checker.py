"""The type of an expression, found by reading it once from left to right.

The library that evaluates CEL knows types only when it runs, and then only on the branch that is
taken. This reader follows every branch; what it lets through always evaluates to the type it says,
or fails for a value (a division by zero, a whole number that grows too large).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rencity.content.cel.tokens import Fault, Token, tokens
from rencity.content.cel.types import (
    EMPTY,
    FUNCTIONS,
    LIST,
    NUMBERS,
    REFUSED,
    Type,
    alike,
    ordered,
    reckoned,
    told,
)
from rencity.kit.suggest import did_you_mean

MOST_NESTED = 12
"""Deepest nesting of parentheses, lists, calls and choices."""

COMPARING = ("<", "<=", ">", ">=", "==", "!=", "in")


def type_of(text: str, names: Mapping[str, Type]) -> Type:
    """The type that the expression gives, with these names of these types.

    Raises
    ------
    Fault : the first thing in it that is wrong
    """
    return _Reader(tokens(text), names).whole()


class _Reader:
    def __init__(self, words: list[Token], names: Mapping[str, Type]) -> None:
        self.words, self.names = words, names
        self.at = self.depth = 0

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def whole(self) -> Type:
        found = self.choice()
        if self.word.kind != "end":
            raise self.unexpected()
        return found

    def took(self, *texts: str) -> Token | None:
        word = self.word
        if word.text in texts and word.kind in ("sign", "name"):
            self.at += 1
            return word
        return None

    def expect(self, text: str) -> None:
        if self.took(text) is None:
            raise self.unexpected(text)

    def unexpected(self, wanted: str = "") -> Fault:
        found = f"{self.word.text!r}" if self.word.text else "the end"
        mend = f"write {wanted} before it" if wanted else "correct the expression there"
        return Fault(f"{found} is not expected here", mend, self.word.at)

    def deeper(self, at: Token) -> None:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise Fault(f"nested deeper than {MOST_NESTED}", "split it into several entries", at.at)

    def choice(self) -> Type:
        self.deeper(self.word)
        found = self.either()
        if mark := self.took("?"):
            _wants("bool", found, mark, "the condition before ?")
            yes = self.either()
            self.expect(":")
            no = self.choice()
            found = _common(yes, no, mark)
        self.depth -= 1
        return found

    def either(self) -> Type:
        return self.joined("||", self.both)

    def both(self) -> Type:
        return self.joined("&&", self.comparison)

    def joined(self, sign: str, part: Callable[[], Type]) -> Type:
        found = part()
        while mark := self.took(sign):
            _wants("bool", found, mark, f"what stands before {sign}")
            found = part()
            _wants("bool", found, mark, f"what stands after {sign}")
        return found

    def comparison(self) -> Type:
        left = self.sum()
        mark = self.took(*COMPARING)
        if mark is None:
            return left
        right = self.sum()
        if chained := self.took(*COMPARING):
            raise Fault("two comparisons in a row", "write a < b && b < c", chained.at)
        return _compared(mark, left, right)

    def sum(self) -> Type:
        found = self.product()
        while mark := self.took("+", "-"):
            found = _reckoned(mark, found, self.product())
        return found

    def product(self) -> Type:
        found = self.signed()
        while mark := self.took("*", "/", "%"):
            divisor = self.word
            found = _reckoned(mark, found, self.signed())
            if mark.text in "/%" and divisor.kind in NUMBERS and float(divisor.text) == 0:
                raise Fault("a division by zero", "divide by something else", divisor.at)
        return found

    def signed(self) -> Type:
        marks = []
        while mark := self.took("!", "-"):
            marks.append(mark)
        found = self.member()
        for mark in reversed(marks):
            if mark.text == "!":
                _wants("bool", found, mark, "what stands after !")
            elif found not in NUMBERS:
                raise Fault(f"minus before {told(found)}", "use it before numbers", mark.at)
        return found

    def member(self) -> Type:
        found = self.primary()
        while mark := self.took("."):
            method = self.word
            self.at += 1
            if method.kind != "name" or self.word.text != "(":
                raise Fault(
                    f"a part of something by .{method.text}: names here are flat",
                    "use the names this field lists",
                    mark.at,
                )
            found = self.call(method, found)
        if self.word.text == "[":
            raise Fault("an item of a list by [ ]", "use in to ask what a list holds", self.word.at)
        return found

    def primary(self) -> Type:
        word = self.word
        self.at += 1
        if word.kind in ("int", "float", "str"):
            return word.kind
        if word.text in ("true", "false"):
            return "bool"
        if word.kind == "name":
            return self.call(word) if self.word.text == "(" else self.named(word)
        if word.text == "(":
            found = self.choice()
            self.expect(")")
            return found
        if word.text == "[":
            return self.list_of(word)
        self.at -= 1
        raise self.unexpected()

    def named(self, word: Token) -> Type:
        if word.text in self.names:
            return self.names[word.text]
        if word.text in REFUSED:
            raise Fault(f"{word.text} is refused", REFUSED[word.text], word.at)
        if self.word.kind == "str":
            raise Fault(f"text with {word.text} before it", "use plain quotes", word.at)
        mend = did_you_mean(word.text, self.names)
        raise Fault(f"the name {word.text} is unknown here", mend, word.at)

    def call(self, word: Token, on: Type | None = None) -> Type:
        if word.text in REFUSED:
            raise Fault(f"{word.text} is refused", REFUSED[word.text], word.at)
        function = FUNCTIONS.get(word.text)
        if function is None or function.method != (on is not None):
            mend = did_you_mean(word.text, FUNCTIONS, what="function")
            raise Fault(f"the function {word.text} is unknown here", mend, word.at)
        self.expect("(")
        given = [*([on] if on is not None else []), *self.several(")")]
        right = len(given) == len(function.takes)
        right = right and all(
            one in kinds for one, kinds in zip(given, function.takes, strict=True)
        )
        if not right:
            wants = ", ".join(" or ".join(map(told, kinds)) for kinds in function.takes)
            got = ", ".join(map(told, given)) or "nothing"
            raise Fault(f"{word.text} takes {wants}; it is given {got}", "convert it", word.at)
        return function.gives

    def list_of(self, word: Token) -> Type:
        items = self.several("]")
        if any(item.startswith(LIST) for item in items):
            raise Fault("a list in a list", "write one list", word.at)
        if any(item != items[0] for item in items):
            raise Fault("a list of different types", "give all items one type", word.at)
        return LIST + items[0] if items else EMPTY

    def several(self, end: str) -> list[Type]:
        found: list[Type] = []
        while self.took(end) is None:
            if found:
                self.expect(",")
            found.append(self.choice())
        return found


def _wants(wanted: Type, found: Type, mark: Token, what: str) -> None:
    if found != wanted:
        raise Fault(
            f"{what} is {told(found)}, not {told(wanted)}", "compare it with something", mark.at
        )


def _common(yes: Type, no: Type, mark: Token) -> Type:
    if yes == no:
        return yes
    if EMPTY in (yes, no) and yes.startswith(LIST) and no.startswith(LIST):
        return no if yes == EMPTY else yes
    raise Fault(
        f"the two sides of ? : are {told(yes)} and {told(no)}",
        _convert(yes, no) or "give both one type",
        mark.at,
    )


def _compared(mark: Token, left: Type, right: Type) -> Type:
    if mark.text == "in":
        held = right.removeprefix(LIST) if right.startswith(LIST) else ""
        fine = bool(held) and (right == EMPTY or alike(left, held))
    else:
        fine = (alike if mark.text in ("==", "!=") else ordered)(left, right)
    if not fine:
        raise Fault(
            f"{told(left)} {mark.text} {told(right)} cannot be asked",
            "compare numbers with numbers, text with text",
            mark.at,
        )
    return "bool"


def _reckoned(mark: Token, left: Type, right: Type) -> Type:
    found = reckoned(mark.text, left, right)
    if found is None:
        raise Fault(
            f"{told(left)} {mark.text} {told(right)} cannot be reckoned",
            _convert(left, right) or "reckon with numbers of one type",
            mark.at,
        )
    return found


def _convert(left: Type, right: Type) -> str:
    if {left, right} == set(NUMBERS):
        return "write whole numbers as 2.0, or double(x)"
    return ""
