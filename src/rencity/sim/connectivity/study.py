"""Measures of every lifeline of a city over a set of events, as tables and a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numba import njit

import rencity
from rencity.city.model import City
from rencity.city.network import Network
from rencity.kit.draws import Purpose, draw, stream
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding
from rencity.kit.ids import keys_of
from rencity.sim.answer import write_answer
from rencity.sim.connectivity.between import Between, betweenness, criticality
from rencity.sim.connectivity.graph import Bools, Down, Ints
from rencity.sim.connectivity.lifeline import LifelineGraph, graph_of
from rencity.sim.connectivity.losses import (
    Connectivity,
    Efficiency,
    averaged,
    connectivity_loss,
    efficiency_loss,
    giant_part,
)
from rencity.sim.nminus1.tables import named, places

MARK = "measures.json"
FORMAT = 1
MOST_STEPS = 500_000_000
"""Arcs looked at, at most, by one measure of one lifeline: some ten seconds on one core."""
FEWEST = 64
"""Origins of a sample, at least."""
SHOWN = 50


@dataclass(frozen=True)
class Events:
    """What happened to the city, event by event.

    Attributes
    ----------
    name : of each event
    down : bool (e, a), assets that are down
    years : over which the events are spread; None: each as likely as the next
    told : where they come from, plain values
    findings : what their making left out
    """

    name: tuple[str, ...]
    down: Bools
    years: float | None
    told: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Measures:
    """What was measured; columns are told in `docs/network-measures.md`.

    Attributes
    ----------
    about : provenance, a summary of each lifeline, findings
    nodes, links, events : a row each, lifeline by lifeline
    """

    about: Mapping[str, Any]
    nodes: pd.DataFrame
    links: pd.DataFrame
    events: pd.DataFrame

    def write(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write `measures.json` and the tables, whole or not at all.

        Raises
        ------
        StorageError : as `refuse_folder`, or the disk refused it
        """
        tables = {name: getattr(self, name) for name in ("nodes", "links", "events")}
        return write_answer(Path(folder), MARK, self.about, tables, replace=replace)


def measure(
    city: City,
    network: Network,
    events: Events,
    *,
    lifeline: str | None = None,
    hops: bool = False,
    both: bool = False,
    seed: int = 1,
    workers: int = 1,
) -> Measures:
    """Measure one lifeline, or each that has links.

    Parameters
    ----------
    hops : each link counts one, whatever its length
    both : every node is a source and a consumer
    seed : of the sample of origins where not all can be searched from

    Raises
    ------
    CityError : no such lifeline, or the one asked for has no link, no source or no consumer
    """
    names = [lifeline] if lifeline is not None else _with_links(city, network)
    if not names:
        raise CityError("no links", place="links", mend="measures need a network; import one")
    parts = []
    for name in names:
        graph = graph_of(city, network, name, hops=hops, both=both)
        _check(graph, asked=lifeline is not None)
        parts.append(_measured(city, graph, events, seed, workers))
    about = {
        "format": FORMAT,
        "rencity": rencity.__version__,
        "city": city.provenance,
        "events": dict(events.told) | {"count": len(events.name), "years": events.years},
        "lifelines": [part.summary for part in parts],
        "findings": [
            finding.to_dict()
            for found in (events.findings, *(part.findings for part in parts))
            for finding in found
        ],
    }
    tables = (pd.concat([getattr(part, name) for part in parts]) for name in _TABLES)
    nodes, links, by_event = (table.reset_index(drop=True) for table in tables)
    return Measures(about, nodes, links, by_event)


_TABLES = ("nodes", "links", "events")


@dataclass(frozen=True)
class _Part:
    """One lifeline measured."""

    summary: dict[str, Any]
    nodes: pd.DataFrame
    links: pd.DataFrame
    events: pd.DataFrame
    findings: tuple[Finding, ...]


def _with_links(city: City, network: Network) -> list[str]:
    present = set(city.links["lifeline"][~city.links["normally_open"]])
    return [name for name in network.lifelines if name in present]


