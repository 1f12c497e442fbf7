"""Nodes, links and drained areas of an input file, in SI, with what their rows became."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rencity.city.readers.inp import Inp, Row, refuse_twice
from rencity.city.readers.ledger import Layer
from rencity.city.readers.swmm.inp import SECTIONS
from rencity.city.readers.swmm.units import Units, units
from rencity.kit.errors import InputError

NAN = float("nan")
ADDED = "added to what it names"
NOT_USED = "not used at this level of detail"
UNKNOWN = "a section that SWMM does not know"

ROUND = ("CIRCULAR", "FORCE_MAIN", "FILLED_CIRCULAR")
OPEN = ("RECT_OPEN", "TRAPEZOIDAL", "TRIANGULAR", "PARABOLIC", "POWER", "IRREGULAR", "STREET")


@dataclass
class Node:
    """A junction, outfall, divider or storage.

    Attributes
    ----------
    elevation_m : of the ground: invert and depth together; of an outfall the invert; NaN where the
        file gives no depth
    dry_m3_d : dry-weather and baseline inflow; NaN where the file gives none
    """

    kind: str
    place: str
    elevation_m: float = NAN
    dry_m3_d: float = NAN
    xy: tuple[float, float] | None = None


@dataclass
class Link:
    """A conduit, pump, orifice, weir or outlet; water goes from `start` to `end`."""

    kind: str
    start: str
    end: str
    place: str
    length_m: float = 0.0
    diameter_mm: float = NAN
    vertices: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Catchment:
    """A drained area and the node or other area that takes its water."""

    outlet: str
    place: str
    ring: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Network:
    """A drainage network.

    Attributes
    ----------
    layers : the account of each section
    """

    inp: Inp
    units: Units
    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    catchments: dict[str, Catchment] = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)

    def outlet(self, catchment: str) -> str:
        """The node that takes an area's water, over other areas if need be; empty if none does."""
        seen, at = {catchment}, self.catchments[catchment].outlet
        while at not in self.nodes and at in self.catchments and at not in seen:
            seen.add(at)
            at = self.catchments[at].outlet
        return at if at in self.nodes else ""

    def layer(self, section: str) -> Layer:
        """The account of a section, begun if the file has it."""
        name = f"[{section}]"
        for layer in self.layers:
            if layer.name == name:
                return layer
        made = Layer(name, read=len(self.inp.section(section)))
        if section in self.inp.rows:
            self.layers.append(made)
        return made


def read_network(inp: Inp) -> Network:
    """Read every section that says what there is; count the others.

    The rows of [SUBCATCHMENTS] are accounted for by whoever places them.

    Raises
    ------
    InputError : a bad field, an id twice, or a link to an unknown node, with its line
    """
    made = Network(inp, units(inp))
    for section, read in _KEPT.items():
        layer = made.layer(section)
        for row in inp.section(section):
            read(made, row)
            layer.kept += 1
    if not made.nodes:
        raise InputError(
            "no junction, outfall, divider or storage",
            place=str(inp.path),
            mend="give a whole network",
        )
    for row in inp.section("SUBCATCHMENTS"):
        _catchment(made, row)
    for section, add in _ADDED.items():
        layer = made.layer(section)
        for row in inp.section(section):
            reason = add(made, row)
            if reason:
                layer.refuse(reason, row.place)
            else:
                layer.merge(ADDED, row.place)
    _count_rest(made)
    return made


def _junction(network: Network, row: Row) -> None:
    _add_node(network, row, "manhole", depth=2)


def _outfall(network: Network, row: Row) -> None:
    _add_node(network, row, "outfall")
    network.nodes[row.fields[0]].elevation_m = _invert_m(network, row)


def _divider(network: Network, row: Row) -> None:
    _add_node(network, row, "manhole", depth=_depth_of_divider(row))


def _depth_of_divider(row: Row) -> int:
    # the parameters of its type stand before the depth
    parameters = {"OVERFLOW": 0, "CUTOFF": 1, "TABULAR": 1, "WEIR": 3}
    word = row.text(3, "divider type").upper()
    if word not in parameters:
        raise InputError(
            f"unknown divider type {word}",
            place=row.place,
            mend=f"use one of {', '.join(parameters)}",
        )
    return 4 + parameters[word]


def _storage(network: Network, row: Row) -> None:
    _add_node(network, row, "storage", depth=2)


def _add_node(network: Network, row: Row, kind: str, depth: int = 0) -> None:
    refuse_twice(row, network.nodes)
    invert, deep = _invert_m(network, row), 0.0
    if 0 < depth < len(row.fields):
        deep = row.at_least_0(depth, "depth") * network.units.length_m
    ground = invert + deep if deep > 0 else NAN
    network.nodes[row.fields[0]] = Node(kind, row.place, ground)


