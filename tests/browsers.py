"""One browser for every test of a worker: its library bears only one at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's Chromium; drawing is done in software."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("RENCITY_REQUIRE_DATA") == "1":
            pytest.fail("chromium is absent and RENCITY_REQUIRE_DATA=1")
        pytest.skip("chromium is absent")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        made = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
        )
        yield made
        made.close()
