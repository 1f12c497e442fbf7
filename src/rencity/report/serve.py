"""Serve a folder of finished pages to browsers on this machine: read only, nothing outside it."""

from __future__ import annotations

import errno
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from rencity.kit.errors import RencityError

HOST = "127.0.0.1"
PORT = 8130
PORTS_TRIED = 30
_LOCAL = ("127.0.0.1", "localhost", "::1")
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def server_of(folder: Path, port: int | None = None) -> ThreadingHTTPServer:
    """A server of the files under `folder`, bound to the loopback, not yet serving.

    Without a port: 8130, or the next free one.

    Raises
    ------
    RencityError : the port is taken or not allowed, or no port is free
    """
    handler = partial(_Pages, directory=str(folder.resolve()))
    ports = [port] if port is not None else range(PORT, PORT + PORTS_TRIED)
    for tried in ports:
        try:
            server = ThreadingHTTPServer((HOST, tried), handler)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE and port is None:
                continue
            raise RencityError(
                f"port {tried} cannot be used: {exc.strerror}",
                place=f"{HOST}:{tried}",
                mend="choose another with --port",
            ) from exc
        server.daemon_threads = True
        return server
    raise RencityError(
        f"ports {PORT} to {PORT + PORTS_TRIED - 1} are all taken",
        place=HOST,
        mend="choose one with --port",
    )


def address(server: ThreadingHTTPServer) -> str:
    """Where a browser finds it."""
    return f"http://{HOST}:{server.server_address[1]}/"


class _Pages(SimpleHTTPRequestHandler):
    server_version = "Rencity"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def send_head(self):  # type: ignore[no-untyped-def]
        """Answer only local names and files that lie under the folder."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in _LOCAL:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        root, path = Path(self.directory).resolve(), Path(self.translate_path(self.path))
        hidden = any(part.startswith(".") for part in path.parts[len(root.parts) :])
        if hidden or not path.resolve().is_relative_to(root):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path):  # type: ignore[no-untyped-def]  # noqa: ARG002
        """No listing: a folder without an index is not there."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Add the headers every answer carries."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def _refused(self) -> None:
        self.send_response(HTTPStatus.METHOD_NOT_ALLOWED)
        self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _refused  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the terminal is for the analyst."""
