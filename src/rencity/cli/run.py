"""`rencity run`: a demo city, its strikes, their reports in a browser from the first one on."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from rencity.kit.errors import InputError

SEED = 1
FIRST = "typhoon"
SHAPES_A_CITY = ("kit", "city")
SHAPES_A_RUN = ("kit", "city", "sim", "content", "rehearse", "packs")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="port on this machine; else 8130 or next")
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", help="where the demo is kept")] = Path(
        "var/demo"
    ),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="write the reports and end")] = False,
) -> None:
    """演示：建城、打击、看报告。Make the demo city, strike it, show the reports."""
    from rencity.report.serve import server_of
    from rencity.report.shelf import Shelf

    server = None if no_serve else server_of(folder / "reports", port)
    city, scenarios = _city(folder), _scenarios(folder)
    shelf = Shelf(folder / "reports", awaited=len(scenarios))
    with contextlib.ExitStack() as opened:
        for scenario in scenarios:
            index = shelf.add(_struck(folder, city, scenario))
            if server is not None and len(shelf.entries) == 1:
                opened.enter_context(_served(server))
        if server is None:
            typer.echo(index)
        else:
            threading.Event().wait()


@contextlib.contextmanager
def _served(server: ThreadingHTTPServer) -> Iterator[None]:
    """Serve beside what else is done, until Ctrl-C."""
    from rencity.report.serve import address

    threading.Thread(target=server.serve_forever, daemon=True).start()
    _tell("the reports stand at this address, for a browser on this machine; Ctrl-C stops")
    _tell("请用本机浏览器打开下面的地址；按 Ctrl-C 结束")
    typer.echo(address(server))
    with server, contextlib.suppress(KeyboardInterrupt):
        try:
            yield
        finally:
            server.shutdown()
    _tell("stopped 已停止")


def _city(folder: Path) -> Path:
    """The demo city, made again when the code that makes it has changed."""
    city, stamp = folder / "city", folder / "city.made-by"
    key = _digest(_code(SHAPES_A_CITY))
    if (city / "city.toml").exists() and stamp.exists() and stamp.read_text() == key:
        return city
    _tell("making the demo city 生成演示城市")
    stamp.unlink(missing_ok=True)
    _command("demo", str(city), "--scale", "city", "--seed", str(SEED), "--replace")
    _write(stamp, key)
    return city


def _scenarios(folder: Path) -> list[Path]:
    """The example scenarios, each copied with its tables to a folder of its own; `FIRST` first."""
    made = []
    for path in sorted(_examples().glob("*.toml"), key=lambda path: (path.stem != FIRST, path)):
        place = folder / "scenarios" / path.stem
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            _write(place / part.name, part.read_text(encoding="utf-8"))
        made.append(place / path.name)
    return made


def _struck(folder: Path, city: Path, scenario: Path) -> Path:
    """The run of this city, scenario and code; struck when it is not there yet."""
    inputs = [*sorted(city.glob("*.toml")), *sorted(city.glob("*.parquet"))]
    inputs += sorted(scenario.parent.iterdir())
    key = _digest([*inputs, *_code(SHAPES_A_RUN)])[:16]
    out = folder / "runs" / f"{scenario.stem}-{key}"
    if not (out / "run.json").exists():
        _tell(f"striking it: {scenario.stem} 打击推演")
        for stale in sorted(out.parent.glob(f"{scenario.stem}-*")):
            shutil.rmtree(stale)
        _command("stress", str(city), str(scenario), "--out", str(out))
    return out


def _command(*words: str) -> None:
    """Run one of our own commands; what it prints is progress here."""
    from rencity.cli import app

    with contextlib.redirect_stdout(sys.stderr):
        code = app(list(words), standalone_mode=False)
    if code:
        raise typer.Exit(code)


def _examples() -> Path:
    """Where the demo scenarios lie: in the package, or beside a checkout's `src`."""
    package = Path(__file__).parents[1]
    inside = package / "examples" / "demo"
    found = inside if inside.is_dir() else package.parents[1] / "examples" / "demo"
    if not found.is_dir():
        raise InputError("no demo scenarios", place=str(found), mend="install Rencity again")
    return found


def _code(rooms: Iterable[str]) -> list[Path]:
    package = Path(__file__).parents[1]
    shipped = [package / "__init__.py"]
    for room in rooms:
        inside = package / room
        top = inside if inside.exists() else package.parents[1] / room
        shipped += [top, *sorted(top.rglob("*"))]
    # compiled code is made by running, so it must not say that the code has changed
    return [p for p in shipped if p.is_file() and "__pycache__" not in p.parts]


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    from rencity.kit.files import write_bytes

    write_bytes(path, text.encode())


def _tell(text: str) -> None:
    typer.echo(text, err=True)
