"""A browser and a site for tests of the web app."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from rencity.api import web
from tests.conftest import require
from tests.web.memphis import Memphis, memphis_on
from tests.web.reader import Lang, Reader
from tests.web.site import Site, shared


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with its demo made, shared by all workers."""
    require(web.built() is not None, "the built web app (make web)")
    base = tmp_path_factory.getbasetemp()
    shared_by_all = base.parent if base.name.startswith("popen-") else base
    with shared(shared_by_all / "site") as made:
        yield made


@pytest.fixture(scope="session")
def memphis(site: Site, shared_data: Path) -> Memphis:
    """Memphis on the site: imported, struck, asked."""
    return memphis_on(site, shared_data)


@pytest.fixture
def reads(browser: Browser, site: Site) -> Iterator[Callable[..., Reader]]:
    """Open a reader; each ends with nothing wrong unseen."""
    opened: list[Reader] = []

    def read(lang: Lang = "zh", at: str = "desktop", **more: Any) -> Reader:
        opened.append(Reader(browser, more.get("site", site), lang, at))
        return opened[-1]

    yield read
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def regulars() -> Iterator[dict[Lang, Reader]]:
    """A reader of each language who comes again and again."""
    made: dict[Lang, Reader] = {}
    yield made
    for one in made.values():
        one.context.close()


@pytest.fixture
def comes_again(
    browser: Browser, site: Site, regulars: dict[Lang, Reader]
) -> Iterator[Callable[[Lang], Reader]]:
    """A reader who remembers nothing, but has what pages load at hand: a third less work."""
    came: list[Reader] = []

    def read(lang: Lang) -> Reader:
        if lang not in regulars:
            regulars[lang] = Reader(browser, site, lang)
        came.append(regulars[lang])
        came[-1].forget()
        return came[-1]

    yield read
    for one in came:
        one.answer()
