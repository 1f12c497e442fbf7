import re
import string
from importlib import resources
from pathlib import Path

import rencity
from rencity.report.words import catalogue

ROOM = resources.files("rencity.report")
SOURCES = {
    entry.name: entry.read_text(encoding="utf-8")
    for entry in [*ROOM.iterdir(), *ROOM.joinpath("decide").iterdir()]
    if entry.name.endswith((".py", ".js", ".j2"))
}
ASSETS = {"zh_assets", "en_assets"}
OF_PEOPLE = {
    "zh": re.compile("人|居民|用户|谁"),
    "en": re.compile(
        r"\b(people|persons?|person-hours|residents?|nobody|everyone|anyone|who)\b", re.I
    ),
}
# said on a page of facilities because it explains just that
EXPLAINS = {"no_people"}
# keys made of a stem and a value
MADE = (
    *("nav_", "severity_", "hazard_", "regions_", "weak_show", "fact_", "layer_"),
    *("why_step_", "crews_rule_", "skill_", "balance_class_", "measure_", "unit_", "bound_"),
)


def entries():
    return {key: text for section in catalogue().values() for key, text in section.items()}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_stands_in_both_languages_with_the_same_fields():
    for key, text in entries().items():
        assert set(text) - ASSETS == {"zh", "en"}, key
        assert set(text) & ASSETS in (set(), ASSETS), key
        assert all(value.strip() or key == "comma" for value in text.values()), key
        assert len({frozenset(fields(value)) for value in text.values()}) == 1, key


def test_no_text_of_a_page_of_facilities_speaks_of_people():
    for key, text in entries().items():
        for lang, people in OF_PEOPLE.items():
            said = re.sub(r"{\w+}", "", text.get(f"{lang}_assets", text[lang]))
            assert key in EXPLAINS or key.startswith("fact_") or not people.search(said), key


def test_a_variant_says_something_else():
    for key, text in entries().items():
        if set(text) & ASSETS:
            assert (text["zh_assets"], text["en_assets"]) != (text["zh"], text["en"]), key


def test_chinese_is_chinese_and_english_is_not():
    han = re.compile("[\u4e00-\u9fff]")
    cjk = re.compile("[\u3000-\u9fff\uff00-\uffef]")
    for key, text in entries().items():
        assert not any(han.search(value) for name, value in text.items() if "en" in name), key
        if key not in ("html_lang", "comma"):
            assert all(cjk.search(value) for name, value in text.items() if "zh" in name), key


def test_no_key_stands_twice():
    assert len(entries()) == sum(len(section) for section in catalogue().values())


def test_every_key_asked_for_is_there():
    asked = set()
    for name, source in SOURCES.items():
        if name.endswith(".js"):
            asked |= set(re.findall(r"""\bsay\(\s*"(\w+)\"""", source))
            asked |= {"play", "pause"} | set(re.findall(r"DATA\.texts\.(\w+)", source))
        else:
            asked |= set(re.findall(r"""\bt\(\s*"(\w+)"\s*[,)]""", source))
    assert len(asked) > 100
    assert asked - set(entries()) == set()


def test_every_text_of_the_script_is_in_its_section():
    script = "\n".join(source for name, source in SOURCES.items() if name.endswith(".js"))
    said = set(re.findall(r"""\bsay\(\s*"(\w+)\"""", script)) | {"play", "pause", "weak_show"}
    said |= {"kilometres", "metres"}
    assert said == set(catalogue()["script"])


def test_no_text_is_left_over():
    whole = "\n".join(SOURCES.values())
    unused = [key for key in entries() if f'"{key}"' not in whole and not key.startswith(MADE)]
    assert unused == []


def test_every_fact_that_has_a_text_is_told_by_some_hazard():
    rooms = Path(rencity.__file__).parent / "sim" / "hazard"
    told = "\n".join(path.read_text(encoding="utf-8") for path in rooms.rglob("*.py"))
    facts = [key.removeprefix("fact_") for key in entries() if key.startswith("fact_")]
    assert len(facts) > 50
    assert [name for name in facts if f'"{name}"' not in told] == []


def test_the_scripts_can_stand_inside_a_page():
    for name, source in SOURCES.items():
        if name.endswith(".js"):
            assert "</script" not in source.lower()
            assert "innerHTML" not in source
            assert "insertAdjacentHTML" not in source
            assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", source)
