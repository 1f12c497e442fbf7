"""Nodes and links of an input file, in SI, with what their rows became."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from rencity.city.readers.epanet.units import Units, units
from rencity.city.readers.inp import Inp, Row, refuse_twice
from rencity.city.readers.ledger import Layer
from rencity.kit.errors import InputError

ONE_WAY_VALVES = ("PRV", "PSV")
VALVES = ("PRV", "PSV", "PBV", "FCV", "TCV", "GPV", "PCV")
ADDED = "added to the node or link it names"
NOT_USED = "not used at this level of detail"


@dataclass
class Node:
    """A junction, reservoir or tank. `demand_m3_d` is negative where water is fed in."""

    kind: str
    elevation_m: float
    place: str
    demand_m3_d: float = 0.0
    xy: tuple[float, float] | None = None


@dataclass
class Link:
    """A pipe, pump or valve."""

    kind: str
    start: str
    end: str
    directed: bool
    closed: bool
    place: str
    length_m: float = 0.0
    diameter_mm: float = float("nan")
    vertices: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Network:
    """A water network.

    Attributes
    ----------
    controlled : links that controls or rules operate
    layers : the account of each section
    """

    inp: Inp
    units: Units
    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    controlled: set[str] = field(default_factory=set)
    layers: list[Layer] = field(default_factory=list)


def read_network(inp: Inp) -> Network:
    """Read every section that says what there is; count the others.

    Raises
    ------
    InputError : a bad field, an id twice, or a link to an unknown node, with its line
    """
    made = Network(inp, units(inp))
    for section, read in _KEPT.items():
        layer = _layer(made, section)
        for row in inp.section(section):
            read(made, row)
            layer.kept += 1
    if not made.nodes:
        raise InputError(
            "no junction, reservoir or tank", place=str(inp.path), mend="give a whole network"
        )
    for section, add in _ADDED.items():
        layer = _layer(made, section)
        for row in inp.section(section):
            reason = add(made, row)
            if reason:
                layer.refuse(reason, row.place)
            else:
                layer.merge(ADDED, row.place)
    _read_vertices(made)
    _read_demands(made)
    _read_controls(made)
    _count_rest(made)
    return made


def _layer(network: Network, section: str) -> Layer:
    layer = Layer(f"[{section}]", read=len(network.inp.section(section)))
    if section in network.inp.rows:
        network.layers.append(layer)
    return layer


def _junction(network: Network, row: Row) -> None:
    demand = row.number(2, "demand") if len(row.fields) > 2 else 0.0
    node = Node("junction", _elevation(network, row), row.place)
    node.demand_m3_d = demand * network.units.demand_m3_d
    _add_node(network, row, node)


def _reservoir(network: Network, row: Row) -> None:
    head = row.number(1, "head") * network.units.length_m
    _add_node(network, row, Node("reservoir", head, row.place))


def _tank(network: Network, row: Row) -> None:
    row.positive(5, "tank diameter")
    _add_node(network, row, Node("tank", _elevation(network, row), row.place))


def _elevation(network: Network, row: Row) -> float:
    # EPANET takes a missing elevation as 0
    if len(row.fields) < 2:
        return 0.0
    return row.number(1, "elevation") * network.units.length_m


def _pipe(network: Network, row: Row) -> None:
    # the loss coefficient may be left out, so the status is the last word
    words = [field.upper() for field in row.fields[6:8]]
    status = words[-1] if words and words[-1] in ("OPEN", "CLOSED", "CV") else "OPEN"
    link = _link(row, "pipe", directed=status == "CV")
    link.closed = status == "CLOSED"
    link.length_m = row.positive(3, "length") * network.units.length_m
    link.diameter_mm = row.positive(4, "diameter") * network.units.diameter_mm
    row.positive(5, "roughness")
    _add_link(network, row, link)


def _pump(network: Network, row: Row) -> None:
    _add_link(network, row, _link(row, "pump", directed=True))


def _valve(network: Network, row: Row) -> None:
    kind = row.text(4, "valve type").upper()
    if kind not in VALVES:
        raise InputError(
            f"unknown valve type {kind}", place=row.place, mend=f"use one of {', '.join(VALVES)}"
        )
    link = _link(row, "valve", directed=kind in ONE_WAY_VALVES)
    link.diameter_mm = row.positive(3, "diameter") * network.units.diameter_mm
    _add_link(network, row, link)


def _link(row: Row, kind: str, *, directed: bool) -> Link:
    start, end = row.text(1, "start node"), row.text(2, "end node")
    return Link(kind, start, end, directed, closed=False, place=row.place)


def _add_node(network: Network, row: Row, node: Node) -> None:
    refuse_twice(row, network.nodes)
    network.nodes[row.fields[0]] = node


def _add_link(network: Network, row: Row, link: Link) -> None:
    refuse_twice(row, network.links)
    for end in (link.start, link.end):
        if end not in network.nodes:
            raise InputError(
                f"{link.kind} {row.fields[0]} joins {end}, which is no node of the file",
                place=row.place,
                mend="add the node or correct its id",
            )
    if link.start == link.end:
        raise InputError(
            f"{link.kind} {row.fields[0]} joins {link.start} to itself",
            place=row.place,
            mend="correct one of its ends",
        )
    network.links[row.fields[0]] = link


def _status(network: Network, row: Row) -> str:
    link = network.links.get(row.fields[0])
    if link is None or len(row.fields) != 2:
        return "names no link"
    word = row.fields[1].upper()
    # a number is a speed or a setting: a pump at speed 0 stands still
    link.closed = word == "CLOSED" or (link.kind == "pump" and _is_zero(word))
    return ""


def _is_zero(text: str) -> bool:
    return text.lstrip("0") in ("", ".") or text.strip("0") == "."


def _coordinates(network: Network, row: Row) -> str:
    node = network.nodes.get(row.fields[0])
    if node is None:
        return "names no node"
    node.xy = (row.number(1, "x coordinate"), row.number(2, "y coordinate"))
    return ""


def _read_vertices(network: Network) -> None:
    """Bends of the links, without those in another system than the nodes."""
    layer = _layer(network, "VERTICES")
    west, south, east, north = _grown_box(network)
    for row in network.inp.section("VERTICES"):
        link = network.links.get(row.fields[0])
        x, y = row.number(1, "x coordinate"), row.number(2, "y coordinate")
        if link is None:
            layer.refuse("names no link", row.place)
        elif not (west <= x <= east and south <= y <= north):
            layer.refuse("lies far from every node", row.place)
        else:
            link.vertices.append((x, y))
            layer.merge(ADDED, row.place)


def _grown_box(network: Network) -> tuple[float, float, float, float]:
    """The nodes' box, wider on every side by its own greater extent."""
    places = [node.xy for node in network.nodes.values() if node.xy is not None]
    if not places:
        return -math.inf, -math.inf, math.inf, math.inf
    xs, ys = zip(*places, strict=True)
    margin = max(max(xs) - min(xs), max(ys) - min(ys)) or math.inf
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def _read_demands(network: Network) -> None:
    """Demands of [DEMANDS] stand in place of the one in [JUNCTIONS], all categories together."""
    layer = _layer(network, "DEMANDS")
    total: dict[str, float] = {}
    for row in network.inp.section("DEMANDS"):
        key = row.fields[0]
        node = network.nodes.get(key)
        if node is None or node.kind != "junction":
            layer.refuse("names no junction", row.place)
            continue
        amount = row.number(1, "demand") * network.units.demand_m3_d
        total[key] = total.get(key, 0.0) + amount
        layer.merge(ADDED, row.place)
    for key, amount in total.items():
        network.nodes[key].demand_m3_d = amount