def _check(graph: LifelineGraph, *, asked: bool) -> None:
    if not asked:
        return
    if not graph.graph.links:
        raise CityError(
            f"{graph.name} has no link", place="links", mend="measures need a network; import one"
        )
    for name, column in (("source", "assets.source"), ("consumer", "serves")):
        if not getattr(graph.graph, name).any():
            raise CityError(
                f"{graph.name} has no {name}",
                place=column,
                mend="say which assets are, or ask with --both: every node is source and consumer"
                if name == "source"
                else "give assets `serves`, or ask with --both",
            )


def _measured(
    city: City, lifeline: LifelineGraph, events: Events, seed: int, workers: int
) -> _Part:
    graph, findings = lifeline.graph, list(lifeline.findings)
    down = lifeline.down(events.down)
    arcs = max(1, len(graph.arcs[1]))
    keys = keys_of(f"origin {i}" for i in city.assets["id"].to_numpy()[lifeline.node_asset])
    found, why = _connectivity(lifeline, down, arcs, workers)
    findings += why
    for_events, for_between = (
        _origins(keys, seed, MOST_STEPS // (arcs * count)) for count in (len(down) + 1, 4)
    )
    efficiency = efficiency_loss(graph, down, origins=for_events, workers=workers)
    between = betweenness(graph, origins=for_between, workers=workers)
    findings += _sampled(lifeline, efficiency, between)
    giant = np.concatenate([giant_part(graph, Down.none(graph)), giant_part(graph, down)])
    table = _events(lifeline, events, found, efficiency, giant)
    nodes, links = _things(city, lifeline, down, events, found, efficiency, between)
    return _Part(
        _summary(lifeline, table, giant, between, efficiency, events),
        nodes,
        links,
        table,
        tuple(findings),
    )


def _connectivity(
    lifeline: LifelineGraph, down: Down, arcs: int, workers: int
) -> tuple[Connectivity | None, list[Finding]]:
    """Loss of connectivity, as much of it as the network has and the steps allow."""
    graph = lifeline.graph
    for name in ("source", "consumer"):
        if not getattr(graph, name).any():
            return None, [
                Finding(
                    f"measure-no-{name}",
                    "warning",
                    f"{lifeline.name} has no {name}, so its loss of connectivity is not told",
                    "mark its sources and give assets `serves`, or ask with --both",
                    "assets",
                )
            ]
    steps = (len(down) + 1) * int(graph.source.sum()) * arcs
    pairs = steps <= MOST_STEPS
    found = connectivity_loss(graph, down, pairs=pairs, workers=workers)
    if pairs:
        return found, []
    return found, [
        Finding(
            "measure-too-many-pairs",
            "warning",
            f"{lifeline.name}: searching from {int(graph.source.sum()):,} sources in "
            f"{len(down):,} events takes {steps:.1e} steps, more than {MOST_STEPS:.0e}; only the "
            "complete loss is told",
            "ask for fewer events with --events",
        )
    ]


def _sampled(lifeline: LifelineGraph, efficiency: Efficiency, between: Between) -> list[Finding]:
    n, made = lifeline.graph.nodes, []
    if len(efficiency.origin) < n:
        made.append(
            Finding(
                "measure-efficiency-sampled",
                "note",
                f"{lifeline.name}: efficiency is measured from {len(efficiency.origin):,} of {n:,} "
                f"nodes; standard error of an event {efficiency.error_event.max(initial=0):.2g} at "
                "most",
                "ask for fewer events with --events for more origins",
            )
        )
    if between.origins < n:
        made.append(
            Finding(
                "measure-betweenness-sampled",
                "note",
                f"{lifeline.name}: betweenness is counted from {between.origins:,} of {n:,} nodes; "
                f"with 95 % probability no node is off by more than {between.bound:.2g}",
                "the bound is far from sharp; the ranking at the top is better than it says",
            )
        )
    return made


def _origins(keys: Any, seed: int, most: int) -> Ints | None:
    """A keyed sample of nodes, ascending; None where all can be searched from."""
    if len(keys) <= max(FEWEST, most):
        return None
    order = np.argsort(_first_draws(keys, seed), kind="stable")
    return np.sort(order[: max(FEWEST, most)]).astype(np.int64)


@njit(cache=True)
def _first_draws(keys: Any, seed: Any) -> Any:
    made = np.empty(len(keys), np.uint64)
    for i in range(len(keys)):
        made[i] = draw(stream(np.uint64(seed), np.uint64(Purpose.HAZARD), keys[i]), 0)
    return made


def _events(
    lifeline: LifelineGraph,
    events: Events,
    found: Connectivity | None,
    efficiency: Efficiency,
    giant: Any,
) -> pd.DataFrame:
    nan = np.full(len(events.name), np.nan)
    return pd.DataFrame(
        {
            "lifeline": lifeline.name,
            "event": list(events.name),
            "complete": nan if found is None else found.complete,
            "partial": nan if found is None else found.partial_event,
            "weighted": nan if found is None else found.weighted_event,
            "efficiency": efficiency.loss_event,
            "efficiency_error": efficiency.error_event,
            "giant_part": giant[1:],
        }
    )


def _things(
    city: City,
    lifeline: LifelineGraph,
    down: Down,
    events: Events,
    found: Connectivity | None,
    efficiency: Efficiency,
    between: Between,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and links with their averages over the events."""
    graph, n = lifeline.graph, lifeline.graph.nodes
    by_node, by_link = criticality(between, down, years=events.years)
    columns = {name: np.full(n, np.nan) for name in ("partial", "weighted", "efficiency")}
    if found is not None:
        columns["partial"][found.consumer] = averaged(found.partial, years=events.years)
        columns["weighted"][found.consumer] = averaged(found.weighted, years=events.years)
    columns["efficiency"][efficiency.origin] = averaged(efficiency.loss, years=events.years)
    nodes = pd.DataFrame(
        {
            **named(city, lifeline.node_asset),
            "source": graph.source,
            "consumer": graph.consumer,
            **columns,
            "betweenness": between.node,
            "down_share": down.nodes.mean(axis=0),
            "criticality": by_node,
        }
    )
    ids = city.assets["id"].to_numpy(dtype=object)
    own = lifeline.link_asset
    at = places(city, np.where(own >= 0, own, lifeline.node_asset[graph.start]))
    links = pd.DataFrame(
        {
            "link": city.links["id"].to_numpy(dtype=object)[lifeline.link_row],
            "lifeline": lifeline.name,
            "asset": np.where(own >= 0, ids[own], ""),
            "start": ids[lifeline.node_asset[graph.start]],
            "end": ids[lifeline.node_asset[graph.end]],
            "lon": at[:, 0],
            "lat": at[:, 1],
            "weight": graph.weight,
            "betweenness": between.link,
            "down_share": down.links.mean(axis=0),
            "criticality": by_link,
        }
    )
    return nodes, links


def _summary(
    lifeline: LifelineGraph,
    table: pd.DataFrame,
    giant: Any,
    between: Between,
    efficiency: Efficiency,
    events: Events,
) -> dict[str, Any]:
    graph = lifeline.graph
    losses: Sequence[str] = ("complete", "partial", "weighted", "efficiency")
    averages = averaged(table[list(losses)].to_numpy(), years=events.years)
    return {
        "lifeline": lifeline.name,
        "nodes": graph.nodes,
        "links": graph.links,
        "sources": int(graph.source.sum()),
        "consumers": int(graph.consumer.sum()),
        "weight": "length_m" if lifeline.metres else "hops",
        "undamaged": {
            "giant_part": float(giant[0]),
            "efficiency": float(efficiency.undamaged.mean()) if graph.nodes else 0.0,
        },
        "average_loss": {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(losses, averages, strict=True)
        },
        "giant_part_mean": float(table["giant_part"].mean()),
        "betweenness": {"origins": between.origins, "bound": between.bound},
    }
