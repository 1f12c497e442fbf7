"""Random small cities for property tests."""

from __future__ import annotations

from tests.cities import tiny_city


def random_city(rng, *, backups=True, served=False):
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
        backup = float(rng.choice([0, 0, 1.5, 4, 7, 24])) if backups else 0.0
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
        needs.append({"asset": names[lifeline][0], "of": own, "backup_h": 3.0 if backups else 0.0})
    serves, zones = [], None
    if served:
        zones = {"z": 1000}
        for nodes in names.values():
            chosen = rng.choice(nodes, min(4, size), replace=False)
            serves += [(a, "z", 0.25) for a in chosen]
    return tiny_city("; ".join(text), " ".join(links), needs, serves, zones)
