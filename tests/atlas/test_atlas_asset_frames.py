"""Assets over time, against the run folder's own tables and against each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from rencity.atlas import runs
from rencity.rehearse import stress
from tests.atlas.conftest import Read
from tests.servers import CUTOFF

DAMAGED, CUT, NEVER = 1, 2, 255


class Frames(NamedTuple):
    """What came over the wire; values (steps, assets), those in service all the time are 0."""

    whole: np.ndarray
    rows: np.ndarray
    samples: int


def frames(read: Read, run: str = "shaken", **params: object) -> Frames:
    answer = read.here.client.get(f"runs/{run}/asset-frames", params=params)
    assert answer.status_code == 200, answer.text
    count, series, steps = (int(n) for n in answer.headers["x-shape"].split(","))
    ints = np.frombuffer(answer.content[: 8 * count], "<i4").reshape(2, count)
    values = np.frombuffer(answer.content[8 * count :], np.uint8).reshape(steps, series)
    whole = np.zeros((steps, len(read.city.assets)), np.uint8)
    whole[:, ints[0]] = values[:, ints[1]]
    assert len(np.unique(values, axis=1).T) == series
    return Frames(whole, ints[0], int(answer.headers["x-samples"]))


def edges_min(read: Read, run: str = "shaken") -> np.ndarray:
    said = json.loads((read.sources[run] / "run.json").read_text("utf-8"))["outages"]
    return np.append(said["edge_min"], said["horizon_min"])


def links(read: Read) -> pd.DataFrame:
    """Links that are assets of their own and closed, with rows of both ends."""
    index = pd.Index(read.city.assets["id"])
    table = read.city.links[(read.city.links["asset"] != "") & ~read.city.links["normally_open"]]
    return table.assign(
        **{name: index.get_indexer(table[name]) for name in ("asset", "start", "end")}
    )


def test_shares_add_up_to_the_hours_that_the_run_tells(read: Read) -> None:
    found = frames(read)
    assert found.samples == 40
    told = pd.read_parquet(read.sources["shaken"] / "assets.parquet")["outage_h_mean"].to_numpy()
    made = (found.whole / 200 * np.diff(edges_min(read))[:, None] / 60).sum(axis=0)
    of_links = np.isin(np.arange(len(told)), links(read)["asset"])
    alive = (found.whole != NEVER).all(axis=0)
    np.testing.assert_allclose(made[~of_links & alive], told[~of_links & alive], atol=1e-6)
    assert told[~of_links & alive].sum() > 0
    assert (told[np.setdiff1d(np.arange(len(told)), found.rows)] == 0).all()


def test_samples_one_by_one_make_the_shares(read: Read) -> None:
    shares = frames(read).whole
    total = np.zeros(shares.shape)
    for sample in range(40):
        state = frames(read, sample=sample)
        assert state.samples == 1
        total += np.where(state.whole == NEVER, NEVER / 5, state.whole > 0) * 5
    np.testing.assert_array_equal(np.where(shares == NEVER, NEVER * 40, shares), total)


def test_damage_is_what_the_run_kept_and_what_rides_on_it(read: Read) -> None:
    held = pd.read_parquet(read.sources["shaken"] / "outages.parquet")
    index = pd.Index(read.city.assets["id"])
    riders = read.city.carriers.groupby("carrier")["asset"].apply(list).to_dict()
    for sample in (0, 7):
        whole = frames(read, sample=sample).whole
        wanted = np.zeros(whole.shape, bool)
        for one in held[held["sample"] == sample].itertuples():
            now = (one.begin_min <= edges_min(read)[:-1]) & (edges_min(read)[:-1] < one.end_min)
            for asset in [one.asset, *riders.get(one.asset, [])]:
                wanted[now, index.get_loc(asset)] = True
        alive = whole != NEVER
        np.testing.assert_array_equal((whole == DAMAGED)[alive], wanted[alive])
        assert wanted.any()


def test_a_link_is_cut_when_nothing_feeds_it(read: Read) -> None:
    of = links(read)
    whole = frames(read, sample=0).whole
    ends = (whole[:, of["start"]] > 0, whole[:, of["end"]] > 0)
    fed = np.where(of["directed"].to_numpy(), ~ends[0], ~(ends[0] & ends[1]))
    mine = whole[:, of["asset"]]
    free = (mine != NEVER) & (mine != DAMAGED)
    np.testing.assert_array_equal((mine == CUT)[free], ~fed[free])
    assert (mine == CUT).any()


def test_whole_assets_go_dark_with_their_sources(read: Read, tmp_path: Path) -> None:
    text = CUTOFF.format(hours=48).replace("horizon_h = 96", "horizon_h = 96\nsamples = 3")
    folder = stress(read.here.services.places.city("demo-block", 1), text).write(tmp_path / "dark")
    read.enter("dark", folder, "stress")
    power = frames(read, "dark", lifeline="power", sample=2).whole
    assets = read.city.assets
    of_power = (assets["lifeline"] == "power").to_numpy()
    source = assets["source"].to_numpy(bool) & of_power
    assert (power[0, source] == DAMAGED).all()
    assert set(power[0, of_power & ~source]) <= {CUT, NEVER}
    assert not power[-1].any()


def test_one_lifeline(read: Read) -> None:
    every, water = frames(read), frames(read, lifeline="water")
    mine = (read.city.assets["lifeline"] == "water").to_numpy()
    np.testing.assert_array_equal(water.whole, np.where(mine, every.whole, 0))
    assert mine[water.rows].all()
    assert len(water.rows)


def test_squares_hold_the_mean_of_their_assets(read: Read) -> None:
    cells = read.get("runs/shaken/asset-cells", lifeline="power")
    answer = read.here.client.get("runs/shaken/asset-cells/frames", params={"lifeline": "power"})
    shape = [int(n) for n in answer.headers["x-shape"].split(",")]
    got = np.frombuffer(answer.content, np.uint8).reshape(shape)
    table = pd.read_parquet(read.sources["shaken"] / "assets.parquet")
    power = table[table["lifeline"] == "power"]
    column = (power["lon"] - cells["west"]) // cells["width_deg"]
    row = (cells["north"] - power["lat"]) // cells["height_deg"]
    place = pd.MultiIndex.from_arrays([cells["columns"], cells["rows"]])
    cell = place.get_indexer(pd.MultiIndex.from_arrays([column.astype(int), row.astype(int)]))
    assert (cell >= 0).all()
    assert np.bincount(cell).tolist() == cells["assets"]
    whole = frames(read, lifeline="power").whole[:, power.index].astype(float)
    whole[whole == NEVER] = np.nan
    mean = pd.DataFrame(whole.T).groupby(cell).mean().fillna(NEVER).to_numpy().T
    assert np.abs(got - mean).max() <= 0.5
    assert got.max() > 0
    one = read.here.client.get(
        "runs/shaken/asset-cells/frames", params={"lifeline": "power", "sample": 1}
    )
    states = frames(read, lifeline="power", sample=1).whole[:, power.index]
    gone = np.where(states == NEVER, np.nan, (states > 0) * 200.0)
    mean = pd.DataFrame(gone.T).groupby(cell).mean().fillna(NEVER).to_numpy().T
    assert np.abs(np.frombuffer(one.content, np.uint8).reshape(shape) - mean).max() <= 0.5


@pytest.mark.parametrize("path", ["asset-frames", "asset-cells/frames"])
def test_who_has_them_need_not_fetch_them_again(read: Read, path: str) -> None:
    url = f"runs/shaken/{path}"
    packed = read.here.client.get(url)
    plain = read.here.client.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    again = read.here.client.get(url, headers={"If-None-Match": f'"x", {packed.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    other = read.here.client.get(
        url, params={"sample": 0}, headers={"If-None-Match": packed.headers["etag"]}
    )
    assert other.status_code == 200


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_assets_without_places(read: Read, share: float) -> None:
    key = f"bare-{share}"
    read.enter(key, read.sources["shaken"], "stress")
    path = read.here.services.places.run(key) / "assets.parquet"
    table = pd.read_parquet(path)
    table.loc[: int(share * len(table)) - 1, ["lon", "lat"]] = np.nan
    table.to_parquet(path, index=False)
    np.testing.assert_array_equal(frames(read, key).whole, frames(read).whole)
    cells = read.get(f"runs/{key}/asset-cells")
    assert sum(cells["assets"]) == int(table["lon"].notna().sum())
    answer = read.here.client.get(f"runs/{key}/asset-cells/frames")
    steps = len(edges_min(read)) - 1
    assert answer.headers["x-shape"] == f"{steps},{len(cells['columns'])}"


@pytest.mark.parametrize("path", ["asset-frames", "asset-cells/frames"])
@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"sample": 40}, 404, "give 0 to 39"),
        ({"sample": -1}, 422, "sample"),
        ({"sample": "x"}, 422, "sample"),
        ({"lifeline": "powr"}, 404, "did you mean 'power'"),
        ({"lifeline": ""}, 404, "use one of"),
        ({"lifeline": "../../etc/passwd"}, 404, "use one of"),
    ],
)
def test_what_cannot_be_asked(
    read: Read, path: str, asked: dict[str, object], status: int, said: str
) -> None:
    answer = read.here.client.get(f"runs/shaken/{path}", params=asked)
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert answer.json()["error"]["mend"]


@pytest.mark.parametrize("path", ["asset-frames", "asset-cells/frames"])
def test_a_run_whose_city_or_outages_are_gone(read: Read, path: str) -> None:
    places, key = read.here.services.places, path.replace("/", "-")
    read.enter(f"late-{key}", read.sources["shaken"], "stress", city_version=7)
    answer = read.here.client.get(f"runs/late-{key}/{path}")
    assert (answer.status_code, "version 7" in answer.text) == (404, True)
    read.enter(f"torn-{key}", read.sources["shaken"], "stress")
    (places.run(f"torn-{key}") / "outages.parquet").unlink()
    answer = read.here.client.get(f"runs/torn-{key}/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run")
    assert str(places.folder) not in answer.text
    read.enter(f"mute-{key}", read.sources["shaken"], "stress")
    mark = places.run(f"mute-{key}") / "run.json"
    about = json.loads(mark.read_text("utf-8"))
    mark.write_text(json.dumps({k: v for k, v in about.items() if k != "outages"}))
    answer = read.here.client.get(f"runs/mute-{key}/{path}")
    assert answer.status_code == 404
    assert "rencity stress" in answer.json()["error"]["mend"]


def test_who_waits_long_is_told_so(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    read.enter("busy", read.sources["shaken"], "stress")
    services = read.here.services
    monkeypatch.setattr(runs, "WAIT_S", 0.05)
    with services.runs.of(services.places.run("busy"), "busy").in_turn("why"):
        answer = read.here.client.get("runs/busy/asset-frames")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "limit")
    assert frames(read, "busy").samples == 40
