"""A pyrecodes community into the tables of a city."""

from __future__ import annotations

from pathlib import Path

from rencity.city.identity import Source
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.pyrecodes.components import place_components
from rencity.city.readers.pyrecodes.draft import Draft
from rencity.city.readers.pyrecodes.files import Community, read_community
from rencity.city.readers.pyrecodes.links import place_links
from rencity.city.readers.pyrecodes.places import places

NOTE = "amounts of supply and demand are in the community's own units"


def read_pyrecodes(src: Path, crs: str | None = None) -> Part:
    """Read a community: localities as zones, components as assets and buildings, links, needs.

    Parameters
    ----------
    src : the main file, or the folder that holds it with its library and configuration
    crs : system of the localities' coordinates; ``local`` takes a unit as a kilometre and places
        them north-east of 0/0

    Returns
    -------
    Tables zones, buildings, assets, links, carriers, needs, serves and demands; the account of each
    sort of entry; the three files themselves.

    Raises
    ------
    InputError : a missing or broken file, an entry that breaks the schema, or coordinates whose
        place is unknown
    """
    community = read_community(Path(src))
    system_file = community.files[-1]
    shapes, placed = places(community.system.content, crs, system_file)
    draft = Draft(community, shapes)
    for locality in community.system.content:
        place_components(draft, locality)
    place_links(draft)
    layers = [*draft.layers.values(), placed, *_rest(community)]
    source = Source(
        layer="pyrecodes",
        title=f"pyrecodes community {community.main.stem}",
        licence="as its owner says",
        note=NOTE,
    )
    own = {f"physics/pyrecodes/{path.name}": path.read_bytes() for path in community.files}
    used = tuple(layer for layer in layers if layer.read)
    return Part(draft.tables(), used, (source,), files=own)


def _rest(community: Community) -> list[Layer]:
    """Accounts of what tells how things flow, and of what a city does not hold."""
    resources = Layer("resources", read=len(community.system.resources))
    resources.merge("told how it flows between localities", "Resources", resources.read)
    models = [name for name, each in community.library.items() if each.recovery]
    recovery = Layer("recovery models", read=len(models))
    for name in models:
        recovery.refuse("repair times belong to a repair class of a pack", name)
    said = community.system.damage.get("Parameters")
    damage = Layer("damage input", read=len(said) if isinstance(said, list) else int(bool(said)))
    damage.refuse("damage belongs to a scenario", "DamageInput", damage.read)
    goals = Layer("calculators", read=len(community.system.calculators))
    goals.refuse("figures of merit belong to a run", "ResilienceCalculator", goals.read)
    return [resources, recovery, damage, goals]
