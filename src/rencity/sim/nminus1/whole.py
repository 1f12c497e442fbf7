"""The whole study of a city: everything alone, ranked, with or without a new link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import rencity
from rencity.city.model import City
from rencity.city.network import Network, build_network
from rencity.city.network.cache import network_of
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.answer import write_answer
from rencity.sim.clock import Clock, Progress
from rencity.sim.nminus1 import agreement
from rencity.sim.nminus1.added import Link, with_link
from rencity.sim.nminus1.agreement import second_opinion
from rencity.sim.nminus1.beside import Alone, beside
from rencity.sim.nminus1.everything import lost_alone
from rencity.sim.nminus1.roads import ROAD, has_roads, study_roads, worst_roads
from rencity.sim.nminus1.tables import assets_table

NAMED = ("asset", "lifeline", "kind", "kind_zh", "kind_en", "name")
MARK = "n1.json"
FORMAT = 1
SHOWN = 200
"""Rows of a ranking that the summary holds; the tables hold all."""


@dataclass(frozen=True)
class Study:
    """What N-1 found; columns are told in `docs/n-1.md`.

    Attributes
    ----------
    about : provenance, counts and findings, as in `n1.json`
    assets : every asset that was taken out, worst first
    roads : every segment and junction closed alone; None where roads were not asked for
    """

    about: Mapping[str, Any]
    assets: pd.DataFrame
    roads: pd.DataFrame | None = None

    def write(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write `n1.json` and the tables, whole or not at all.

        Raises
        ------
        StorageError : as `refuse_folder`, or the disk refused it
        """
        tables = {"n1": self.assets} | ({} if self.roads is None else {"roads": self.roads})
        return write_answer(Path(folder), MARK, self.about, tables, replace=replace)


def study(
    city: City,
    *,
    lifeline: str | None = None,
    link: Link | None = None,
    check: bool = False,
    workers: int = 1,
    progress: Progress = lambda _stage, _share: None,
) -> Study:
    """Take out each asset alone, close each road alone, and rank what is lost.

    Parameters
    ----------
    lifeline : only assets of this one fail; who loses what is told for all lifelines
    link : try this link: what N-1 becomes with it is told beside what it is
    check : ask for a second opinion, an exact walk over each lifeline by itself
    workers : threads; the answer is the same for any number

    Raises
    ------
    CityError : the city has no such lifeline, no network, or breaks a rule of `city check`; or
        the link joins what is not there
    """
    clock = Clock(progress)
    with clock.stage("network"):
        network = network_of(city)
        _check(network, lifeline)
        wider = None if link is None else with_link(city, link.start, link.end, link.length_m)
    before = _alone(city, network, lifeline, workers, clock)
    more: dict[str, Any] = {}
    findings = findings_of(network, before.runs, lifeline)
    if check:
        with clock.stage("check"):
            opinions = second_opinion(network, workers=workers)
        findings += agreement.findings_of(opinions)
        more["second_opinion"] = [each.to_dict() for each in opinions]
    assets, roads = before.assets, before.roads
    if wider is not None and link is not None:
        with clock.stage("link"):
            # built anew, so that a trial leaves no cache in the city's folder
            quiet, wide = Clock(lambda _stage, _share: None), build_network(wider)
            roads_too = wider.links["lifeline"].iloc[-1] == ROAD
            after = _alone(wider, wide, lifeline, workers, quiet, roads_too=roads_too)
            assets, roads, more["link"] = beside(before, after, link)
    if roads is not None:
        findings += roads.findings
        more["roads"] = roads.summary | {"worst": worst_roads(roads.table)}
    about = _about(city, network, assets, findings, clock.seconds, lifeline) | more
    return Study(about, assets, None if roads is None else roads.table)


