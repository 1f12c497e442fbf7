"""TOML refused with every fault in one message."""

import pytest

from rencity.kit.errors import InputError, ScenarioError
from rencity.kit.faults import refused, toml_of


@pytest.mark.parametrize("kind", [InputError, ScenarioError])
def test_every_fault_stands_with_its_key_and_mend(kind):
    faults = [("a.b", "is 3", "write 4"), ("", "has no c", "add c"), ("d", "is odd", "even it")]
    error = refused(faults, "x.toml", kind)
    assert isinstance(error, kind)
    assert str(error).splitlines() == [
        "x.toml: a.b: is 3 | mend: write 4",
        "x.toml: has no c | mend: add c",
        "x.toml: d: is odd | mend: even it",
    ]


def test_a_fault_of_the_whole_names_the_file_alone():
    assert refused([("", "is empty", "fill it")], "x.toml", InputError).place == "x.toml"


def test_text_that_is_no_toml_names_its_line():
    assert toml_of("a = 1\n[b]\nc = 'd'", "x", InputError) == {"a": 1, "b": {"c": "d"}}
    with pytest.raises(ScenarioError, match=r"x\.toml: not TOML: .*line 2.*mend: correct"):
        toml_of("a = 1\nb = = 2", "x.toml", ScenarioError)
