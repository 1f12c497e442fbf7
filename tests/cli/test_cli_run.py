"""The demo on one command, with its two heavy steps replaced by small ones."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point
from typer.testing import CliRunner

import rencity.cli.run as it
from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.cli import app
from tests.report.fake_answers import write_answers
from tests.report.fake_run import write_run

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "examples" / "demo"
RUNS = len(list(DEMO.glob("*.toml"))) + 1  # and the one with crews
STRUCK, ASKED = ["stress"] * RUNS, ["n1", "measure", "rate", "invest"]

SERVE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import test_cli_run
import rencity.cli.run as it
it._command = test_cli_run.small
from rencity.cli import main
main()
"""


def small(name, *words):
    if name == "demo":
        rows = {"id": ["a", "b"], "lifeline": "power", "kind": "power.node"}
        rows["geometry"] = [Point(120, 31.2), Point(120.3, 31.4)]
        assets = gpd.GeoDataFrame(rows, crs="EPSG:4326")
        City.build(Identity(id="demo", name="示例"), {"assets": assets}).write(
            words[0], replace=True
        )
        return
    out = Path(words[words.index("--out") + 1])
    if name in ASKED:
        # what is asked for lies where the command is told to look
        assert [word for word in words if word.endswith(".toml") and not Path(word).is_file()] == []
        answers = write_answers(out.parent / f".making-{name}")
        shutil.copytree(answers["measures" if name == "measure" else name], out)
        shutil.rmtree(out.parent / f".making-{name}")
        return
    scenario = Path(words[1])
    given = tomllib.loads(scenario.read_text(encoding="utf-8"))
    if "crews" in given["scenario"]:
        assert (scenario.parent / given["scenario"]["crews"]).is_file()
    for hazard in given["hazards"]:
        if "track" in hazard:
            assert (scenario.parent / hazard["track"]).is_file()
        for event in hazard.get("events", []):
            rows = (scenario.parent / event["path"]).read_text().splitlines()
            assert rows[0] == "lon,lat,pga_g,pgv_cm_s,sa1_g"
            assert len(rows) > 100
    write_run(out, samples=4, side=2)


@pytest.fixture
def run(monkeypatch, tmp_path):
    done = []

    def command(*words):
        done.append(words[0])
        small(*words)

    monkeypatch.setattr(it, "_command", command)

    def start(*words):
        done.clear()
        folder = tmp_path / "demo"
        result = CliRunner().invoke(app, ["run", "--dir", str(folder), *words])
        return result, list(done), folder

    return start


def test_it_makes_strikes_reports_and_the_second_time_only_reports(run):
    result, done, folder = run("--no-serve")
    assert result.exit_code == 0, result.output
    assert done == ["demo", *STRUCK, *ASKED]
    assert result.stdout.strip() == str(folder / "reports" / "index.html")
    reports = folder / "reports"
    assert len(list(reports.glob("*-zh.html"))) == len(list(reports.glob("*-en.html"))) == RUNS + 1
    assert "decide-zh.html" in (reports / "index.html").read_text(encoding="utf-8")
    result, done, _ = run("--no-serve")
    assert (result.exit_code, done) == (0, [])


def test_a_changed_city_is_struck_again_and_old_runs_go(run):
    _, _, folder = run("--no-serve")
    toml = folder / "city" / "city.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    before = {path.name for path in (folder / "runs").iterdir()}
    result, done, _ = run("--no-serve")
    assert (result.exit_code, done) == (0, [*STRUCK, *ASKED])
    after = {path.name for path in (folder / "runs").iterdir()}
    assert len(after) == RUNS
    assert not after & before
    assert len(list((folder / "answers").iterdir())) == len(ASKED)


def test_code_that_makes_the_city_another_way_makes_it_again(run, monkeypatch):
    run("--no-serve")
    monkeypatch.setattr(it, "SHAPES_A_CITY", ("kit",))
    assert run("--no-serve")[1][0] == "demo"


def test_compiled_code_does_not_count_as_changed_code(tmp_path, monkeypatch):
    room = tmp_path / "rencity" / "sim"
    for path in (room / "a.py", room / "__pycache__" / "a.nbi", room / "__pycache__" / "a.pyc"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.setattr(it, "__file__", str(tmp_path / "rencity" / "cli" / "run.py"))
    assert it._code(("sim",)) == [room / "a.py"]


def test_an_interrupt_leaves_no_run_that_looks_done(run, monkeypatch):
    def interrupted(name, *words):
        if name == "stress":
            raise KeyboardInterrupt
        small(name, *words)

    whole = it._command
    monkeypatch.setattr(it, "_command", interrupted)
    result, _, folder = run("--no-serve")
    assert result.exit_code != 0
    assert list(folder.glob("runs/*")) == []
    assert list(folder.glob("reports/*.html")) == []
    monkeypatch.setattr(it, "_command", whole)
    assert run("--no-serve")[1] == [*STRUCK, *ASKED]


def test_another_question_is_asked_again_and_the_old_answer_goes(run, monkeypatch):
    _, _, folder = run("--no-serve")
    before = {path.name for path in (folder / "answers").iterdir()}
    monkeypatch.setitem(it.ANSWERS, "n1", ("--top", "3"))
    assert run("--no-serve")[1] == ["n1"]
    after = {path.name for path in (folder / "answers").iterdir()}
    assert len(after) == len(before) == len(ASKED)
    assert {name.split("-")[0] for name in before - after} == {"n1"}


def test_an_interrupt_between_answers_keeps_what_is_there(run, monkeypatch):
    def interrupted(name, *words):
        if name == "invest":
            raise KeyboardInterrupt
        small(name, *words)

    whole = it._command
    monkeypatch.setattr(it, "_command", interrupted)
    result, _, folder = run("--no-serve")
    assert result.exit_code != 0
    assert len(list(folder.glob("reports/*-zh.html"))) == RUNS
    monkeypatch.setattr(it, "_command", whole)
    assert run("--no-serve")[1] == ["invest"]


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_wrong_port_is_a_usage_fault(run, port):
    result, done, folder = run("--port", port)
    assert (result.exit_code, done) == (2, [])
    assert not folder.exists()


def test_it_prints_an_address_serves_and_stops_on_interrupt(tmp_path):
    root = HERE.parents[1]
    path = os.pathsep.join([str(root / "src"), str(root), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(HERE), "run", "--dir", str(tmp_path / "demo")],
        env=os.environ | {"PYTHONPATH": path},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:81"), process.stderr.read()
        connection = http.client.HTTPConnection(url[7:].rstrip("/"), timeout=30)
        connection.request("GET", "/")
        assert "推演报告" in connection.getresponse().read().decode()
        connection.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
