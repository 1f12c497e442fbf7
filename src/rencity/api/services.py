"""What endpoints lean on: one object for each server, found again from the request."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from rencity.api.packs import Held
from rencity.api.wire import Wire
from rencity.atlas.opened import OpenedCities
from rencity.atlas.runs import OpenedRuns
from rencity.db.store import Store
from rencity.db.upgrading import Schema
from rencity.jobs.supervisor import Supervisor
from rencity.kit.crypto import Signer
from rencity.registry.places import Places

OPERATOR = "operator"


@dataclass
class Services:
    """A server's parts.

    Attributes
    ----------
    operator : who everybody is until accounts exist
    signer : signs roots of the journal
    wire : news as it comes
    packs : content in force
    supervisor : does what was asked for in the background
    opened, runs : cities and runs held open between requests
    stopping : set once the server is told to stop
    """

    store: Store
    places: Places
    schema: Schema
    signer: Signer
    wire: Wire
    packs: Held
    supervisor: Supervisor
    operator: str = OPERATOR
    opened: OpenedCities = field(default_factory=OpenedCities)
    runs: OpenedRuns = field(default_factory=OpenedRuns)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def who(self) -> str:
        """Id of the local operator."""
        return f"operator:{self.operator}"


def services_of(request: Request) -> Services:
    """The server's parts."""
    return request.app.state.services


Has = Annotated[Services, Depends(services_of)]
"""A parameter of this type is given the server's parts."""
