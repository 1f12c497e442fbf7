"""Small cities with amounts, and what level balance makes of them, for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rencity.city.network import build_network
from rencity.sim.balance.engine import trace_of
from rencity.sim.balance.ledger import ledger_of
from rencity.sim.balance.rules import Rules, base_rules
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.outages import Outages, merged


def rules(**changes) -> Rules:
    """The rules that ship, some of them replaced; backups fill up at once unless said."""
    given = base_rules().model_dump() | {"backup": {"refill": 0}} | changes
    return Rules.model_validate(given)


def with_amounts(city, capacity=None, demands=(), kinds=None, demand=None):
    """Capacities, own demands and kinds by id; demands as (zone, lifeline, amount)."""
    assets = city.assets.copy()
    ids = list(assets["id"])
    for column, given in (("capacity", capacity), ("demand", demand), ("kind", kinds)):
        values = assets[column].astype(object) if column == "kind" else assets[column].copy()
        for name, value in (given or {}).items():
            values.iloc[ids.index(name)] = value
        assets[column] = values
    frame = pd.DataFrame(list(demands), columns=["zone", "lifeline", "amount"])
    return city.replace(assets=assets, demands=frame)


class Worked:
    """One sample of a city: who is served, how many people have service, what stores hold."""

    def __init__(self, city, out_h, hours, said=None):
        self.network = build_network(city)
        self.ids = list(city.assets["id"])
        row = self.network.row_of_asset(len(self.ids))
        spans = [
            (row[self.ids.index(a)], 0, round(60 * begin), round(60 * end))
            for a, h in out_h.items()
            for begin, end in (h if isinstance(h, list) else [(0, h)])
        ]
        outages = merged([Outages(*np.array(spans, np.int32).reshape(-1, 4).T)])
        edges = np.array(hours, np.int64) * 60
        horizon = int(edges[-1]) + 60
        self.ledger = ledger_of(city, self.network, said or rules())
        undamaged = Engine(self.network, edges, horizon).undamaged
        self.trace = trace_of(
            self.network, self.ledger, outages, edges, horizon, lane=0, undamaged=undamaged
        )

    def served(self, asset) -> str:
        """1 or · at each step."""
        node = list(self.network.asset).index(self.ids.index(asset))
        return "".join("1" if s[node] else "·" for s in self.trace.served)

    def people(self, asset) -> list[int]:
        """People with service at an asset, by step."""
        node = list(self.network.asset).index(self.ids.index(asset))
        part = slice(self.network.people_ptr[node], self.network.people_ptr[node + 1])
        return self.trace.people[:, part].sum(axis=1).tolist()

    def stock(self) -> list[float]:
        """Amount times hours in all stores at the end of each step."""
        return (self.trace.stock.sum(axis=1) / 60_000).tolist()
