"""What an earthquake leaves out or had to assume, so that a run can say so."""

from __future__ import annotations

import numpy as np

from rencity.kit.findings import Finding
from rencity.sim.hazard.earthquake.rupture import distances
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard, PointSource
from rencity.sim.hazard.earthquake.strike import Setting, measures_of_hazard, setting_of
from rencity.sim.hazard.earthquake.tables import table
from rencity.sim.hazard.sampling import feelers_of
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.unhit import without_class_of

SHALLOW_KM = 30.0
"""Deeper earthquakes are hardly of the shallow crust."""
LONG_RUPTURE = 6.5
"""Magnitude from which a rupture is some tens of km long, too long for a point."""


def unhit_by_earthquake(hazard: EarthquakeHazard, scene: Scene) -> list[Finding]:
    """Kinds without a class, assumed ground, and where the relation is stretched."""
    setting = setting_of(hazard, scene)
    return [
        *without_class_of(measures_of_hazard(hazard), hazard.name, scene),
        *_stretched(setting),
        *_ground(setting),
    ]


def _ground(setting: Setting) -> list[Finding]:
    """Assumptions on the ground and reach, over every asset that feels anything."""
    found: dict[str, Finding] = {}
    away = []
    for measure in measures_of_hazard(setting.hazard):
        feelers = feelers_of(setting.scene, measure)
        if not len(feelers.rows):
            continue
        sites = setting.sites(feelers)
        for finding in setting.ground(sites).findings:
            found.setdefault(finding.rule, finding)
        away.append(
            np.min(
                [distances(s.rupture, sites.lonlat).joyner_boore for s in setting.shocks], axis=0
            )
        )
    return [*found.values(), *_out_of_reach(setting, np.concatenate(away) if away else None)]


def _out_of_reach(setting: Setting, away_km: np.ndarray | None) -> list[Finding]:
    farthest = table(setting.hazard.relation)["valid"]["rjb_km"][1]
    if away_km is None or not (away_km > farthest).any():
        return []
    name = setting.hazard.name
    if (away_km > farthest).all():
        what = f"hazard {name} shakes nothing: its source is {away_km.min():,.0f} km away or more"
    else:
        share = (away_km > farthest).mean()
        what = f"hazard {name} shakes nothing at {share:.1%} of its sites"
    return [
        Finding(
            f"{name}-out-of-reach",
            "warning",
            f"{what}; the relation holds to {farthest:g} km",
            "check the longitude and latitude of the source",
        )
    ]


def _stretched(setting: Setting) -> list[Finding]:
    hazard = setting.hazard
    largest = max(shock.magnitude for shock in setting.shocks)
    limit = table(hazard.relation)["valid"]["magnitude_normal"][1]
    findings = []
    if hazard.mechanism == "normal" and largest > limit:
        findings.append(
            _warning(
                hazard,
                "magnitude",
                f"magnitude {largest:g} of a normal fault: the relation holds to {limit:g}",
                "check the mechanism or the magnitude",
            )
        )
    if isinstance(hazard.source, PointSource) and largest >= LONG_RUPTURE:
        findings.append(
            _warning(
                hazard,
                "point",
                f"magnitude {largest:g} breaks tens of km of a fault, yet its source is a point: "
                "places beside the rupture are shaken too little",
                "give a trace or a plane",
            )
        )
    top_km = max(shock.rupture.top_km for shock in setting.shocks)
    if top_km > SHALLOW_KM:
        findings.append(
            _warning(
                hazard,
                "deep",
                f"a source {top_km:g} km deep: the relation is of the shallow crust and does not "
                "see depth",
                "use a field of a model that suits the place",
            )
        )
    return findings


def _warning(hazard: EarthquakeHazard, rule: str, what: str, mend: str) -> Finding:
    return Finding(f"{hazard.name}-{rule}", "warning", f"hazard {hazard.name}: {what}", mend)
