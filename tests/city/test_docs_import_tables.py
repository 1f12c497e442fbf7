"""The worked example of docs/import-tables.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from rencity.city.readers import mapping, picking
from rencity.city.readers.tables import read_tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "import-tables.md"


def test_the_worked_example(tmp_path: Path) -> None:
    blocks = re.findall(r'```\w+ title="(\S+)"\n(.*?)```', PAGE.read_text("utf-8"), re.DOTALL)
    assert [name for name, _ in blocks] == ["stations.csv", "cables.csv", "map.toml"]
    for name, text in blocks:
        (tmp_path / name).write_text(text, encoding="utf-8")
    part = read_tables(tmp_path, tmp_path / "map.toml", None)
    assert [(x.read, x.kept) for x in part.layers] == [(3, 2), (3, 1), (1, 1)]
    assets = part.tables["assets"].set_index("id")
    assert assets["kind"].to_dict() == {
        "power-2": "substation_medium",
        "power-3": "substation_low",
        "water-1": "pump",
        "cable-7": "line",
    }
    assert round(assets.loc["cable-7", "length_m"]) == 2575
    assert assets["source"].tolist() == [True, False, True, False]


def test_every_key_of_a_mapping_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    models = (
        mapping.Mapping,
        picking.Cell,
        picking.Wanted,
        picking.Join,
        mapping.ZoneLayer,
        mapping.AssetLayer,
        mapping.LinkLayer,
        mapping.NeedLayer,
        mapping.ServeLayer,
        mapping.DemandLayer,
    )
    keys = {key for model in models for key in model.model_fields}
    absent = sorted(key for key in keys if not re.search(rf"`[^`]*\b{key}\b[^`]*`", page))
    assert absent == []
