from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.check import check
from rencity.city.importing import import_into
from rencity.city.readers.gtfs import feed as feed_module
from rencity.city.readers.gtfs import read_gtfs
from rencity.city.readers.gtfs.days import DAYS, seconds
from rencity.city.readers.ledger import Part
from rencity.kit.errors import InputError

# M1 is a metro A-B-C and back, 7 a bus from platform B1 of station B to X, N a night bus
FEED = {
    "stops": """stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
A,甲,31.00,120.00,,
B,乙,31.00,120.01,1,
B1,乙台,31.0001,120.0101,0,B
B2,乙门,31.0002,120.0102,2,B
C,丙,31.00,120.02,,
X,丁,31.01,120.01,,
Y,戊,31.02,120.01,,
""",
    "routes": """route_id,route_short_name,route_long_name,route_type
M1,1号线,,1
R7,7路,,3
N,夜,,3
""",
    "trips": """route_id,service_id,trip_id,shape_id
M1,W,out,S
M1,W,back,
R7,W,bus,
N,WE,night,
""",
    "stop_times": """trip_id,arrival_time,departure_time,stop_id,stop_sequence
out,06:00:00,06:00:00,A,1
out,06:03:00,06:03:00,B1,2
out,06:06:00,06:06:00,C,3
back,23:58:00,23:58:00,C,1
back,24:01:00,24:01:00,B1,5
back,24:05:00,25:05:00,A,9
bus,7:00:00,7:00:00,B,1
bus,,,X,2
night,02:00:00,02:00:00,X,1
night,02:10:00,02:10:00,Y,2
""",
    "calendar": f"""service_id,{",".join(DAYS)},start_date,end_date
W,1,1,1,1,1,0,0,20260105,20260201
WE,0,0,0,0,0,1,1,20260105,20260201
""",
    "calendar_dates": """service_id,date,exception_type
W,20260105,2
WE,20260107,2
""",
    "frequencies": """trip_id,start_time,end_time,headway_secs
bus,06:00:00,07:00:00,600
bus,23:30:00,24:30:00,1800
""",
    "shapes": """shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence
S,31.00,120.00,1
S,31.003,120.005,2
S,31.00,120.01,3
S,31.00,120.02,4
""",
}


def written(folder: Path, encoding: str = "utf-8", **parts: str | None) -> Path:
    for name, text in (FEED | parts).items():
        if text is not None:
            (folder / f"{name}.txt").write_bytes(text.encode(encoding))
    return folder


def zipped(path: Path, inside: str = "", **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in (FEED | parts).items():
            made.writestr(f"{inside}{name}.txt", text)
    return path


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="small", name="小城"), part.tables)


def told(part: Part, name: str) -> dict[str, int]:
    layer = next(each for each in part.layers if each.name == name)
    return dict(layer.merged) | dict(layer.refused)


def rules(part: Part) -> set[str]:
    return {finding.rule for finding in part.findings}


def test_what_becomes_what(tmp_path: Path) -> None:
    made = city(read_gtfs(written(tmp_path)))
    places = made.assets[made.assets["id"].str.startswith("gtfs-s-")]
    assert places[["id", "kind", "source"]].to_numpy().tolist() == [
        ["gtfs-s-A", "station", True],
        ["gtfs-s-B", "station", True],
        ["gtfs-s-C", "station", True],
        ["gtfs-s-X", "stop", False],
    ]
    assert set(places.loc[places["source"], "rule"]) == {"gtfs-terminal-is-source"}
    columns = ["id", "start", "end", "directed", "asset", "runs_per_d"]
    assert made.links[columns].to_numpy().tolist() == [
        ["gtfs-l-B-X", "gtfs-s-B", "gtfs-s-X", True, "", 8.0],
        ["gtfs-t-A-B", "gtfs-s-A", "gtfs-s-B", True, "gtfs-t-A-B", 1.0],
        ["gtfs-t-B-A", "gtfs-s-B", "gtfs-s-A", True, "gtfs-t-A-B", 1.0],
        ["gtfs-t-B-C", "gtfs-s-B", "gtfs-s-C", True, "gtfs-t-B-C", 1.0],
        ["gtfs-t-C-B", "gtfs-s-C", "gtfs-s-B", True, "gtfs-t-B-C", 1.0],
    ]
    tracks = made.assets[made.assets["kind"].eq("line")]
    assert tracks["id"].tolist() == ["gtfs-t-A-B", "gtfs-t-B-C"]
    assert set(tracks["name"]) == {"1号线"}
    assert not [finding for finding in check(made) if finding.severity == "error"]


