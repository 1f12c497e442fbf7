from __future__ import annotations

from rencity.kit.suggest import did_you_mean


def test_the_nearest_name_comes_first_then_the_list() -> None:
    mend = did_you_mean("powr", ["water", "power", "road"])
    assert mend == "did you mean 'power'? Else use one of power, road, water"
    assert did_you_mean("zzz", ["water", "road"]) == "use one of road, water"
    assert "no class to choose from" in did_you_mean("a", [], what="class")


def test_a_long_list_is_cut_and_still_searched() -> None:
    names = [f"asset-{number:06}" for number in range(200_000)]
    mend = did_you_mean("asset-123456x", names)
    assert mend.startswith("did you mean 'asset-123456'?")
    assert mend.endswith("and 199,988 more")
