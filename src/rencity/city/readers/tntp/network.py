"""A network as arrays: what is a zone, what may be driven through, what is a road."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.readers.ledger import Layer
from rencity.city.readers.tntp.files import FIELDS, Net
from rencity.kit.errors import InputError

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

CONNECTOR = "a connector: says which nodes serve a zone"


@dataclass(frozen=True)
class Network:
    """A network.

    Attributes
    ----------
    nodes : ids, zones first
    zones : how many of `nodes` are zones
    through : bool (nodes,), may be driven through; others are no place on a road
    xy : float64 (nodes, 2), as in the file; None where there is no node file
    roads : start and end (rows of `nodes`), `FIELDS` and line, a row a link between through nodes
    access : zone and node (rows), each pair once: where trips of a zone join the roads
    costly : connectors with a length or a time
    layers : the account of nodes and links
    """

    nodes: list[str]
    zones: int
    through: Mask
    xy: Floats | None
    roads: pd.DataFrame
    access: pd.DataFrame
    costly: int
    layers: tuple[Layer, ...]


def network_of(net: Net, places: dict[str, tuple[float, float]] | None) -> Network:
    """Sort nodes and links out.

    Raises
    ------
    InputError : more nodes than the metadata says, a node without coordinates, or no first
        through node
    """
    nodes = _node_ids(net, places)
    row = {node: n for n, node in enumerate(nodes)}
    through = np.arange(len(nodes)) >= _first_through(net, row)
    links = pd.DataFrame(net.values, columns=list(FIELDS))
    links.insert(0, "start", [row[node] for node in net.start])
    links.insert(1, "end", [row[node] for node in net.end])
    links["line"] = net.lines
    layer = Layer("links", read=len(links))
    start, end = links["start"].to_numpy(), links["end"].to_numpy()
    loop, both = start == end, through[start] & through[end]
    one = (through[start] != through[end]) & (np.minimum(start, end) < net.zones)
    place = [f"{net.path.name}:{n}" for n in net.lines]
    _tell(layer.refuse, loop, "joins a node to itself", place)
    _tell(layer.merge, one, CONNECTOR, place)
    _tell(layer.refuse, ~loop & ~both & ~one, "joins nodes that are not driven through", place)
    layer.kept = int((both & ~loop).sum())
    ends = np.sort(np.column_stack([start, end])[one], axis=1)
    own = np.flatnonzero(through[: net.zones])  # a zone that is a node of the roads serves itself
    pairs = np.concatenate([ends, np.column_stack([own, own])])
    access = pd.DataFrame(pairs, columns=["zone", "node"]).drop_duplicates()
    return Network(
        nodes,
        net.zones,
        through,
        None if places is None else np.array([places[node] for node in nodes], dtype=float),
        links[both & ~loop].reset_index(drop=True),
        access.sort_values(["zone", "node"], ignore_index=True),
        int((links.loc[one, ["length", "time"]] > 0).any(axis=1).sum()),
        (_node_layer(net, nodes, places), layer),
    )


def _node_ids(net: Net, places: dict[str, tuple[float, float]] | None) -> list[str]:
    """Zones first: by number where ids are numbers, else in the order of the node file."""
    used = dict.fromkeys([*net.start, *net.end])
    if all(node.isdecimal() for node in used):
        over = [node for node in used if not 1 <= int(node) <= net.nodes]
        if over:
            raise InputError(
                f"node {over[0]} of a network of {net.nodes} nodes",
                place=f"{net.path}:{_line_of(net, over[0])}",
                mend="correct the link or <NUMBER OF NODES>",
            )
        nodes = sorted(used | dict.fromkeys(map(str, range(1, net.zones + 1))), key=int)
    else:
        nodes = [node for node in places or used if node in used]
        nodes += [node for node in used if node not in set(nodes)]
    if len(nodes) > net.nodes or net.zones > len(nodes):
        raise InputError(
            f"{len(nodes)} nodes, of which {net.zones} zones; the metadata says {net.nodes} nodes",
            place=str(net.path),
            mend="correct the metadata, or get the file again",
        )
    bare = [node for node in nodes if places is not None and node not in places]
    if bare:
        raise InputError(
            f"{len(bare)} of {len(nodes)} nodes have no coordinates, first {bare[0]}",
            place=str(net.path),
            mend="give each node of the links its line in the node file",
        )
    return nodes


def _line_of(net: Net, node: str) -> int:
    return next(n for n, a, b in zip(net.lines, net.start, net.end, strict=True) if node in (a, b))


def _first_through(net: Net, row: dict[str, int]) -> int:
    if net.first_through in row:
        return row[net.first_through]
    if net.first_through.isdecimal() and int(net.first_through) <= len(row) + 1:
        return int(net.first_through) - 1
    raise InputError(
        f"<FIRST THRU NODE> {net.first_through} is no node",
        place=str(net.path),
        mend="name the first node that may be driven through",
    )


def _node_layer(net: Net, nodes: list[str], places: dict[str, tuple[float, float]] | None) -> Layer:
    known = places if places is not None else dict.fromkeys(nodes)
    layer, kept = Layer("nodes", read=len(known)), set(nodes)
    for node in known:
        if node in kept:
            layer.kept += 1
        else:
            layer.refuse("neither a zone nor joined by a link", f"{net.path.name} node {node}")
    return layer


def _tell(count: Callable[[str, str], None], mask: Mask, reason: str, places: list[str]) -> None:
    for i in np.flatnonzero(mask):
        count(reason, places[i])
