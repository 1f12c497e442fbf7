"""Numbers as people read them, in Chinese (万, 亿) and English. `format.js` says the same."""

from __future__ import annotations

import math

DASH = "–"
MINUS = "−"
DAY_FROM_H = 48

_SCALES = {
    "zh": ((1e8, "亿"), (1e4, "万")),
    "en": ((1e9, " billion"), (1e6, " million")),
}
_UNITS = {"zh": ("分钟", "小时", "天"), "en": (" min", " h", " days")}


def count(value: float | None, lang: str) -> str:
    """A number of people or person-hours to three figures; exact below 10,000."""
    if value is None or not math.isfinite(value):
        return DASH
    if value < 0:
        return MINUS + count(-value, lang) if value <= -0.5 else "0"
    if 0 < value < 0.5:
        return "<1"
    whole = _rounded(value, 0)
    for scale, word in _SCALES[lang]:
        if whole >= scale:
            return _three_figures(value / scale, lang) + word
    if whole >= 10_000:
        whole = _rounded(value, 2 - math.floor(math.log10(whole)))
    return _grouped(whole, lang)


def share(value: float | None) -> str:
    """A share as a percentage; never 0 % or 100 % unless it is."""
    if value is None or not math.isfinite(value):
        return DASH
    percent = min(max(value, 0.0), 1.0) * 100
    if 0 < percent < 0.1:
        return "<0.1%"
    if 99.5 <= percent < 100:
        return ">99%"
    return f"{_plain(percent, 1 if percent < 9.95 else 0)}%"


def hours(value: float | None, lang: str) -> str:
    """A length of time: minutes below one hour, days from two days on."""
    if value is None or not math.isfinite(value):
        return DASH
    minute, hour, day = _UNITS[lang]
    if 0 < value < 1 - 1 / 120:
        return f"{_plain(max(value * 60, 1), 0)}{minute}"
    if value < DAY_FROM_H:
        return f"{_plain(value, 1 if value < 9.95 else 0)}{hour}"
    return f"{_plain(value / 24, 1)}{day}"


def _rounded(value: float, places: int) -> float:
    # half away from zero, as in JavaScript below: format() rounds ties to even
    factor = 10.0 ** abs(places)
    if places < 0:
        return math.floor(value / factor + 0.5) * factor
    return math.floor(value * factor + 0.5) / factor


def _plain(value: float, places: int) -> str:
    text = f"{_rounded(value, places):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _grouped(whole: float, lang: str) -> str:
    # Chinese counts in ten-thousands: a comma after three digits only confuses
    return f"{whole:.0f}" if lang == "zh" else f"{whole:,.0f}"


def _three_figures(value: float, lang: str) -> str:
    if value >= 999.5:
        return _grouped(_rounded(value, 0), lang)
    return _plain(value, 2 if value < 9.995 else 1 if value < 99.95 else 0)
