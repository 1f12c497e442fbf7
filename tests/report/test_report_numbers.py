import math

import pytest

from rencity.report import numbers


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (0.2, "<1", "<1"),
        (0.5, "1", "1"),
        (999.5, "1000", "1,000"),
        (9_999.4, "9999", "9,999"),
        (9_999.6, "1万", "10,000"),
        (12_345, "1.23万", "12,300"),
        (99_960, "10万", "100,000"),
        (1_785_000, "179万", "1.79 million"),
        (12_300_000, "1230万", "12.3 million"),
        (999_960_000, "10亿", "1,000 million"),
        (123_456_789, "1.23亿", "123 million"),
        (-597, "−597", "−597"),
        (-0.2, "0", "0"),
        (None, "–", "–"),
        (math.nan, "–", "–"),
        (math.inf, "–", "–"),
    ],
)
def test_counts_read_as_each_language_counts(value, zh, en):
    assert numbers.count(value, "zh") == zh
    assert numbers.count(value, "en") == en


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"),
        (0.0004, "<0.1%"),
        (0.0123, "1.2%"),
        (0.0996, "10%"),
        (0.345, "35%"),
        (0.9951, ">99%"),
        (1.0, "100%"),
        (1.0000001, "100%"),
        (None, "–"),
    ],
)
def test_a_share_is_never_all_or_nothing_unless_it_is(value, text):
    assert numbers.share(value) == text


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0小时", "0 h"),
        (0.25, "15分钟", "15 min"),
        (0.001, "1分钟", "1 min"),
        (0.999, "1小时", "1 h"),
        (7.5, "7.5小时", "7.5 h"),
        (47.9, "48小时", "48 h"),
        (48, "2天", "2 days"),
        (720, "30天", "30 days"),
        (None, "–", "–"),
    ],
)
def test_times_are_minutes_hours_or_days(value, zh, en):
    assert numbers.hours(value, "zh") == zh
    assert numbers.hours(value, "en") == en
