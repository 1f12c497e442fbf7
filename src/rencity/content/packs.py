"""Packs laid over each other: what holds, after nation lies under region and early under late."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from rencity.city.rules import AreaRule, CapacityRule, CellRule, NeedRule, Rule, ServeRule
from rencity.content.entry import Entry, Pack
from rencity.content.envelope import holds_in
from rencity.content.history import Standing, as_they_lie, history
from rencity.content.loading import pack_folders, raise_first, read_pack
from rencity.content.versions import in_force
from rencity.kit.errors import PackError
from rencity.sim.classes import Fragility, Repair, measures_of
from rencity.sim.crews.work import Work
from rencity.sim.flood.content import Closure, Ground, StormFormula

Classes = Literal["fragility", "repair"]


@dataclass(frozen=True)
class Packs:
    """Content in force.

    Attributes
    ----------
    packs : in the order they lie over each other, the one that wins last
    entries : kind -> id -> the entry that won
    on : day on which it is in force; None: whatever the dates, the newest version of each
    placed : packs that hold in the place, whatever the day, in the order they lie
    known : every pack that was read, in the order they lie
    """

    packs: tuple[Pack, ...]
    entries: Mapping[str, Mapping[str, Entry]]
    on: date | None = None
    placed: tuple[Pack, ...] = ()
    known: tuple[Pack, ...] = ()

    @property
    def fragility(self) -> Mapping[str, Fragility]:
        """Fragility classes by id."""
        return self._values("fragility")

    @property
    def repair(self) -> Mapping[str, Repair]:
        """Repair classes by id."""
        return self._values("repair")

    @property
    def needs(self) -> Mapping[str, NeedRule]:
        """Rules for missing needs by id, in the order to apply them."""
        return self._values("needs")

    @property
    def serves(self) -> Mapping[str, ServeRule]:
        """Rules for missing supply of zones by id, in the order to apply them."""
        return self._values("serves")

    @property
    def storms(self) -> Mapping[str, StormFormula]:
        """Rainstorm intensity formulas by id."""
        return self._values("storms")

    @property
    def grounds(self) -> Mapping[str, Ground]:
        """Kinds of ground by id."""
        return self._values("grounds")

    @property
    def closures(self) -> Mapping[str, Closure]:
        """What standing water closes: kind of asset (``lifeline.kind``) -> its closure."""
        held = self.entries["closures"].values()
        applies = {name: e.value for e in self._in_order(held) for name in e.value.applies}
        return MappingProxyType(applies)

    @property
    def areas(self) -> Mapping[str, AreaRule]:
        """Rules for service areas by id, in the order to apply them."""
        return self._values("areas")

    @property
    def capacities(self) -> Mapping[str, CapacityRule]:
        """Rules for missing capacities by id, in the order to apply them."""
        return self._values("capacities")

    @property
    def cells(self) -> Mapping[str, CellRule]:
        """Rules for cutting zones into grid cells by id; applied only where asked for by name."""
        return self._values("cells")

    @property
    def work(self) -> Mapping[str, Work]:
        """Work of crews by id; of two that apply to a kind the last wins."""
        held = self._in_order(self.entries["work"].values())
        return MappingProxyType({entry.id: entry.value for entry in held})

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule that an import applies: needs, areas, serves and capacities."""
        return {**self.needs, **self.areas, **self.serves, **self.capacities}

    @property
    def names(self) -> tuple[str, ...]:
        """`id version` of each pack."""
        return tuple(f"{pack.manifest.id} {pack.manifest.version}" for pack in self.packs)

    @property
    def versions(self) -> Mapping[str, str]:
        """Version of each pack by its id."""
        said = {pack.manifest.id: pack.manifest.version for pack in self.packs}
        return MappingProxyType(said)

    def applying(self, kind: Classes) -> Mapping[str, tuple[str, ...]]:
        """Kind of asset (``lifeline.kind``) -> ids of the classes that apply, one for each measure.

        Where two packs give a kind a class of the same measure the last wins.
        """
        entries = self._in_order(self.entries[kind].values())
        chosen: dict[str, dict[str, str]] = {}
        for entry in entries:
            for name in entry.value.applies:
                for measure in measures_of(entry.value):
                    chosen.setdefault(name, {})[measure] = entry.id
        return MappingProxyType(
            {name: tuple(dict.fromkeys(ids.values())) for name, ids in chosen.items()}
        )

    def history(self, kind: str, entry_id: str, *, on: date | None = None) -> list[Standing]:
        """Every version of an entry in every pack, in the order they lie, and which one wins.

        Parameters
        ----------
        on : day to judge; None: the day these packs are of
        """
        return history(self.known, self.placed, kind, entry_id, on or self.on)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the packs' names and the values of every entry in force."""
        said = {
            kind: [[entry_id, entry.plain()] for entry_id, entry in entries.items()]
            for kind, entries in self.entries.items()
        }
        text = json.dumps([self.names, said], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        order = {pack.manifest.id: number for number, pack in enumerate(self.packs)}
        return sorted(entries, key=lambda entry: order[entry.pack])

    def _values(self, kind: str) -> Mapping[str, Any]:
        return MappingProxyType({name: e.value for name, e in self.entries[kind].items()})


def load_packs(
    extra: Iterable[Path | str] = (),
    *,
    region: str | None = None,
    on: date | None = None,
    shipped: bool = True,
) -> Packs:
    """Read the shipped packs and those in `extra`, and lay them over each other.

    Parameters
    ----------
    extra : folders that are packs or hold packs; later lies over earlier
    region : division code (six digits) or country (two letters) of the place; packs of other
        regions are left out. None: only packs that hold everywhere, and all of `extra`.
    on : day on which the content must be in force; None: whatever its dates
    shipped : whether to read the packs that come with Rencity

    Raises
    ------
    PackError : any pack breaks its schema, stands twice or requires one that is not there
    """
    extra = tuple(extra)
    own = set(pack_folders((), shipped=shipped))
    readings = [read_pack(folder) for folder in pack_folders(extra, shipped=shipped)]
    raise_first([finding for reading in readings for finding in reading.findings])
    packs = [reading.pack for reading in readings if reading.pack is not None]
    _consistent(packs)
    held = [
        pack
        for pack in packs
        if holds_in(pack.manifest.region, region or "")
        or (region is None and pack.folder not in own)
    ]
    return overlay(held, on=on, known=packs)


def overlay(
    packs: Iterable[Pack], *, on: date | None = None, known: Iterable[Pack] | None = None
) -> Packs:
    """Lay packs over each other: region over nation, then later over earlier, id by id.

    Of the versions of an entry in one pack the one in force lies there; with no day, the newest.
    """
    placed = as_they_lie(packs)
    every = placed if known is None else as_they_lie(known)
    laid = tuple(pack for pack in placed if on is None or pack.manifest.in_force.holds(on))
    merged: dict[str, dict[str, Entry]] = {}
    for pack in laid:
        for kind, entries in pack.entries.items():
            held = ((entry_id, in_force(found, on)) for entry_id, found in entries.items())
            merged.setdefault(kind, {}).update({i: e for i, e in held if e is not None})
    return Packs(laid, _Kinds(merged), on=on, placed=placed, known=every)


class _Kinds(dict[str, dict[str, Entry]]):
    def __missing__(self, kind: str) -> dict[str, Entry]:
        return {}


def _consistent(packs: list[Pack]) -> None:
    seen: dict[str, Pack] = {}
    for pack in packs:
        twin = seen.setdefault(pack.manifest.id, pack)
        if twin is not pack:
            raise PackError(
                f"the pack {pack.manifest.id} stands twice",
                place=f"{twin.folder} and {pack.folder}",
                mend="leave one out, or give it another id",
            )
    for pack in packs:
        missing = [name for name in pack.manifest.requires if name not in seen]
        if missing:
            raise PackError(
                f"requires {', '.join(missing)}, which no folder holds",
                place=str(pack.folder / "pack.toml"),
                mend="name the folder that holds it",
            )