def _read_controls(network: Network) -> None:
    """Links that controls or rules act on, whatever the condition."""
    for section in ("CONTROLS", "RULES"):
        layer = _layer(network, section)
        for row in network.inp.section(section):
            words = [field.upper() for field in row.fields]
            acts = section == "CONTROLS" or words[0] in ("THEN", "ELSE", "AND")
            named = [
                key
                for word, key in zip(words, row.fields[1:], strict=False)
                if word in ("LINK", "PUMP", "PIPE", "VALVE") and key in network.links
            ]
            if acts and named:
                network.controlled.update(named)
                layer.merge("tells which links are operated", row.place)
            else:
                layer.refuse(NOT_USED, row.place)


def _count_rest(network: Network) -> None:
    told = {*_KEPT, *_ADDED, "VERTICES", "DEMANDS", "CONTROLS", "RULES"}
    for section, rows in network.inp.rows.items():
        if section in told:
            continue
        layer = _layer(network, section)
        for row in rows:
            if section == "OPTIONS" and row.fields[0].upper() in ("UNITS", "DEMAND"):
                layer.merge("read as units", row.place)
            else:
                layer.refuse(NOT_USED, row.place)


_KEPT: dict[str, Callable[[Network, Row], None]] = {
    "JUNCTIONS": _junction,
    "RESERVOIRS": _reservoir,
    "TANKS": _tank,
    "PIPES": _pipe,
    "PUMPS": _pump,
    "VALVES": _valve,
}
_ADDED: dict[str, Callable[[Network, Row], str]] = {
    "STATUS": _status,
    "COORDINATES": _coordinates,
}
