"""Broken scenarios at the command line, and city.toml and scenario files mutated at random."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.conftest import SCENARIO, Cli, files_of

HAZARD = SCENARIO.split("[[hazards]]")[0] + "[[hazards]]\n"
FIELD = HAZARD + 'kind = "field"\nmeasure = "PGA"\nunit = "g"\n'
POINTS = "x,y,PGA\n120.0,31.3,0.3\n120.8,31.3,0.3\n120.0,31.9,0.3\n120.8,31.9,0.3\n"

FAULTS = {
    "empty": ("", "[scenario]"),
    "no TOML": ("[scenario\nname=", "line 1"),
    "no hazards": ('[scenario]\nname = "x"\n', "hazards"),
    "an unknown key": (SCENARIO.replace("step_h", "stepp_h"), "step_h"),
    "hours below none": (SCENARIO.replace("hours = 24", "hours = -1"), "hours"),
    "hours not a number": (SCENARIO.replace("hours = 24", "hours = nan"), "hours"),
    "horizon of none": (SCENARIO.replace("horizon_h = 48", "horizon_h = 0"), "horizon_h"),
    "horizon without end": (SCENARIO.replace("horizon_h = 48", "horizon_h = inf"), "horizon_h"),
    "step of none": (SCENARIO.replace("step_h = 6", "step_h = 0"), "step_h"),
    "probability 2": (SCENARIO.replace("0.05", "2"), "probability"),
    "samples 0": (SCENARIO.replace("samples = 64", "samples = 0"), "samples"),
    "samples in words": (SCENARIO.replace("samples = 64", 'samples = "many"'), "samples"),
    "seed below none": (SCENARIO.replace("samples = 64", "seed = -1"), "seed"),
    "an unknown hazard": (SCENARIO.replace('"random"', '"dragon"'), "dragon"),
    "an unknown lifeline": (SCENARIO.replace('"power"', '"powr"'), "powr"),
    "an unknown kind": (
        SCENARIO.replace('lifeline = "power"', 'kinds = ["power.dragon"]'),
        "power.dragon",
    ),
    "an unknown asset": (SCENARIO.replace('lifeline = "power"', 'ids = ["ghost"]'), "ghost"),
    "an unknown state": (SCENARIO.replace("hours = 24", 'state = "sad"'), "sad"),
    "an unknown class": (
        SCENARIO.replace("hours = 24", 'state = "complete"')
        + '[classes."power.transformer"]\nrepair = "magic"\n',
        "magic",
    ),
    "an unknown pack": (SCENARIO.replace("step_h = 6", 'packs = ["nowhere"]'), "nowhere"),
    "a cutoff of a ghost": (HAZARD + 'kind = "cutoff"\nids = ["ghost"]\nhours = 3', "ghost"),
    "a given file that is not there": (HAZARD + 'kind = "given"\npath = "a.csv"', "a.csv"),
    "a given file that is a folder": (
        HAZARD + 'kind = "given"\npath = "."',
        "Is a directory",
    ),
    "a field that is not there": (FIELD + 'events = [{ path = "a.tif" }]', "a.tif"),
    "a field that is a folder": (FIELD + 'events = [{ path = "." }]', "tmp"),
    "an unknown unit": (
        FIELD.replace('"g"', '"furlong"') + 'events = [{ path = "points.csv" }]',
        "furlong",
    ),
    "an unknown measure": (
        FIELD.replace('"PGA"', '"mood"') + 'events = [{ path = "points.csv" }]',
        "mood",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_scenario_is_refused(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, fault: str
) -> None:
    text, word = FAULTS[fault]
    scenario.write_text(text)
    before = files_of(tmp_path)
    done = cli("stress", block, scenario, "--out", tmp_path / "run", "--json")
    done.refuses(word)
    assert files_of(tmp_path) == before


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "points.csv"),
        (b"\x00\x89PNG\xff" * 30, "points.csv"),
        (POINTS.encode("utf-16"), "points.csv"),
        (POINTS.replace("PGA", "pgv").encode(), "PGA"),
        (POINTS.replace("0.3", "much").encode(), "much"),
        (POINTS.replace("0.3", "-1").encode(), "-1"),
        (POINTS.replace("0.3", "inf").encode(), "inf"),
        (POINTS.replace("120.0", "nan").encode(), "points.csv"),
        (POINTS.replace("120", "10").encode(), "points.csv"),
    ],
)
def test_a_broken_field_is_refused(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, data: bytes, word: str
) -> None:
    scenario.write_text(FIELD + 'crs = "EPSG:4326"\nevents = [{ path = "points.csv" }]\n')
    (tmp_path / "points.csv").write_bytes(data)
    cli("stress", block, scenario, "--out", tmp_path / "run", "--json").refuses(word)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["points.tif", "points.nc", "points.parquet", "points.json"])
def test_junk_in_any_format_of_field_is_refused(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, name: str
) -> None:
    scenario.write_text(FIELD + f'events = [{{ path = "{name}" }}]\n')
    (tmp_path / name).write_bytes(b"CDF\x01\x00junk" * 50)
    cli("stress", block, scenario, "--out", tmp_path / "run", "--json").refuses(name)


def test_an_unknown_event_names_the_known(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(POINTS)
    events = 'events = [{ path = "a.csv", name = "a" }, { path = "b.csv", name = "b" }]\n'
    scenario.write_text(FIELD + 'crs = "EPSG:4326"\n' + events)
    told = cli("stress", block, scenario, "--out", tmp_path / "run", "--event", "c")
    told.refuses("'c'", "a, b")


@pytest.mark.parametrize(
    "words",
    [("--samples", "0"), ("--samples", "x"), ("--seed", "-1"), ("--workers", "-1"), ("--nope",)],
)
def test_a_wrong_option_is_a_usage_error(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = cli("stress", block, scenario, "--out", tmp_path / "run", *words)
    assert (done.code, done.out) == (2, "")
    assert words[0] in done.err
    assert "Traceback" not in done.err


def test_scenario_files_of_other_kinds(cli: Cli, block: Path, tmp_path: Path) -> None:
    (tmp_path / "junk.toml").write_bytes(b"\x00\xff\xfe" * 99)
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "junk.toml", block / "zones.parquet"):
        done = cli("stress", block, path, "--out", tmp_path / "run", "--json")
        done.refuses(str(path))


@pytest.mark.parametrize("probability", ["0", "0.0"])
def test_a_scenario_that_hits_nothing_loses_nothing(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, probability: str
) -> None:
    scenario.write_text(SCENARIO.replace("0.05", probability))
    said = cli("stress", block, scenario, "--out", tmp_path / "run", "--json").json
    assert said["lifelines"]
    assert all(found["loss_person_h"]["mean"] == 0 for found in said["lifelines"].values())
    assert cli("stress", block, scenario, "--out", tmp_path / "run2").code == 0


MUTATE = settings(
    deadline=None,
    max_examples=30,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PIECES = [
    *"\"'[]{}=\n,.-#\\0 9e",
    "nan",
    "inf",
    "-1",
    "1e999",
    "9" * 30,
    "true",
    "[]",
    "{}",
    "2026-01-01",
    "\x00",
    "\ud7ff",
    "[[hazards]]\n",
    "[city]\n",
]


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A text with one to three pieces cut out or put in, or lines said twice or left out."""
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            begin = draw(st.integers(0, len(text)))
            end = min(len(text), begin + draw(st.integers(0, 8)))
            text = text[:begin] + draw(st.sampled_from(PIECES)) + text[end:]
        else:
            lines = text.split("\n")
            at = draw(st.integers(0, len(lines) - 1))
            lines[at : at + 1] = draw(st.sampled_from([[], [lines[at]] * 2]))
            text = "\n".join(lines)
    return text


