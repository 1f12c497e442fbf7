"""`rencity run`: a demo city, its strikes and what to decide by, in a browser from the first on."""

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
FIRST, LAST = "typhoon.toml", "crews/typhoon.toml"
SET, MEASURES = "budget/set.toml", "budget/measures-city.toml"
ANSWERS = {
    "n1": (),
    "measure": (FIRST, "--events", "20"),
    "rate": (SET, "--samples", "256"),
    "invest": (SET, "--measures", MEASURES, "--budget", "150e6", "--samples", "64"),
}
"""What is asked of the demo city, by command: files of the examples and options."""

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
    """演示：建城、打击、看报告。Make the demo city, strike it, ask it, show the reports."""
    from rencity.report.serve import server_of
    from rencity.report.shelf import Shelf

    server = None if no_serve else server_of(folder / "reports", port)
    city, scenarios = _city(folder), _scenarios(folder)
    shelf = Shelf(folder / "reports", awaited=len(scenarios) + 1)
    with contextlib.ExitStack() as opened:
        for scenario in scenarios:
            index = shelf.add(_struck(folder, city, scenario))
            if server is not None and len(shelf.entries) == 1:
                opened.enter_context(_served(server))
        index = shelf.add_answers([_answer(folder, city, name) for name in ANSWERS])
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
    """The example scenarios, copied with all that lies beside them; `FIRST` first, `LAST` last."""
    examples, place = _examples(), folder / "examples"
    for path in sorted(examples.rglob("*.*")):
        _write(place / path.relative_to(examples), path.read_text(encoding="utf-8"))
    named = sorted(path.name for path in examples.glob("*.toml"))
    named.sort(key=lambda name: name != FIRST)
    return [place / name for name in (*named, LAST)]


def _struck(folder: Path, city: Path, scenario: Path) -> Path:
    """The run of this city, scenario and code; struck when it is not there yet."""
    examples = folder / "examples"
    name = "-".join(scenario.relative_to(examples).with_suffix("").parts)
    inputs = sorted(examples.glob(f"{scenario.stem}.*"))
    if scenario.parent != examples:
        inputs += sorted(scenario.parent.iterdir())
    out = _place(folder / "runs", name, city, inputs)
    if not (out / "run.json").exists():
        _tell(f"striking it: {name} 打击推演")
        _command("stress", str(city), str(scenario), "--out", str(out))
    return out


def _answer(folder: Path, city: Path, name: str) -> Path:
    """One of `ANSWERS`; asked when it is not there yet."""
    examples = folder / "examples"
    words = [str(examples / word) if word.endswith(".toml") else word for word in ANSWERS[name]]
    inputs = sorted(examples.rglob("*.*")) if words else []
    out = _place(folder / "answers", name, city, inputs, " ".join(ANSWERS[name]))
    if not out.exists():
        _tell(f"asking it: {name} 求解")
        _command(name, str(city), *words, "--out", str(out))
    return out


def _place(parent: Path, name: str, city: Path, inputs: Iterable[Path], said: str = "") -> Path:
    """Where what is made of this city, these inputs and words and this code lies; older ones go."""
    of_city = [*sorted(city.glob("*.toml")), *sorted(city.glob("*.parquet"))]
    key = _digest([*of_city, *inputs, *_code(SHAPES_A_RUN)], said)[:16]
    place = parent / f"{name}-{key}"
    for stale in sorted(parent.glob(f"{name}-{'[0-9a-f]' * 16}")):
        if stale != place:
            shutil.rmtree(stale)
    return place


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


def _digest(paths: Iterable[Path], said: str = "") -> str:
    digest = hashlib.sha256(said.encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    from rencity.kit.files import write_bytes

    write_bytes(path, text.encode())


def _tell(text: str) -> None:
    typer.echo(text, err=True)
