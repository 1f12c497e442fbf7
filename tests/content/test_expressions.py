"""Expressions: what is let through always evaluates, what is not says why, and nothing is slow."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import cel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rencity.content import load_packs
from rencity.content.cel import CEL, Expression
from rencity.content.checking import check_packs
from rencity.kit.errors import PackError

NAMES = {"rain_mm_1h": float, "dead": int, "kind": str, "night": bool}
WHOLE = [-(2**63) + 1, -1, 0, 1, 2, 30, 2**63 - 1]
REAL = [-1e308, -0.5, 0.0, 1.0, 49.999, 50.0, 1e308]


def expression(text: object, result: type = bool, names: dict[str, type] = NAMES) -> Expression:
    said = {"entry": "rules my.rule", "place": "rules.yaml:7"}
    held: TypeAdapter[Expression] = TypeAdapter(Annotated[Expression, CEL(names, result)])
    return held.validate_python(text, context=said)


def value(text: str, result: type = bool, **names: object) -> object:
    return expression(text, result).value(**names)


@pytest.mark.parametrize(
    ("text", "result", "names", "wanted"),
    [
        ("rain_mm_1h >= 50.0", bool, {"rain_mm_1h": 50}, True),
        ("rain_mm_1h >= 50", bool, {"rain_mm_1h": 49.999}, False),  # numbers compare with numbers
        ("dead >= 30 || rain_mm_1h > 9.0", bool, {"dead": 29, "rain_mm_1h": 9.5}, True),
        ("!(dead > 3) && night", bool, {"dead": 3, "night": True}, True),
        ("dead - 2 * 3 + 10 / 4 % 3", int, {"dead": 1}, -3),
        ("-rain_mm_1h * 2.0 / .5", float, {"rain_mm_1h": 1}, -4.0),
        ("double(dead) / 2.0", float, {"dead": 3}, 1.5),
        ("int(2.9) + 4", int, {}, 6),
        ("night ? 'a' + kind : kind", str, {"night": True, "kind": "b"}, "ab"),
        ("kind in ['rain', \"河流\"] && !(kind in [])", bool, {"kind": "河流"}, True),
        ("dead in (night ? [] : [3])", bool, {"dead": 3, "night": False}, True),
        ("dead in (night ? [3] : [])", bool, {"dead": 3, "night": True}, True),
        ("kind.startsWith('r') && kind.endsWith('n')", bool, {"kind": "rain"}, True),
        ("kind.contains('ai') && kind < 'z'", bool, {"kind": "rain"}, True),
        ("kind == 'a\\'b\\n'", bool, {"kind": "a'b\n"}, True),
        ("true", bool, {}, True),
    ],
)
def test_values(text: str, result: type, names: dict[str, object], wanted: object) -> None:
    found = value(text, result, **names)
    assert found == wanted
    assert type(found) is result


BAD = {
    "nothing": ("", "the end is not expected"),
    "no text": (3, "an expression is text"),
    "long": ("true" + " " * 500, "504 characters long"),
    "giant text": (f"kind == '{'a' * 100_000}'", "characters long"),
    "deep": ("(" * 13 + "true" + ")" * 13, "nested deeper"),
    "very deep": ("(" * 250 + ")" * 250, "nested deeper"),
    "deep lists": ("[" * 250 + "]" * 250, "nested deeper"),
    "deep choices": ("true?true:" * 49 + "true", "nested deeper"),
    "deep calls": ("double(" * 50 + "1" + ")" * 50, "nested deeper"),
    "unknown name": ("rain_mm_2h > 3.0", "rain_mm_2h is unknown"),
    "a name short circuits hide": ("true || deaths > 3", "deaths is unknown"),
    "unknown function": ("min(dead, 3) > 1", "function min is unknown"),
    "a function as a method": ("dead.double() > 3.0", "function double is unknown"),
    "a method as a function": ("contains(kind, 'a')", "function contains is unknown"),
    "two few arguments": ("kind.contains()", "contains takes text, text; it is given text"),
    "unicode names": ("死亡 >= 3", "names are ASCII"),
    "a letter that only looks right": ("dеad >= 3", "names are ASCII"),
    "a wide digit": ("dead >= \uff13", "names are ASCII"),
    "text for a number": ("dead >= '3'", "a whole number >= text"),
    "number for yes or no": ("dead", "gives a whole number, not yes or no"),
    "yes or no of a number": ("!dead", "what stands after ! is a whole number"),
    "and of a number": ("dead && night", "what stands before && is a whole number"),
    "or of a number": ("night || dead", "what stands after || is a whole number"),
    "a condition that is none": ("dead ? true : false", "the condition before ?"),
    "int and float": ("dead + 1.5 > 2.0", "cannot be reckoned"),
    "float and int": ("rain_mm_1h * 2 > 3.0", "cannot be reckoned"),
    "wrong in a branch never taken": ("true ? true : dead + 1.5 > 2.0", "cannot be reckoned"),
    "sides of a choice": ("(night ? 1 : 1.0) > 0", "the two sides"),
    "an empty list for yes or no": ("true ? [] : night", "the two sides"),
    "yes or no for an empty list": ("true ? night : []", "the two sides"),
    "a list of none and one of another": ("dead in (night ? [] : ['a'])", "cannot be asked"),
    "remainder of floats": ("rain_mm_1h % 2.0 > 1.0", "cannot be reckoned"),
    "minus text": ("-kind == kind", "minus before text"),
    "order of yes and no": ("night < true", "cannot be asked"),
    "in text": ("'a' in kind", "cannot be asked"),
    "in a list of others": ("kind in [1, 2]", "cannot be asked"),
    "mixed list": ("dead in [1, 2.0]", "different types"),
    "list in a list": ("[[1]] == [[1]]", "a list in a list"),
    "division by zero": ("dead / 0 > 1", "a division by zero"),
    "division by zero as float": ("rain_mm_1h / 0.0 > 1.0", "a division by zero"),
    "remainder by zero": ("dead % 0 == 1", "a division by zero"),
    "null": ("dead == null", "null is refused"),
    "regex bomb": ("kind.matches('(a{1,1000}){1,1000}')", "matches is refused"),
    "loops": ("[1,2].all(x, [1,2].all(y, x > y))", "all is refused"),
    "map": ("[1].map(x, x)[0] > 1", "map is refused"),
    "has": ("has(kind.a)", "has is refused"),
    "parts of things": ("kind.part > 3", "names here are flat"),
    "items": ("kind[0] == 'a'", "an item of a list"),
    "three in a row": ("1 < dead < 3", "two comparisons in a row"),
    "single and": ("night & night", "a single &"),
    "single equals": ("dead = 3", "a single ="),
    "unsigned": ("dead > 3u", "3u is no number"),
    "hexadecimal": ("dead > 0x1F", "0x is no number"),
    "too large": ("dead > 9223372036854775808", "too large"),
    "much too large": ("dead > " + "9" * 400, "too large"),
    "float too large": ("rain_mm_1h > 1e400", "too large"),
    "bytes": ("b'a' == b'a'", "text with b before it"),
    "raw": ("r'a' == 'a'", "text with r before it"),
    "open text": ("kind == 'a", "does not end"),
    "escapes": ("kind == '\\x41'", "does not end, or with an escape"),
    "three quotes": ("kind == '''a'''", "is not expected"),
    "comment": ("true // and more", "is not expected"),
    "back quotes": ("`kind` == 'a'", "has no meaning"),
    "a map": ("{'a': 1}", "has no meaning"),
    "a message": ("Incident{a: 1}", "has no meaning"),
    "size, which the library counts in bytes": ("size(kind) > 3", "size is refused"),
    "two expressions": ("true true", "is not expected"),
    "an open bracket": ("(dead > 3", "the end is not expected"),
    "a trailing comma": ("dead in [1,]", "is not expected"),
    "control character": ("dead\x00 > 3", "has no meaning"),
    "reserved": ("in > 3", "unknown"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_expression_says_what_where_and_how_to_mend_it(what: str) -> None:
    text, said = BAD[what]
    with pytest.raises(ValidationError) as caught:
        expression(text)
    (fault,) = caught.value.errors()
    assert said in fault["msg"]
    assert "character " in fault["msg"]
    assert fault["ctx"]["mend"]


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(ValidationError) as caught:
        expression("rain_mm_h > 3.0")
    (fault,) = caught.value.errors()
    assert "'rain_mm_1h'" in fault["ctx"]["mend"]
    assert fault["msg"].endswith("(character 1)")


@pytest.mark.parametrize(
    ("text", "result", "names", "said"),
    [
        ("dead > 3", bool, {}, "dead is missing"),
        ("true || dead > 3", bool, {}, "dead is missing"),  # on every branch
        ("dead > 3", bool, {"dead": None}, "dead is missing"),
        ("dead > 3", bool, {"dead": "4"}, "dead must be a whole number, not '4'"),
        ("dead > 3", bool, {"dead": 4.0}, "dead must be a whole number, not 4.0"),
        ("dead > 3", bool, {"dead": True}, "dead must be a whole number"),
        ("dead > 3", bool, {"dead": 2**63}, "dead must be a whole number"),
        ("rain_mm_1h > 3.0", bool, {"rain_mm_1h": float("nan")}, "rain_mm_1h must be a number"),
        ("rain_mm_1h > 3.0", bool, {"rain_mm_1h": False}, "rain_mm_1h must be a number"),
        ("night", bool, {"night": 1}, "night must be yes or no"),
        ("kind == 'a'", bool, {"kind": 3}, "kind must be text"),
        ("10 / dead", int, {"dead": 0}, "division by zero"),
        ("10 % dead", int, {"dead": 0}, "modulo by zero"),
        ("dead * 9", int, {"dead": 2**62}, "overflow"),
        ("-dead - 2", int, {"dead": 2**63 - 1}, "overflow"),
        ("1.0 < rain_mm_1h / rain_mm_1h", bool, {"rain_mm_1h": 0}, "no number"),
        ("1.0 / rain_mm_1h", float, {"rain_mm_1h": 0}, "the result is inf"),
    ],
)
def test_a_value_that_cannot_be_had_names_expression_entry_and_name(
    text: str, result: type, names: dict[str, object], said: str
) -> None:
    with pytest.raises(PackError) as caught:
        value(text, result, **names)
    assert said in caught.value.what.lower()
    assert f"rules my.rule “{text}”" in caught.value.what
    assert caught.value.place == "rules.yaml:7"
    assert caught.value.mend


def test_only_what_it_uses_is_asked_for() -> None:
    held = expression("dead > 3 && night")
    assert held.uses == ("dead", "night")
    assert held.value(dead=np.int64(4), night=True, kind=object(), more=1) is True
    assert expression("rain_mm_1h > 3.0").value(rain_mm_1h=np.float32(4)) is True


def test_an_expression_is_its_text_and_travels() -> None:
    held = expression("dead > 3")
    for again in (pickle.loads(pickle.dumps(held)), copy.deepcopy(held)):  # noqa: S301
        assert again == held
        assert again.value(dead=4) is True
        with pytest.raises(PackError, match=r"rules my\.rule"):
            again.value()
    assert held != expression("dead > 4")
    assert str(held) == "dead > 3"
    adapter = TypeAdapter(Annotated[Expression, CEL(NAMES, bool)])
    assert adapter.dump_python(held, mode="json") == "dead > 3"
    assert adapter.validate_python(held) == held
    assert adapter.json_schema()["type"] == "string"


@pytest.mark.parametrize("names", [{"a": list}, {"雨": int}, {"a-b": int}, {"in": int}])
def test_a_declaration_that_cannot_be_is_refused(names: dict[str, type]) -> None:
    with pytest.raises(TypeError, match="must be an ASCII name"):
        CEL(names, bool)


def refusal(text: str, result: type) -> str:
    """Why an expression is refused, by our own reader and never by the library behind it."""
    try:
        expression(text, result)
    except ValidationError as refused:
        said = str(refused)
    else:
        return ""
    assert "not CEL" not in said
    return said


def failure(text: str, result: type, values: dict[str, object]) -> str:
    try:
        value(text, result, **values)
    except PackError as failed:
        return failed.what
    return ""


# expressions of every form, sound and unsound, against what the library does
LEAF = st.sampled_from((*NAMES, "0", "1", "30", "2.5", "0.0", "'a'", "''", "'ab'", "true")) | (
    st.sampled_from(("[]", "[1,2]", "['a']", "[1.5]", "[true]"))
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from([*"+-*/%<>", "<=", ">=", "==", "!=", "in", "&&", "||"])
    calls = st.sampled_from(["double({})", "int({})", "!{}", "-{}", "({})", "[{}]"])
    methods = st.sampled_from(["contains", "startsWith", "endsWith"])
    return (
        st.tuples(inner, signs, inner).map(" ".join)
        | st.tuples(inner, signs, inner).map(lambda p: f"({' '.join(p)})")
        | st.tuples(calls, inner).map(lambda p: p[0].format(p[1]))
        | st.tuples(inner, inner, inner).map(lambda p: f"{p[0]} ? {p[1]} : {p[2]}")
        | st.tuples(inner, methods, inner).map(lambda p: f"{p[0]}.{p[1]}({p[2]})")
    )


@settings(deadline=None, max_examples=1500)
@given(
    text=st.recursive(LEAF, _grown, max_leaves=5),
    result=st.sampled_from([bool, int, float, str]),
    dead=st.sampled_from(WHOLE),
    rain=st.sampled_from(REAL),
    kind=st.sampled_from(["", "a", "ab", "雨"]),
    night=st.booleans(),
)
def test_what_is_let_through_gives_its_type_or_fails_for_a_value(
    text: str, result: type, dead: int, rain: float, kind: str, night: bool
) -> None:
    if refusal(text, result):
        return
    values = {"dead": dead, "rain_mm_1h": rain, "kind": kind, "night": night}
    if failed := failure(text, result, values):
        reasons = (
            "by zero",
            "verflow",
            "result is inf",
            "result is -inf",
            "result is nan",
            "range",
            "is no number",
        )
        assert any(reason in failed for reason in reasons), failed
        return
    found = value(text, result, **values)
    assert type(found) is result
    assert found == cel.compile(text).execute(values)


@settings(deadline=None, max_examples=600)
@given(
    text=st.text("deadkinrght_ 0123456789.()[]?:&|!=<>+-*/%'\"\\,eE{}`\x00雨", max_size=40)
    | st.recursive(LEAF, _grown, max_leaves=60)
)
def test_any_text_is_an_expression_or_a_fault(text: str) -> None:
    refusal(text, bool)


RULES = """
from typing import Annotated
from pydantic import BaseModel, ConfigDict
from rencity.content.cel import CEL, Expression
from rencity.kit.kind import Kind

