"""Databases for tests: SQLite files, and a PostgreSQL of our own from the system's binaries."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import require

NOBODY = ("postgres", "nobody")


class Postgres:
    """A PostgreSQL server that can be stopped, started and killed."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder, self.port = binaries, folder, _free_port()
        self._user = _unprivileged()
        folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            "initdb", "-D", str(folder / "data"), "-U", "rencity", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = f"-p {self.port} -k '' -h 127.0.0.1 -c max_connections=200 -c fsync=on"
        self._run(
            "pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-o", options,
            "-l", str(self.folder / "log"),
        )  # fmt: skip

    def stop(self) -> None:
        """Stop it at once, as a machine that goes down does."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", str(self.folder / "data"))

    def new_database(self) -> str:
        """The address of a new, empty database."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql://rencity@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *words: str) -> None:
        user = self._user
        done = subprocess.run(
            [str(self.binaries / program), *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, cwd="/",
            user=user.pw_uid if user else None, group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")


def _unprivileged() -> pwd.struct_passwd | None:
    """Who runs the server: it refuses root, which continuous integration often is."""
    if os.geteuid() != 0:
        return None
    for name in NOBODY:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(f"none of the users {', '.join(NOBODY)} exists to run PostgreSQL")


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def binaries_of_postgres() -> Path | None:
    """Where PostgreSQL 15 or newer lies, if it does."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    named = shutil.which("initdb")
    found = [*places, *([Path(named).parent] if named else [])]
    return next((place for place in reversed(found) if (place / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[Postgres]:
    """A PostgreSQL of this test process; skipped where the system has none."""
    binaries = binaries_of_postgres()
    require(binaries is not None, "PostgreSQL (Debian: postgresql)")
    assert binaries is not None
    # short and readable by the server's own user, which pytest's folders are not
    folder = Path(tempfile.mkdtemp(prefix=f"rencity-pg-{worker_id}-"))
    folder.chmod(0o755)
    server = Postgres(binaries, folder / "server")
    yield server
    pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Addresses of new, empty databases; the test runs on each kind."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database
