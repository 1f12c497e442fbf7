"""Random small cities with bounds: amounts are the greatest that a linear programme finds too."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from rencity.city.network import build_network
from rencity.sim.balance.engine import balance_of, trace_of
from rencity.sim.balance.ledger import NO_BOUND, ledger_of
from rencity.sim.balance.rules import Draw
from rencity.sim.reach.carried import in_full
from rencity.sim.reach.engine import Engine
from tests.cities import tiny_city
from tests.sim.balance.bounded import Worked, rules, with_amounts
from tests.sim.random_cities import random_city
from tests.sim.test_reach_against_reference import lanes_of, random_damage, random_edges

LANES = 3
SAID = rules(
    lifelines=["power", "water", "telecom"],
    classes=[
        {"name": "a", "zh": "甲", "en": "a", "kinds": ["telecom.*"]},
        {"name": "b", "zh": "乙", "en": "b", "kinds": ["water.*"]},
        {"name": "c", "zh": "丙", "en": "c", "kinds": []},
    ],
    through={"kinds": ["*.gate", "*.line"]},
    draws={
        "power": [{"kind": "*.*", "amount": 20.0}],
        "water": [{"kind": "*.*", "amount": 5.0}],
        "telecom": [{"kind": "power.*", "amount": 30.0}],
    },
    stores={"kinds": [{"kind": "*.tank", "hours": 2.0}]},
)


def bounded_city(rng):
    city = random_city(rng, served=True)
    ids = list(city.assets["id"])
    kinds = {
        a: str(rng.choice(["gate", "tank", "node"]))
        for a, source, kind in zip(ids, city.assets["source"], city.assets["kind"], strict=True)
        if not source and kind == "node" and rng.random() < 0.5
    }
    capacity = {a: float(rng.choice([0, 40, 150, 400, 900])) for a in ids if rng.random() < 0.6}
    demands = [("z", line, float(rng.choice([0, 300, 1000]))) for line in SAID.lifelines]
    return with_amounts(city, capacity, demands, kinds)


def links_up(network, outages, edges, lane):
    """Which link rows carry at the end of each step, from the outages alone."""
    full = in_full(network, outages, (0, 512))
    up = np.ones((len(edges), network.link_rows), bool)
    for row, whose, begin, end in zip(full.row, full.lane, full.begin, full.end, strict=True):
        if whose == lane and row >= network.nodes:
            up[(edges >= begin) & (edges < end), row - network.nodes] = False
    return up


class Programme:
    """Amounts of one lifeline at one step as a linear programme over nodes and edges."""

    def __init__(self, network, books, line, served, up, stock_rate):
        self.nodes = [v for v in range(*network.first[line : line + 2]) if served[v]]
        at = {v: i for i, v in enumerate(self.nodes)}
        rows, bounds = [], []
        n = len(self.nodes)

        def add(entries, most):
            rows.append(entries)
            bounds.append((0, None if most is None else most))

        for v, i in at.items():  # each node an inlet i and an outlet n + i
            gate = books.gate[v]
            add([(i, -1), (n + i, 1)], None if gate == NO_BOUND else gate)
            if network.source[v]:
                add([(i, 1)], None if books.give[v] == NO_BOUND else books.give[v])
            if v in stock_rate:
                add([(i, 1)], stock_rate[v])
            for e in range(network.out_ptr[v], network.out_ptr[v + 1]):
                head, link = network.out_node[e], network.out_link[e]
                if head in at and up[link]:
                    most = books.link_gate[link]
                    add([(n + i, -1), (at[head], 1)], None if most == NO_BOUND else most)
        self.at, self.rows, self.bounds, self.n = at, rows, bounds, n

    def greatest(self, fixed, free):
        """Greatest amount to `free` (node, most) with all of `fixed` (node, amount) given."""
        if not self.rows and not free:
            return None if any(amount for _, amount in fixed) else 0.0
        balance = np.zeros((2 * self.n, len(self.rows) + len(free)))
        for j, entries in enumerate(self.rows):
            for i, sign in entries:
                balance[i, j] += sign
        for j, (v, _) in enumerate(free):
            balance[self.n + self.at[v], len(self.rows) + j] -= 1
        drawn = np.zeros(2 * self.n)
        for v, amount in fixed:
            drawn[self.n + self.at[v]] += amount
        cost = np.r_[np.zeros(len(self.rows)), -np.ones(len(free))]
        bounds = self.bounds + [(0, most) for _, most in free]
        found = linprog(cost, A_eq=balance, b_eq=drawn, bounds=bounds, method="highs")
        return -found.fun if found.status == 0 else None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
@example(3371254)  # a need and people beyond it share a narrow way
def test_amounts_are_the_greatest_and_classes_go_in_order(seed):
    rng = np.random.default_rng(seed)
    city = bounded_city(rng)
    ids = city.assets["id"].to_numpy()
    edges = random_edges(rng)[:5]
    horizon = int(edges[-1]) + 60
    out = random_damage(rng, list(ids))[:LANES]
    network = build_network(city)
    outages = lanes_of(network, ids, out, range(LANES))
    ledger = ledger_of(city, network, SAID)
    books = ledger.books
    undamaged = Engine(network, edges, horizon).undamaged
    length = np.diff(np.append(edges, horizon))
    account = balance_of(
        network, ledger, outages, edges, horizon, lanes=np.arange(LANES), undamaged=undamaged
    )
    for lane in range(LANES):
        trace = trace_of(network, ledger, outages, edges, horizon, lane=lane, undamaged=undamaged)
        up = links_up(network, outages, edges, lane)
        stock = books.store_full.copy()
        for step in range(len(edges)):
            served, shed = trace.served[step], trace.shed[step]
            rate = np.minimum(books.store_rate, stock // length[step])
            rates = dict(zip(books.store_node, rate, strict=True))
            for line in range(len(network.lifelines)):
                span = range(*books.item_ptr[line : line + 2])
                had = account.granted[line, :, step, lane]
                programme = Programme(network, books, line, served, up[step], rates)
                needs = [[] for _ in ledger.classes]
                for i in span:
                    g = books.item_group[i]
                    if g >= 0 and not shed[g] and _wants(network, books, trace, step, g, i):
                        provider = _provider(network, served, g)
                        needs[books.item_class[i]].append((provider, books.item_amount[i]))
                fixed = [each for of_class in needs for each in of_class]
                own = {v: books.own[v] for v in programme.nodes}
                free = []
                for i in span:
                    v = books.item_node[i]
                    if v >= 0 and served[v]:
                        amount = books.item_amount[i]
                        if own[v] != NO_BOUND:
                            amount = min(amount, own[v])
                            own[v] -= amount
                        free.append((v, amount))
                most = programme.greatest(fixed, free)
                assert most is not None, "what needs got cannot be given"
                assert sum(amount for _, amount in fixed) == had[:2].sum() + (
                    sum(a for _, a in needs[2])
                )
                rounding = len(free) + 1
                assert abs(most + sum(a for _, a in needs[2]) - had[2]) <= rounding
            change = trace.stock[step] - stock
            assert (np.abs(change) <= books.store_rate * length[step]).all()
            assert (trace.stock[step] >= 0).all()
            assert (trace.stock[step] <= books.store_full).all()
            stock = trace.stock[step].copy()


def _provider(network, served, g):
    span = range(*network.group_ptr[g : g + 2])
    return next(network.group_provider[i] for i in span if served[network.group_provider[i]])


def _wants(network, books, trace, step, g, i):
    """Whether a need that is not shed draws: its asset is up and an alternative is served."""
    del books, i
    span = range(*network.group_ptr[g : g + 2])
    there = any(trace.served[step][network.group_provider[j]] for j in span)
    return there and trace.up[step][network.group_node[g]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_need_is_shed_only_where_it_cannot_be_served_whole(seed):
    """Needs of assets that feed nobody: class by class, none that is shed would still fit."""
    rng = np.random.default_rng(seed)
    nodes = " ".join(f"n{i}" for i in range(5))
    leaves = [(f"{'tw'[k % 2]}{k}", int(rng.integers(0, 5))) for k in range(8)]
    text = f"power: S* R* {nodes}; " + "; ".join(
        f"{name}: {' '.join(f'{a}*' for a, _ in leaves if a[0] == name[0])}"
        for name in ("telecom", "water")
    )
    links = " ".join(f"{a}-{b}" for a, b in zip(["S", *nodes.split()], nodes.split(), strict=False))
    city = tiny_city(
        text, f"{links} R-n{int(rng.integers(0, 5))}/x S-n3/y",
        [{"asset": a, "of": f"n{at}"} for a, at in leaves],
        [("n4", "z", 0.5), ("n1", "z", 0.5)], {"z": 100},
    )  # fmt: skip
    capacity = {a: float(rng.integers(1, 120)) for a in ["S", "R", "x", "y", "n0", "n2", "n3"]}
    kinds = dict.fromkeys(("n0", "n2", "n3"), "gate")
    city = with_amounts(city, capacity, [("z", "power", 60.0)], kinds)
    said = SAID.model_copy(
        update={
            "lifelines": ("power",),
            "draws": {
                "power": tuple(Draw(kind=f"{name}.*", amount=float(rng.integers(5, 40)))
                               for name in ("telecom", "water"))
            },
        }
    )  # fmt: skip
    network = build_network(city)
    books = ledger_of(city, network, said).books
    worked = Worked(city, {}, [0], said)
    served, shed = worked.trace.served[0], worked.trace.shed[0]
    line = network.lifelines.index("power")
    up = np.ones(network.link_rows, bool)
    programme = Programme(network, books, line, served, up, {})
    granted = []
    for of_class in range(2):
        needs = [i for i in range(*books.item_ptr[line : line + 2]) if books.item_group[i] >= 0]
        mine = [i for i in needs if books.item_class[i] == of_class]
        at = {i: _provider(network, served, books.item_group[i]) for i in mine}
        granted += [(at[i], books.item_amount[i]) for i in mine if not shed[books.item_group[i]]]
        for i in mine:
            if shed[books.item_group[i]]:
                amount = books.item_amount[i]
                assert programme.greatest(granted, [(at[i], amount)]) < amount - 0.5


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_lanes_do_not_touch_each_other(seed):
    rng = np.random.default_rng(seed)
    city = bounded_city(rng)
    ids = city.assets["id"].to_numpy()
    edges = random_edges(rng)
    horizon = int(edges[-1]) + 60
    out = random_damage(rng, list(ids))
    network = build_network(city)
    ledger = ledger_of(city, network, SAID)
    undamaged = Engine(network, edges, horizon).undamaged
    lanes = np.sort(rng.choice(512, len(out), replace=False))
    whole = balance_of(
        network, ledger, lanes_of(network, ids, out, lanes), edges, horizon, lanes=lanes,
        undamaged=undamaged,
    )  # fmt: skip
    alone = balance_of(
        network, ledger, lanes_of(network, ids, out[4:5], [77]), edges, horizon,
        lanes=np.array([77]), undamaged=undamaged,
    )  # fmt: skip
    for name in ("served", "zone_loss", "wanted", "granted", "stock"):
        assert (getattr(whole, name)[..., 4] == getattr(alone, name)[..., 0]).all(), name
