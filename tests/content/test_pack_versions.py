"""Versions with dates, overlays of regions, and who wins on a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.content import Packs, load_packs
from rencity.content.checking import check_packs
from rencity.content.envelope import holds_in, rank
from rencity.kit.errors import PackError
from tests.content.conftest import MANIFEST

Write = Callable[..., Path]

VERSION = """  - title: {{zh: 甲, en: A}}
    source: {{title: Someone}}
    in_force: {{{dates}}}
    size_m: {size}
"""
ONE = """my.cells:
  title: {{zh: 甲, en: A}}
  source: {{title: Someone}}
  in_force: {{{dates}}}
  size_m: {size}
"""


def cells(*versions: tuple[str, float]) -> str:
    said = (VERSION.format(dates=dates, size=size) for dates, size in versions)
    return "my.cells:\n" + "".join(said)


CHANGED = cells(("to: 2026-05-31", 100), ("from: 2026-06-01", 200))


def size(packs: Packs) -> float | None:
    held = packs.cells.get("my.cells")
    return None if held is None else held.size_m


def test_a_threshold_that_changed_on_a_day_stands_twice_and_the_day_picks(write: Write) -> None:
    folder = write(cells=CHANGED)
    assert check_packs([folder], shipped=False) == []

    def on(day: date | None) -> float | None:
        return size(load_packs([folder], shipped=False, on=day))

    days = [date(2020, 1, 1), date(2026, 5, 31), date(2026, 6, 1), date(2030, 1, 1)]
    assert [on(day) for day in days] == [100, 100, 200, 200]
    assert on(None) == 200  # the newest
    text = cells(("from: 2026-06-01", 200), ("to: 2026-05-31", 100))
    write(cells=text)
    assert on(None) == 200  # whatever their order in the file


def test_versions_in_force_together_are_refused(write: Write) -> None:
    folder = write(cells=cells(("to: 2026-06-01", 100), ("from: 2026-06-01", 200)))
    (finding,) = check_packs([folder], shipped=False)
    assert (finding.rule, finding.severity) == ("versions-overlap", "error")
    assert finding.table.endswith("cells.yaml:6")
    assert "2026-06-01" in finding.what
    with pytest.raises(PackError, match="in force together"):
        load_packs([folder], shipped=False)


def test_days_without_a_version_are_a_note(write: Write) -> None:
    folder = write(cells=cells(("to: 2026-05-30", 100), ("from: 2026-06-01", 200)))
    (finding,) = check_packs([folder], shipped=False)
    assert (finding.rule, finding.severity) == ("versions-gap", "note")
    assert size(load_packs([folder], shipped=False, on=date(2026, 5, 31))) is None


def test_a_fault_in_a_version_stands_at_its_line(write: Write) -> None:
    folder = write(cells=CHANGED.replace("200", "-1"))
    (finding,) = check_packs([folder], shipped=False)
    assert finding.table.endswith("cells.yaml:9")
    assert finding.field == "size_m"
    write(cells="my.cells: []\n")
    assert {f.rule for f in check_packs([folder], shipped=False)} >= {"schema"}


def test_a_regions_entry_replaces_the_nations_whole(write: Write) -> None:
    nation = write("nation", region="CN", cells=ONE.format(dates="", size=100))
    full = ONE.format(dates="", size=100).replace("size_m: 100", "size_m: 100\n  least_share: 0.3")
    write("nation", region="CN", cells=full)
    city = write("city", region="320200", cells=ONE.format(dates="", size=200))
    held = load_packs([nation, city], shipped=False, region="320213").cells["my.cells"]
    assert (held.size_m, held.least_share) == (200, 0.1)


def test_history_says_who_wins_on_a_day_and_why(write: Write) -> None:
    nation = write("nation", region="CN", cells=CHANGED)
    other = write("other", region="110000", cells=ONE.format(dates="", size=300))
    city = write("city", region="320200", cells=ONE.format(dates="from: 2026-07-01", size=400))
    gone = write(
        "gone",
        region="320200",
        more="[in_force]\nto = 2020-01-01",
        cells=ONE.format(dates="", size=50),
    )
    folders = [city, gone, other, nation]

    def told(on: date | None) -> dict[float, tuple[bool, str]]:
        packs = load_packs(folders, shipped=False, region="320213", on=on)
        rows = packs.history("cells", "my.cells")
        assert [row.pack.manifest.id for row in rows] == [
            "nation",
            "nation",
            "other",
            "city",
            "gone",
        ]
        for row in rows:
            assert row.why.zh
            if row.wins:
                assert packs.entries["cells"]["my.cells"] is row.entry
        return {row.entry.value.size_m: (row.wins, row.why.en) for row in rows}

    june = told(date(2026, 6, 15))
    assert june[100] == (False, "holds … to 2026-05-31, not on 2026-06-15")
    assert june[200] == (True, "the only one in force")
    assert june[300] == (False, "holds in 110000 only")
    assert june[400] == (False, "holds 2026-07-01 to …, not on 2026-06-15")
    assert june[50] == (False, "its pack holds … to 2020-01-01, not on 2026-06-15")
    july = told(date(2026, 7, 1))
    assert july[200] == (False, "lies under city, whose region 320200 is narrower")
    assert july[400] == (True, "lies over nation")
    ever = told(None)
    assert ever[100] == (False, "lies under gone, whose region 320200 is narrower")
    assert ever[400] == (False, "lies under gone, which comes later")
    assert load_packs(folders, shipped=False).history("cells", "your.cells") == []
    packs = load_packs(folders, shipped=False, region="320213", on=date(2026, 7, 1))
    wins = [
        r.entry.value.size_m
        for r in packs.history("cells", "my.cells", on=date(2026, 6, 15))
        if r.wins
    ]
    assert wins == [200]


REGIONS = ["", "CN", "US", "320000", "320200", "320213", "110000"]
EPOCH = date(2026, 1, 1)
DAYS = st.integers(0, 40).map(lambda n: EPOCH + timedelta(days=n))


@st.composite
def dated(draw: st.DrawFn) -> list[tuple[date | None, date | None]]:
    """Stretches of days in order, none meeting another; the first and last may have no end."""
    edges = sorted(draw(st.sets(DAYS, min_size=2, max_size=6)))
    pairs = list(pairwise(edges))[::2]
    ends: list[tuple[date | None, date | None]] = [(a, b) for a, b in pairs]
    if draw(st.booleans()):
        ends[-1] = (ends[-1][0], None)
    return ends


def stretch(ends: tuple[date | None, date | None]) -> str:
    since, until = ends
    said = [f"from: {since}"] if since else []
    return ", ".join([*said, *([f"to: {until}"] if until else [])])


@settings(deadline=None, max_examples=60)
@given(
    held=st.dictionaries(st.sampled_from(REGIONS), dated(), min_size=1, max_size=50),
    order=st.randoms(use_true_random=False),
    place=st.sampled_from(["320213", "320205", "320500", "110000", "US"]),
    day=DAYS,
)
def test_the_narrowest_region_in_force_wins_whatever_the_order(
    held: dict[str, list[tuple[date | None, date | None]]],
    order: object,
    place: str,
    day: date,
) -> None:
    with TemporaryDirectory() as base:
        folders, expected = [], []
        for number, (region, stretches) in enumerate(held.items()):
            folder = Path(base) / f"p{number}"
            folder.mkdir()
            said = MANIFEST.format(name=f"p{number}", region=region, more="")
            (folder / "pack.toml").write_text(said, encoding="utf-8")
            versions = [(stretch(s), 100 * number + 10 + at) for at, s in enumerate(stretches)]
            (folder / "cells.yaml").write_text(cells(*versions), encoding="utf-8")
            folders.append(folder)
            expected += [
                (rank(region), value)
                for (since, until), (_, value) in zip(stretches, versions, strict=True)
                if holds_in(region, place) and since <= day <= (until or day)  # type: ignore[operator]
            ]
        wanted = max(expected)[1] if expected else None
        order.shuffle(folders)  # type: ignore[attr-defined]
        packs = load_packs(folders, shipped=False, region=place, on=day)
        assert size(packs) == wanted
        told = packs.history("cells", "my.cells")
        assert [r.entry.value.size_m for r in told if r.wins] == ([wanted] if expected else [])
        assert len(told) == sum(map(len, held.values()))
