"""What the engine takes from packs."""

from __future__ import annotations

from rencity.content.packs import Packs
from rencity.sim.damage import Classes


def classes_of(packs: Packs) -> Classes:
    """Every class of the packs and which applies to each kind; storms, grounds, closures."""
    return Classes(
        fragility=packs.fragility,
        repair=packs.repair,
        applies_fragility=packs.applying("fragility"),
        applies_repair=packs.applying("repair"),
        storms=packs.storms,
        grounds=packs.grounds,
        closures=packs.closures,
        work=packs.work,
    )
