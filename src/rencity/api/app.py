"""The application: every endpoint behind one guard."""

from __future__ import annotations

import contextlib
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import NoMatchFound
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

import rencity
from rencity.api import errors, events, web
from rencity.api.counts import counted
from rencity.api.guard import Guard
from rencity.api.metrics import Metrics
from rencity.api.routes import (
    cities,
    failing,
    jobs,
    journal,
    maps,
    packs,
    places,
    ranking,
    reading,
    runs,
    scenarios,
    standing,
    system,
    tables,
    things,
    uploads,
    zones,
)
from rencity.api.routes.readout import router as readout
from rencity.api.services import Services

V1 = "/api/v1"
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": errors.ErrorOut} for status in (400, 404, 409, 422, 503)
}
PAGES_POLICY = "frame-ancestors 'none'"


def app_of(services: Services) -> FastAPI:
    """The application of one server."""
    app = FastAPI(
        title="Rencity 韧城",
        version=rencity.__version__,
        summary="Rehearse disasters on a real city; run the response.",
        openapi_url=f"{V1}/openapi.json",
        docs_url=None,  # these pages would load from other sites
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    app.state.metrics = Metrics(lambda: counted(services.store))
    errors.install(app)
    of_cities = (cities, maps, zones, things, places, failing, standing, ranking, reading)
    for module in (*of_cities, tables, scenarios, runs, uploads, packs, jobs, journal, events):
        app.include_router(module.router, responses=REFUSALS)
    app.include_router(readout, responses=REFUSALS)
    app.include_router(system.router)
    app.mount("/reports", Pages(directory=services.places.reports, html=True, check_dir=False))
    app.include_router(web.router)  # last: it takes every address that is left
    app.add_middleware(Guard, metrics=app.state.metrics)
    _build_routes(app)
    return app


def _build_routes(app: FastAPI) -> None:
    """Build every route now: built when first asked for, two threads could collide."""
    with contextlib.suppress(NoMatchFound):
        app.url_path_for("no route at all")  # looks at each; its description costs twice as much


class Pages(StaticFiles):
    """Finished pages, which bring their own scripts and styles and load nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file with the policy that lets its own page run; hide what is half written."""
        if any(part.startswith(".") for part in scope["path"].split("/")):
            raise HTTPException(404)

        async def with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", PAGES_POLICY.encode())
                message["headers"] = [*message["headers"], policy, (b"cache-control", b"no-cache")]
            await send(message)

        await super().__call__(scope, receive, with_policy)
