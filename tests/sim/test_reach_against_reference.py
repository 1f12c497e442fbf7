"""Random small cities, every lane its own damage: the engine and the plain reference agree."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.events import Outages, given_outages
from tests.cities import tiny_city
from tests.reference import Reference

H = 60
LANES_USED = 12


def random_city(rng):
    """Three lifelines with trees, loops, own link assets, directed and open links, cyclic needs."""
    size = int(rng.integers(3, 9))
    names = {
        lifeline: [f"{lifeline[0]}{i}" for i in range(size)]
        for lifeline in ("power", "water", "telecom")
    }
    text, links = [], []
    for lifeline, nodes in names.items():
        sources = set(rng.choice(size, int(rng.integers(1, 3)), replace=False))
        parts = [f"{n}{'*' if i in sources else ''}" for i, n in enumerate(nodes)]
        text.append(f"{lifeline}: {' '.join(parts)}")
        pairs = [(int(rng.integers(0, i)), i) for i in range(1, size)]
        pairs += [tuple(rng.integers(0, size, 2)) for _ in range(int(rng.integers(0, size)))]
        for number, (a, b) in enumerate(pairs):
            if a == b:
                continue
            mark = rng.choice(["-", "-", "-", ">", "~"])
            own = f"/{lifeline[0]}l{number}" if rng.random() < 0.6 else ""
            switch = f"@{int(rng.integers(0, 3000))}" if mark == "~" and rng.random() < 0.7 else ""
            links.append(f"{nodes[a]}{mark}{nodes[b]}{own}{switch}")
    needs = []
    for _ in range(int(rng.integers(0, 3 * size))):
        mine, theirs = rng.choice(list(names), 2, replace=False)
        of = rng.choice(names[theirs], int(rng.integers(1, min(6, size) + 1)), replace=False)
        backup = float(rng.choice([0, 0, 1.5, 4, 7, 24]))
        manual = backup + float(rng.choice([1, 5, 30])) if rng.random() < 0.5 else float("nan")
        needs.append(
            {
                "asset": rng.choice(names[mine]),
                "of": " ".join(of),
                "quorum": int(rng.integers(1, len(of) + 1)),
                "backup_h": backup,
                "manual_start_h": manual,
            }
        )
    if rng.random() < 0.3 and any("/" in link for link in links):  # a need hangs on a link's asset
        own = next(link.partition("@")[0].split("/")[1] for link in links if "/" in link)
        lifeline = {"p": "water", "w": "telecom", "t": "power"}[own[0]]
        needs.append({"asset": names[lifeline][0], "of": own, "backup_h": 3.0})
    return tiny_city("; ".join(text), " ".join(links), needs)


def random_edges(rng):
    steps = np.unique(np.r_[0, rng.integers(1, 4000, int(rng.integers(1, 12)))])
    return steps.astype(np.int64)


def random_damage(rng, assets):
    share = rng.choice([0.02, 0.1, 0.4])
    out = []
    for _ in range(LANES_USED):
        hit = [a for a in assets if rng.random() < share]
        out.append({a: int(rng.integers(1, 6000)) for a in hit})
    return out


def lanes_of(network, ids, out, lanes):
    row_of = dict(zip(ids, network.row_of_asset(len(ids)), strict=True))
    rows, lane, minutes = [], [], []
    for position, damage in zip(lanes, out, strict=True):
        for asset, time in damage.items():
            if row_of[asset] >= 0:
                rows.append(row_of[asset])
                lane.append(position)
                minutes.append(time)
    return Outages(*(np.array(x, np.int32) for x in (rows, lane, minutes)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_engine_equals_reference(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    ids = city.assets["id"].to_numpy()
    edges = random_edges(rng)
    out = random_damage(rng, list(ids))
    lanes = np.sort(rng.choice(512, LANES_USED, replace=False))  # any lane of the row will do
    network = build_network(city)
    engine = Engine(network, edges, int(edges[-1]) + 60)
    outages = given_outages(network, lanes_of(network, ids, out, lanes), 512)
    reference = Reference(city)
    want = [reference.run(damage, list(edges)) for damage in out]
    nodes = ids[network.asset]
    for step, state in enumerate(engine.states(outages)):
        for position, sets in zip(lanes, want, strict=True):
            bit = (state.served[:, position >> 6] >> np.uint64(position & 63)) & np.uint64(1)
            got = set(nodes[bit != 0])
            assert got == sets[step] & set(nodes), (step, position)
