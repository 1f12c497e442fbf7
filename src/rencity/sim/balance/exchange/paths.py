"""Ways between localities, as links that must all carry."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from rencity.city.network.rows import pointers
from rencity.city.readers.pyrecodes.files import Community, beside, json_of
from rencity.kit.errors import InputError
from rencity.sim.balance.exchange.placed import Placed


def paths_of(
    community: Community, placed: list[Placed], localities: dict[str, int]
) -> dict[str, Any]:
    """Fields of `Exchange` on transfers and paths.

    A step of a path between localities that no link joins is passed over, as their own model does.
    """
    resources = community.system.resources
    names = list(resources)
    number = {int(name.split()[-1]): i for name, i in localities.items()}
    transfers = sorted({names.index(t) for t in _needed(community)})
    pair = np.full((len(localities), len(localities)), -1, np.int32)
    said = {t: _said(community, names[t], number) for t in transfers}
    for ways in said.values():
        for ends in ways:
            if pair[ends] < 0:
                pair[ends] = pair.max() + 1
    ends_of = sorted(((pair[a, b], (a, b)) for a, b in np.argwhere(pair >= 0)), key=lambda e: e[0])
    per_pair: list[int] = []
    links: list[list[int]] = []
    for t in transfers:
        joined = _joined(placed, names[t])
        for _, ends in ends_of:
            found = [_links(way, joined) for way in said[t].get(ends, [])]
            if not all(found):
                raise _broken(community, f"a path of {names[t]} that has no link at all")
            per_pair.append(len(found))
            links += found
    by_name = {name: names.index(each.model.parameters.transfer) for name, each in
               resources.items() if each.model.parameters.transfer}  # fmt: skip
    return {
        "transfer": np.array([by_name.get(name, -1) for name in names], np.int32),
        "pair": pair,
        "pair_ptr": pointers(np.array(per_pair, np.int64)).astype(np.int32),
        "path_ptr": pointers(np.array([len(w) for w in links], np.int64)).astype(np.int32),
        "path_link": np.array([row for way in links for row in way], np.int32),
    }


def _needed(community: Community) -> list[str]:
    resources = community.system.resources
    needed = [each.model.parameters.transfer for each in resources.values()]
    for name in needed:
        if name and name not in resources:
            raise _broken(community, f"the transfer {name}, which is not described")
    return [name for name in needed if name]


def _said(
    community: Community, transfer: str, number: dict[int, int]
) -> dict[tuple[int, int], list[list[int]]]:
    """Paths of each pair of localities as the file has them, by numbers of localities."""
    name = community.system.resources[transfer].model.parameters.paths
    ways = json_of(beside(community.main, name))
    made: dict[tuple[int, int], list[list[int]]] = {}
    try:
        for key, paths in ways.items():  # type: ignore[attr-defined]
            start, end = (number[int(n)] for n in key.removeprefix("from ").split(" to "))
            made[start, end] = [[number[int(n)] for n in path] for path in paths]
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise InputError(
            f"{name} holds no paths between localities of the file: {exc!r}",
            place=str(community.main),
            mend='write "from A to B": [[A, …, B], …] with numbers of localities',
        ) from exc
    return made


def _joined(placed: list[Placed], transfer: str) -> dict[tuple[int, int], int]:
    """The first component that joins two localities and carries the transfer."""
    made: dict[tuple[int, int], int] = {}
    for row, each in enumerate(placed):
        if transfer in each.template.supply:
            made.setdefault((each.start, each.end), row)
    return made


def _links(way: list[int], joined: dict[tuple[int, int], int]) -> list[int]:
    made: list[int] = []
    for step in pairwise(way):
        if step in joined:
            made.append(joined[step])
        if step[1] == way[-1] and step[0] != step[1]:
            break
    return made


def _broken(community: Community, what: str) -> InputError:
    return InputError(
        f"it names {what}", place=str(community.files[-1]), mend="correct the files of the paths"
    )