def test_rows_are_told_by_reason(tmp_path: Path) -> None:
    part = read_gtfs(written(tmp_path))
    assert told(part, "stops") == {
        "part of its station": 2,
        "no trip of the working day calls here": 1,
    }
    assert told(part, "trips") == {
        "does not run on 2026-01-06": 1,
        "counted in the runs of its links": 3,
    }
    assert told(part, "stop_times") == {
        "a call: told in the links of its trip": 8,
        "its trip does not run on 2026-01-06": 2,
    }


def test_sections_follow_the_shape(tmp_path: Path) -> None:
    """A to B goes round by the north: twice the half of 954 m east and 333 m north."""
    part = read_gtfs(written(tmp_path))
    made = city(part)
    links = made.links.set_index("id")
    straight = 0.01 * 111_320 * np.cos(np.radians(31))
    round_ = 2 * np.hypot(straight / 2, 0.003 * 110_860)
    assert links.loc["gtfs-t-A-B", "length_m"] == pytest.approx(round_, rel=5e-3)
    assert links.loc["gtfs-t-B-A", "length_m"] == pytest.approx(straight, rel=5e-3)
    assert links.loc["gtfs-t-B-A", "rule"] == "gtfs-straight-length"
    drawn = made.assets.set_index("id").geometry["gtfs-t-A-B"]
    assert len(drawn.coords) == 3
    assert rules(part) == {"gtfs-straight-length"}


def test_a_stop_off_the_shape_is_not_on_it(tmp_path: Path) -> None:
    far = FEED["shapes"].replace(",120.", ",121.")
    made = city(read_gtfs(written(tmp_path, shapes=far)))
    assert set(made.links["rule"]) == {"gtfs-straight-length"}


def test_the_working_day_is_the_first_of_the_busiest(tmp_path: Path) -> None:
    part = read_gtfs(written(tmp_path))  # Monday the 5th is taken out
    assert part.sources[0].note == "timetable of 2026-01-06"
    more = FEED["calendar_dates"] + "WE,20260110,2\nWE,20260108,1\n"
    busy = read_gtfs(written(tmp_path, calendar_dates=more))
    assert busy.sources[0].note == "timetable of 2026-01-08"
    assert "gtfs-l-X-Y" in set(busy.tables["links"]["id"])


def test_a_weekend_feed_has_its_busiest_day(tmp_path: Path) -> None:
    calendar = FEED["calendar"].replace("1,1,1,1,1,0,0", "0,0,0,0,0,0,1")
    part = read_gtfs(written(tmp_path, calendar=calendar, calendar_dates=None))
    assert part.sources[0].note == "timetable of 2026-01-11"


def test_without_a_calendar_every_trip_runs(tmp_path: Path) -> None:
    part = read_gtfs(written(tmp_path, calendar=None, calendar_dates=None))
    assert "gtfs-no-calendar" in rules(part)
    assert "gtfs-l-X-Y" in set(city(part).links["id"])


@pytest.mark.parametrize("line", ["W,2026015,1", "W,99990101,1", "W,20260106,3", "W,,1"])
def test_dates_that_are_none_are_refused(tmp_path: Path, line: str) -> None:
    part = read_gtfs(written(tmp_path, calendar_dates=f"service_id,date,exception_type\n{line}\n"))
    assert told(part, "calendar_dates") == {"no date, or neither added nor removed": 1}


def test_missing_stops_part_their_trips(tmp_path: Path) -> None:
    """Nothing may join A and C over a stop that is not there."""
    times = FEED["stop_times"].replace(",B1,2", ",GONE,2").replace(",B1,5", ",GONE,5")
    part = read_gtfs(written(tmp_path, stop_times=times))
    assert city(part).links["id"].tolist() == ["gtfs-l-B-X"]
    assert told(part, "stop_times")["names no stop that has a place"] == 2
    assert "gtfs-missing-stops" in rules(part)


@pytest.mark.parametrize("place", ["0,0", "91,120", ",120", "north,120", "nan,120"])
def test_stops_without_a_place_are_refused(tmp_path: Path, place: str) -> None:
    part = read_gtfs(written(tmp_path, stops=FEED["stops"].replace("31.01,120.01", place)))
    assert told(part, "stops")["no coordinates on the globe"] == 1
    assert "gtfs-s-X" not in set(city(part).assets["id"])


