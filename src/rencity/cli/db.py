"""`rencity db`: the database's tables, brought up to date and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rencity.db.store import Store

db_group = typer.Typer(
    no_args_is_help=True, help="数据库：升级与检查 The database: upgrade and check."
)

Data = Annotated[Path, typer.Option("--data", help="数据文件夹 Data folder of the server")]
Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        envvar="RENCITY_DB",
        show_envvar=False,
        help="数据库地址，也可用环境变量 RENCITY_DB Address of the database; none: SQLite in the "
        "data folder",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="机器可读输出 Machine-readable output")]
DATA = Path("var/rencity")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(db_group, name="db")


def store_at(db: str | None, data: Path, *, must_stand: bool = True) -> Store:
    """The store that the options name.

    Raises
    ------
    StorageError : the embedded database does not stand, and it must
    """
    from rencity.db import store_of
    from rencity.kit.errors import StorageError

    file = data / "rencity.db"
    if must_stand and not db and not file.exists():
        raise StorageError(
            "no database lies there", place=str(file), mend="correct --data, or rencity db upgrade"
        )
    return store_of(db, data)


@db_group.command("upgrade")
def upgrade(data: Data = DATA, db: Database = None, as_json: Json = False) -> None:
    """建表或升级 Make the tables, or bring them to what this version knows: all or nothing."""
    from rencity import house

    store = store_at(db, data, must_stand=False)
    try:
        ran = house.schema().upgrade(store)
    finally:
        store.close()
    if as_json:
        typer.echo(json.dumps({"database": store.place, "ran": ran}))
        return
    done = ", ".join(ran) if ran else "已是最新 nothing to do"
    typer.echo(f"{store.place}\n升级 upgraded: {done}")


@db_group.command("check")
def check(data: Data = DATA, db: Database = None, as_json: Json = False) -> None:
    """检查表、索引、持久性 Check tables, indexes and durability; exit 1 with an error."""
    from rencity import house
    from rencity.kit import findings as found

    store = store_at(db, data)
    try:
        result = house.schema().findings(store)
    finally:
        store.close()
    if as_json:
        said = {"database": store.place, **found.as_json(result)}
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{store.place}\n{found.as_text(result)}")
    if found.has_errors(result):
        raise typer.Exit(1)
