"""Who can give how much, who wants how much, in what order: a city's amounts as whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.infer.capacities import use_of_zones
from rencity.city.model import City
from rencity.city.network import Network
from rencity.city.network.model import PEOPLE
from rencity.sim.balance.rules import Rules, base_rules, first_of

Ints = npt.NDArray[np.int64]
SCALE = 1000
"""Whole amounts in one unit of a lifeline: the smallest amount told apart is a thousandth."""
NO_BOUND = np.int64(-1)


class Books(NamedTuple):
    """What stands still, as the kernels take it. n nodes, k link rows, i items, t stores.

    An item is what one node, or one need, wants of a balanced lifeline.

    Attributes
    ----------
    balanced : uint8 (lifelines,), whether capacity is held against demand
    give : int64 (n,), what a source can give; `NO_BOUND` without bound; 0 for all others
    gate, link_gate : int64 (n,) (k,), what can pass; `NO_BOUND` without bound
    own : int64 (n,), what all that hangs on a node can take; `NO_BOUND` without bound
    both : uint8 (edges by tail,), whether the edge goes both ways
    link_line : int8 (k,), lifeline of each link row, -1 for row 0
    item_ptr : int64 (lifelines + 1,), items sorted by lifeline, class, then entry or need
    item_node : int32 (i,), node of an entry of `Network.people`; -1 for a need
    item_entry, item_group : int32 (i,), entry, or need; -1 for the other
    item_amount, item_class : int64, int8 (i,)
    group_item : int32 (groups,), item of each need; -1 where its lifeline is not balanced
    store_ptr : int64 (lifelines + 1,)
    store_node : int32 (t,)
    store_rate, store_full : int64 (t,), greatest rate; amount times minutes when full
    """

    balanced: Any
    give: Any
    gate: Any
    link_gate: Any
    own: Any
    both: Any
    link_line: Any
    item_ptr: Any
    item_node: Any
    item_entry: Any
    item_group: Any
    item_amount: Any
    item_class: Any
    group_item: Any
    store_ptr: Any
    store_node: Any
    store_rate: Any
    store_full: Any


@dataclass(frozen=True)
class Ledger:
    """The books of a city, and what had to be assumed to write them.

    Attributes
    ----------
    refill : minutes that fill up what a backup gives in one minute; 0 at once
    classes : names of the classes, the first served longest
    boundless : rows of ``city.assets`` of sources without a capacity: taken as without bound
    bare_stores : rows of stores without a capacity: they hold nothing
    unsaid : number of entries of `serves` in balanced lifelines whose use is not known: taken as 0
    """

    books: Books
    refill: int
    classes: tuple[str, ...]
    boundless: Ints
    bare_stores: Ints
    unsaid: int


def ledger_of(city: City, network: Network, rules: Rules | None = None) -> Ledger:
    """Amounts of a city and its network.

    A capacity counts as what a source gives; as what passes a node or link of a kind that the rules
    name under ``through``; as the rate of a store; else as what all that hangs on the asset may
    take. Use is that of the zones by their shares; where none is told for a lifeline, the nodes'
    own demands.
    """
    rules = rules or base_rules()
    kind = city.assets["lifeline"] + "." + city.assets["kind"]
    balanced = np.isin(network.lifelines, rules.lifelines)
    nodes = _Nodes(city, network, rules, kind)
    items = _items(city, network, rules, kind, balanced)
    books = Books(
        balanced=balanced.astype(np.uint8),
        give=nodes.give,
        gate=nodes.gate,
        link_gate=nodes.link_gate,
        own=nodes.own,
        both=_both_ways(network),
        link_line=_link_line(network),
        store_ptr=np.searchsorted(network.lifeline[nodes.store], np.arange(len(balanced) + 1)),
        store_node=nodes.store.astype(np.int32),
        store_rate=nodes.rate,
        store_full=nodes.full,
        **items.books(),
    )
    line = balanced[network.lifeline]
    boundless = network.asset[line & (nodes.give == NO_BOUND)].astype(np.int64)
    return Ledger(
        books=Books(*(_still(each) for each in books)),
        refill=rules.backup.refill,
        classes=tuple(each.name for each in rules.classes),
        boundless=np.sort(boundless),
        bare_stores=nodes.bare_stores,
        unsaid=items.unsaid,
    )


def whole(amount: npt.NDArray[np.float64]) -> Ints:
    """Amounts in thousandths, NaN as `NO_BOUND`."""
    return np.where(np.isnan(amount), NO_BOUND, np.rint(np.nan_to_num(amount) * SCALE)).astype(
        np.int64
    )


class _Nodes:
    """Capacities by what they bound."""

    def __init__(self, city: City, network: Network, rules: Rules, kind: pd.Series) -> None:
        asset = network.asset
        capacity = whole(city.assets["capacity"].to_numpy())
        fed_in = whole(np.maximum(-city.assets["demand"].fillna(0).to_numpy(), 0))
        capacity = np.where((capacity < 0) & (fed_in > 0), fed_in, capacity)
        through = first_of(kind, ["\0", *rules.through.kinds]) <= len(rules.through.kinds)
        stock = first_of(kind, [each.kind for each in rules.stores.kinds])
        is_store = (stock < len(rules.stores.kinds)) & ~city.assets["source"].to_numpy()
        source = network.source.astype(bool)
        mine, store = capacity[asset], is_store[asset]
        plain = ~source & ~store
        self.give = np.where(source, mine, 0)
        self.gate = np.where(plain & through[asset], mine, NO_BOUND)
        self.own = np.where(plain & ~through[asset], mine, NO_BOUND)
        link = np.where(network.link_asset >= 0, capacity[network.link_asset], NO_BOUND)
        self.link_gate = np.where(through[network.link_asset], link, NO_BOUND)
        self.bare_stores = np.sort(asset[store & (mine <= 0)]).astype(np.int64)
        self.store = np.flatnonzero(store & (mine > 0))
        hours = np.array([*(each.hours for each in rules.stores.kinds), 0.0])
        self.rate = mine[self.store]
        minutes = np.rint(hours[stock[asset[self.store]]] * 60).astype(np.int64)
        self.full = self.rate * minutes


class _Items:
    """Items of all balanced lifelines, sorted."""

    def __init__(self, columns: dict[str, Ints], lifelines: int, groups: int, unsaid: int) -> None:
        self.unsaid = unsaid
        key = columns
        order = np.lexsort((key["group"], key["entry"], key["class"], key["line"]))
        self.at = {name: values[order] for name, values in columns.items()}
        self.ptr = np.searchsorted(self.at["line"], np.arange(lifelines + 1)).astype(np.int64)
        self.of_group = np.full(groups, -1, np.int32)
        needs = np.flatnonzero(self.at["group"] >= 0)
        self.of_group[self.at["group"][needs]] = needs

    def books(self) -> dict[str, Any]:
        """Fields of `Books`."""
        return {
            "item_ptr": self.ptr,
            "item_node": self.at["node"].astype(np.int32),
            "item_entry": self.at["entry"].astype(np.int32),
            "item_group": self.at["group"].astype(np.int32),
            "item_amount": self.at["amount"],
            "item_class": self.at["class"].astype(np.int8),
            "group_item": self.of_group,
        }


def _items(
    city: City, network: Network, rules: Rules, kind: pd.Series, balanced: npt.NDArray[np.bool_]
) -> _Items:
    shed = _class_of(kind, rules)
    entries = np.repeat(np.arange(network.nodes), np.diff(network.people_ptr))
    line = network.lifeline[entries].astype(np.int64)
    use, unsaid = _use(city, network, entries)
    people = np.flatnonzero(balanced[line])
    last = np.full(len(people), len(rules.classes) - 1)
    first_provider = network.group_provider[network.group_ptr[:-1]]
    needs = np.flatnonzero(balanced[network.lifeline[first_provider]])
    needer = network.asset[network.group_node[needs]]
    draw = _draws(kind, rules, network)
    need_line = network.lifeline[first_provider[needs]].astype(np.int64)
    none = np.full(len(people), -1)
    columns = {
        "line": np.concatenate([line[people], need_line]),
        "class": np.concatenate([last, shed[needer]]),
        "entry": np.concatenate([people, np.full(len(needs), -1)]),
        "group": np.concatenate([none, needs]),
        "node": np.concatenate([entries[people], np.full(len(needs), -1)]),
        "amount": np.concatenate([use[people], draw[need_line, needer]]),
    }
    said = int((balanced[line] & unsaid).sum())
    return _Items(columns, len(balanced), len(network.group_node), said)


def _class_of(kind: pd.Series, rules: Rules) -> Ints:
    """Class of each asset: the first that names its kind, the last where none does."""
    pattern = [p for each in rules.classes for p in each.kinds]
    number = [i for i, each in enumerate(rules.classes) for _ in each.kinds]
    return np.array([*number, len(rules.classes) - 1])[first_of(kind, pattern)]


def _draws(kind: pd.Series, rules: Rules, network: Network) -> Ints:
    """What an asset draws of each lifeline, int64 (lifelines, assets)."""
    made = np.zeros((len(network.lifelines), len(kind)), np.int64)
    for row, lifeline in enumerate(network.lifelines):
        draws = rules.draws.get(lifeline, ())
        amount = np.array([*(each.amount for each in draws), 0.0])
        made[row] = whole(amount)[first_of(kind, [each.kind for each in draws])]
    return made


def _use(city: City, network: Network, entries: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Use of each entry of `Network.people`, and whether nothing tells it.

    Where a lifeline has no demands of zones, or where assets count for people, its nodes' own
    demands, shared among their entries.
    """
    line = network.lifeline[entries]
    use = np.full(len(entries), np.nan)
    if network.unit == PEOPLE:
        share = _share(city, network, entries)
        row = pd.Index(city.zones["id"]).get_indexer(pd.Index(network.zone))
        for number, lifeline in enumerate(network.lifelines):
            if city.demands["lifeline"].eq(lifeline).any():
                mine = line == number
                zone = row[network.people_zone[mine]]
                use[mine] = use_of_zones(city, lifeline)[zone] * share[mine]
    by_people = network.unit == PEOPLE
    told = set(city.demands["lifeline"]) if by_people else set()
    own = np.nan_to_num(city.assets["demand"].to_numpy())[network.asset[entries]]
    by_node = np.array([name not in told for name in network.lifelines])[line]
    weight = network.people.astype(np.float64)
    total = np.bincount(entries, weight, network.nodes)[entries]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(total > 0, weight / total, 0.0)
    has_own = by_node & np.isfinite(city.assets["demand"].to_numpy()[network.asset[entries]])
    use = np.where(has_own, np.maximum(own, 0) * part, use)
    return np.maximum(whole(use), 0), np.isnan(use)