def _invert_m(network: Network, row: Row) -> float:
    # SWMM takes a missing elevation as 0
    if len(row.fields) < 2:
        return 0.0
    return row.number(1, "elevation") * network.units.length_m


def _conduit(network: Network, row: Row) -> None:
    _add_link(network, row, "sewer")
    network.links[row.fields[0]].length_m = row.positive(3, "length") * network.units.length_m
    row.positive(4, "roughness")


def _pump(network: Network, row: Row) -> None:
    _add_link(network, row, "pump")


def _regulator(network: Network, row: Row) -> None:
    _add_link(network, row, "regulator")


def _add_link(network: Network, row: Row, kind: str) -> None:
    refuse_twice(row, network.links)
    start, end = row.text(1, "inlet node"), row.text(2, "outlet node")
    for node in (start, end):
        if node not in network.nodes:
            raise InputError(
                f"link {row.fields[0]} joins {node}, which is no node of the file",
                place=row.place,
                mend="add the node or correct its id",
            )
    if start == end:
        raise InputError(
            f"link {row.fields[0]} joins {start} to itself",
            place=row.place,
            mend="correct one of its ends",
        )
    network.links[row.fields[0]] = Link(kind, start, end, row.place)


def _catchment(network: Network, row: Row) -> None:
    refuse_twice(row, network.catchments)
    network.catchments[row.fields[0]] = Catchment(row.text(2, "outlet"), row.place)


def _section(network: Network, row: Row) -> str:
    link = network.links.get(row.fields[0])
    if link is None:
        return "names no link"
    shape = row.text(1, "shape").upper()
    if link.kind == "sewer" and shape in OPEN:
        link.kind = "channel"
    if shape in ROUND:
        link.diameter_mm = row.positive(2, "diameter") * network.units.length_m * 1000.0
    return ""


def _dry_weather(network: Network, row: Row) -> str:
    if row.text(1, "constituent").upper() != "FLOW":
        return "not a flow"
    return _add_inflow(network, row, row.number(2, "average flow"))


def _inflow(network: Network, row: Row) -> str:
    if row.text(1, "constituent").upper() != "FLOW":
        return "not a flow"
    if len(row.fields) < 7:
        return "a time series without a baseline"
    return _add_inflow(network, row, row.number(6, "baseline"))


def _add_inflow(network: Network, row: Row, amount: float) -> str:
    node = network.nodes.get(row.fields[0])
    if node is None:
        return "names no node"
    before = 0.0 if node.dry_m3_d != node.dry_m3_d else node.dry_m3_d
    node.dry_m3_d = before + amount * network.units.flow_m3_d
    return ""


def _coordinates(network: Network, row: Row) -> str:
    node = network.nodes.get(row.fields[0])
    if node is None:
        return "names no node"
    node.xy = _xy(row)
    return ""


def _vertex(network: Network, row: Row) -> str:
    link = network.links.get(row.fields[0])
    if link is None:
        return "names no link"
    link.vertices.append(_xy(row))
    return ""


def _corner(network: Network, row: Row) -> str:
    area = network.catchments.get(row.fields[0])
    if area is None:  # storage nodes may be drawn as areas, too
        return NOT_USED if row.fields[0] in network.nodes else "names no subcatchment"
    area.ring.append(_xy(row))
    return ""


def _xy(row: Row) -> tuple[float, float]:
    return row.number(1, "x coordinate"), row.number(2, "y coordinate")


def _count_rest(network: Network) -> None:
    told = {*_KEPT, *_ADDED, "SUBCATCHMENTS"}
    known = set(SECTIONS.values())
    for section, rows in network.inp.rows.items():
        if section in told:
            continue
        layer = network.layer(section)
        for row in rows:
            if section == "OPTIONS" and row.fields[0].upper() == "FLOW_UNITS":
                layer.merge("read as units", row.place)
            else:
                layer.refuse(NOT_USED if section in known else UNKNOWN, row.place)


_KEPT: dict[str, Callable[[Network, Row], None]] = {
    "JUNCTIONS": _junction,
    "OUTFALLS": _outfall,
    "DIVIDERS": _divider,
    "STORAGE": _storage,
    "CONDUITS": _conduit,
    "PUMPS": _pump,
    "ORIFICES": _regulator,
    "WEIRS": _regulator,
    "OUTLETS": _regulator,
}
_ADDED: dict[str, Callable[[Network, Row], str]] = {
    "XSECTIONS": _section,
    "DWF": _dry_weather,
    "INFLOWS": _inflow,
    "COORDINATES": _coordinates,
    "VERTICES": _vertex,
    "POLYGONS": _corner,
}
