"""A server from start to stop: its parts, its threads, its port."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

import uvicorn

from rencity.api import logs
from rencity.api.app import app_of
from rencity.api.guard import is_local
from rencity.api.packs import Held
from rencity.api.services import OPERATOR, Services
from rencity.api.tls import Certificates, certificates
from rencity.api.wire import Wire
from rencity.db import once, outbox
from rencity.db.outbox import Handler
from rencity.db.store import Store
from rencity.house import handlers, schema
from rencity.jobs.supervisor import Supervisor
from rencity.journal.reading import newest_instant
from rencity.journal.roots import sign_root
from rencity.kit.crypto import signer_of
from rencity.kit.errors import ForbiddenError, RencityError
from rencity.registry import leaving
from rencity.registry.places import Places

HOST, PORT = "127.0.0.1", 8130
PORTS_TRIED = 30
ROOT_S = 15
"""A root is signed at least so often while there is something to sign."""
SWEEP_S = 3600
NEWS_KEPT = timedelta(days=7)
GRACE_S = 10
"""Longest wait for answers that are on their way when the server is stopped."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

log = logging.getLogger("rencity.server")


@dataclass(frozen=True)
class Asked:
    """How a server was asked to listen.

    Attributes
    ----------
    port : None: 8130 or the next that is free
    """

    host: str = HOST
    port: int | None = None
    tls: bool = False


def services_of(
    store: Store,
    places: Places,
    *,
    operator: str = OPERATOR,
    slots: int | None = None,
    more: Sequence[Handler] = (),
) -> Services:
    """The parts of a server, its database brought up to date where it is embedded.

    Parameters
    ----------
    slots : jobs at once; None: half the cores
    more : reactions to news beside those of the house

    Raises
    ------
    StorageError : the database lacks tables and is not our own to change, or is of a newer Rencity
    """
    places.make()
    shape = schema()
    if store.embedded:
        shape.upgrade(store)
    shape.require(store)
    with store.reading() as connection:
        if (newest := newest_instant(connection)) is not None:
            store.not_before(newest)
    signer = signer_of(places.keys / "journal.key")
    wire = Wire(store, [*handlers(places), *more])
    supervisor = Supervisor(store, places, slots=slots)
    return Services(store, places, shape, signer, wire, Held(places.packs), supervisor, operator)


class Server(uvicorn.Server):
    """A server that tells its streams when it is told to stop.

    Attributes
    ----------
    authority : certificates, where it speaks HTTPS
    """

    def __init__(
        self, config: uvicorn.Config, services: Services, authority: Certificates | None
    ) -> None:
        super().__init__(config)
        self._services = services
        self.authority = authority

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and Ctrl-C, and let what stands round the server end in order."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End streams first: they would never end by themselves."""
        self._services.stopping.set()
        self._services.wire.wake_listeners()
        super().handle_exit(sig, frame)


@contextlib.contextmanager
def listening(services: Services, asked: Asked) -> Iterator[tuple[Server, str, socket.socket]]:
    """A server with its port taken and its threads at work, and its address; not yet answering.

    Raises
    ------
    ForbiddenError : the host is not this machine's own
    RencityError : no port is free
    """
    if not is_local(asked.host):
        raise ForbiddenError(
            f"{asked.host} is not this machine alone",
            place="--host",
            mend="listen on 127.0.0.1: without accounts everybody who reaches it could do all",
        )
    taken = _port(asked)
    made = _certificates(services) if asked.tls else None
    config = uvicorn.Config(
        app_of(services),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=30,
        lifespan="off",
        ssl_certfile=str(made.certificate) if made else None,
        ssl_keyfile=str(made.key) if made else None,
    )
    server = Server(config, services, made)
    scheme = "https" if asked.tls else "http"
    name = f"[{asked.host}]" if ":" in asked.host else asked.host
    with taken, at_work(services):
        yield server, f"{scheme}://{name}:{taken.getsockname()[1]}/", taken


def run(server: Server, taken: socket.socket) -> None:
    """Answer until SIGTERM or Ctrl-C, then finish what is on its way."""
    logs.install()
    server.run(sockets=[taken])


@contextlib.contextmanager
def at_work(services: Services) -> Iterator[None]:
    """Carry news and sign roots while the block lasts; sign a last root at its end."""
    keeper = threading.Thread(target=_keep, args=(services,), daemon=True)
    services.wire.start()
    services.supervisor.start()
    keeper.start()
    try:
        yield
    finally:
        services.stopping.set()
        services.supervisor.stop()
        services.wire.stop()
        keeper.join()
        with contextlib.suppress(RencityError):  # the next start signs what this one could not
            sign_root(services.store, services.signer)
        services.store.close()


def _keep(services: Services) -> None:
    """Sign roots and sweep what is old, also after the database was gone for a while."""
    ticks = 0
    while True:
        try:
            sign_root(services.store, services.signer)
            if ticks % (SWEEP_S // ROOT_S) == 0:
                outbox.sweep(services.store, NEWS_KEPT)
                once.sweep(services.store)
                leaving.sweep(services.store, services.places)
        except RencityError as exc:
            log.warning("housekeeping waits", extra={"fields": {"fault": str(exc)}})
        except Exception:
            log.exception("housekeeping failed")  # the next turn must come all the same
        ticks += 1
        if services.stopping.wait(ROOT_S):
            return


def _port(asked: Asked) -> socket.socket:
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    ports = [asked.port] if asked.port is not None else range(PORT, PORT + PORTS_TRIED)
    for port in ports:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # else a small answer waits 40 ms for the reader to acknowledge its head
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            made.bind((asked.host, port))
            made.listen(2048)  # whoever reads the address may ask at once
        except OSError as exc:
            made.close()
            if asked.port is not None:
                raise RencityError(
                    f"port {port} cannot be used: {exc.strerror}",
                    place=f"{asked.host}:{port}",
                    mend="choose another with --port",
                ) from exc
            continue
        return made
    raise RencityError(
        f"ports {PORT} to {PORT + PORTS_TRIED - 1} are all taken",
        place=asked.host,
        mend="choose one with --port",
    )


def _certificates(services: Services) -> Certificates:
    names = ("localhost", "127.0.0.1", "::1")
    return certificates(services.places.keys, names, services.store.now())
