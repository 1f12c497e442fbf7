"""The command line: one module a group of commands, heavy rooms loaded when their command runs."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

import typer
from rich.console import Console

from rencity.kit.errors import RencityError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Rencity 韧城: rehearse disasters on a real city, see what breaks, decide what to fix.",
)
for _module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    import_module(_module.name).register(app)

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run a command; a fault the user can mend is one message, never a traceback."""
    try:
        code = app(standalone_mode=False)
    except RencityError as exc:
        errors.print(f"error: {exc}", style="bold red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("stopped; nothing half written is left", markup=False)
        sys.exit(130)
    except typer.Exit as exc:
        sys.exit(exc.exit_code)
    except Exception as exc:
        if hasattr(exc, "show"):  # click's own usage errors know how to print themselves
            exc.show()
            sys.exit(2)
        raise
    sys.exit(code or 0)
