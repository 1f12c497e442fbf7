"""What every request passes before any endpoint: where it comes from, its id, its size, the log."""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rencity.api.errors import internal, of_error, refusal
from rencity.api.logs import request_id
from rencity.api.metrics import Metrics
from rencity.kit.errors import RencityError
from rencity.kit.ids import new_id

MOST_BYTES = 8_000_000
"""Largest body of a request that is no upload."""
UPLOADS = "/api/v1/uploads"
_READS = ("GET", "HEAD", "OPTIONS")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

log = logging.getLogger("rencity.access")


class Guard:
    """Middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request = given if _REQUEST_ID.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request"] = request
        token = request_id.set(request)
        answer = _Answer(send, request)
        begin = time.perf_counter()
        try:
            refused = _refused(scope, headers, request)
            if refused is not None:
                await refused(scope, receive, answer.send)
            else:
                await self._app(scope, receive, answer.send)
        except RencityError as exc:
            await answer.instead(of_error(exc, request), scope, receive)
        except Exception:
            log.exception("fault while answering")
            await answer.instead(internal(request), scope, receive)
        finally:
            self._tell(scope, answer.status, time.perf_counter() - begin)
            request_id.reset(token)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "unknown"
        method = scope["method"] if scope["method"].isalpha() else "?"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        fields = {
            "method": method,
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        log.info("answered", extra={"fields": fields})


class _Answer:
    def __init__(self, send: Send, request: str) -> None:
        self._send, self._request = send, request
        self.status = 0

    async def instead(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Send this where nothing was sent yet; else only the connection can be cut."""
        if self.status:
            raise ConnectionAbortedError("part of the answer was sent already")
        await response(scope, receive, self.send)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._request
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _refused(scope: Scope, headers: Headers, request: str) -> Response | None:
    """Without accounts only this machine is let in, and no page of another site acts through it."""
    if not is_local(_name(headers.get("host", ""))):
        return refusal(
            request, 421, "other_host", "this server answers on this machine only", "Host",
            "ask by localhost; accounts are needed before it may listen to others",
        )  # fmt: skip
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return refusal(
            request, 400, "request", "the address holds a NUL character", "path or query",
            "take it out: no text holds one",
        )  # fmt: skip
    origin = headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != headers.get("host")
    if scope["method"] not in _READS and (
        foreign or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    ):
        return refusal(
            request, 403, "forbidden", "a page of another site may not act here", "Origin",
            "act from this server's own pages, or from a program",
        )  # fmt: skip
    return None if scope["path"] == UPLOADS else _refused_body(headers, request)


def _refused_body(headers: Headers, request: str) -> Response | None:
    mend = f"hand files in under {UPLOADS}"
    if "transfer-encoding" in headers:
        return refusal(
            request, 411, "length_required", "the body does not say how long it is", "body",
            f"send Content-Length, or {mend}",
        )  # fmt: skip
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BYTES:
        what = f"the body is larger than {MOST_BYTES:,} bytes"
        return refusal(request, 413, "too_large", what, "body", mend)
    return None


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_local(name: str) -> bool:
    """Whether a host name or address is this machine's own loopback."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
