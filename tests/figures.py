"""Figures that tests compare, gathered into one table at the end: `make verify` asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

NAME = "figure"
Tell = Callable[[str, Any, Any], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--figures`."""
    parser.addoption("--figures", action="store_true", help="print the figures that were compared")


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Tell:
    """Tell a figure: what it is of, what is expected, what came out."""

    def tell(what: str, expected: Any, found: Any) -> None:
        record_property(NAME, [what, _text(expected), _text(found)])

    return tell


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Sequence):
        return " ".join(_text(each) for each in value)
    return f"{value:.7g}"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table, tests in order of their files."""
    if not config.getoption("--figures"):
        return
    rows = [
        (report.nodeid.split("::")[0].removeprefix("tests/"), *told, outcome)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
        for name, told in report.user_properties
        if name == NAME
    ]
    terminalreporter.section("figures")
    terminalreporter.write_line("| Case | What | Expected | Found | |")
    terminalreporter.write_line("|---|---|---|---|---|")
    for row in sorted(rows):
        terminalreporter.write_line("| " + " | ".join(row) + " |")
