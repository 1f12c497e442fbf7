"""Memphis on a site by its API, for tests that need more than the demo."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.web.site import Site

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "memphis"
SCENARIO = "memphis-quake"
QUAKE = """[scenario]
name = "memphis-quake"
title = {zh = "孟菲斯地震", en = "Earthquake near Memphis"}
horizon_h = 720
step_h = 6
samples = 64
seed = 1

[[hazards]]
kind = "earthquake"
name = "shock"
mechanism = "strike_slip"
vs30_m_s = 300
point = { lon = -90.2, lat = 35.3, depth_km = 10 }
magnitude = 7.0
"""


@dataclass(frozen=True)
class Memphis:
    """Ids of what is known of Memphis on a site."""

    city: str
    run: str
    n1: str
    invest: str


def memphis_on(site: Site, shared_data: Path) -> Memphis:
    """Import Memphis and put questions to it, once for all workers."""
    said = site.data.parent / "memphis.json"
    with (site.data.parent / "memphis.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(json.dumps(asdict(_made(site, shared_data))))
    return Memphis(**json.loads(said.read_text()))


def source_files(shared_data: Path) -> list[Path]:
    """The files its mapping names, with the parts of shapefiles that go with them."""
    folder = shared_data / "interdependent"
    wanted = [*(folder / "shelby_indp").rglob("*.csv")]
    return wanted + [
        p for p in (folder / "shelby_infrarisk").rglob("service_area/*") if p.is_file()
    ]


def _made(site: Site, shared_data: Path) -> Memphis:
    folder = shared_data / "interdependent"
    files = {str(p.relative_to(folder)): site.hand_in(p) for p in source_files(shared_data)}
    site.done(
        "import",
        {
            "reader": "tables", "id": "memphis", "name": "孟菲斯", "name_en": "Memphis",
            "code": "47157", "time_zone": "America/Chicago", "infer": False, "files": files,
            "mapping": site.hand_in(EXAMPLES / "map.toml"),
        },
    )  # fmt: skip
    site.post("scenarios", {"id": SCENARIO, "text": QUAKE})
    stress = site.done("stress", {"city": "memphis", "scenario": SCENARIO, "explain": 2})
    n1 = site.done("n1", {"city": "memphis"})
    invest = site.done(
        "invest",
        {
            "city": "memphis", "scenarios": [{"scenario": SCENARIO}], "samples": 32,
            "measures_text": (EXAMPLES / "measures.toml").read_text("utf-8"), "budget_yuan": 60e6,
        },
    )  # fmt: skip
    return Memphis("memphis", *(job["outcome"]["run"] for job in (stress, n1, invest)))
