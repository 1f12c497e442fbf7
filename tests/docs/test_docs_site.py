"""The pages hang together, and the built site asks nothing of another host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")


class _Loader(yaml.SafeLoader):
    """YAML that reads over the tags of mkdocs."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def settings() -> dict[str, Any]:
    return yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)  # noqa: S506


def pages_of(nav: list[Any]) -> list[str]:
    pages = []
    for entry in nav:
        inside = next(iter(entry.values())) if isinstance(entry, dict) else entry
        pages += [inside] if isinstance(inside, str) else pages_of(inside)
    return pages


def test_nav_lists_each_page_once() -> None:
    listed = pages_of(settings()["nav"])
    there = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]
    assert sorted(listed) == sorted(there)


def anchors(page: Path) -> set[str]:
    """Ids of the headings of a page, as the site makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_resolve(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for plain, image in LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        address, _, anchor = unquote(plain or image).partition("#")
        if re.match(r"[a-z]+:", address):
            continue
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), f"{page.name}: {address} is not there"
        inside = page.is_relative_to(DOCS)
        assert not inside or target.is_relative_to(DOCS), f"{page.name}: {address} leaves the site"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page.name}: {address} has no heading #{anchor}"


class Assets(HTMLParser):
    """What a page loads when it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "a":
            self.loaded += [v for k in ("src", "href", "srcset", "poster") if (v := given.get(k))]


def test_the_site_builds_strictly_and_loads_nothing_from_outside(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > len(pages_of(settings()["nav"])) - 1
    for page in pages:
        assets = Assets()
        assets.feed(page.read_text(encoding="utf-8"))
        assert assets.loaded
        outside = [a for a in assets.loaded if re.match(r"(https?:)?//", a)]
        assert not outside, f"{page.name} loads {outside}"
    for sheet in tmp_path.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import )[\"']?(https?:)?//", text), sheet.name


def test_nothing_in_a_page_makes_the_theme_fetch() -> None:
    """Diagrams and repository counts are fetched from other hosts by the theme's script."""
    assert "repo_url" not in settings()
    assert settings()["theme"]["font"] is False
    for page in PAGES:
        assert "```mermaid" not in page.read_text(encoding="utf-8"), page.name
