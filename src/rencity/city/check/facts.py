"""A city as row numbers: what every rule needs, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.catalogue import Catalogue, base_catalogue
from rencity.city.check.network import Supply
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding, Severity

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

ABSENT = -1


class Facts:
    """Row numbers and joins of a city that may be full of faults.

    A row number is `ABSENT` where an id is empty or names nothing; where an id stands twice, its
    first row counts.
    """

    def __init__(self, city: City, classes: Mapping[str, frozenset[str]] | None = None) -> None:
        self.city = city
        self.classes = classes
        self._named: dict[tuple[str, str], Rows] = {}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The city's catalogue, or the shipped one where the city's own entries are broken."""
        try:
            return self.city.catalogue
        except CityError:
            return base_catalogue()

    @cached_property
    def _row_of(self) -> dict[str, tuple[pd.Index, Rows]]:
        index = {}
        for name in ("zones", "assets", "need_groups"):
            ids = self.city.tables[name]["id"]
            first = np.flatnonzero(~ids.duplicated().to_numpy())
            index[name] = (pd.Index(ids.to_numpy()[first]), first)
        return index

    def rows(self, table: str, ids: pd.Series) -> Rows:
        """Row in `table` of each id."""
        index, first = self._row_of[table]
        at = index.get_indexer(pd.Index(ids.to_numpy()))
        return np.where(at >= 0, first[at] if len(first) else ABSENT, ABSENT).astype(np.int64)

    def named(self, table: str, name: str) -> Rows:
        """Row of what a column of ids names, in the table that it refers to."""
        if (table, name) not in self._named:
            refers = TABLES[table].attribute(name).refers
            self._named[table, name] = self.rows(refers, self.city.tables[table][name])
        return self._named[table, name]

    def column(self, table: str, name: str) -> npt.NDArray[np.object_]:
        """A text column as an array."""
        return self.city.tables[table][name].to_numpy(dtype=object)

    def number(self, table: str, name: str) -> npt.NDArray[np.float64]:
        """A number column as an array."""
        return self.city.tables[table][name].to_numpy(dtype=np.float64)

    def ids(self, table: str, which: Mask | Rows) -> tuple[str, ...]:
        """What names those rows: the id, or the key's parts joined by a slash."""
        frame = self.city.tables[table]
        parts = [frame[name].to_numpy(dtype=object)[which] for name in TABLES[table].key]
        if len(parts) == 1:
            return tuple(parts[0])
        return tuple("/".join(map(str, part)) for part in zip(*parts, strict=True))

    @cached_property
    def n(self) -> int:
        """How many assets."""
        return len(self.city.assets)

    @cached_property
    def lifelines(self) -> tuple[Rows, tuple[str, ...]]:
        """Lifeline of each asset as a number, and the names of the numbers, sorted."""
        codes, names = pd.factorize(self.city.assets["lifeline"], sort=True)
        return codes.astype(np.int64), tuple(str(name) for name in names)

    def lifeline_codes(self, table: str) -> Rows:
        """Lifeline of each row of another table, in the numbers of `lifelines`."""
        at = pd.Index(self.lifelines[1], dtype=object).get_indexer(
            pd.Index(self.column(table, "lifeline"))
        )
        return at.astype(np.int64)

    @cached_property
    def is_link(self) -> Mask:
        """Whether an asset's kind has the role of a link; False where the kind is unknown."""
        return self._of_role("link")

    @cached_property
    def is_node(self) -> Mask:
        """Whether an asset's kind has the role of a node; False where the kind is unknown."""
        return self._of_role("node")

    def _of_role(self, role: str) -> Mask:
        frame = self.city.assets
        codes, names = pd.factorize(frame["lifeline"] + "." + frame["kind"])
        known = self.catalogue.kinds
        has = np.array([n in known and known[n].role == role for n in names], dtype=bool)
        return has[codes] if len(codes) else np.zeros(0, dtype=bool)

    @cached_property
    def start(self) -> Rows:
        """Asset row at each link's start."""
        return self.named("links", "start")

    @cached_property
    def end(self) -> Rows:
        """Asset row at each link's end."""
        return self.named("links", "end")

    @cached_property
    def own(self) -> Rows:
        """Asset row of each link's own asset."""
        return self.named("links", "asset")

    @cached_property
    def need_asset(self) -> Rows:
        """Asset row of each need group."""
        return self.named("need_groups", "asset")

    @cached_property
    def need_group(self) -> Rows:
        """Need-group row of each alternative."""
        return self.named("needs", "group")

    @cached_property
    def need_provider(self) -> Rows:
        """Asset row of each alternative."""
        return self.named("needs", "provider")

    @cached_property
    def parent(self) -> Rows:
        """Zone row of each zone's parent."""
        return self.named("zones", "parent")

    @cached_property
    def is_leaf(self) -> Mask:
        """Zones without children."""
        leaf = np.ones(len(self.city.zones), dtype=bool)
        leaf[self.parent[self.parent >= 0]] = False
        return leaf

    @cached_property
    def depth(self) -> Rows:
        """Steps from each zone up to the top; `ABSENT` for zones on or below a cycle."""
        depth = np.where(self.parent == ABSENT, 0, ABSENT)
        while True:
            under = (depth == ABSENT) & (self.parent != ABSENT)
            under[under] = depth[self.parent[under]] != ABSENT
            if not under.any():
                return depth
            depth[under] = depth[self.parent[under]] + 1

    @cached_property
    def serve_asset(self) -> Rows:
        """Asset row of each row of serves."""
        return self.named("serves", "asset")

    @cached_property
    def serve_zone(self) -> Rows:
        """Zone row of each row of serves."""
        return self.named("serves", "zone")

    @cached_property
    def supply(self) -> Supply:
        """Reach and needs of the undamaged city."""
        return Supply(self)

    def found(
        self,
        table: str,
        rule: str,
        field: str,
        which: Mask,
        what: str,
        mend: str,
        severity: Severity = "error",
    ) -> list[Finding]:
        """One finding on the rows that have the fault, none when no row has."""
        if not which.any():
            return []
        said = f"{int(which.sum())} {what}"
        ids = self.ids(table, which)
        return [Finding(rule, severity, said, mend, table=table, field=field, ids=ids)]
