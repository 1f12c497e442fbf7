"""A layer of a mapping is tried before it is imported, through the door."""

from __future__ import annotations

from typing import Any

import pytest

from rencity.city.readers import trying
from tests.api.test_api_reading import hand_in
from tests.servers import Here

STATIONS = (
    "编号,类型,状态,lon,lat\n1,泵站,在用,120.30,31.57\n2,变电站,在用,120.33,31.58\n"
    "3,变电站,停用,120.34,31.56\n4,变电站,,120.35,\n"
).encode("gb18030")
RATINGS = b"no,kv,note\n1,,a\n2,110,b\n2,35,c\n"
LAYER = """
[[layers]]
name = "站"
file = "in/站.csv"
table = "assets"
x = "lon"
y = "lat"
{rows}
[layers.columns]
"""
JOIN = """
[[layers.join]]
file = "in/r.csv"
on = { "编号" = "no" }
take = { kv = "kv" }
how = "most"
"""


def tried(here: Here, text: str, layer: int = 0, **more: Any) -> Any:
    files = {"in/站.csv": STATIONS, "in/r.csv": RATINGS}
    held = {path: hand_in(here, "it.csv", data) for path, data in files.items()}
    body = {"mapping": text, "layer": layer, "files": held, **more}
    answer = here.client.post("mapping-trials", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_rows_kept_and_left_out_and_columns_made(standing: Here) -> None:
    rows = 'where = { "状态" = ["在用"] }\nderive = { tag = "{类型}-{编号}" }\n' + JOIN
    said = tried(standing, LAYER.replace("{rows}", rows))
    trial = said["trial"]
    assert said["fault"] is None
    assert (trial["rows"], trial["kept"], trial["whole"]) == (4, 2, True)
    (left,) = trial["left_out"]
    assert left["rows"] == 2
    assert "row 4" in left["examples"][0]
    made = {each["name"]: each for each in trial["columns"]}
    assert made["tag"] == {"name": "tag", "given": 2, "examples": ["泵站-1", "变电站-2"]}
    assert (made["kv"]["given"], made["kv"]["examples"]) == (1, ["110"])


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ('"类型" = ["变*"]', 2),
        ('"类型" = { none = ["泵站"] }', 2),
        ('"编号" = { least = 2 }', 2),
        ('"编号" = { least = 2, most = 2 }', 1),
        ('"状态" = { given = false }, lat = { given = false }', 0),
        ('"状态" = { given = true }', 3),
        ('"类型" = { any = ["*站"], none = ["变*"] }', 1),
        ('"类型" = { least = 1 }', 0),
    ],
)
def test_conditions(here: Here, where: str, kept: int) -> None:
    """The row without a latitude is left out whatever is asked."""
    assert tried(here, LAYER.replace("{rows}", f"where = {{ {where} }}"))["trial"]["kept"] == kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[layers", "TOML"),
        ("", "no such layer"),
        ("layers = 5", "no such layer"),
        ("missing = 5\n[[layers]]\nfile = 'in/站.csv'", "missing"),
        (LAYER.replace("{rows}", "where = { A = [] }"), "say which values"),
        (LAYER.replace("{rows}", "where = { A = { from = 5 } }"), "from"),
        (LAYER.replace("{rows}", 'where = { A = ["x"] }'), "no column 'A'"),
        (LAYER.replace("{rows}", 'derive = { b = "{nothing}" }'), "nothing"),
        (LAYER.replace("{rows}", JOIN.replace("r.csv", "s.csv")), "no such file"),
        (LAYER.replace("{rows}", JOIN.replace('kv = "kv"', "")), "join"),
        (LAYER.replace("{rows}", JOIN.replace('"most"', '"all"')), "join.1.how"),
        (LAYER.replace("{rows}", JOIN.replace('"kv"', '"note"')), "not a number"),
    ],
)
def test_what_cannot_be_tried_is_told_with_its_place(here: Here, text: str, told: str) -> None:
    said = tried(here, text)
    assert said["trial"] is None
    assert told in f"{said['fault']['place']} {said['fault']['what']}"
    assert said["fault"]["mend"]
    assert "rencity-trial-" not in str(said)


def test_faults_elsewhere_do_not_matter(here: Here) -> None:
    text = LAYER.replace("{rows}", "") + "id = 5\nnonsense = 7\n[[layers]]\ntable = 'nothing'\n"
    assert tried(here, text)["trial"]["kept"] == 3
    assert tried(here, text, 1)["fault"]
    assert tried(here, text, 9)["fault"]


def test_a_file_is_not_read_from_elsewhere(here: Here) -> None:
    said = tried(here, LAYER.replace("in/站.csv", "/etc/passwd").replace("{rows}", ""))
    assert said["trial"] is None
    said = tried(here, LAYER.replace("in/站.csv", "../../../etc/passwd").replace("{rows}", ""))
    assert said["trial"] is None
    held = {"a.csv": hand_in(here, "a.csv", b"a\n1\n")}
    body = {"mapping": "", "layer": 0, "files": held, "source": "../.."}
    assert here.client.post("mapping-trials", json=body).status_code == 400


def test_a_part_of_a_large_file_is_said_to_be_one(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rencity.city.readers.peek.WHOLE_BYTES", 20)
    monkeypatch.setattr("rencity.city.readers.heads.HEAD_BYTES", 60)
    monkeypatch.setattr(trying, "FIRST_ROWS", 2)
    trial = tried(here, LAYER.replace("{rows}", ""))["trial"]
    assert trial["rows"] < 4
    assert not trial["whole"]
