"""A street of four junctions: a depot at one end, a transformer at the other, roads that break."""

from __future__ import annotations

from tests.cities import tiny_city

KINDS = {
    "depot": "depot",
    "j1": "junction",
    "j2": "junction",
    "j3": "junction",
    "s1": "segment",
    "s2": "segment",
    "s3": "segment",
    "plant": "plant",
    "wire": "line",
    "t": "transformer",
    "hospital": "hospital",
}


def street(**repair):
    """The city; keywords are repair classes that assets name themselves."""
    city = tiny_city(
        "road: depot* j1 j2 j3; power: plant* t; health: hospital",
        "depot-j1/s1 j1-j2/s2 j2-j3/s3 plant-t/wire",
        [{"asset": "hospital", "lifeline": "power", "of": "t", "backup_h": 4.0}],
        [("t", "z", 1.0)],
        {"z": 1000},
    )
    assets = city.assets.copy()
    assets["kind"] = assets["id"].map(KINDS)
    assets["repair"] = [repair.get(name, "") for name in assets["id"]]
    at = assets.set_index("id").geometry
    assets.loc[assets["id"] == "t", "geometry"] = at["j3"]
    return city.replace(assets=assets)


CREWS = """
[[crews]]
name = "line"
skill = "line"
count = 2
base = "depot"

[[crews]]
name = "road"
skill = "road"
count = 1
base = "depot"
"""


def scenario(targets, *, crews="crews.toml", samples=64, horizon_h=240):
    """Text of a scenario of random damage."""
    return (
        f'[scenario]\nname = "x"\nsamples = {samples}\nhorizon_h = {horizon_h}\n'
        + (f'crews = "{crews}"\n' if crews else "")
        + '[[hazards]]\nkind = "random"\nname = "r"\ntargets = ['
        + ", ".join(targets)
        + "]\n"
    )


T = '{ ids = ["t"], probability = 1.0, state = "complete" }'
S3 = '{ ids = ["s3"], probability = 1.0, state = "break" }'
