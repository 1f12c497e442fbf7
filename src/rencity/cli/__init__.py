"""The command line: one module a group of commands, heavy rooms loaded when their command runs."""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

import rencity
from rencity.kit.errors import RencityError
from rencity.kit.files import storage_error
from rencity.kit.plain import plain

INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Rencity 韧城: rehearse disasters on a real city, see what breaks, decide what to fix.",
)
for _module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    import_module(_module.name).register(app)

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"rencity {rencity.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run a command; a fault the user can mend is one message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):  # names need not fit the terminal's encoding
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except RencityError as exc:
        _refuse(exc)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:  # the reader went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as exc:
        _refuse(storage_error(exc, Path("output")))
    except typer.Exit as exc:
        code = exc.exit_code
    except Exception as exc:
        if not hasattr(exc, "show"):  # click's own usage errors know how to print themselves
            raise
        exc.show()
        code = 2
    if code == INTERRUPTED:
        errors.print("stopped; nothing half written is left", markup=False)
    sys.exit(code or 0)


def _refuse(fault: RencityError) -> NoReturn:
    said = plain(str(fault), keep="\n")
    errors.print(f"error: {said}", style="bold red", markup=False)
    sys.exit(1)
