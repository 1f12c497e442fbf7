"""Expressions as fields of content: declared with their names and result, checked when read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import cel
from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from rencity.content.cel.checker import type_of
from rencity.content.cel.tokens import MOST_CHARACTERS, MOST_INT, Fault
from rencity.content.cel.types import NAMES, RESERVED, told
from rencity.kit.errors import PackError

Value = bool | int | float | str

_NEUTRAL: dict[type, Value] = {bool: False, int: 1, float: 1.0, str: ""}


@dataclass(frozen=True)
class CEL:
    """What an `Expression` may use and what it gives: annotates the field of a model.

    ``when: Annotated[Expression, CEL(names={"rain_mm_1h": float}, result=bool)]``

    Parameters
    ----------
    names : the names it may use; bool, int, float or str each. Units stand in the name.
    result : what it gives, one of the same types
    """

    names: Mapping[str, type]
    result: type = bool

    def __post_init__(self) -> None:
        for name, kind in {**self.names, "result": self.result}.items():
            fit = name.isascii() and name.isidentifier() and name not in RESERVED
            if kind not in NAMES or not fit:
                raise TypeError(f"{name} must be an ASCII name of bool, int, float or str")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self._read,
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(max_length=MOST_CHARACTERS),
        )

    def _read(self, text: Any, info: core_schema.ValidationInfo) -> Expression:
        if isinstance(text, Expression):
            text = text.text
        said = info.context or {}
        try:
            if not isinstance(text, str):
                raise Fault("an expression is text", "put it in quotes", 0)
            return Expression.of(
                text, self, entry=said.get("entry", ""), place=said.get("place", "")
            )
        except Fault as fault:
            what = f"{fault.what} (character {fault.at + 1})"
            raise PydanticCustomError(
                "expression", "{what}", {"what": what, "mend": fault.mend}
            ) from fault


@dataclass(frozen=True)
class Expression:
    """A checked expression. Two with the same text and names are equal wherever they stand.

    Attributes
    ----------
    text : as written
    allowed : names it may use, and its result
    uses : names it uses; `value` asks for these and no others
    entry, place : kind and id of the entry, and its ``file:line``; for messages
    """

    text: str
    allowed: CEL
    uses: tuple[str, ...]
    entry: str = field(default="", compare=False)
    place: str = field(default="", compare=False)
    _program: Any = field(default=None, compare=False, repr=False)
    _takes: tuple[tuple[str, Callable[[Any], Value]], ...] = field(
        default=(), compare=False, repr=False
    )

    @classmethod
    def of(cls, text: str, allowed: CEL, *, entry: str = "", place: str = "") -> Expression:
        """Check the text and compile it.

        Raises
        ------
        Fault : its syntax, a name, a type, its length or its nesting is wrong
        """
        names = {name: NAMES[kind] for name, kind in allowed.names.items()}
        found, wanted = type_of(text, names), NAMES[allowed.result]
        if found != wanted:
            mend = f"it must give {told(wanted)}"
            raise Fault(f"gives {told(found)}, not {told(wanted)}", mend, 0)
        program = _compiled(text, allowed)
        uses = tuple(sorted(program.variables()))
        takes = tuple((name, _TAKES[allowed.names[name]]) for name in uses)
        return cls(text, allowed, uses, entry, place, program, takes)

    def value(self, **names: Any) -> Any:
        """What it gives for these values; of type `allowed.result`.

        Parameters
        ----------
        names : a value for each of `uses`, in the unit of its name; others are not looked at

        Raises
        ------
        PackError : a name is missing, None or of another type; a division by zero; a result that
            is no finite number
        """
        given = {}
        for name, taken in self._takes:
            try:
                given[name] = taken(names[name])
            except (KeyError, TypeError, ValueError) as exc:
                raise self._unfit(name, names) from exc
        try:
            found = self._program.execute(given)
        except TypeError as exc:  # types are checked: what the library cannot compare is NaN
            raise self._failed("0.0 / 0.0 or the like, which is no number", given) from exc
        except (ArithmeticError, ValueError, RuntimeError) as exc:
            raise self._failed(str(exc), given) from exc
        if type(found) is float and not math.isfinite(found):
            raise self._failed(f"the result is {found}", given)
        return found

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (self.text, self.allowed, self.entry, self.place))

    def _unfit(self, name: str, names: Mapping[str, Any]) -> PackError:
        wanted = told(NAMES[self.allowed.names[name]])
        if names.get(name) is None:
            what = f"{self._shown()}: {name} is missing"
        else:
            what = f"{self._shown()}: {name} must be {wanted}, not {names[name]!r:.80}"
        return PackError(what, place=self.place, mend=f"give {name}, {wanted}")

    def _failed(self, why: str, given: Mapping[str, Value]) -> PackError:
        values = ", ".join(f"{name} = {value!r:.40}" for name, value in given.items())
        return PackError(
            f"{self._shown()}: {why} ({values or 'no values'})",
            place=self.place,
            mend="let the expression ask for this case first, with && or ? :",
        )

    def _shown(self) -> str:
        return f"{self.entry or 'expression'} “{self.text}”"


def _again(text: str, allowed: CEL, entry: str, place: str) -> Expression:
    return Expression.of(text, allowed, entry=entry, place=place)


def _compiled(text: str, allowed: CEL) -> Any:
    """The library's program; what the check lets through and it does not is a fault as well."""
    try:
        program = cel.compile(text)
        program.execute({name: _NEUTRAL[kind] for name, kind in allowed.names.items()})
    except ArithmeticError:
        pass  # of the neutral values
    except (ValueError, TypeError, RuntimeError) as exc:
        said = " ".join(str(exc).split())[:200]
        raise Fault(f"not CEL: {said}", "correct the expression", 0) from exc
    return program


def _bool(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise TypeError


def _int(value: Any) -> int:
    if type(value) is bool or not isinstance(value, Integral):
        raise TypeError
    if abs(int(value)) > MOST_INT:  # the library would make it a float and say nothing
        raise ValueError
    return int(value)


def _float(value: Any) -> float:
    if type(value) is bool or not isinstance(value, Real) or math.isnan(value):
        raise TypeError
    return float(value)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_TAKES: dict[type, Callable[[Any], Value]] = {bool: _bool, int: _int, float: _float, str: _str}
