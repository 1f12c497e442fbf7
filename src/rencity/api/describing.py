"""What a server says of itself, without one running: ``python -m rencity.api.describing``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rencity.api.app import app_of
from rencity.api.serve import services_of
from rencity.db import store_of
from rencity.registry.places import Places


def openapi() -> dict[str, Any]:
    """Every operation and every shape of an answer, as ``/api/v1/openapi.json`` gives them."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_of(None, Path(folder))
        try:
            return app_of(services_of(store, Places(Path(folder)))).openapi()
        finally:
            store.close()


if __name__ == "__main__":
    json.dump(openapi(), sys.stdout, ensure_ascii=False, indent=1)
