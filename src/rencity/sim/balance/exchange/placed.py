"""A component of a community where it stands."""

from __future__ import annotations

from typing import NamedTuple

from rencity.city.readers.pyrecodes.files import Component


class Placed(NamedTuple):
    """A component and the localities of its ends."""

    name: str
    start: int
    end: int
    template: Component
