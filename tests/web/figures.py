"""Figures as a page writes them, worked out a second time."""

from __future__ import annotations

import math

from playwright.sync_api import Locator

from tests.web.reader import Lang

_STEPS = {
    "zh": ((1e8, 1e8, " 亿"), (1e4, 1e4, " 万")),
    "en": ((1e9, 1e9, " bn"), (1e6, 1e6, " M"), (1e4, 1e3, " k")),
}


def big(value: float, lang: Lang) -> str:
    """Three digits and a word for the size."""
    for least, per, word in _STEPS[lang]:
        if abs(value) >= least:
            return f"{_plain(float(f'{value / per:.3g}'))}{word}"
    if abs(value) >= 100 or float(value).is_integer():
        return count(value)
    return _plain(float(f"{value:.3g}"))


def count(value: float) -> str:
    """A whole number with separators, halves up as JavaScript rounds them."""
    return f"{math.floor(value + 0.5):,}"


def _plain(value: float) -> str:
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def exact(cell: Locator) -> float:
    """The figure behind a rounded one."""
    said = cell.get_attribute("title")
    assert said, cell.inner_text()
    return float(said.replace(",", "").split(" ")[0])


def near(shown: float, told: float, digits: int = 0) -> bool:
    """Whether a figure is another, rounded to so many digits after the point."""
    return abs(shown - told) <= 0.5 * 10**-digits + 1e-6 * abs(told)
