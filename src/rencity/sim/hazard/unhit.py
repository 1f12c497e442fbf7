"""What a hazard leaves out, so that a run can say so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.kit.findings import Finding
from rencity.sim.damage import Assigned, assign
from rencity.sim.hazard.random import targets_of, without_class
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import FieldHazard, RandomHazard

Mask = npt.NDArray[np.bool_]


def unhit_by_field(hazard: FieldHazard, scene: Scene) -> list[Finding]:
    """Kinds without a fragility class, and kinds whose class is of another measure."""
    return without_class_of([one.measure for one in hazard.measured], hazard.name, scene)


def without_class_of(measures: Sequence[str], name: str, scene: Scene) -> list[Finding]:
    """Kinds that hazard `name` cannot damage: no fragility class of any of its measures."""
    city = scene.city
    assigned = assign(city.assets, scene.classes)
    free = assigned.fragility.codes < 0
    felt = assign(city.assets, scene.classes, measures).fragility.codes >= 0
    other = ~free & ~felt
    mend = 'name one in the scenario: [classes] "kind" = {fragility = "…"}, or in the asset'
    return [
        *_by_kind(free, assigned, city, f"{name}-no-fragility", "no fragility class", mend),
        *_by_kind(
            other,
            assigned,
            city,
            f"{name}-other-measure",
            f"a fragility of another measure than {', '.join(measures)}",
            "add a field of that measure, or leave them whole",
        ),
    ]


def unhit_by_random(hazard: RandomHazard, scene: Scene) -> list[Finding]:
    """Kinds without a repair class, and targets that fit no asset."""
    city = scene.city
    assigned = assign(city.assets, scene.classes)
    target = targets_of(hazard, city)
    bare = without_class(hazard, target, assigned.repair, city.assets["id"].to_numpy(object))
    findings = _by_kind(
        bare,
        assigned,
        city,
        f"{hazard.name}-no-repair",
        "no repair class",
        "give the target hours instead of state, or the kind a repair class in [classes]",
    )
    for row in range(len(hazard.targets)):
        if not (target == row).any():
            findings.append(
                Finding(
                    f"{hazard.name}-no-asset",
                    "warning",
                    f"target {row} of hazard {hazard.name} strikes no asset",
                    "correct its lifeline, kinds or ids, or the order: the last match wins",
                )
            )
    return findings


def _by_kind(
    mask: Mask, assigned: Assigned, city: City, rule: str, why: str, mend: str
) -> list[Finding]:
    ids = city.assets["id"].to_numpy(object)
    codes = np.where(mask, assigned.kind.codes, -1)
    return [
        Finding(
            rule,
            "note",
            f"{(codes == code).sum():,} {assigned.kind.categories[code]} left whole: {why}",
            mend,
            "assets",
            "",
            tuple(ids[codes == code]),
        )
        for code in np.unique(codes[codes >= 0])
    ]
