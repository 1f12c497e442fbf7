"""`rencity run`: a server with the demo city, its strikes and what to decide by."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rencity.api.services import Services
    from rencity.jobs.demonstration import Demonstration


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
    scale: Annotated[
        str, typer.Option(help="规模 size of the demo city: block, city or metro")
    ] = "city",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="write the reports and end")] = False,
) -> None:
    """演示：启动服务器，建城、打击、看报告。Serve the demo city: made, struck, asked what to do."""
    from rencity.api import serve as server
    from rencity.city.demo.plan import Plan
    from rencity.db import store_of
    from rencity.jobs.demonstration import SEED
    from rencity.registry.places import Places

    Plan.of(scale, SEED)  # refuses a scale there is none of before anything is written
    services = server.services_of(store_of(None, folder), Places(folder))
    if no_serve:
        with server.at_work(services):
            typer.echo(_demonstration(services, scale).make())
        return
    demo = _demonstration(services, scale)
    with server.listening(services, server.Asked(port=port)) as (made, address, taken):
        _tell("请用本机浏览器打开下面的地址，报告会逐个出现；按 Ctrl-C 结束")
        _tell("for a browser on this machine, reports appear as they are made; Ctrl-C stops")
        typer.echo(address)
        making = threading.Thread(target=_make, args=(demo,), daemon=True)
        making.start()
        server.run(made, taken)
        services.stopping.set()
        making.join()
    _tell("stopped 已停止")


def _demonstration(services: Services, scale: str) -> Demonstration:
    from rencity.jobs.demonstration import Demonstration, examples
    from rencity.report.shelf import Shelf

    awaited = len(list(examples().glob("*.toml"))) + 1
    return Demonstration(
        services.store,
        services.places,
        services.who,
        Shelf(services.places.reports, awaited=awaited),
        services.supervisor.wake,
        _tell,
        services.stopping,
        scale,
    )


def _make(demo: Demonstration) -> None:
    from rencity.jobs.demonstration import StoppedError
    from rencity.kit.errors import RencityError

    try:
        demo.make()
        _tell("演示已就绪 the demo is ready")
    except StoppedError:
        _tell("演示未完成，下次启动时继续 the demo goes on at the next start")
    except RencityError as exc:
        _tell(f"演示中断 the demo stopped: {exc}")


def _tell(text: str) -> None:
    typer.echo(text, err=True)