def test_a_platform_without_coordinates_is_its_station(tmp_path: Path) -> None:
    stops = FEED["stops"].replace("31.0001,120.0101", ",")
    assert len(city(read_gtfs(written(tmp_path, stops=stops))).links) == 5


def test_a_stop_without_its_parent_stands_alone(tmp_path: Path) -> None:
    part = read_gtfs(written(tmp_path, stops=FEED["stops"].replace("0,B\n", "0,Z\n")))
    assert "gtfs-parent-missing" in rules(part)
    assert "gtfs-s-B1" in set(city(part).assets["id"])


def test_unknown_trips_are_refused(tmp_path: Path) -> None:
    times = FEED["stop_times"] + "ghost,1:00:00,1:00:00,A,1\nghost,1:00:00,1:00:00,C,2\n"
    part = read_gtfs(written(tmp_path, stop_times=times))
    assert told(part, "stop_times")["names no trip that is kept"] == 2
    assert len(city(part).links) == 5


def test_order_is_that_of_the_sequence(tmp_path: Path) -> None:
    head, *rows = FEED["stop_times"].splitlines()
    turned = "\n".join([head, *rows[::-1]])
    one = read_gtfs(written(tmp_path)).tables["links"]
    other = read_gtfs(written(tmp_path, stop_times=turned)).tables["links"]
    pd.testing.assert_frame_equal(one, other)


def test_rows_that_cannot_be_ordered_are_refused(tmp_path: Path) -> None:
    times = FEED["stop_times"] + "out,,,X,2\nout,,,X,third\nout,,X\n"
    part = read_gtfs(written(tmp_path, stop_times=times))
    said = told(part, "stop_times")
    assert said["stop_sequence twice in its trip"] == 1
    assert said["stop_sequence is no number"] == 1
    assert said["not as many fields as the header"] == 1


def test_ids_that_stand_twice_are_refused(tmp_path: Path) -> None:
    more = {
        "stops": FEED["stops"] + "A,again,31.5,120.5,,\n",
        "trips": FEED["trips"] + "R7,W,out,\n",
        "routes": FEED["routes"] + "M1,again,,3\n",
    }
    part = read_gtfs(written(tmp_path, **more))
    for name, column in (("stops", "stop_id"), ("trips", "trip_id"), ("routes", "route_id")):
        assert told(part, name)[f"{column} twice"] == 1
    assert city(part).assets.set_index("id").geometry["gtfs-s-A"].x == 120.0


def test_times_past_midnight_and_times_that_are_none(tmp_path: Path) -> None:
    assert "gtfs-bad-time" not in rules(read_gtfs(written(tmp_path)))
    times = FEED["stop_times"].replace("06:03:00,06:03:00", "6.03,06:99:00")
    bad = next(
        f for f in read_gtfs(written(tmp_path, stop_times=times)).findings if "time" in f.rule
    )
    assert bad.what.startswith("2 times")
    made = seconds(np.array(["0:00:00", "25:00:01", "7:5:00", "", "x"], dtype=object))
    assert made[:2].tolist() == [0, 90_001]
    assert np.isnan(made[2:]).all()


def test_unknown_modes_are_told(tmp_path: Path) -> None:
    part = read_gtfs(written(tmp_path, routes=FEED["routes"].replace("7路,,3", "7路,,77")))
    assert "gtfs-unknown-mode" in rules(part)


@pytest.mark.parametrize(("mode", "kind"), [(0, "stop"), (2, "station"), (401, "station")])
def test_tracks_are_assets_by_mode(tmp_path: Path, mode: int, kind: str) -> None:
    routes = FEED["routes"].replace("1号线,,1", f"1号线,,{mode}")
    made = city(read_gtfs(written(tmp_path, routes=routes))).assets.set_index("id")
    assert made.loc["gtfs-s-A", "kind"] == kind
    assert made.loc["gtfs-t-A-B", "kind"] == "line"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str) -> None:
    text = {name: text.replace("\n", "\r\n") for name, text in FEED.items()}
    made = city(read_gtfs(written(tmp_path, encoding, **text)))
    assert set(made.assets["name"]) == {"甲", "乙", "丙", "丁", "1号线"}


def test_a_zip_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    one = read_gtfs(written(tmp_path / "f"))
    for inside in ("", "feed/"):
        other = read_gtfs(zipped(tmp_path / "f.zip", inside))
        for name, frame in one.tables.items():
            pd.testing.assert_frame_equal(frame, other.tables[name])


