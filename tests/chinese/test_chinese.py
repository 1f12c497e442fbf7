"""Whatever the engine says to people is said in Chinese too."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.catalogue import base_catalogue
from rencity.kit.chinese import HOLE, LONGEST, catalogue, chinese, said_in, values_shown
from tests.chinese.sentences import SOURCE, described, lacking, left, said, sentences

ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/zh.toml"))
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_room_that_reaches_a_page_has_its_chinese() -> None:
    """Pages, answers and logs show sentences of these."""
    assert {
        "api", "atlas", "backup", "city", "content", "db", "govern", "jobs", "journal", "kit",
        "registry", "rehearse", "report", "sim",
    } <= set(ROOMS)  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_has_its_chinese(room: str) -> None:
    """`python -m tests.chinese.sentences ROOM` prints what is missing, ready to be filled in."""
    missing = lacking(room)
    assert not missing, f"{len(missing)} sentences without Chinese: {missing}"


def test_the_catalogues_hold_nothing_that_is_said_no_more() -> None:
    """A sentence that was changed at its source leaves no old one behind."""
    for room in ROOMS:
        old = set(said(room)) - set(sentences(room))
        assert not old, f"{room}/zh.toml: {sorted(old)}"
        assert not set(said(room, "described")) - described(), room
    assert not set(left()["texts"]) - {text for room in ROOMS for text in sentences(room)}


def test_every_parameter_of_a_form_is_described_in_chinese() -> None:
    """What stands beside a field is what its docstring says."""
    assert not described() - set(catalogue())


def test_every_entry_is_chinese_and_can_be_filled() -> None:
    """No value is lost unless it is a plural ending, none is asked for that is not there."""
    for english, zh in catalogue().items():
        count = english.count(HOLE)
        assert HAN.search(zh) or len(re.findall("[a-z]{3,}", english)) <= 2, (english, zh)
        if count:
            shown = values_shown(zh)
            assert all(0 <= number < count for number in shown), (english, zh)
            zh.format(*["x"] * count)


@given(st.text(max_size=60), st.text(max_size=60))
def test_values_are_kept_whatever_they_hold(first: str, second: str) -> None:
    """Braces, backslashes and line ends in a value are no instructions."""
    zh = chinese(f"{first}@@ runs lean on it")
    assert isinstance(zh, str)
    assert first.strip() == "" or HOLE in first or "@@" in zh
    assert chinese(f"unknown key {second!r}").endswith(repr(second))


def test_what_is_not_known_stays_as_it_is() -> None:
    """Names, ids and texts of users are no sentences of the engine."""
    assert chinese("") == ""
    assert chinese("no such sentence was ever written here 7") == (
        "no such sentence was ever written here 7"
    )
    long = "the file is gone from the data folder" + " " * LONGEST
    assert chinese(long) == long


def test_listings_and_phrases_within_are_said_too() -> None:
    """Parts that stand between joints are said one by one."""
    one = chinese("hand it in again")
    assert HAN.search(one)
    assert chinese("hand it in again; hand it in again") == f"{one}；{one}"
    told = said_in({"hand it in again": [{"mend": "hand it in again"}, 3, None, "pump-7"]})
    assert told == {"hand it in again": one}


def test_words_that_data_files_hold_are_said_as_there() -> None:
    """Lifelines as in the catalogue; why a way of OpenStreetMap is no road, in every case."""
    lifelines = base_catalogue().lifelines
    assert {name: chinese(name) for name in lifelines} == {
        name: one.zh for name, one in lifelines.items()
    }
    reasons = tomllib.loads((SOURCE / "city/readers/osm/highways.toml").read_text("utf-8"))
    assert all(HAN.search(chinese(reason)) for reason in reasons["refused"].values())


@pytest.mark.parametrize(
    ("english", "zh"),
    [
        ("4 lengths disagree with what is drawn", "4 个长度与图上长度不符"),
        ("stops.txt is encrypted", "stops.txt 已加密"),
        ("3 runs lean on it", "有 3 次推演或答案用着它"),
        ("the job is done", "任务状态为“已完成”"),
        ("Value error, give at least one", "至少给一个"),
        ("Input should be greater than or equal to 0 (value -3)", "应大于或等于 0（值为 -3）"),
        ("zone z1 is not supplied with power", "分区 z1 没有电力供给"),
        ("Expected '=' after a key in a key/value pair (at line 3, column 9)", None),
    ],
)
def test_sentences_as_they_arise(english: str, zh: str | None) -> None:
    """With counts, names and values in them, from our own rooms and from libraries."""
    said_so = chinese(english)
    assert said_so == zh if zh else not re.search("[a-z]{3}", said_so)


@given(st.text(alphabet=" ,:;andor{}noit", max_size=LONGEST))
@settings(deadline=None)
def test_any_text_is_answered(text: str) -> None:
    """Texts of whoever asks stand in faults: none may break or stall the reading."""
    assert isinstance(chinese(text), str)
