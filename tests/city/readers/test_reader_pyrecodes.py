from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.pyrecodes import read_pyrecodes
from rencity.kit.errors import InputError

Files = dict[str, Any]


def flow(amount: float, unmet: str = "Binary") -> dict[str, Any]:
    return {"Amount": amount, "UnmetDemandToAmountRelation": unmet}


LIBRARY: Files = {
    "Plant": {
        "RecoveryModel": {"Parameters": {}},
        "Supply": {"ElectricPower": flow(5)},
        "OperationDemand": {"ElectricPower": flow(0.2), "CoolingWater": flow(1)},
    },
    "Tower": {"Supply": {"CoolingWater": flow(3)}, "OperationDemand": {"ElectricPower": flow(1)}},
    "Core": {"Supply": {"HighLevelCommunication": flow(9)}},
    "Mast": {
        "Supply": {"LowLevelCommunication": flow(4)},
        "OperationDemand": {"HighLevelCommunication": flow(1), "ElectricPower": flow(0.1)},
    },
    "BuildingUnit": {
        "Supply": {"Shelter": flow(400)},
        "OperationDemand": {
            "ElectricPower": flow(7),
            "LowLevelCommunication": flow(2),
            "Shelter": flow(400),
        },
    },
    "Wire": {"Supply": {"PowerTransfer": flow(10)}, "OperationDemand": {"BridgeService": flow(1)}},
    "Duct": {"Supply": {"SuperTransfer": flow(10)}},
    "Bridge": {"Supply": {"BridgeService": flow(1)}},
}


def resource(transfer: str = "", group: str = "Utilities") -> dict[str, Any]:
    parameters = {"TransferService": transfer} if transfer else {}
    return {"Group": group, "DistributionModel": {"Parameters": parameters}}


def locality(x: float, y: float, inside: dict[str, int], between: Any = None) -> dict[str, Any]:
    parameters = {"ComponentsInLocality": inside, "ComponentsBetweenLocalities": between or {}}
    return {
        "Coordinates": {"Centroid": {"X": x, "Y": y}},
        "Components": {"Infrastructure": [{"System": {"Parameters": parameters}}]},
    }


SYSTEM: Files = {
    "Constants": {},
    "Content": {
        "东区": locality(0, 0, {"Plant": 1, "Core": 1}, {"西区": ["Wire", "Bridge", "Duct"]}),
        "西区": locality(2, 1, {"Tower": 1, "Mast": 2, "BuildingUnit": 3}, {"东区": ["Wire"]}),
    },
    "DamageInput": {"Parameters": [0.1, 0.2]},
    "Resources": {
        "ElectricPower": resource("PowerTransfer"),
        "CoolingWater": resource(),
        "HighLevelCommunication": resource(),
        "LowLevelCommunication": resource(),
        "Shelter": resource(),
        "PowerTransfer": resource(group="TransferService"),
    },
    "ResilienceCalculator": [{}],
}
MAIN: Files = {
    "ComponentLibrary": {"ComponentLibraryFile": "lib.json"},
    "System": {"SystemConfigurationFile": "./Example/sys.json"},
}


def written(
    folder: Path,
    library: Any = LIBRARY,
    system: Any = SYSTEM,
    main: Any = MAIN,
    code: str = "utf-8",
) -> Path:
    for name, said in (("main.json", main), ("lib.json", library), ("sys.json", system)):
        text = json.dumps(said, ensure_ascii=False, indent=1)
        (folder / name).write_bytes(text.encode(code))
    return folder


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="net", name="net"), part.tables)


def layer(part: Part, name: str) -> Layer:
    return next(each for each in part.layers if each.name == name)


def short(text: str) -> str:
    return text.replace("pyrecodes-", "")


