"""Lines, transformers and other branches of a net as assets and links."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.city.readers.cells import Mask
from rencity.city.readers.ledger import Layer
from rencity.city.readers.pandapower.draft import Draft, ids
from rencity.city.readers.pandapower.net import Net
from rencity.city.readers.pandapower.rows import KW_PER_MW, UNLIMITED, Buses, Floats, Rows
from rencity.city.readers.pandapower.switches import Branch, switches

Objects = npt.NDArray[np.object_]

LEAST_KV = (("substation_high", 220.0), ("substation_medium", 110.0), ("substation_low", 0.0))
"""Kind of a transformer by the least voltage of its upper side."""
LOW_VOLTAGE_KV = 1.0
"""A transformer whose lowest side is at most this is `transformer`."""
SIDES = {"trafo": ("hv", "lv"), "trafo3w": ("hv", "mv", "lv")}
OTHERS = ("dcline", "impedance", "tcsc")
"""Other tables that join two buses."""


def line_branch(net: Net, buses: Buses) -> Branch:
    """The lines, and the position of the bus at each of their ends.

    A line or transformer out of service is kept, normally open: that is how ties are written.
    """
    return _joined(Rows(net, "line", keep_off=True), buses, ("from_bus", "to_bus"))


def branches(draft: Draft, line: Branch) -> list[Layer]:
    """Add lines, transformers, other branches and switches; the account of each."""
    trafos = {name: Rows(draft.net, name, keep_off=True) for name in SIDES}
    of = {
        name: _joined(rows, draft.buses, tuple(f"{side}_bus" for side in SIDES[name]))
        for name, rows in trafos.items()
    }
    rating = _line_rating(draft, line)
    sizes = {name: _trafo_size(name, rows) for name, rows in trafos.items()}
    opened = switches(draft, {"l": line, "t": of["trafo"], "t3": of["trafo3w"]})
    _lines(draft, line, rating, opened.sides["l"])
    for name, word in (("trafo", "t"), ("trafo3w", "t3")):
        _trafos(draft, of[name], sizes[name], opened.sides[word])
    others = [_other(draft, name) for name in OTHERS]
    return [line[0].layer, *(rows.layer for rows in trafos.values()), opened.rows.layer, *others]


def _joined(rows: Rows, buses: Buses, columns: tuple[str, ...]) -> Branch:
    ends = tuple(rows.at(column, buses) for column in columns)
    for i, end in enumerate(ends):
        for other in ends[:i]:
            rows.work.refuse((end == other) & (end >= 0), "joins a bus to itself")
    return rows, ends


def _line_rating(draft: Draft, line: Branch) -> tuple[Floats, Floats]:
    """Greatest power in kW at nominal voltage, NaN where unlimited, and length in m."""
    rows, (start, _) = line
    length_m = rows.numbers("length_km", least=0) * 1000
    most_ka = rows.numbers("max_i_ka", default=np.nan, least=0)
    most_ka = np.where(most_ka < UNLIMITED, most_ka, np.nan)
    several = rows.numbers("parallel", default=1.0) * rows.numbers("df", default=1.0)
    volts = draft.voltage_kv[start] if len(rows) else np.zeros(0)
    return np.sqrt(3) * volts * most_ka * several * KW_PER_MW, length_m


def _trafo_size(name: str, rows: Rows) -> Floats:
    """Rated power in kW, of the strongest side of three; NaN where unknown."""
    columns = ("sn_mva",) if name == "trafo" else tuple(f"sn_{side}_mva" for side in SIDES[name])
    size = np.zeros(len(rows))
    for column in columns:
        size = np.fmax(size, rows.numbers(column, default=np.nan, least=0))
    size = np.where((size > 0) & (size < UNLIMITED), size, np.nan)
    return size * rows.numbers("parallel", default=1.0) * KW_PER_MW


def _lines(draft: Draft, line: Branch, rating: tuple[Floats, Floats], is_open: Mask) -> None:
    rows, (start, end) = line
    capacity, length_m = rating
    of = draft.buses
    draft.add(rows, start, "line", capacity=capacity, length_m=length_m, geometry=draft.where.lines)
    draft.link(
        rows, ids(rows), of.ids(start), of.ids(end),
        asset=ids(rows), normally_open=is_open.any(axis=1) | rows.off, length_m=length_m,
    )  # fmt: skip


def _trafos(draft: Draft, branch: Branch, size: Floats, is_open: Mask) -> None:
    """A transformer is a node with a link to the bus of each side."""
    rows, ends = branch
    if not len(rows):
        return
    volts = np.column_stack([draft.voltage_kv[end] for end in ends])
    draft.add(rows, ends[0], _kinds(volts), capacity=size)
    own = ids(rows)
    for i, (side, end) in enumerate(zip(SIDES[rows.name], ends, strict=True)):
        key = np.array([f"{each}-{side}" for each in own], dtype=object)
        draft.link(rows, key, draft.buses.ids(end), own, normally_open=is_open[:, i] | rows.off)


def _kinds(volts: Floats) -> Objects:
    """Kind of each transformer from the voltages of its sides, shape (n, sides)."""
    kinds = np.full(len(volts), LEAST_KV[-1][0], dtype=object)
    for kind, least in reversed(LEAST_KV):
        kinds[volts.max(axis=1) >= least] = kind
    kinds[volts.min(axis=1) <= LOW_VOLTAGE_KV] = "transformer"
    return kinds


def _other(draft: Draft, name: str) -> Layer:
    """A direct-current line or an equivalent impedance: a link without an asset of its own."""
    rows = Rows(draft.net, name)
    _, (start, end) = _joined(rows, draft.buses, ("from_bus", "to_bus"))
    if len(rows):
        draft.link(rows, ids(rows), draft.buses.ids(start), draft.buses.ids(end))
    return rows.layer
