"""`rencity city …`: make a city folder and look into it."""

from __future__ import annotations

import typer

city_group = typer.Typer(
    no_args_is_help=True, help="城市文件夹 City folders: import, check, inform."
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(city_group, name="city")
