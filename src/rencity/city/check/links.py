"""Rules on links."""

from __future__ import annotations

import numpy as np

from rencity.city.check.facts import Facts
from rencity.kit.findings import Finding


def link_lifeline(facts: Facts) -> list[Finding]:
    """A link joins two assets of its own lifeline."""
    line = facts.column("links", "lifeline")
    of_asset = facts.column("assets", "lifeline")
    wrong = np.zeros(len(line), dtype=bool)
    for end in (facts.start, facts.end):
        there = end >= 0
        wrong[there] |= of_asset[end[there]] != line[there]
    return facts.found(
        "links",
        "link-lifeline",
        "lifeline",
        wrong,
        "links join assets of another lifeline",
        "correct the link's lifeline or ends; what crosses lifelines is a need, not a link",
    )


def link_loop(facts: Facts) -> list[Finding]:
    """A link joins two different assets."""
    wrong = (facts.start == facts.end) & (facts.start >= 0)
    return facts.found(
        "links",
        "link-loop",
        "end",
        wrong,
        "links start and end at the same asset and carry nothing",
        "correct one end, or leave the link out",
        "warning",
    )


def link_asset(facts: Facts) -> list[Finding]:
    """A link's own asset is a link by kind, of its lifeline, and not one of its ends."""
    own, there = facts.own, facts.own >= 0
    is_end = there & ((own == facts.start) | (own == facts.end))
    node = there & ~is_end
    node[node] = facts.is_node[own[node]]
    other = there & ~is_end & ~node
    line, of_asset = facts.column("links", "lifeline"), facts.column("assets", "lifeline")
    other[other] = of_asset[own[other]] != line[other]
    name = "link-asset"
    return [
        *facts.found(
            "links", name, "asset", is_end, "links have one of their ends as their own asset",
            "give the link an asset of its own, or leave it empty",
        ),
        *facts.found("links", name, "asset", node, "links have an own asset whose kind is a node",
            "give it a kind with the role link, such as water.pipe, or leave it empty",
        ),
        *facts.found("links", name, "asset", other, "links have an own asset of another lifeline",
            "correct the asset or the lifeline",
        ),
    ]  # fmt: skip


def shared_asset(facts: Facts) -> list[Finding]:
    """No two links have the same own asset, but for the two directions of one."""
    own, there = facts.own, facts.own >= 0
    low = np.minimum(facts.start, facts.end)
    high = np.maximum(facts.start, facts.end)
    order = np.lexsort((high, low, own))
    same = (own[order][1:] == own[order][:-1]) & (own[order][1:] >= 0)
    pair = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    wrong = np.zeros(len(own), dtype=bool)
    wrong[order[1:][same & ~pair]] = True
    return facts.found(
        "links",
        "shared-asset",
        "asset",
        wrong & there,
        "links share their own asset with a link between other ends: they fail together",
        "give each its own asset unless one thing carries both",
        "warning",
    )


def mixed_switch(facts: Facts) -> list[Finding]:
    """No asset belongs both to a normally open link and to a closed one."""
    is_open = facts.city.links["normally_open"].to_numpy(dtype=bool)
    there = facts.own >= 0
    closed = np.zeros(facts.n, dtype=bool)
    closed[facts.own[there & ~is_open]] = True
    wrong = there & is_open
    wrong[wrong] = closed[facts.own[wrong]]
    return facts.found(
        "links",
        "mixed-switch",
        "asset",
        wrong,
        "normally open links share their own asset with a closed link",
        "give the normally open link an asset of its own",
    )


def unattached(facts: Facts) -> list[Finding]:
    """Every asset that is a link by kind belongs to a link, and no link's end is one."""
    used = np.zeros(facts.n, dtype=bool)
    used[facts.own[facts.own >= 0]] = True
    is_end = np.zeros(facts.n, dtype=bool)
    for end in (facts.start, facts.end):
        is_end[end[end >= 0]] = True
    loose = facts.is_link & ~used & ~is_end
    if not loose.any():
        return []
    return [
        Finding(
            "unattached",
            "warning",
            f"{int(loose.sum())} assets are links by kind, yet no link names them: "
            "their failure cuts nothing",
            "name them in links.asset",
            table="assets",
            field="id",
            ids=facts.ids("assets", loose),
        )
    ]