@given(text=mutated(SCENARIO.replace("samples = 64", "samples = 1")))
@MUTATE
def test_a_mutated_scenario_runs_or_is_refused(
    cli: Cli, block: Path, scenario: Path, tmp_path: Path, text: str
) -> None:
    if "9999" in text or "e9" in text:  # a long horizon is no fault, only slow
        text = text.replace("horizon_h", "horizon")
    scenario.write_bytes(text.encode("utf-8", "surrogatepass"))
    out = tmp_path / "run"
    done = cli(
        "stress", block, scenario, "--out", out, "--samples", "1", "--workers", "1", "--json"
    )
    if done.code:
        done.refuses(str(scenario) if "[[hazards]]" not in text else "")
        assert not out.exists()
    else:
        assert done.json["samples"] == 1
        shutil.rmtree(out)
    assert not list(tmp_path.glob(".*"))


@given(data=st.data())
@MUTATE
def test_a_mutated_city_toml_is_read_or_refused(cli: Cli, city: Path, data: st.DataObject) -> None:
    path = city / "city.toml"
    whole = city.with_name("whole.toml")
    if not whole.exists():
        shutil.copy(path, whole)
        for table in city.glob("*.parquet"):
            table.unlink()
    text = data.draw(mutated(whole.read_text()))
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    done = cli("city", "info", city, "--json")
    if done.code:
        done.refuses("city.toml")
    else:
        assert done.json
        told = cli("city", "check", city, "--json")
        assert told.code in (0, 1)
        assert "error: " not in told.err
