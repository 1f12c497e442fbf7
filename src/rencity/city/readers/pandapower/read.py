"""A pandapower net into the tables of a city."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np

from rencity.city.identity import Source
from rencity.city.readers.extent import extent_tables
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.pandapower.branches import branches, line_branch
from rencity.city.readers.pandapower.draft import Draft
from rencity.city.readers.pandapower.net import Net, read_net
from rencity.city.readers.pandapower.places import places
from rencity.city.readers.pandapower.rows import KW_PER_MW, UNLIMITED, Buses, Floats, Rows

SGEN_RULE = "pandapower-sgen-supplies"
NOT_USED = "not used at this level of detail"
RESULT = "a result of a power flow, not the network"

DEMANDS = {
    "load": ("p_mw",),
    "asymmetric_load": ("p_a_mw", "p_b_mw", "p_c_mw"),
    "ward": ("ps_mw", "pz_mw"),
    "xward": ("ps_mw", "pz_mw"),
}
"""Tables of what draws power at a bus -> columns whose sum it is, times `scaling`."""

FEEDS = {
    "ext_grid": ("grid_tie", True, ()),
    "gen": ("plant", True, ("p_mw",)),
    "sgen": ("feed_in", False, ("p_mw",)),
    "asymmetric_sgen": ("feed_in", False, ("p_a_mw", "p_b_mw", "p_c_mw")),
}
"""Tables of what feeds a bus -> kind, whether it is a source, columns of its output.

A static generator follows a voltage that others keep, as in pandapower's own search for buses
without supply; it starts no service.
"""


def read_pandapower(src: Path, crs: str | None = None, *, sgen_supply: bool = False) -> Part:
    """Read a power network; power in kW, voltage in kV.

    Parameters
    ----------
    src : JSON of a pandapower net, as its `to_json` writes it
    crs : system of its coordinates, e.g. ``EPSG:31467``; ``local`` places a drawing in metres
        north-east of 0/0; ``none`` leaves coordinates out; None: they are degrees
    sgen_supply : whether static generators are sources

    Returns
    -------
    Tables assets and links; one zone, the network's hull, and what serves it by demand; the account
    of each table; the net's file itself.

    Raises
    ------
    InputError : a broken file or table, or coordinates whose place is unknown
    """
    src = Path(src)
    net = read_net(src)
    buses = Buses(Rows(net, "bus"))
    voltage_kv = buses.rows.numbers("vn_kv", least=0)
    line = line_branch(net, buses)
    where = places(net, buses, line, crs)
    demand, drawn = _demands(net, buses)
    draft = Draft(net, buses, voltage_kv, where)
    draft.add(buses.rows, np.arange(len(buses.rows)), "node", demand=demand)
    joined = branches(draft, line)
    fed = [_feed(draft, name, sgen_supply=sgen_supply) for name in FEEDS]
    used = [buses.rows.layer, *where.layers, *joined, *fed, *drawn, _motors(draft)]
    assets = gpd.GeoDataFrame(draft.assets(), geometry="geometry", crs="EPSG:4326")
    tables = {
        "assets": assets,
        "links": draft.links(),
        **extent_tables("pandapower", src.stem, "power", assets),
    }
    source = Source(
        layer="pandapower", title=f"pandapower net {src.name}", licence="as its owner says"
    )
    own = {f"physics/pandapower/{src.name}": src.read_bytes()}
    return Part(tables, tuple(_with_unused(net, used)), (source,), files=own)


def _with_unused(net: Net, used: list[Layer]) -> list[Layer]:
    """The accounts of tables with rows, and of those that are not used."""
    made = [layer for layer in used if layer.read]
    known = {layer.name for layer in made} | {"bus_geodata", "line_geodata"}
    for name, frame in net.frames.items():
        if name not in known:
            layer = Layer(name, read=len(frame))
            result = name.startswith(("res_", "_empty_res_"))
            layer.refuse(RESULT if result else NOT_USED, f"{net.path.name} {name}", len(frame))
            made.append(layer)
    return made


def _power_kw(rows: Rows, columns: tuple[str, ...]) -> Floats:
    """Sum of the columns times `scaling`, shape (n,); NaN without columns."""
    if not columns:
        return np.full(len(rows), np.nan)
    total: Floats = np.sum([rows.numbers(name) for name in columns], axis=0)
    return total * rows.numbers("scaling", default=1.0) * KW_PER_MW


def _demands(net: Net, buses: Buses) -> tuple[Floats, list[Layer]]:
    """Demand of each bus in kW, shape (buses,), and the accounts."""
    total = np.zeros(len(buses.rows))
    layers = []
    for name, columns in DEMANDS.items():
        rows = Rows(net, name)
        amount, at = _power_kw(rows, columns), rows.at("bus", buses)
        np.add.at(total, at[rows.stands], amount[rows.stands])
        rows.work.merge(rows.stands.copy(), "its demand added to its bus")
        layers.append(rows.layer)
    return total, layers


def _feed(draft: Draft, name: str, *, sgen_supply: bool) -> Layer:
    kind, starts, columns = FEEDS[name]
    rows = Rows(draft.net, name)
    at, output, most = rows.at("bus", draft.buses), _power_kw(rows, columns), _rating_kw(rows)
    values = {"demand": -output, "capacity": most, "source": starts}
    if sgen_supply and not starts:
        values |= {"source": True, "origin": "inferred", "rule": SGEN_RULE}
    draft.at_bus(rows, at, kind, **values)
    return rows.layer


def _rating_kw(rows: Rows) -> Floats:
    """Greatest output: `max_p_mw`, else `sn_mva`; NaN where neither is known."""
    most = rows.numbers("max_p_mw", default=np.nan)
    made = np.where(np.isfinite(most), most, rows.numbers("sn_mva", default=np.nan))
    return np.where((made >= 0) & (made < UNLIMITED), made, np.nan) * KW_PER_MW


def _motors(draft: Draft) -> Layer:
    rows = Rows(draft.net, "motor")
    at = rows.at("bus", draft.buses)
    shaft_mw = rows.numbers("pn_mech_mw") * rows.numbers("scaling", default=1.0)
    efficiency = rows.numbers("efficiency_percent", default=100.0, least=1.0)
    loading = rows.numbers("loading_percent", default=100.0, least=0.0)
    draft.at_bus(rows, at, "motor", demand=shaft_mw * loading / efficiency * KW_PER_MW)
    return rows.layer
