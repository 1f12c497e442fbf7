import re
import string
from importlib import resources

from rencity.report.words import catalogue

ROOM = resources.files("rencity.report")
SOURCES = {
    entry.name: entry.read_text(encoding="utf-8")
    for entry in ROOM.iterdir()
    if entry.name.endswith((".py", ".js", ".j2"))
}
# keys made of a stem and a value
MADE = ("nav_", "severity_", "hazard_", "regions_", "weak_show")


def entries():
    return {key: text for section in catalogue().values() for key, text in section.items()}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_stands_in_both_languages_with_the_same_fields():
    for key, text in entries().items():
        assert set(text) == {"zh", "en"}, key
        assert all(value.strip() or key == "comma" for value in text.values()), key
        assert fields(text["zh"]) == fields(text["en"]), key


def test_chinese_is_chinese_and_english_is_not():
    han = re.compile("[\u4e00-\u9fff]")
    for key, text in entries().items():
        assert not han.search(text["en"]), key
        if key not in ("html_lang", "comma"):
            assert re.search("[\u3000-\u9fff\uff00-\uffef]", text["zh"]), key


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


def test_the_scripts_can_stand_inside_a_page():
    for name, source in SOURCES.items():
        if name.endswith(".js"):
            assert "</script" not in source.lower()
            assert "innerHTML" not in source
            assert "insertAdjacentHTML" not in source
            assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", source)
