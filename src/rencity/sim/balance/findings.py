"""What level balance misses in a city's figures, and what it assumes then."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.city.network import Network
from rencity.kit.findings import Finding
from rencity.sim.balance.engine import Normal
from rencity.sim.balance.fit import Raised
from rencity.sim.balance.ledger import SCALE, Ledger
from rencity.sim.reach.engine import Undamaged

Ints = npt.NDArray[np.int64]
SUM_SLACK = 1e-6


def findings_of(
    city: City,
    network: Network,
    ledger: Ledger,
    raised: Raised,
    normal: Normal,
    undamaged: Undamaged,
) -> list[Finding]:
    """Everything that is missing or does not add up.

    Parameters
    ----------
    ledger : before its bounds were raised
    """
    return [
        *_sourceless(city, network, ledger, undamaged),
        *_boundless(city, network, ledger),
        *_bare_stores(city, ledger),
        *_unsaid(ledger),
        *_shares(city, network, ledger),
        *_raised(city, network, ledger, raised),
        *_short(city, network, ledger, normal),
    ]


def _sourceless(
    city: City, network: Network, ledger: Ledger, undamaged: Undamaged
) -> list[Finding]:
    """Islands of a lifeline that no source feeds in the undamaged city."""
    out = ~undamaged.runs
    balanced = out & ledger.books.balanced.astype(bool)[network.lifeline]
    rows = np.sort(network.asset[balanced]).astype(np.int64)
    if not len(rows):
        return []
    return [
        Finding(
            "balance-no-source",
            "warning",
            f"{len(rows)} assets lie where no working source feeds them undamaged: they stay out",
            "declare a source, or join them by links to one",
            table="assets",
            field="source",
            ids=_names(city, rows),
        )
    ]


def _boundless(city: City, network: Network, ledger: Ledger) -> list[Finding]:
    found = []
    line = city.assets["lifeline"].iloc[ledger.boundless].to_numpy()
    sources = city.assets["lifeline"][city.assets["source"]].to_numpy()
    for name in network.lifelines:
        rows = ledger.boundless[line == name]
        if len(rows):
            found.append(
                Finding(
                    "balance-source-without-capacity",
                    "warning",
                    f"{len(rows)} of {int((sources == name).sum())} {name} sources have no "
                    "capacity: each is taken to give whatever is wanted",
                    "give assets.capacity, or a capacity rule in a pack",
                    table="assets",
                    field="capacity",
                    ids=_names(city, rows),
                )
            )
    return found


def _bare_stores(city: City, ledger: Ledger) -> list[Finding]:
    if not len(ledger.bare_stores):
        return []
    return [
        Finding(
            "balance-store-without-capacity",
            "warning",
            f"{len(ledger.bare_stores)} tanks, holders or batteries have no capacity: they hold "
            "nothing",
            "give assets.capacity, the greatest rate at which they give",
            table="assets",
            field="capacity",
            ids=_names(city, ledger.bare_stores),
        )
    ]


def _unsaid(ledger: Ledger) -> list[Finding]:
    if not ledger.unsaid:
        return []
    return [
        Finding(
            "balance-use-unknown",
            "warning",
            f"the use of {ledger.unsaid} pairs of an asset and a zone it serves is not known: they "
            "count as drawing nothing, so they are never short",
            "give demands of the zones, or assets.demand",
            table="demands",
            field="amount",
        )
    ]


def _shares(city: City, network: Network, ledger: Ledger) -> list[Finding]:
    """Shares of a zone in one lifeline that do not add up to one: use is lost or counted twice."""
    serves = city.serves
    if not len(serves):
        return []
    lifeline = city.assets.set_index("id")["lifeline"].reindex(serves["asset"]).to_numpy()
    total = serves["share"].groupby([serves["zone"].to_numpy(), lifeline]).sum()
    balanced = {n for n, b in zip(network.lifelines, ledger.books.balanced, strict=True) if b}
    off = total[(total - 1).abs() > SUM_SLACK]
    found = []
    for name in sorted(balanced):
        zones = [zone for zone, of in off.index if of == name]
        if zones:
            found.append(
                Finding(
                    "balance-shares",
                    "warning",
                    f"the shares of {name} do not add up to 1 in {len(zones)} zones: the rest of "
                    "their use is drawn nowhere",
                    "let the shares of a zone add up to 1",
                    table="serves",
                    field="share",
                    ids=tuple(zones),
                )
            )
    return found


def _raised(city: City, network: Network, ledger: Ledger, raised: Raised) -> list[Finding]:
    found = []
    for number, name in enumerate(network.lifelines):
        mine = network.lifeline == number
        link = (ledger.books.link_line == number) & (network.link_asset >= 0)
        for what, rows, over, bound in (
            ("sources give", network.asset[mine], raised.give[mine], ledger.books.give[mine]),
            ("assets pass", network.asset[mine], raised.gate[mine], ledger.books.gate[mine]),
            ("assets serve", network.asset[mine], raised.own[mine], ledger.books.own[mine]),
            ("links pass", network.link_asset[link], raised.link_gate[link],
             ledger.books.link_gate[link]),
        ):  # fmt: skip
            more = over > 0
            if more.any():
                order = np.argsort(-over[more], kind="stable")
                found.append(
                    Finding(
                        f"balance-{what.split()[1]}-more",
                        "warning",
                        f"{int(more.sum())} {name} {what} more than their capacity in the "
                        f"undamaged city, {over[more].sum() / SCALE:,.0f} above "
                        f"{bound[more].sum() / SCALE:,.0f} in all: they are taken to carry their "
                        "normal load and no more",
                        "correct assets.capacity, demands, or links that are missing",
                        table="assets",
                        field="capacity",
                        ids=_names(city, rows[more][order]),
                    )
                )
    return found


def _short(city: City, network: Network, ledger: Ledger, normal: Normal) -> list[Finding]:
    """Use that goes short undamaged all the same."""
    gap = (normal.wanted - normal.granted).sum(axis=1)
    needs = network.asset[network.group_node[normal.shed]].astype(np.int64)
    found = []
    for number, name in enumerate(network.lifelines):
        if ledger.books.balanced[number] and gap[number] > 0:
            wanted = normal.wanted[number].sum()
            found.append(
                Finding(
                    "balance-short-undamaged",
                    "warning",
                    f"{gap[number] / SCALE:,.0f} of {wanted / SCALE:,.0f} {name} go short in the "
                    "undamaged city, cut off or without any capacity: they count for no loss",
                    "give capacities above 0 to the sources, or join what is cut off",
                    table="demands",
                    field="amount",
                    ids=_names(city, np.unique(needs)),
                )
            )
    return found


def _names(city: City, rows: Ints) -> tuple[str, ...]:
    return tuple(city.assets["id"].iloc[np.asarray(rows, np.int64)].tolist())
