"""One shape for every refusal, whatever went wrong and wherever."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from rencity.kit import errors
from rencity.kit.said import Remark

RETRY_S = 2

log = logging.getLogger("rencity.api")


class Detail(Remark):
    """One of several faults."""

    place: str = Field(description="field of the request")


class Refusal(Remark):
    """Why a request was refused, and what to do about it."""

    code: str = Field(description="kind of refusal, for programs; never changes")
    what: str = Field(description="what is wrong, with the value that caused it")
    place: str = Field(description="where it stands")
    mend: str = Field(description="what to do about it")
    request: str = Field(description="id of this request, as in the server's log")
    details: list[Detail] = Field(default=[])


class ErrorOut(BaseModel):
    """The body of every answer from 400 on."""

    error: Refusal


class PreconditionError(errors.RequestError):
    """A change that does not say which version it was made from."""


_STATUS: tuple[tuple[type[errors.RencityError], str, int], ...] = (
    (PreconditionError, "precondition_required", 428),
    (errors.StaleError, "stale", 412),
    (errors.ConflictError, "conflict", 409),
    (errors.AbsentError, "absent", 404),
    (errors.ForbiddenError, "forbidden", 403),
    (errors.LimitError, "limit", 429),
    (errors.UnreachableError, "unreachable", 503),
    (errors.StorageError, "storage", 507),
    (errors.RequestError, "request", 400),
    (errors.ProofError, "proof", 409),
    (errors.RunError, "run", 409),
    (errors.ScenarioError, "scenario", 422),
    (errors.PackError, "pack", 422),
    (errors.CityError, "city", 422),
    (errors.InputError, "input", 422),
    (errors.RencityError, "refused", 422),
)


def refusal(
    request: str,
    status: int,
    code: str,
    what: str,
    place: str = "",
    mend: str = "",
    details: Sequence[Detail] = (),
) -> JSONResponse:
    """An answer in the one shape."""
    body = ErrorOut(
        error=Refusal(
            code=code, what=what, place=place, mend=mend, request=request, details=list(details)
        )
    )
    headers = {"Retry-After": str(RETRY_S)} if status in (429, 503) else None
    return JSONResponse(body.model_dump(), status, headers)


def of_error(
    exc: errors.RencityError, request: str, told: Callable[[str], str] = str
) -> JSONResponse:
    """One of our own errors as an answer; `told` takes the server's paths out of its texts."""
    for kind, code, status in _STATUS:
        if isinstance(exc, kind):
            what, place, mend = (told(text) for text in (exc.what, exc.place, exc.mend))
            return refusal(request, status, code, what, place, mend)
    raise exc


def install(app: FastAPI) -> None:
    """Answer every fault of an endpoint in the one shape."""

    @app.exception_handler(errors.RencityError)
    async def _own(request: Request, exc: errors.RencityError) -> JSONResponse:
        return of_error(exc, request.state.request, app.state.services.places.told)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, exc: RequestValidationError) -> JSONResponse:
        details = [Detail(place=_place(fault), what=fault["msg"]) for fault in exc.errors()]
        first = details[0]
        return refusal(
            request.state.request, 422, "invalid", first.what, first.place,
            "correct what the details name; openapi.json says what is taken", details,
        )  # fmt: skip

    @app.exception_handler(HTTPException)
    async def _http(request: Request, exc: HTTPException) -> JSONResponse:
        code = HTTPStatus(exc.status_code).phrase.lower().replace(" ", "_")
        answer = refusal(
            request.state.request, exc.status_code, code, str(exc.detail), request.url.path,
            "see openapi.json for what there is",
        )  # fmt: skip
        answer.headers.update(exc.headers or {})
        return answer


def internal(request: str) -> JSONResponse:
    """The answer where Rencity itself is at fault; what happened stands in the log."""
    return refusal(
        request, 500, "internal", "a fault of the server itself", "",
        "report it with the id of this request; the log has the rest",
    )  # fmt: skip


def _place(fault: dict[str, Any]) -> str:
    return ".".join(str(step) for step in fault["loc"])
