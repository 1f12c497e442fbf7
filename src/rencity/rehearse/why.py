"""Why: what goes down with an asset, and what took it or a zone down in a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rencity.city.catalogue import Catalogue
from rencity.city.model import City
from rencity.city.network.cache import network_of
from rencity.kit.errors import RunError
from rencity.sim.why.about import about_of
from rencity.sim.why.consequences import Consequences, consequences
from rencity.sim.why.names import Names
from rencity.sim.why.text import Words, consequences_text
from rencity.sim.why.target import ASSET, Target, target_of


@dataclass(frozen=True)
class Why:
    """The answer to one question.

    Attributes
    ----------
    consequences : None for a zone
    """

    target: Target
    consequences: Consequences | None
    catalogue: Catalogue

    def to_text(self, lang: str = "zh") -> str:
        """Lines for a terminal, ``zh`` or ``en``."""
        words = Words(lang, self.catalogue)
        parts = []
        if self.consequences is not None:
            parts.append(consequences_text(self.consequences, words))
        return "\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        found = self.consequences
        return {
            "target": {
                name: getattr(self.target, name) for name in ("kind", "id", "name", "lifeline")
            },
            "consequences": None if found is None else found.to_dict(),
        }


def why(
    run: str | Path,
    target: str,
    *,
    city: City | str | Path | None = None,
    lifeline: str | None = None,
) -> Why:
    """What goes down with an asset, and why it or a zone was out in a run.

    Parameters
    ----------
    run : run folder
    target : id of an asset or a zone; ``asset:ID`` or ``zone:ID`` where both have it
    city : the city of the run; None: where the run says that it lay
    lifeline : of a zone

    Raises
    ------
    RunError : no run there, or of another city or version than `city`
    InputError : no such asset or zone, or nothing supplies it
    """
    about = about_of(Path(run))
    opened = _city_of(about, Path(run), city)
    names = Names(opened, network_of(opened))
    asked = target_of(names, target, lifeline)
    alone = consequences(names.network, asked.row, names) if asked.kind == ASSET else None
    return Why(asked, alone, opened.catalogue)


def _city_of(about: dict[str, Any], run: Path, city: City | str | Path | None) -> City:
    if isinstance(city, City):
        opened = city
    else:
        opened = City.open(city or _folder_of(about, run))
    said = about["city"]
    if opened.hash != said["hash"]:
        raise RunError(
            f"the run is of {said['id']} version {said['version']}, hash {said['hash'][:16]}; "
            f"the city is {opened.identity.id} version {opened.identity.version}, "
            f"hash {opened.hash[:16]}",
            place=str(opened.folder or "city"),
            mend="give the city as it was with --city, or run `rencity stress` again",
        )
    return opened


def _folder_of(about: dict[str, Any], run: Path) -> Path:
    said = about["city"].get("folder")
    if not said or not Path(said).is_dir():
        raise RunError(
            f"its city is not at {said}" if said else "it does not say where its city lies",
            place=str(run),
            mend="give the city's folder with --city DIR",
        )
    return Path(said)
