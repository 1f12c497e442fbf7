import subprocess
import sys

import pytest
from typer.testing import CliRunner

from rencity.cli import app
from rencity.kit.errors import RunError
from tests.report.fake_run import write_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "whole", side=2, samples=4)


def invoke(*words):
    return CliRunner().invoke(app, ["report", *map(str, words)])


@pytest.mark.parametrize(("lang", "mark"), [("zh", 'lang="zh-CN"'), ("en", 'lang="en"')])
def test_a_page_is_written_and_its_path_told(folder, tmp_path, lang, mark):
    out = tmp_path / "deep" / "page.html"
    result = invoke(folder, "--out", out, "--lang", lang)
    assert (result.exit_code, result.stdout.strip()) == (0, str(out))
    assert mark in out.read_text(encoding="utf-8")


def test_chinese_is_the_first_language(folder, tmp_path):
    invoke(folder, "--out", tmp_path / "page.html")
    assert 'lang="zh-CN"' in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_another_language_is_a_usage_fault(folder, tmp_path):
    assert invoke(folder, "--out", tmp_path / "page.html", "--lang", "fr").exit_code == 2
    assert not (tmp_path / "page.html").exists()


def test_a_run_that_is_not_there(tmp_path):
    result = invoke(tmp_path / "none", "--out", tmp_path / "page.html")
    assert isinstance(result.exception, RunError)


def test_a_fault_is_one_message_and_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "rencity", "report", tmp_path / "none", "--out", tmp_path / "x"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "no such run folder" in done.stderr
    assert "mend:" in done.stderr
    assert "Traceback" not in done.stderr