def test_what_becomes_what(tmp_path: Path) -> None:
    part = read_pyrecodes(written(tmp_path), "local")
    made = city(part)
    assets = made.assets.assign(id=made.assets["id"].map(short)).set_index("id")
    assert assets[["kind", "source"]].apply(tuple, axis=1).to_dict() == {
        "东区-Plant-1": ("plant", True),
        "东区-Core-1": ("core", True),
        "西区-Tower-1": ("works", True),
        "西区-Mast-1": ("mast", False),
        "西区-Mast-2": ("mast", False),
        "ElectricPower-东区": ("node", False),
        "ElectricPower-西区": ("node", False),
        "CoolingWater": ("junction", False),
        "HighLevelCommunication": ("node", False),
        "LowLevelCommunication": ("node", False),
        "东区-西区-Wire-1": ("line", False),
        "西区-东区-Wire-1": ("line", False),
        "东区-西区-Bridge-1": ("bridge", False),
        "road-东区": ("junction", False),
        "road-西区": ("junction", False),
    }
    assert assets["capacity"]["东区-Plant-1"] == 5
    links = {(short(a), short(b)) for a, b in made.links[["start", "end"]].to_numpy()}
    assert links == {
        ("东区-Plant-1", "ElectricPower-东区"),
        ("东区-Core-1", "HighLevelCommunication"),
        ("西区-Tower-1", "CoolingWater"),
        ("HighLevelCommunication", "西区-Mast-1"),
        ("HighLevelCommunication", "西区-Mast-2"),
        ("西区-Mast-1", "LowLevelCommunication"),
        ("西区-Mast-2", "LowLevelCommunication"),
        ("ElectricPower-东区", "ElectricPower-西区"),
        ("ElectricPower-西区", "ElectricPower-东区"),
        ("road-东区", "road-西区"),
    }
    assert made.links["directed"].all()
    needs = made.need_groups.merge(made.needs, left_on="id", right_on="group")
    assert {(short(a), short(p)) for a, p in needs[["asset", "provider"]].to_numpy()} == {
        ("东区-Plant-1", "CoolingWater"),
        ("西区-Tower-1", "ElectricPower-西区"),
        ("西区-Mast-1", "ElectricPower-西区"),
        ("西区-Mast-2", "ElectricPower-西区"),
    }
    carriers = made.tables["carriers"][["carrier", "asset"]].map(short).to_numpy().tolist()
    assert carriers == [["东区-西区-Bridge-1", "东区-西区-Wire-1"]]


def test_people_demands_and_places(tmp_path: Path) -> None:
    made = city(read_pyrecodes(written(tmp_path), "local"))
    assert made.zones.set_index("name")["people_night"].to_dict() == {"东区": 0, "西区": 1200}
    assert len(made.tables["buildings"]) == 3
    demands = made.demands.set_index("lifeline")["amount"].to_dict()
    assert demands == {"power": 21, "telecom": 6}
    assert sorted(map(short, made.serves["asset"])) == [
        "ElectricPower-西区",
        "LowLevelCommunication",
    ]
    flat = made.zones.to_crs("+proj=aeqd +lat_0=0 +lon_0=0 +units=m").set_index("name").geometry
    assert flat["东区"].distance(flat["西区"]) == pytest.approx(1000 * 5**0.5, rel=1e-6)


def test_account(tmp_path: Path) -> None:
    part = read_pyrecodes(written(tmp_path), "local")
    assert dict(layer(part, "operation demand").refused) == {
        "what it makes itself: amounts are left to the level of capacity": 1,
        "no bridge joins its localities in that direction": 1,
    }
    assert dict(layer(part, "links").refused) == {
        "gives a service that no resource needs to flow": 1
    }
    assert layer(part, "damage input").refused.total() == 2
    assert layer(part, "recovery models").refused.total() == 1
    assert sorted(part.files) == [f"physics/pyrecodes/{n}.json" for n in ("lib", "main", "sys")]


def test_supply_that_ignores_its_needs_has_none(tmp_path: Path) -> None:
    library = copy.deepcopy(LIBRARY)
    library["Plant"]["Supply"]["ElectricPower"]["UnmetDemandToAmountRelation"] = "Constant"
    part = read_pyrecodes(written(tmp_path, library), "local")
    assert not city(part).need_groups["asset"].str.contains("Plant").any()
    reason = "its supply does not change where this is unmet"
    assert layer(part, "operation demand").refused[reason] == 1


def test_one_link_for_two_resources_carries_both(tmp_path: Path) -> None:
    system = copy.deepcopy(SYSTEM)
    for name in ("ElectricPower", "CoolingWater"):
        system["Resources"][name] = resource("SuperTransfer")
    made = city(read_pyrecodes(written(tmp_path, system=system), "local"))
    carried = made.tables["carriers"].set_index("asset")["carrier"].map(short).to_dict()
    assert {short(key): value for key, value in carried.items()} == {
        "东区-西区-Duct-1-ElectricPower": "东区-西区-Duct-1",
        "东区-西区-Duct-1-CoolingWater": "东区-西区-Duct-1",
    }
    kinds = made.assets.set_index("id")["kind"]
    assert kinds["pyrecodes-东区-西区-Duct-1"] == "utility_tunnel"


def test_boxes_and_degrees(tmp_path: Path) -> None:
    system = copy.deepcopy(SYSTEM)
    box = [[120.0, 31.0], [120.1, 31.0], [120.1, 31.1], [120.0, 31.1]]
    system["Content"]["东区"]["Coordinates"] = {"BoundingBox": box}
    system["Content"]["西区"]["Coordinates"] = {"Centroid": {"LON": 120.2, "LAT": 31.0}}
    made = city(read_pyrecodes(written(tmp_path, system=system), "EPSG:4326"))
    shapes = made.zones.set_index("name").geometry
    assert shapes["东区"].bounds == (120.0, 31.0, 120.1, 31.1)
    assert (shapes["西区"].x, shapes["西区"].y) == (120.2, 31.0)
    with pytest.raises(InputError, match="no system is given") as caught:
        read_pyrecodes(tmp_path)
    assert "--crs local" in caught.value.mend


