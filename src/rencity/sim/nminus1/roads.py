"""Roads alone: the detour each closing forces, who is cut from help, what breaks the backbone."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from rencity.city.model import City
from rencity.city.network import Network
from rencity.kit.findings import Finding
from rencity.sim.nminus1.agreement import people_of_nodes
from rencity.sim.nminus1.backbone import Backbone, backbone_of
from rencity.sim.nminus1.detour import detours
from rencity.sim.nminus1.elements import DM, Elements, Ints, elements_of, whole_costs
from rencity.sim.nminus1.nearest import Cut, cut_from
from rencity.sim.nminus1.tables import named, places
from rencity.sim.travel import PER_MINUTE, PER_SECOND, Roads, roads_of, snap_assets, snap_zones

ROAD = "road"


class Facility(BaseModel):
    """A kind of place that people must reach, or be reached from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str
    kinds: tuple[str, ...]
    towards: bool


@cache
def facilities() -> dict[str, Facility]:
    """Kinds of facilities by name, from `facilities.toml`."""
    text = resources.files("rencity.sim.nminus1").joinpath("facilities.toml").read_text("utf-8")
    return {name: Facility.model_validate(said) for name, said in tomllib.loads(text).items()}


@dataclass(frozen=True)
class RoadStudy:
    """Every element of the roads closed alone.

    Attributes
    ----------
    table : a row an element, the gravest first; columns are told in `docs/n-1.md`
    summary : counts as plain values
    findings : what was assumed or left out
    """

    table: pd.DataFrame
    summary: dict[str, Any]
    findings: tuple[Finding, ...]


def has_roads(city: City) -> bool:
    """Whether there is a road to close."""
    return bool((city.links["lifeline"] == ROAD).any())


def study_roads(
    city: City,
    network: Network,
    *,
    workers: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
) -> RoadStudy:
    """Close each segment, bridge, tunnel and junction alone.

    Raises
    ------
    CityError : as `rencity.sim.travel.roads_of`
    """
    roads = roads_of(city)
    elements = elements_of(roads)
    decimetres, ticks = whole_costs(roads)
    people, where = people_on(city, network, roads)
    found = list(roads.findings) + where
    cuts: dict[str, Cut] = {}
    for number, (name, each) in enumerate(facilities().items()):
        rows = _of_kinds(city, each)
        places = snap_assets(roads, city, rows)
        if not places.found.any():
            found.append(_no_facility(name, each, len(rows)))
            continue
        cuts[name] = cut_from(
            roads, elements, ticks, places, people, towards=each.towards, workers=workers
        )
        progress((number + 1) * 0.1)
    backbone = backbone_of(city, roads, elements)
    if not backbone.nodes:
        found.append(_no_backbone())
    longer, shut = detours(
        roads, elements, decimetres, workers=workers, progress=lambda s: progress(0.3 + 0.35 * s)
    )
    slower, _ = detours(
        roads, elements, ticks, workers=workers, progress=lambda s: progress(0.65 + 0.35 * s)
    )
    table = _table(city, elements, people, longer, slower, shut, cuts, backbone)
    return RoadStudy(table, _summary(table, cuts, backbone, int(people.sum())), tuple(found))


def people_on(city: City, network: Network, roads: Roads) -> tuple[Ints, list[Finding]]:
    """Who lives at each road node: by `serves` of road assets, else zones at the nearest node."""
    made = np.zeros(roads.nodes, np.int64)
    at = roads.node_of_asset[network.asset]
    mine = (at >= 0) & (network.unit == "people")
    np.add.at(made, at[mine], people_of_nodes(network)[mine])
    if made.any():
        return made, []
    zones = city.zones
    leaf = np.flatnonzero(~zones["id"].isin(set(zones["parent"])).to_numpy())
    night = np.rint(zones["people_night"].to_numpy()[leaf]).astype(np.int64)
    leaf, night = leaf[night > 0], night[night > 0]
    if not len(leaf):
        return made, [_nobody("no zone has people, so nobody can be cut off", "zones")]
    places = snap_zones(roads, city, leaf)
    on = places.found
    np.add.at(made, places.node[on], night[on])
    found = []
    if not on.all():
        found.append(
            Finding(
                "n1-zones-off-roads",
                "warning",
                f"{int((~on).sum()):,} zones with {int(night[~on].sum()):,} people are on no road "
                "within reach and left out",
                "import the roads there, or give road assets `serves`",
                "zones",
                ids=tuple(zones["id"].to_numpy()[leaf[~on]]),
            )
        )
    return made, found


def _nobody(what: str, table: str) -> Finding:
    mend = "give zones people_night, or road assets `serves`"
    return Finding("n1-nobody-on-roads", "warning", what, mend, table)


