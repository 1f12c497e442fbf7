"""How the web app is served: its files, one page for every other address, nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rencity.api import web
from tests.servers import Here

PAGE = "<!doctype html><title>页</title>"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, "utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("let a = 1", "utf-8")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    (tmp_path / "secret.txt").write_text("hidden", "utf-8")
    monkeypatch.setattr(web, "built", lambda: folder)
    return folder


@pytest.mark.parametrize("path", ["", "city/memphis/2", "rehearse/runs/a%20b?hour=3", "城市"])
@pytest.mark.usefixtures("built")
def test_every_address_of_the_app_gets_its_page(standing: Here, path: str) -> None:
    answer = standing.client.get(standing.address + path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "http" not in policy.replace("https://", "http")  # nothing of another site
    assert "unsafe-eval" not in policy


@pytest.mark.usefixtures("built")
def test_files_are_packed_typed_and_kept(standing: Here) -> None:
    url = standing.address + "assets/app-1a2b.js"
    packed = standing.client.get(url)
    assert packed.headers["content-encoding"] == "gzip"
    plain = standing.client.get(url, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.text == "let a = 1"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["assets/gone-9.js", "api/v1/nothing", "api", "health", "metrics/x"]
)
@pytest.mark.usefixtures("built")
def test_what_is_not_the_apps_is_refused(standing: Here, path: str) -> None:
    answer = standing.client.get(standing.address + path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "path", ["../secret.txt", "..%2fsecret.txt", "assets/..%2f..%2fsecret.txt", "%2e%2e/secret.txt"]
)
@pytest.mark.usefixtures("built")
def test_nothing_outside_is_served(standing: Here, path: str) -> None:
    assert "hidden" not in standing.client.get(standing.address + path).text


def test_without_a_build_the_page_says_how_to_make_one(
    standing: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "built", lambda: None)
    answer = standing.client.get(standing.address)
    assert "make web" in answer.text
    assert "/reports/" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