class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    when: Annotated[Expression, CEL({"rain_mm_1h": float})]

KINDS = {"test_rules": Kind(Rule, "规则", "Rules", "何时。", "When.")}
"""
RULE = """my.rule:
  title: {{zh: 甲, en: A}}
  source: {{title: Someone}}
  when: {when}
"""


def test_a_bad_expression_in_a_pack_is_a_finding_with_its_line(
    room: Callable[[str, str], None], write: Callable[..., Path]
) -> None:
    room("testing_rules", RULES)
    folder = write(test_rules=RULE.format(when="rain_mm_h > 50"))
    (finding,) = check_packs([folder], shipped=False)
    assert finding.rule == "expression"
    assert finding.table.endswith("test_rules.yaml:4")
    assert (finding.field, finding.ids) == ("when", ("my.rule",))
    assert "'rain_mm_1h'" in finding.mend
    with pytest.raises(PackError, match="rain_mm_h is unknown"):
        load_packs([folder], shipped=False)
    write(test_rules=RULE.format(when="rain_mm_1h >= 50"))
    before = load_packs([folder], shipped=False)
    rule = before.entries["test_rules"]["my.rule"].value
    assert rule.when.value(rain_mm_1h=50) is True
    with pytest.raises(PackError, match=r"test_rules my\.rule") as caught:
        rule.when.value()
    assert caught.value.place.endswith("test_rules.yaml:1")
    write(test_rules=RULE.format(when="rain_mm_1h >= 51"))
    assert load_packs([folder], shipped=False).hash != before.hash
