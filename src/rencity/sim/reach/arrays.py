"""The arrays the kernels share: a graph that stands still and a state that moves.

Both are named tuples because compiled code takes them whole and reads fields by name.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rencity.city.network import Network
from rencity.sim.reach.lanes import bitmap, rows


class Graph(NamedTuple):
    """What stands still; see `rencity.city.network.Network` for the fields."""

    first: Any
    out_ptr: Any
    out_node: Any
    out_link: Any
    in_ptr: Any
    in_node: Any
    in_link: Any
    in_mid: Any
    source: Any
    link_ptr: Any
    link_head: Any
    group_node: Any
    group_quorum: Any
    group_backup_min: Any
    group_manual_min: Any
    group_ptr: Any
    group_provider: Any
    node_ptr: Any
    use_ptr: Any
    use_group: Any


class State(NamedTuple):
    """What moves, for one block of samples. n nodes, k link rows, g groups.

    Attributes
    ----------
    up : rows (n,), not out of service by damage
    link_up : rows (k,), row 0 always set
    works : rows (n,), up and every need met or waived
    served : rows (n,), works and reached from a source
    firm : rows (n,), part of `served` that hangs on strictly lower firm nodes
    lost : rows (n,), scratch: what this round took away
    before : rows (n,), `served` as it stood when the step first touched the node
    met, ok : rows (g,), need met; need met or waived
    spent, manual : rows (g,), backup used up; manual start reached
    unmet : rows (g,), need unmet at the end of the step before
    touched, dirty, round_, falling, rising : bitmaps of nodes: changed in the step; to visit;
        changed in the round; lost or gained bits of `works` and wait for a visit
    changed, in_changed : list of groups whose `met` moved in the step, its length in
        ``changed[g]``, and membership
    """

    up: Any
    link_up: Any
    works: Any
    served: Any
    firm: Any
    lost: Any
    before: Any
    met: Any
    ok: Any
    spent: Any
    manual: Any
    unmet: Any
    touched: Any
    dirty: Any
    round_: Any
    falling: Any
    rising: Any
    changed: Any
    in_changed: Any


def graph_of(network: Network) -> Graph:
    """Take the kernels' view of a network, read-only so that it compiles once."""
    return Graph(**{name: _still(getattr(network, name)) for name in Graph._fields})


def state_of(network: Network) -> State:
    """Arrays for one block; the engine fills them."""
    n, k, g = network.nodes, network.link_rows, len(network.group_node)
    node_rows = ("up", "works", "served", "firm", "lost", "before")
    group_rows = ("met", "ok", "spent", "manual", "unmet")
    return State(
        link_up=rows(k),
        changed=np.zeros(g + 1, np.int32),
        in_changed=np.zeros(g, np.uint8),
        **{name: rows(n) for name in node_rows},
        **{name: rows(g) for name in group_rows},
        **{name: bitmap(n) for name in ("touched", "dirty", "round_", "falling", "rising")},
    )


def _still(array: Any) -> Any:
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view
