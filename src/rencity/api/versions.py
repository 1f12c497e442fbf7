"""One version of a city, as endpoints under it are given it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import Depends

from rencity.api.services import Has, Services
from rencity.atlas.opened import Opened
from rencity.registry import cities as registry
from rencity.registry.store import cities

PREFIX = "/api/v1/cities/{city}/versions/{number}"


@dataclass(frozen=True)
class Version:
    """A version that is there.

    Attributes
    ----------
    hash : of its values, as its record says
    code : administrative division of its city
    """

    services: Services
    city: str
    number: int
    folder: FilePath
    hash: str
    code: str

    @property
    def opened(self) -> Opened:
        """Its tables, held open between requests.

        Raises
        ------
        AbsentError, InputError : it is gone, or broken
        """
        return self.services.opened.of(self.folder)


def version_here(city: str, number: int, services: Has) -> Version:
    """The version that a path names.

    Raises
    ------
    AbsentError, RequestError : there is none
    """
    with services.store.reading() as connection:
        row = cities.get(connection, city)
        folder = registry.folder_of(row, services.places, number)
        held = registry.version_of(connection, city, number)
    return Version(services, city, number, folder, held["hash"], row["code"])


Of = Annotated[Version, Depends(version_here)]
"""A parameter of this type is given the version that the path names."""
