"""`python -m rencity`, and the command `rencity`."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line and run it; an interrupt while it loads is no fault either."""
    try:
        from rencity.cli import main as run  # noqa: PLC0415 - loading takes a moment
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