def test_a_city_with_zones_gets_no_other(tmp_path: Path) -> None:
    whole = read_gtfs(written(tmp_path))
    assert whole.tables["zones"]["rule"].tolist() == ["gtfs-extent-zone"]
    assert "zones" not in read_gtfs(tmp_path, city=city(whole)).tables


@pytest.mark.parametrize("name", ["stops", "routes", "trips", "stop_times"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    written(tmp_path)
    (tmp_path / f"{name}.txt").unlink()
    with pytest.raises(InputError, match=f"{name}.txt is missing"):
        read_gtfs(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("stop_times", "stop_sequence", "order", "no column stop_sequence"),
        ("stops", "stop_name", "stop_id", "column stop_id stands twice"),
        ("trips", FEED["trips"], "", "no column trip_id, route_id, service_id"),
        ("stop_times", "out,", "in,", "no trip joins two stops"),
        ("stops", "A,", "\0,", "stops.txt"),
    ],
)
def test_faults_of_a_file(tmp_path: Path, name: str, old: str, new: str, what: str) -> None:
    parts: dict[str, str | None] = {name: FEED[name].replace(old, new)}
    if new == "in,":
        kept = [row for row in FEED["stop_times"].splitlines() if row.startswith(("trip", "out"))]
        parts = {name: "\n".join(kept).replace(old, new)}
    with pytest.raises(InputError, match=what) as caught:
        read_gtfs(written(tmp_path, **parts))
    assert caught.value.mend


def test_zips_that_do_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    src = tmp_path / "f.zip"
    src.write_bytes(zipped(src).read_bytes()[:-40])
    with pytest.raises(InputError, match="not a ZIP"):
        read_gtfs(src)
    zipped(src, shapes="0" * (feed_module.SMALL_BYTES + 1))
    with pytest.raises(InputError, match=r"shapes.txt unpacks to \d+ times its size"):
        read_gtfs(src)
    monkeypatch.setattr(feed_module, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="more than"):
        read_gtfs(zipped(src))


def test_nothing_leaves_a_zip(tmp_path: Path) -> None:
    src = tmp_path / "deep" / "f.zip"
    src.parent.mkdir()
    zipped(src)
    with zipfile.ZipFile(src, "a") as made:
        made.writestr("../../evil.txt", "out")
        made.writestr("/tmp/evil.txt", "out")  # noqa: S108
    city(read_gtfs(src))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "f.zip"]


def test_a_zip_of_two_feeds_or_of_broken_bytes(tmp_path: Path) -> None:
    src = zipped(tmp_path / "f.zip", "one/")
    with zipfile.ZipFile(src, "a") as made:
        made.writestr("two/stops.txt", FEED["stops"])
    with pytest.raises(InputError, match="2 feeds: one, two"):
        read_gtfs(src)
    data = bytearray(zipped(src).read_bytes())
    at = bytes(data).index(b"stop_times.txt") + 40
    data[at : at + 20] = bytes(20)
    src.write_bytes(data)
    with pytest.raises(InputError, match=r"stop_times.txt is broken"):
        read_gtfs(src)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(FEED)),
    st.lists(st.sampled_from("\n".join(FEED.values()).splitlines()), max_size=20),
    st.binary(max_size=8),
)
def test_any_text_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, part: str, lines: list[str], noise: bytes
) -> None:
    folder = written(tmp_path_factory.mktemp("noise"))
    head = FEED[part].splitlines()[0]
    (folder / f"{part}.txt").write_bytes("\n".join([head, *lines]).encode() + noise)
    try:
        city(read_gtfs(folder))
    except InputError as exc:
        assert exc.place  # noqa: PT017
        assert exc.mend  # noqa: PT017


def test_the_feed_is_kept_with_its_ids(tmp_path: Path) -> None:
    src, folder = zipped(tmp_path / "f.zip"), tmp_path / "city"
    import_into("gtfs", src, folder)
    kept = (folder / "gtfs/f.zip").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(kept)).read("stops.txt").decode() == FEED["stops"]
    ids = pd.read_csv(folder / "gtfs/f.ids.csv", dtype=str).set_index("theirs")["id"]
    assert ids["B1"] == "gtfs-s-B"
    assert set(ids) <= set(City.open(folder).assets["id"])
    assert not import_into("gtfs", src, folder).changed


def test_a_heading_with_a_stray_line_break_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path)
    head = FEED["calendar"].splitlines()[0]
    (folder / "calendar.txt").write_bytes(head.encode() + b"\r\x01")
    with pytest.raises(InputError, match="its heading is no line of CSV"):
        city(read_gtfs(folder))
