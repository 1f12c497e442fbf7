"""Rules on the city as it runs undamaged: what is fed, what stays up, what could restart."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csgraph

from rencity.city.check.facts import Facts, Mask, Rows
from rencity.city.check.network import Supply, graph
from rencity.kit.findings import Finding


def no_source(facts: Facts) -> list[Finding]:
    """Every lifeline has a source."""
    supply = facts.supply
    codes, names = facts.lifelines
    size = np.bincount(codes, minlength=len(names))
    sources = np.bincount(codes[supply.source], minlength=len(names))
    kinds = facts.catalogue.kinds
    nothing = not sources.any()
    found = []
    for code in np.flatnonzero((sources == 0) & (size > 0)):
        name = names[code]
        usual = [kind for kind, what in kinds.items() if what.source and _of(kind, name)]
        found.append(
            Finding(
                "no-source",
                "error" if nothing else "warning",
                f"{name} has {size[code]} assets and no source: nothing of it is ever served",
                f"set source on the assets where {name} starts"
                + (f" (usually {', '.join(usual)})" if usual else ""),
                table="assets",
                field="source",
                ids=(name,),
            )
        )
    return found


def unreached(facts: Facts) -> list[Finding]:
    """A source reaches every asset of its lifeline, along the links' directions."""
    supply = facts.supply
    codes, names = facts.lifelines
    idle = _idle(facts)
    found = []
    for code in sorted(set(codes[supply.source].tolist())):
        lost = (codes == code) & ~supply.reached & ~idle
        if lost.any():
            found.append(
                Finding(
                    "unreached",
                    "warning",
                    f"no source reaches {int(lost.sum())} of {int((codes == code).sum())} "
                    f"{names[code]} assets: they are out from the start",
                    "join them by links, correct directions and normally open links, "
                    "or set source where service starts",
                    table="assets",
                    field="id",
                    ids=facts.ids("assets", lost),
                )
            )
    return found


def _idle(facts: Facts) -> Mask:
    """Links by kind that no link names: `unattached` reports them."""
    used = np.zeros(facts.n, dtype=bool)
    for rows in (facts.own, facts.start, facts.end):
        used[rows[rows >= 0]] = True
    return facts.is_link & ~used


def unsupported(facts: Facts) -> list[Finding]:
    """Undamaged, every asset that is reached also has its needs met."""
    supply = facts.supply
    lost = supply.reached & ~supply.standing
    if not lost.any():
        return []
    own = np.zeros(facts.n, dtype=bool)
    unmet = ~supply.met(supply.standing) & (supply.asset >= 0)
    own[supply.asset[unmet]] = True
    return [
        Finding(
            "unsupported",
            "warning",
            f"{int(lost.sum())} assets stay out in the undamaged city: {int((lost & own).sum())} "
            "have a need that nothing meets, the others hang on them",
            "give the needs providers that run, or correct quorum and providers",
            table="need_groups",
            field="asset",
            ids=facts.ids("assets", lost),
        )
    ]


def need_loop(facts: Facts) -> list[Finding]:
    """A loop of needs has a manual start, or at least a backup, somewhere in it."""
    supply = facts.supply
    no_start = ~np.isfinite(supply.manual_h)
    bare = _on_loop(supply, no_start & (supply.backup_h <= 0))
    slow = _on_loop(supply, no_start) & ~bare
    mend = "give one group of the loop a manual_start_h (black start, manual operation)"
    said = (
        (bare, "warning", "with neither backup nor manual start: once down, it stays down"),
        (slow, "note", "without manual start: once the backups are spent, it stays down"),
    )
    return [
        Finding(
            "need-loop",
            "warning" if severity == "warning" else "note",
            f"{int(which.sum())} needs lie on a loop {what}",
            mend,
            table="need_groups",
            field="manual_start_h",
            ids=facts.ids("need_groups", which),
        )
        for which, severity, what in said
        if which.any()
    ]


def _on_loop(supply: Supply, counted: Mask) -> Mask:
    """Needs among `counted` that cannot be met without a loop that needs them.

    Each asset depends on the neighbours nearer to a source than itself, by the fewest links in the
    undamaged network, and on the providers of its counted needs. A need is on a loop when its asset
    is in one strongly connected part with so many of its providers that those outside it are fewer
    than the quorum. Other ways in, inside a lifeline, are not looked at.
    """
    by, on = _fed_by(supply)
    live = counted & (supply.asset >= 0)
    while True:
        edge = live[supply.group]
        group, provider = supply.group[edge], supply.provider[edge]
        tails = np.concatenate([by, supply.asset[group]])
        heads = np.concatenate([on, provider])
        arcs = graph(tails, heads, supply.n)
        _, part = csgraph.connected_components(arcs, directed=True, connection="strong")
        same = part[supply.asset[group]] == part[provider]
        inside = np.bincount(group[same], minlength=len(live))
        outside = np.bincount(group[~same], minlength=len(live))
        looped = live & (inside > 0) & (outside < supply.quorum)
        if (looped == live).all():
            return looped
        live = looped


def _fed_by(supply: Supply) -> tuple[Rows, Rows]:
    """Asset, and what it hangs on within its lifeline: nearer ends, and the links between."""
    far = supply.distance
    nearer = far[supply.tail] < far[supply.head]
    tail, head, own = supply.tail[nearer], supply.head[nearer], supply.own[nearer]
    owned = own >= 0
    by = np.concatenate([head, head[owned], own[owned]])
    return by, np.concatenate([tail, own[owned], tail[owned]])


def _of(kind: str, lifeline: str) -> bool:
    return kind.startswith(f"{lifeline}.")
