"""Shelby County as INDP's authors publish it: array files to a flow network, and its damage.

González, Dueñas-Osorio and co-workers, data of July 2015: ``MURI_INDP_data.txt`` and
``probM6.txt`` to ``probM9.txt``. Water (1), gas (2) and power (3); an array is ``name:[``, lines of
``(indices) value``, ``]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rencity.kit.draws import Purpose, uniform
from rencity.kit.errors import InputError
from rencity.kit.files import storage_error
from rencity.kit.ids import keys_of
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork, Ids

Arrays = dict[str, dict[tuple[int, ...], float]]
LIFELINES = ("water", "gas", "power")
INPUT = "INDP_InputData/MURI_INDP_data.txt"
PROBABILITIES = "failure_probabilities/probM{}.txt"
_ARRAY = re.compile(r"(\w+)\s*:\s*\[([^\]]*)\]")
_ENTRY = re.compile(r"\(\s*([\d\s,]+?)\s*\)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")

# arrays of the input and how many indices each entry has
_WANTED = {"b": 3, "u": 3, "c": 4, "f": 3, "q": 2, "Mp": 3, "Mm": 3, "p": 3, "h": 4, "n": 2, "a": 3}
_WANTED |= {"g": 1, "beta": 4, "gamma": 4}
Draw = Literal["links", "nodes", "both"]
Needs = Literal["water", "power", "none"]


@dataclass(frozen=True)
class Shelby:
    """The county as a network, and how likely each part breaks.

    Attributes
    ----------
    network : 125 nodes, 164 links of 328 arcs, one repair a crew
    probability : by magnitude 6 to 9, float64 (n + k,)
    """

    network: FlowNetwork
    probability: dict[int, Floats]

    def damage(self, magnitude: int, samples: int, seed: int, breaks: Draw = "links") -> Bools:
        """Draw what breaks, bool (samples, n + k); each part alone, keyed by its id.

        Parameters
        ----------
        breaks : which parts can
        """
        chance, n = self.probability[magnitude], len(self.network.node)
        may = np.ones(self.network.parts, bool)
        may[:n] = breaks != "links"
        may[n:] = breaks != "nodes"
        drawn = [
            uniform(np.uint64(seed), Purpose.DAMAGE, key, samples)
            for key in keys_of(self.network.part)
        ]
        return np.asarray((chance > np.array(drawn).T) & may)


def load_shelby(folder: Path, *, needs: Needs = "water") -> Shelby:
    """Read INDP's Shelby County.

    Parameters
    ----------
    folder : ``INDP_7-20-2015``, with ``INDP_InputData`` and ``failure_probabilities``
    needs : the lifeline that needs the other. Its indices (i, j, power, water) read as "i supports
        j", as in the paper, have distribution nodes of water need power; ``power`` reads them the
        other way round, ``none`` leaves them out

    Raises
    ------
    InputError
        A file is absent or broken: the array and entry are named.
    """
    arrays = read_arrays(folder / INPUT)
    _refuse_gaps(arrays, folder / INPUT)
    network = _network(arrays, needs)
    chance = {}
    for magnitude in (6, 7, 8, 9):
        path = folder / PROBABILITIES.format(magnitude)
        chance[magnitude] = _probability(network, read_arrays(path), path)
    return Shelby(network, chance)


def read_arrays(path: Path) -> Arrays:
    """Arrays of one file by name; an entry is found by its indices.

    Raises
    ------
    InputError
        The file cannot be read, or a line is no entry.
    """
    try:
        text = path.read_text(encoding="latin-1")
    except FileNotFoundError:
        raise InputError("absent", place=str(path), mend="name the folder of the data") from None
    except OSError as exc:
        raise storage_error(exc, path) from exc
    made: Arrays = {}
    for name, body in _ARRAY.findall(text):
        rest = _ENTRY.sub("", body).strip()
        if rest:
            raise InputError(
                f"{rest.splitlines()[0][:60]!r} is no entry",
                place=f"{path}, {name}",
                mend="write (indices) value",
            )
        entries = _ENTRY.findall(body)
        made[name] = {_indices(at): float(value) for at, value in entries}
    if not made:
        raise InputError("it holds no arrays", place=str(path), mend="write name:[ entries ]")
    return made


def _indices(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"[\s,]+", text))


def _refuse_gaps(arrays: Arrays, path: Path) -> None:
    for name, size in _WANTED.items():
        if name not in arrays:
            raise InputError(f"array {name} is absent", place=str(path), mend="add it")
        wrong = [at for at in arrays[name] if len(at) != size]
        if wrong:
            raise InputError(
                f"{wrong[0]} has {len(wrong[0])} indices instead of {size}",
                place=f"{path}, {name}",
                mend="name each index",
            )


def _column(arrays: Arrays, name: str, places: Sequence[tuple[int, ...]]) -> Floats:
    absent = [place for place in places if place not in arrays[name]]
    if absent:
        raise InputError(f"{absent[0]} is absent", place=name, mend="add the entry")
    return np.array([arrays[name][place] for place in places])


def _network(arrays: Arrays, needs: Needs) -> FlowNetwork:
    nodes = [(i, k) for i, k in arrays["n"]]
    arcs = [(i, j, k) for i, j, k in arrays["a"]]
    row = {place: number for number, place in enumerate(nodes)}
    links = [(i, j, k) for i, j, k in arcs if i < j]
    link = {place: number for number, place in enumerate(links)}
    loose = [
        at
        for at in arcs
        if (at[0], at[2]) not in row or (at[1], at[2]) not in row or at[0] == at[1]
    ]
    loose += [at for at in arcs if (min(at[:2]), max(at[:2]), at[2]) not in link]
    if loose:
        raise InputError(f"arc {loose[0]} lacks an end", place="a", mend="add node and reverse arc")
    own = [(i, k, k) for i, k in nodes]
    site_of, site_cost = _sites(arrays, link, len(nodes))
    need = _needs(arrays, row, needs)
    return FlowNetwork(
        node=tuple(f"{LIFELINES[k - 1]}-{i}" for i, k in nodes),
        link=tuple(f"{LIFELINES[k - 1]}-{i}-{j}" for i, j, k in links),
        lifelines=LIFELINES,
        lifeline=np.array([k - 1 for _, k in nodes]),
        supply=_column(arrays, "b", own),
        shortage_cost=_column(arrays, "Mm", own),
        surplus_cost=_column(arrays, "Mp", own),
        throughput=np.full(len(nodes), np.inf),
        arc_tail=np.array([row[i, k] for i, _, k in arcs]),
        arc_head=np.array([row[j, k] for _, j, k in arcs]),
        arc_link=np.array([link[min(i, j), max(i, j), k] for i, j, k in arcs]),
        capacity=_column(arrays, "u", arcs),
        flow_cost=_column(arrays, "c", [(i, j, k, k) for i, j, k in arcs]),
        repair_cost=np.concatenate([_column(arrays, "q", nodes), _column(arrays, "f", links)]),
        crew=np.concatenate(
            [
                _column(arrays, "p", [(i, k, 1) for i, k in nodes]),
                _column(arrays, "h", [(i, j, k, 1) for i, j, k in links]),
            ]
        ),
        need_node=need[0],
        need_quorum=np.ones(len(need[0]), np.int64),
        need_ptr=need[1],
        need_provider=need[2],
        site_cost=site_cost,
        site_part=site_of[0],
        site=site_of[1],
    )


def _sites(
    arrays: Arrays, link: Mapping[tuple[int, int, int], int], nodes: int
) -> tuple[tuple[Ids, Ids], Floats]:
    """Sites of the links; nodes have none in these data (alpha is empty)."""
    number = {at[0]: row for row, at in enumerate(arrays["g"])}
    pairs = sorted(
        (nodes + link[i, j, k], number[s])
        for (i, j, k, s), on in arrays["beta"].items()
        if on and i < j
    )
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return (table[:, 0], table[:, 1]), np.array(list(arrays["g"].values()))


def _needs(
    arrays: Arrays, row: Mapping[tuple[int, int], int], needs: Needs
) -> tuple[Ids, Ids, Ids]:
    """Who needs, where their providers begin, the providers."""
    pairs = []
    for (i, j, k, other), on in arrays["gamma"].items():
        provider, needing = row[i, k], row[j, other]
        if on and needs != "none":
            pairs.append((needing, provider) if needs == "water" else (provider, needing))
    table = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    nodes, count = np.unique(table[:, 0], return_counts=True)
    return nodes, np.concatenate([[0], np.cumsum(count)]), table[:, 1]


def _probability(network: FlowNetwork, arrays: Arrays, path: Path) -> Floats:
    made = {f"{LIFELINES[k - 1]}-{i}": p for (i, k), p in arrays.get("probn", {}).items()}
    made |= {f"{LIFELINES[k - 1]}-{i}-{j}": p for (i, j, k), p in arrays.get("proba", {}).items()}
    absent = [part for part in network.part if not 0 <= made.get(part, -1) <= 1]
    if absent:
        raise InputError(
            f"no probability from 0 to 1 for {len(absent)} parts: {', '.join(absent[:5])}",
            place=str(path),
            mend="add them to probn or proba",
        )
    return np.array([made[part] for part in network.part])