def edited(path: str, value: Any, of: Any) -> Any:
    made = copy.deepcopy(of)
    *inner, last = path.split("/")
    target = made
    for name in inner:
        target = target[name]
    target[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("Plant/Supply/ElectricPower/Amount", float("nan"), "Amount: Input should be a finite"),
        ("Plant/Supply/ElectricPower/Amount", -1, "greater than or equal to 0"),
        ("Plant/Supply/ElectricPower/Amount", "much", "valid number"),
        ("Plant/Supply/ElectricPower", {}, "Amount: Field required"),
        ("Plant/Supply", [], "Supply: Input should be a valid dict"),
    ],
)
def test_bad_templates(tmp_path: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_pyrecodes(written(tmp_path, edited(path, value, LIBRARY)), "local")
    assert caught.value.place == str(tmp_path / "lib.json")
    assert caught.value.what.startswith("Plant.Supply")


def test_bad_entries_are_refused_by_reason(tmp_path: Path) -> None:
    inside = {"Plant": 1, "Ghost": 2}
    between = {"Nowhere": ["Wire"], "东区": ["Wire"], "西区": ["Ghost"]}
    system = edited("Content/东区", locality(float("nan"), 0, inside, between), SYSTEM)
    part = read_pyrecodes(written(tmp_path, system=system), "local")
    made = city(part)
    unknown = "no template of that name in the component library"
    assert dict(layer(part, "components").refused) == {unknown: 2}
    assert dict(layer(part, "links").refused) == {
        unknown: 1,
        "leads to no locality of the file": 1,
        "joins a locality to itself": 1,
    }
    assert dict(layer(part, "coordinates").refused) == {
        "no centroid or box of finite coordinates": 1
    }
    assert made.zones.set_index("name").geometry.isna().to_dict() == {"东区": True, "西区": False}
    strange = edited("Tower/OperationDemand/Magic", flow(1), LIBRARY)
    part = read_pyrecodes(written(tmp_path, strange), "local")
    assert layer(part, "operation demand").refused["a resource of no lifeline"] == 1


def test_gbk_and_other_encodings(tmp_path: Path) -> None:
    for code in ("gb18030", "utf-8-sig"):
        made = city(read_pyrecodes(written(tmp_path, code=code), "local"))
        assert set(made.zones["name"]) == {"东区", "西区"}


def test_faults_of_files(tmp_path: Path) -> None:
    def fault(src: Path) -> InputError:
        with pytest.raises(InputError) as caught:
            read_pyrecodes(src, "local")
        assert caught.value.mend
        return caught.value

    folder = written(tmp_path)
    (folder / "lib.json").write_text('{"Plant": {"Supply": ')
    assert "broken JSON at line 1" in fault(folder).what
    (folder / "lib.json").write_text('{"Plant": {}, "Plant": {}}')
    assert "'Plant' stands twice" in fault(folder).what
    (folder / "lib.json").unlink()
    assert "lib.json does not lie beside it" in fault(folder).what
    written(folder, system={"Resources": {}})
    assert "Content: Field required" in fault(folder).what
    written(folder, main=edited("ComponentLibrary/ComponentLibraryFile", "/etc/passwd", MAIN))
    assert "passwd does not lie beside it" in fault(folder).what
    (folder / "main.json").write_text("{}")
    assert "not one main file but none" in fault(folder).what
    net = folder / "net.json"
    net.write_text('{"_class": "pandapowerNet"}')
    assert "one for pandapower" in fault(net).what
    assert "Field required" in fault(folder / "main.json").what


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_spoilt_value_is_told_never_traced(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    spoilt = {"library": copy.deepcopy(LIBRARY), "system": copy.deepcopy(SYSTEM)}
    target: Any = spoilt[data.draw(st.sampled_from(["library", "system"]))]
    while True:
        keys = list(range(len(target))) if isinstance(target, list) else sorted(target)
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(target[key], dict | list) and len(target[key]) > 0
        if not deeper or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(st.sampled_from([None, -1, "x", [], {}, 1e400, True, [[1]], 0.5]))
    fault, part = None, None
    try:
        part = read_pyrecodes(written(tmp_path_factory.mktemp("c"), **spoilt), "local")
    except InputError as exc:
        fault = exc
    if fault:
        assert fault.place
        assert fault.mend
    if part:
        bounds = city(part).zones.total_bounds
        assert np.isfinite(bounds).all() or np.isnan(bounds).all()
