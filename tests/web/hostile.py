"""Names that would do something if a page took them for anything but text."""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import uuid4

from tests.web.site import Site

HOSTILE = [
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    '"><img src=x onerror="window.hit=3">',
    "<svg/onload=window.hit=4>",
    "javascript:window.hit=5",
    "{{constructor.constructor('window.hit=6')()}}",
    "${window.hit=7}",
    "'-(window.hit=8)-'",
    "</textarea></style></title><iframe srcdoc='<script>parent.hit=9</script>'>",
    "@:frame.home | {n} %{count}",
    "\u2028window.hit=10//",
    "\u202egnp.exe 名字",
    '=HYPERLINK("http://127.0.0.1/","x")',
]
MAPPING = """crs = "EPSG:4326"
[[layers]]
name = "zones"
file = "zones.csv"
table = "zones"
x = "x"
y = "y"
[layers.columns]
id = "id"
level = { value = "district" }
name = "name"
name_en = "name"
people_night = "people"
[[layers]]
name = "assets"
file = "assets.csv"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "id"
lifeline = { value = "power" }
kind = { value = "substation_low" }
source = { value = true }
name = "name"
zone = "zone"
[[layers]]
name = "serves"
file = "assets.csv"
table = "serves"
[layers.columns]
asset = "id"
zone = "zone"
"""


def hostile_city(site: Site, folder: Path) -> str:
    """A city in which everything that can be named has such a name; its id."""
    rows, city = list(enumerate(HOSTILE)), f"hostile-{uuid4().hex[:6]}"
    zones = [(f"zone-{n}", name, 120 + n / 100, 31.5, 1000) for n, name in rows]
    assets = [(f"asset-{n}", name, 120 + n / 100, 31.501, f"zone-{n}") for n, name in rows]
    _write(folder / "zones.csv", ("id", "name", "x", "y", "people"), zones)
    _write(folder / "assets.csv", ("id", "name", "x", "y", "zone"), assets)
    (folder / "map.toml").write_text(MAPPING, "utf-8")
    files = {name: site.hand_in(folder / name) for name in ("zones.csv", "assets.csv")}
    site.done(
        "import",
        {
            "reader": "tables", "id": city, "name": HOSTILE[0], "name_en": HOSTILE[2],
            "time_zone": "Asia/Shanghai", "infer": False, "files": files,
            "mapping": site.hand_in(folder / "map.toml"),
        },
    )  # fmt: skip
    return city


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(head)
        writer.writerows(rows)