def _of_kinds(city: City, facility: Facility) -> Ints:
    assets = city.assets
    full = assets["lifeline"] + "." + assets["kind"]
    return np.flatnonzero(full.isin(facility.kinds).to_numpy()).astype(np.int64)


def _no_facility(name: str, facility: Facility, known: int) -> Finding:
    where = f"none of {known} is on the roads" if known else "the city has none"
    return Finding(
        "n1-no-facility",
        "note",
        f"{facility.en}: {where}, so nobody can be cut from it ({name} columns are left out)",
        f"import assets of {', '.join(facility.kinds)}",
        "assets",
        "kind",
    )


def _no_backbone() -> Finding:
    return Finding(
        "n1-no-backbone",
        "note",
        "no road has an arterial class, so the backbone is not checked",
        "give links a road_class such as primary or trunk",
        "links",
        "road_class",
    )


def _table(
    city: City,
    elements: Elements,
    people: Ints,
    longer: Ints,
    slower: Ints,
    shut: Any,
    cuts: dict[str, Cut],
    backbone: Backbone,
) -> pd.DataFrame:
    node = elements.node
    none = shut > 0
    columns: dict[str, Any] = {
        **_names(city, elements),
        "role": np.where(node >= 0, "node", "link"),
        "detour_m": np.where(none, np.inf, longer / DM),
        "detour_s": np.where(none, np.inf, slower / PER_SECOND),
        "pairs_cut": shut,
        "detour_m_finite": longer / DM,
        "people_at": np.where(node >= 0, people[node], 0),
    }
    for name, cut in cuts.items():
        columns[f"cut_{name}"] = cut.people
    for name, cut in cuts.items():
        columns[f"later_{name}"] = cut.later
        columns[f"later_{name}_person_min"] = np.round(cut.ticks / PER_MINUTE, 1)
    columns["arterial"] = backbone.member
    columns["backbone_apart"] = backbone.apart
    table = pd.DataFrame(columns)
    score = sum((cut.people for cut in cuts.values()), np.zeros(len(elements), np.int64))
    late = sum((cut.ticks for cut in cuts.values()), np.zeros(len(elements), np.int64))
    order = np.lexsort((np.arange(len(elements)), -longer, -late, -backbone.apart, -score))
    return table.iloc[order].reset_index(drop=True)


def _names(city: City, elements: Elements) -> dict[str, Any]:
    """Names of assets; a link without one goes by its own id, at the middle of its ends."""
    has = elements.asset >= 0
    made: dict[str, Any] = named(city, elements.asset[has])
    made["segment"] = made.pop("asset")
    del made["lifeline"]
    if has.all():
        return {"segment": made.pop("segment"), **made}
    links = city.links.iloc[elements.link[~has]]
    index = pd.Index(city.assets["id"])
    one, other = (places(city, index.get_indexer(links[side])) for side in ("start", "end"))
    count = len(links)
    bare = {
        "segment": links["id"].to_numpy(dtype=object),
        "kind": np.full(count, "link", object),
        "kind_zh": np.full(count, "连接", object),
        "kind_en": np.full(count, "Link", object),
        "name": np.full(count, "", object),
        "lon": (one[:, 0] + other[:, 0]) / 2,
        "lat": (one[:, 1] + other[:, 1]) / 2,
    }
    return {name: np.concatenate([made[name], values]) for name, values in bare.items()}


def _summary(
    table: pd.DataFrame, cuts: dict[str, Cut], backbone: Backbone, people: int
) -> dict[str, Any]:
    finite = np.isfinite(table["detour_m"])
    return {
        "elements": len(table),
        "without_way_round": int((~finite).sum()),
        "longest_detour_m": float(table["detour_m"][finite].max()) if finite.any() else 0.0,
        "people_on_roads": people,
        "cut": {
            name: {
                "elements": int((cut.people > 0).sum()),
                "worst": int(cut.people.max(initial=0)),
                "without_undamaged": cut.without,
            }
            for name, cut in cuts.items()
        },
        "backbone": {
            "nodes": backbone.nodes,
            "links": backbone.links,
            "parts": backbone.parts,
            "breaking": int((backbone.apart > 0).sum()),
        },
    }


def worst_roads(table: pd.DataFrame, most: int = 100) -> list[dict[str, Any]]:
    """The first elements of the ranking as plain values; no way round is null."""
    cut = [f"cut_{name}" for name in facilities() if f"cut_{name}" in table]
    plain = ["segment", "kind", "kind_zh", "kind_en", "name", "role"]
    return [
        {name: getattr(row, name) for name in plain}
        | {"detour_m": row.detour_m if np.isfinite(row.detour_m) else None}
        | {"detour_s": row.detour_s if np.isfinite(row.detour_s) else None}
        | {name: int(getattr(row, name)) for name in [*cut, "people_at", "backbone_apart"]}
        for row in table.head(most).itertuples()
    ]
