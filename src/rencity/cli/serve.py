"""`rencity serve`: the server, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rencity.cli.db import DATA, Data, Database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    data: Data = DATA,
    db: Database = None,
    city: Annotated[
        list[Path] | None,
        typer.Option("--city", metavar="DIR", help="登记此城市文件夹 Take in this city folder"),
    ] = None,
    host: Annotated[str, typer.Option(help="本机地址 Address of this machine")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="端口 Port; default 8130 or the next free")
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="HTTPS，用本站自建的证书机构 by a private authority")
    ] = False,
    slots: Annotated[
        int | None,
        typer.Option(min=1, help="同时运行的任务数 Jobs at once; default half the cores"),
    ] = None,
    operator: Annotated[
        str,
        typer.Option(envvar="RENCITY_OPERATOR", help="本机操作员 Name of the one local operator"),
    ] = "operator",
) -> None:
    """启动服务器。Start the server: records, jobs, API, on this machine only."""
    from rencity.api import serve as server
    from rencity.db import store_of
    from rencity.registry.cities import take_in
    from rencity.registry.places import Places

    places = Places(data)
    services = server.services_of(store_of(db, data), places, operator=operator, slots=slots)
    for folder in city or ():
        with services.store.writing(services.who, why="serve --city") as tx:
            take_in(tx, places, folder)
    with server.listening(services, server.Asked(host, port, tls)) as (made, address, taken):
        typer.echo(address)
        typer.echo(
            "请在本机浏览器打开；按 Ctrl-C 停止。Open it on this machine; Ctrl-C stops.", err=True
        )
        if made.authority is not None:
            said = made.authority
            typer.echo(f"手机需安装 phones install {said.authority}", err=True)
            typer.echo(f"SHA-256 {said.fingerprint}", err=True)
        server.run(made, taken)
