"""What is told of a count of people."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from rencity.city.readers.raster.file import RasterOptions
from rencity.city.schema import LEVELS


class PopulationOptions(RasterOptions):
    """What is told of a count of people.

    Attributes
    ----------
    night, day, vulnerable : columns of residents, people by day and vulnerable residents
    key : column that names the row: the zone it belongs to (`match`), or its id (`make`)
    match : what of a zone `key` holds; empty: the rows have places and are spread
    x, y : columns of the coordinates of points
    level : zones they are spread over; empty: the lowest
    make : rows become zones of this level instead
    prefix : of the ids of made zones
    cells : what a raster holds: people of each cell, or people per km²
    sheet, encoding, delimiter : of the file
    """

    night: str = ""
    day: str = ""
    vulnerable: str = ""
    key: str = ""
    match: Literal["", "id", "code", "name"] = ""
    x: str = ""
    y: str = ""
    level: Literal["", *LEVELS] = ""  # type: ignore[valid-type]
    make: Literal["", *LEVELS] = ""  # type: ignore[valid-type]
    prefix: str = "people-"
    cells: Literal["count", "per_km2"] = "count"
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ","

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.match or self.make) and not self.key:
            raise ValueError("match and make need key, the column that names each row")
        if self.cell_m:
            raise ValueError("cells of people cannot be made coarser: leave cell_m out")
        if bool(self.x) != bool(self.y):
            raise ValueError("give both x and y, or neither")
        if self.match and self.make:
            raise ValueError("match fills zones that stand, make adds zones: give one of them")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """Column of the file by attribute of a zone; empty for a raster, which is of residents."""
        said = {"people_night": self.night, "people_day": self.day, "vulnerable": self.vulnerable}
        return {name: column for name, column in said.items() if column}
