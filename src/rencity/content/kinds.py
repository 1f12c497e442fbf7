"""The kinds of content: name of the file in a pack -> model of an entry."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from rencity.city.rules import AreaRule, CapacityRule, CellRule, NeedRule, ServeRule
from rencity.sim.classes import Fragility, Repair
from rencity.sim.crews.work import Work
from rencity.sim.flood.content import Closure, Ground, StormFormula

KINDS: dict[str, TypeAdapter[Any]] = {}


def register(name: str, model: Any) -> None:
    """Make `NAME.yaml` a file that packs may hold; each entry is one `model`."""
    if name in KINDS:
        raise ValueError(f"the kind {name} is registered already")
    KINDS[name] = TypeAdapter(model)


register("fragility", Fragility)
register("repair", Repair)
register("needs", NeedRule)
register("serves", ServeRule)
register("storms", StormFormula)
register("grounds", Ground)
register("closures", Closure)
register("areas", AreaRule)
register("capacities", CapacityRule)
register("cells", CellRule)
register("work", Work)