def _alone(
    city: City,
    network: Network,
    lifeline: str | None,
    workers: int,
    clock: Clock,
    *,
    roads_too: bool = True,
) -> Alone:
    """Everything alone, once."""
    with clock.stage("n1"):
        wanted = None if lifeline is None else rows_of(city, network, lifeline)
        lost = lost_alone(network, wanted=wanted, workers=workers, progress=clock.share)
    with clock.stage("tables"):
        assets = assets_table(city, network, lost)
    roads = None
    if roads_too and has_roads(city) and lifeline in (None, ROAD):
        with clock.stage("roads"):
            roads = study_roads(city, network, workers=workers, progress=clock.share)
    return Alone(assets, roads, lost.runs)


def _check(network: Network, lifeline: str | None) -> None:
    if not network.nodes:
        raise CityError("no assets", place="assets", mend="import or make a city first")
    if lifeline is not None and lifeline not in network.lifelines:
        mend = did_you_mean(lifeline, network.lifelines, what="lifeline")
        raise CityError(f"no lifeline {lifeline!r}", place="--lifeline", mend=mend)


def rows_of(city: City, network: Network, lifeline: str) -> npt.NDArray[np.bool_]:
    """Which rows of the network, nodes then link rows, are assets of a lifeline."""
    mine = (city.assets["lifeline"] == lifeline).to_numpy()
    made = np.zeros(network.nodes + network.link_rows, bool)
    row = network.row_of_asset(len(city.assets))
    made[row[mine & (row >= 0)]] = True
    return made


def findings_of(
    network: Network, runs: npt.NDArray[np.bool_], lifeline: str | None
) -> list[Finding]:
    """What an N-1 of this city cannot tell: lifelines without a source, or where nobody hangs."""
    made = []
    for number, name in enumerate(network.lifelines):
        if lifeline not in (None, name):
            continue
        part = slice(network.first[number], network.first[number + 1])
        if not np.asarray(network.source[part]).any():
            made.append(
                Finding(
                    "n1-no-source",
                    "warning",
                    f"{name} has no source, so nothing of it runs and nothing can be lost",
                    "mark assets where its service starts as source",
                    "assets",
                    "source",
                )
            )
        elif not runs[part].any():
            made.append(
                Finding(
                    "n1-nothing-runs",
                    "warning",
                    f"nothing of {name} runs in the undamaged city",
                    "run `rencity city check`: a need or a link is missing",
                    "assets",
                )
            )
    if network.unit != "people":
        made.append(
            Finding(
                "n1-assets-counted",
                "note",
                "nobody is known to hang on anything, so assets out of service are counted",
                "give zones people_night and assets `serves`",
                "serves",
            )
        )
    return made


def _about(
    city: City,
    network: Network,
    assets: pd.DataFrame,
    findings: list[Finding],
    seconds: Mapping[str, float],
    lifeline: str | None,
) -> dict[str, Any]:
    by = {name: int((assets[f"people_{name}"] > 0).sum()) for name in network.lifelines}
    return {
        "format": FORMAT,
        "rencity": rencity.__version__,
        "city": city.provenance,
        "unit": network.unit,
        "only": lifeline or "",
        "lifelines": city.catalogue.told(network.lifelines),
        "assets_tried": len(assets),
        "assets_that_lose_anyone": int((assets["people"] > 0).sum()),
        "assets_that_lose_a_lifeline": by,
        "worst": worst(assets, network.lifelines),
        "findings": [finding.to_dict() for finding in findings],
        "timings_s": dict(seconds),
    }


def worst(assets: pd.DataFrame, lifelines: tuple[str, ...]) -> list[dict[str, Any]]:
    """The first of the ranking that lose anyone, as plain values."""
    top = assets[assets["people"] > 0].head(SHOWN)
    return [
        {
            **{name: getattr(row, name) for name in NAMED},
            "people": int(row.people),
            "people_by": {
                name: int(getattr(row, f"people_{name}"))
                for name in lifelines
                if getattr(row, f"people_{name}")
            },
            "zones": int(row.zones),
        }
        for row in top.itertuples()
    ]
