"""Why: what goes down with an asset, and what took it or a zone down in a run.

Examples
--------
>>> from rencity.rehearse.why import why
>>> print(why("runs/memphis", "power-18").to_text("en"))  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rencity.city.catalogue import Catalogue
from rencity.city.model import City
from rencity.city.network.cache import network_of
from rencity.kit.errors import InputError, RunError
from rencity.sim.reach.engine import Engine
from rencity.sim.why.about import about_of, outages_in
from rencity.sim.why.blame import Scratch
from rencity.sim.why.causes import Causes, causes
from rencity.sim.why.consequences import Consequences, consequences
from rencity.sim.why.kept import MEND, kept_of
from rencity.sim.why.lane import Bools, undamaged_runs
from rencity.sim.why.names import Names
from rencity.sim.why.target import ASSET, Target, target_of
from rencity.sim.why.text import Words, causes_text, consequences_text

if TYPE_CHECKING:
    from rencity.city.network import Network
    from rencity.sim.result import Result

LANGUAGES = ("zh", "en")
WORK = 600_000_000
"""Rows of a network times steps times samples that are told of while somebody waits."""
LEAST = 8
"""Samples that are told of however great the city."""


@dataclass(frozen=True)
class Why:
    """The answer to one question.

    Attributes
    ----------
    consequences : None for a zone
    causes : None where the run kept no outages
    """

    target: Target
    consequences: Consequences | None
    causes: Causes | None
    catalogue: Catalogue

    def to_text(self, lang: str = "zh") -> str:
        """Lines for a terminal, ``zh`` or ``en``."""
        words = Words(lang, self.catalogue)
        parts = []
        if self.consequences is not None:
            parts.append(consequences_text(self.consequences, words))
        parts.append(
            words.say("no_outages") if self.causes is None else causes_text(self.causes, words)
        )
        return "\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        target = {name: getattr(self.target, name) for name in ("kind", "id", "name", "lifeline")}
        return {
            "target": target,
            "consequences": self.consequences and self.consequences.to_dict(),
            "causes": self.causes and self.causes.to_dict(),
        }


def why(
    run: str | Path,
    target: str,
    *,
    city: City | str | Path | None = None,
    lifeline: str | None = None,
    at_h: float | None = None,
    samples: int | None = None,
) -> Why:
    """What goes down with an asset, and why it or a zone was out in a run.

    Parameters
    ----------
    run : run folder
    target : id of an asset or a zone; ``asset:ID`` or ``zone:ID`` where both have it
    city : the city of the run; None: where the run says that it lay
    lifeline : of a zone
    at_h : ask about this hour only; None: about the whole run
    samples : of those kept the first so many, which sets the time an answer takes; None: all

    Raises
    ------
    RunError : no run there, or of another city or version than `city`
    InputError : no such asset or zone, nothing supplies it, or an hour outside the run
    """
    folder = Path(run)
    about = about_of(folder)
    opened = _city_of(about, folder, city)
    asked = Asked(about, outages_in(folder, about), opened, samples=samples)
    return asked.answer(target, lifeline, at_h)


def why_of_run(
    result: Result,
    city: City,
    targets: Sequence[str | tuple[str, str]],
    *,
    samples: int = 64,
) -> list[dict[str, Any]]:
    """Answers about many targets of one run, for its report.

    Parameters
    ----------
    targets : ids, or (zone, lifeline)
    samples : of those kept the first so many, which sets the time an answer takes

    Returns
    -------
    `Why.to_dict` of each, with ``text`` in ``zh`` and ``en``

    Raises
    ------
    RunError, InputError : as `why`
    """
    table = result.outages if result.about.get("outages") else None
    asked = Asked(result.about, table, city, samples=samples)
    made = []
    for target in targets:
        word, line = (target, None) if isinstance(target, str) else target
        answer = asked.answer(word, line, None)
        text = {lang: answer.to_text(lang) for lang in LANGUAGES}
        made.append({**answer.to_dict(), "text": text})
    return made


class Asked:
    """A run and its city, asked about one target after another.

    Parameters
    ----------
    about, table : `run.json` of the run, and the outages it kept; None: it kept none
    city : the city of the run
    network, names : its arrays and its words for them; None: made here
    samples : of those kept the first so many; None: all

    Raises
    ------
    RunError : the run is of another city or version, or its outages are broken
    """

    def __init__(
        self,
        about: Mapping[str, Any],
        table: pd.DataFrame | None,
        city: City,
        network: Network | None = None,
        names: Names | None = None,
        *,
        samples: int | None = None,
    ) -> None:
        _same(about, city)
        self._samples = samples
        self.about, self.city = about, city
        self.network = network_of(city) if network is None else network
        self.names = Names(city, self.network) if names is None else names
        self.kept = None
        if table is not None:
            self.kept = kept_of(table, self.names, int(about["outages"]["samples"]))

    @cached_property
    def engine(self) -> Engine:
        """One engine for every answer."""
        said = self.about["outages"]
        return Engine(self.network, np.array(said["edge_min"], np.int64), said["horizon_min"])

    @cached_property
    def runs(self) -> Bools:
        """What is served in the undamaged city."""
        return undamaged_runs(self.network) if self.kept is None else self.engine.undamaged.runs

    @cached_property
    def scratch(self) -> Scratch:
        """Room for the search of causes."""
        return Scratch.of(self.network, self.engine.undamaged.runs)

    @property
    def prompt(self) -> int:
        """How many of the kept samples can be told of while somebody waits."""
        if self.kept is None:
            return 0
        work = (self.network.nodes + self.network.link_rows) * len(self.engine.edge_min)
        return min(self.kept.samples, max(LEAST, WORK // work))

    def rest(self) -> None:
        """Let go of what is quickly made again: in a metropolis a quarter gigabyte."""
        if "engine" in self.__dict__:
            self.engine.rest()

    def answer(
        self, word: str, lifeline: str | None, at_h: float | None, samples: int | None = None
    ) -> Why:
        """One answer.

        Parameters
        ----------
        samples : of those kept the first so many; None: as it was told when it was made

        Raises
        ------
        InputError : as `why`
        """
        target = target_of(self.names, word, lifeline)
        alone = None
        if target.kind == ASSET:
            alone = consequences(self.network, target.row, self.names, self.runs)
        found = self._causes(target, at_h, samples or self._samples)
        return Why(target, alone, found, self.city.catalogue)

    def _causes(self, target: Target, at_h: float | None, samples: int | None) -> Causes | None:
        if self.kept is None:
            return None
        horizon_h = self.about["outages"]["horizon_min"] / 60
        if at_h is not None and not 0 <= at_h < horizon_h:
            raise InputError(
                f"hour {at_h:g} is outside the run", place="--at", mend=f"say 0 to {horizon_h:g}"
            )
        whole = self.kept
        return causes(
            self.network,
            whole if samples is None else whole.first(samples),
            self.engine,
            target,
            self.names,
            at_h=at_h,
            of=whole.samples,
            scratch=self.scratch,
        )


def _city_of(about: Mapping[str, Any], run: Path, city: City | str | Path | None) -> City:
    return city if isinstance(city, City) else City.open(city or _folder_of(about, run))


def _same(about: Mapping[str, Any], city: City) -> None:
    said = about["city"]
    if city.hash != said["hash"]:
        raise RunError(
            f"the run is of {said['id']} version {said['version']}, hash {said['hash'][:16]}; "
            f"the city is {city.identity.id} version {city.identity.version}, "
            f"hash {city.hash[:16]}",
            place=str(city.folder or "city"),
            mend=f"give the city as it was with --city, or {MEND}",
        )


def _folder_of(about: Mapping[str, Any], run: Path) -> Path:
    said = about["city"].get("folder")
    if not said or not Path(said).is_dir():
        raise RunError(
            f"its city is not at {said}" if said else "it does not say where its city lies",
            place=str(run),
            mend="give the city's folder with --city DIR",
        )
    return Path(said)
