"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def require(present: bool, what: str) -> None:
    """Skip with the reason, or fail where RENCITY_REQUIRE_DATA=1 says it must be there."""
    if present:
        return
    if os.environ.get("RENCITY_REQUIRE_DATA") == "1":
        pytest.fail(f"{what} is absent and RENCITY_REQUIRE_DATA=1")
    pytest.skip(f"{what} is absent")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input beside the project."""
    require(SHARED.is_dir(), f"real input in {SHARED}")
    return SHARED
