"""What a mapping says of rows before a table is made: which are read, picked, derived, joined."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Scalar = bool | int | float | str


class Entry(BaseModel):
    """A part of a mapping file: a key that is not in it is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(Entry):
    """How one value is made: from a column, a template over columns, or a constant.

    Attributes
    ----------
    map : value as text to new value; ``*`` in a key stands for any text, exact keys win
    keep : values outside `map` stay as they are
    default : taken when the value is missing or not in `map`; without it the row is refused where
        a value outside `map` is met
    factor : multiplies numbers
    unit : unit of the source's numbers, converted to the attribute's own
    """

    column: str | None = None
    template: str | None = None
    value: Scalar | None = None
    map: dict[str, Scalar] = {}
    keep: bool = False
    default: Scalar | None = None
    factor: float = 1.0
    unit: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [self.column, self.template, self.value]
        if sum(part is not None for part in given) != 1:
            raise ValueError("give one of column, template or value")
        return self


def _cell(data: object) -> object:
    if isinstance(data, str):
        return {"template": data} if "{" in data else {"column": data}
    return {"value": data} if isinstance(data, bool | int | float) else data


AnyCell = Annotated[Cell, BeforeValidator(_cell)]


class Wanted(Entry):
    """Which values of a column are wanted; all that is given must hold.

    Attributes
    ----------
    any : one of these, where any is given; ``*`` stands for any text
    none : none of these
    least, most : a number that is not less, not more
    given : whether there must be a value, or must be none
    """

    any: tuple[Scalar, ...] = ()
    none: tuple[Scalar, ...] = ()
    least: float | None = None
    most: float | None = None
    given: bool | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self == Wanted.model_construct():
            raise ValueError("say which values: a list, or any, none, least, most or given")
        return self


def _wanted(data: object) -> object:
    return {"any": data} if isinstance(data, list | tuple) else data


AnyWanted = Annotated[Wanted, BeforeValidator(_wanted)]


class Rows(Entry):
    """Which rows of which file, and what is known of each before a table is made.

    Attributes
    ----------
    file : path below the source folder; empty when the source is that one file
    sheet : layer of a GeoPackage; ``nodes`` or ``edges`` of GraphML; name of the elements of XML
    encoding : of text; empty tries UTF-8 (with or without mark), then GB 18030
    x, y : columns of the coordinates, with a minus before the name where the axis points the other
        way; empty where the file has geometry
    outline : column of a polygon's corners as numbers in a row; empty where there is none
    outline_order : what the numbers of a corner are: ``x``, ``-x``, ``y``, ``-y``, or empty
    crs : of x and y, or of a file that does not say its own (or says a wrong one)
    where : keep rows whose columns pass these tests; a list is the values that may be
    derive : new columns, made in order, that later cells can use
    """

    file: str = ""
    sheet: str = ""
    encoding: str = ""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    x: str = ""
    y: str = ""
    outline: str = ""
    outline_order: tuple[Literal["x", "-x", "y", "-y", ""], ...] = ("x", "y")
    crs: str = ""
    where: dict[str, AnyWanted] = {}
    derive: dict[str, AnyCell] = {}

    @model_validator(mode="after")
    def _both_axes(self) -> Self:
        if bool(self.x) != bool(self.y):
            raise ValueError("give both x and y, or neither")
        if self.x and self.outline:
            raise ValueError("give x and y, or an outline")
        if sorted(axis.strip("-") for axis in self.outline_order if axis) != ["x", "y"]:
            raise ValueError("outline_order: name one x and one y")
        return self


class Join(Rows):
    """Columns taken from the matching rows of another file.

    Attributes
    ----------
    on : column here to column there; empty joins by place: the nearest geometry
    within_m : greatest distance of a join by place
    take : new column here to column there
    how : what is made of several matches
    """

    on: dict[str, str] = {}
    within_m: Annotated[float, Field(ge=0)] = 0
    take: Annotated[dict[str, str], Field(min_length=1)]
    how: Literal["first", "sum", "mean", "least", "most"] = "first"


class Picked(Rows):
    """Rows of a file with the columns that are derived and taken from other files."""

    join: tuple[Join, ...] = ()
