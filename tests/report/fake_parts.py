"""What only some runs have: crews, level balance, answers to why; added to a made-up run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tests.report.fake_run import dump

ENTRIES = (
    {"name": "north", "zh": "北区队", "en": "North crews", "skill": "line", "count": 2,
     "jobs_mean": 14.4, "done_mean": 14.0, "travelled_h_mean": 16.5, "worked_h_mean": 175.3,
     "job_waited_h_mean": 13.9, "busy_share": 0.11, "first_h": 24.0, "last_h": 96.5},
    {"name": "divers", "zh": "", "en": "", "skill": "diving", "count": 1, "jobs_mean": 0.0,
     "done_mean": 0.0, "travelled_h_mean": 0.0, "worked_h_mean": 0.0, "job_waited_h_mean": 0.0,
     "busy_share": 0.0, "first_h": None, "last_h": None},
)  # fmt: skip
LEFT = {"skill": "line", "jobs_mean": 33.0, "wet_mean": 0.0, "too_few_mean": 1.5,
        "no_way_mean": 2.5, "no_part_mean": 0.0, "no_time_mean": 15.0}  # fmt: skip
DONE = {**dict.fromkeys(LEFT, 0.0), "skill": "diving"}
BALANCE = {
    "samples": 8,
    "classes": ["critical", "people"],
    "lifelines": {
        "power": {"balanced": True, "reach_loss_ph": 8000.0, "balance_loss_ph": 10_000.0,
                  "reach_only_ph": 2500.0, "balance_only_ph": 500.0,
                  "granted_share": {"critical": 1.0, "people": 0.75}},
        "water": {"balanced": False, "reach_loss_ph": 0.0, "balance_loss_ph": 0.0,
                  "reach_only_ph": 0.0, "balance_only_ph": 0.0, "granted_share": {}},
    },
}  # fmt: skip


def add_parts(folder: Path, names: Mapping[str, str] | None = None) -> Path:
    """Add them to a run that `write_run` made; `names` replaces what is shown of `a0` and crews."""
    given = names or {}
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    entries = [dict(each) for each in ENTRIES]
    if "crews" in given:
        entries[0] |= {"zh": given["crews"], "en": given["crews"]}
        entries[1] |= {"name": given["crews"], "skill": given["crews"]}
    crews = {"priority": "critical", "jobs_mean": 34.0, "done_mean": 14.0}
    about |= {"crews": {**crews, "entries": entries, "left": [LEFT, DONE]}, "balance": BALANCE}
    about["level"] = "balance"
    dump(folder / "run.json", about)
    trips = [("north", 0, "a0", 24.0, 25.0, 30.0), ("north", 1, "a1", 24.0, 24.5, 167.0)]
    frame = pd.DataFrame(
        trips, columns=["crews", "crew", "asset", "leave_h", "arrive_h", "finish_h"]
    )
    frame["name"] = [given.get("a0", ""), "一号变"]
    frame.to_parquet(folder / "crews.parquet")
    dump(folder / "why.json", why(given))
    return folder


def why(names: Mapping[str, str]) -> dict[str, Any]:
    """Answers about an asset and a zone, as `rencity stress` keeps them."""
    name, hazard = names.get("a0", ""), names.get("hazard", "storm")
    root = {"id": "a0", "name": name, "lifeline": "power", "kind": "power.substation_high",
            "kind_zh": "高压变电站", "kind_en": "High-voltage substation"}  # fmt: skip
    mast = {"id": "a2", "name": "", "lifeline": "telecom", "kind": "telecom.mast",
            "kind_zh": "基站", "kind_en": "Mast"}  # fmt: skip
    cause = {"asset": root, "samples": 3, "share": 0.75, "time_share": 0.5, "behind_others": 0,
             "tested": True, "avoided_h": 1200.0, "avoided_share": 0.4, "alone": 0.25}  # fmt: skip
    untested = {**cause, "asset": mast, "avoided_h": None, "avoided_share": None, "alone": None}
    links = [
        {"asset": mast, "why": "lacks", "by": root, "out_h": 9.0, "back_h": None,
         "hazard": "", "backup_h": 4.0},
        {"asset": root, "why": "damaged", "by": None, "out_h": 5.0, "back_h": 30.25,
         "hazard": hazard, "backup_h": 0.0},
    ]  # fmt: skip
    causes = {"samples": 4, "out_samples": 3, "unit": "person h", "out_h": 3000.0, "time_h": 7.5,
              "causes": [cause, untested], "found": 9,
              "example": {"sample": 2, "moments": [{"at_h": 9.0, "links": links}]}}  # fmt: skip
    alone = {"asset": root, "runs": True, "unit": "people", "people": {"power": 7000, "water": 0},
             "lost": {"power": 3, "telecom": 1}, "zones_hit": 2, "facilities_hit": 7,
             "facilities": [{"asset": mast, "out_h": 4.0, "back_h": None}],
             "zones": []}  # fmt: skip
    never = {**causes, "out_samples": 0, "out_h": 0.0, "causes": [], "found": 0, "example": None}
    text = {"zh": f"完整的话 {name}", "en": f"the whole words {name}"}
    return {
        "format": 1,
        "samples": 4,
        "answers": [
            {"target": {"kind": "asset", "id": "a0", "name": name, "lifeline": "power"},
             "text": text, "consequences": alone, "causes": never},
            {"target": {"kind": "zone", "id": "d0z0", "name": "", "lifeline": "telecom"},
             "text": text, "consequences": None, "causes": causes},
        ],
    }  # fmt: skip