def _share(city: City, network: Network, entries: Ints) -> npt.NDArray[np.float64]:
    """Share of its zone that each entry has, in the order of `Network.people`."""
    rows = network.row_of_asset(len(city.assets))
    node = rows[pd.Index(city.assets["id"]).get_indexer(pd.Index(city.serves["asset"]))]
    zone = pd.Index(network.zone).get_indexer(pd.Index(city.serves["zone"]))
    order = np.lexsort((zone, node))
    same = np.array_equal(node[order], entries) and np.array_equal(zone[order], network.people_zone)
    if not same:  # pragma: no cover - both come of the same table
        raise AssertionError("entries of people and of serves differ")
    return city.serves["share"].to_numpy()[order]


def _both_ways(network: Network) -> npt.NDArray[np.uint8]:
    """Whether each edge by tail has one back on the same link row."""
    tail = np.repeat(np.arange(network.nodes), np.diff(network.out_ptr))
    there = pd.MultiIndex.from_arrays([tail, network.out_node, network.out_link])
    back = pd.MultiIndex.from_arrays([network.out_node, tail, network.out_link])
    return there.isin(back).astype(np.uint8)


def _link_line(network: Network) -> npt.NDArray[np.int8]:
    line = np.full(network.link_rows, -1, np.int8)
    row = np.repeat(np.arange(network.link_rows), np.diff(network.link_ptr))
    line[row] = network.lifeline[network.link_head]
    return line


def _still(array: Any) -> Any:
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
