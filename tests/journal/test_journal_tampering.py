"""Whoever changes the database behind the journal's back is found out; where not, it is said."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rencity.db import Store
from rencity.journal.chain import Entry, entry_digest, seal, stream_of
from rencity.journal.erasing import erase
from rencity.journal.reading import history
from rencity.journal.roots import Root, newest_root, root_of, sign_root
from rencity.journal.store import entries, roots
from rencity.journal.verifying import Verdict, verify
from rencity.kit.canonical import canonical
from rencity.kit.crypto import Signer, signer_of
from rencity.kit.errors import ProofError
from tests.journal.kinds import KINDS, Clock, gauges, people

COLUMNS = [column.name for column in entries.columns]
PATH = "journal.key"


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return signer_of(tmp_path / PATH)


@pytest.fixture
def store(shared: tuple[Store, Clock], signer: Signer) -> Store:
    """Two roots, a person whose words were erased, one whose words stand, a gauge changed often."""
    made, clock = shared
    with made.writing("maker") as tx:
        people.create(tx, "gone", {"name": "王小明", "role": "grid worker"})
        people.create(tx, "here", {"name": "李华", "contacts": ["139"], "role": "chief"})
        gauges.create(tx, "g", {"count": 0, "data": {"unit": "m"}, "seen": tx.at})
    with made.writing("maker") as tx:
        erase(tx, people, "gone", "asked to")
    sign_root(made, signer)
    for count in range(1, 6):
        clock.move(60)
        with made.writing("maker", why=f"reading {count}") as tx:
            gauges.change(tx, "g", {"count": count})
    sign_root(made, signer)
    clock.move(60)
    with made.writing("maker") as tx:
        gauges.change(tx, "g", {"count": 6})
        gauges.create(tx, "late", {"title": "after the roots"})
    assert verdict_of(made).sound
    return made


def verdict_of(store: Store, kept: Root | None = None, keys: tuple[str, ...] = ()) -> Verdict:
    with store.reading() as connection:
        return verify(connection, KINDS, kept=kept, keys=keys)


def rules_of(store: Store, kept: Root | None = None, keys: tuple[str, ...] = ()) -> set[str]:
    found = verdict_of(store, kept, keys).findings
    assert all(one.what and one.mend for one in found)
    return {one.rule for one in found}


def edit(store: Store, statement: sa.Executable) -> None:
    """What someone with the database's password can do."""
    with store.engine.begin() as connection:
        assert connection.execute(statement).rowcount  # type: ignore[attr-defined]


def told(store: Store, subject: str = "g") -> list[Entry]:
    with store.reading() as connection:
        return history(connection, "gauge" if subject in ("g", "late") else "person", subject)


def at(entry: Entry) -> sa.ColumnElement[bool]:
    return sa.and_(entries.c.stream == entry.stream, entries.c.seq == entry.seq)


def other(entry: Entry, column: str) -> Any:
    value = getattr(entry, column, None)
    if column == "id":
        return -1
    if column == "at":
        return entry.at + timedelta(microseconds=1)
    if column == "changed":
        return entry.changed.replace('"count":3', '"count":4')
    if column == "stream":
        return (entry.stream + 1) % 64
    if isinstance(value, int):
        return value + 100
    return f"{value or ''}x"


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("personal", "salt")])
def test_an_edited_entry_is_named(store: Store, column: str) -> None:
    entry = told(store)[3]
    edit(store, entries.update().where(at(entry)).values({column: other(entry, column)}))
    found = verdict_of(store).findings
    assert found
    if column in ("id", "seq", "stream"):
        assert any(f"stream {entry.stream}: no entry" in one.what for one in found)
    else:
        assert any(f"stream {entry.stream} entry {entry.seq}" in one.what for one in found)


@pytest.mark.parametrize("column", ["personal", "salt", "sealed"])
@pytest.mark.parametrize("new", ["forged", None])
def test_edited_personal_words_are_named(store: Store, column: str, new: str | None) -> None:
    (entry,) = told(store, "here")
    if column == "sealed" and new is None:
        new = ""
    edit(store, entries.update().where(at(entry)).values({column: new}))
    found = {one.rule: one.what for one in verdict_of(store).findings}
    words = {"personal-lost"} if (column, new) == ("personal", None) else {"personal-changed"}
    assert words & found.keys()
    assert f"stream {entry.stream} entry {entry.seq}" in found[min(words)]


def test_words_taken_away_without_an_erasure_are_missed(store: Store) -> None:
    (entry,) = told(store, "here")
    edit(store, entries.update().where(at(entry)).values(personal=None, salt=None))
    edit(store, people.table.update().where(people.table.c.id == "here").values(name=None))
    assert "personal-lost" in rules_of(store)


def test_words_that_were_erased_cannot_be_put_back_otherwise(store: Store) -> None:
    entry = told(store, "gone")[0]
    words = canonical({"before": {}, "after": {"name": "王大明", "contacts": None}})
    put = entries.update().where(at(entry)).values(personal=words, salt="00" * 32)
    edit(store, put)
    assert "personal-changed" in rules_of(store)


def test_a_removed_entry_is_missed_in_the_middle(store: Store) -> None:
    entry = told(store)[3]
    edit(store, entries.delete().where(at(entry)))
    found = verdict_of(store).findings
    assert any(f"no entry {entry.seq} stands" in one.what for one in found)


def test_entries_removed_at_the_end_are_missed_where_a_root_knows_them(store: Store) -> None:
    six = told(store)[6]
    edit(store, entries.delete().where(at(told(store)[5])))
    edit(store, entries.delete().where(at(six)))
    back = gauges.table.update().where(gauges.table.c.id == "g").values(count=4, version=5)
    edit(store, back)  # so that the record fits what is left
    assert rules_of(store) == {"entries-cut"}


def test_what_came_after_the_newest_root_can_be_cut_unseen_and_is_counted(store: Store) -> None:
    assert verdict_of(store).after_root == 2
    edit(store, entries.delete().where(at(told(store, "late")[0])))
    edit(store, gauges.table.delete().where(gauges.table.c.id == "late"))
    assert rules_of(store) == set()  # the documented limit: sign roots often
    assert verdict_of(store).after_root == 1


def test_entries_that_changed_places_are_named(store: Store) -> None:
    one, two = told(store)[2:4]
    edit(store, entries.update().where(at(one)).values(seq=-1))
    edit(store, entries.update().where(at(two)).values(seq=one.seq))
    lost = replace(one, seq=-1)
    edit(store, entries.update().where(at(lost)).values(seq=two.seq))
    assert {"entry-missing"} <= rules_of(store)


def test_an_inserted_entry_is_named(store: Store) -> None:
    last = told(store)[-1]
    forged = replace(
        last, seq=last.seq + 1, version=last.version + 1,
        changed=canonical({"before": {"count": 6}, "after": {"count": 60}}),
    )  # fmt: skip
    edit(store, entries.insert().values(**asdict(forged)))
    found = verdict_of(store).findings
    assert {"entry-changed", "record-changed"} <= {one.rule for one in found}


def test_an_entry_in_a_foreign_stream_is_named(store: Store) -> None:
    """Chained rightly, but where nobody would look for it."""
    last = told(store)[-1]
    stream = next(n for n in range(64) if n not in {last.stream, *used(store)})
    astray = replace(last, stream=stream, seq=1, version=8)
    astray = replace(astray, digest=entry_digest("", astray))
    edit(store, entries.insert().values(**asdict(astray)))
    assert "entry-astray" in rules_of(store)


def used(store: Store) -> set[int]:
    with store.reading() as connection:
        return set(connection.execute(sa.select(entries.c.stream)).scalars())


@pytest.mark.parametrize("column", [column.name for column in roots.columns])
def test_an_edited_root_is_named(store: Store, column: str) -> None:
    with store.reading() as connection:
        root = newest_root(connection)
    assert root is not None
    forged: dict[str, Any] = {
        "number": 7,
        "at": root.at + timedelta(seconds=1),
        "suite": "none",
        "heads": {**root.heads, "0": [1, "00"]},
    }
    value = forged.get(column, "00")
    edit(store, roots.update().where(roots.c.number == 2).values({column: value}))
    found = verdict_of(store).findings
    assert {"root-forged", "root-missing", "root-stranger"} & {one.rule for one in found}
    assert any("root" in one.what for one in found)


@pytest.mark.parametrize("heads", [[], {"0": 3}, {"x": [1, "a"]}, {"1": ["1", "a"]}, "words"])
def test_a_root_that_makes_no_sense_is_named_and_stops_nothing(store: Store, heads: Any) -> None:
    edit(store, roots.update().where(roots.c.number == 1).values(heads=heads))
    found = verdict_of(store).findings
    assert any(one.rule == "root-forged" and one.ids == ("1",) for one in found)


def test_a_removed_root_is_missed_when_another_follows(store: Store) -> None:
    edit(store, roots.delete().where(roots.c.number == 1))
    assert "root-missing" in rules_of(store)


def test_the_newest_root_removed_is_missed_by_one_that_was_kept(
    store: Store, tmp_path: Path
) -> None:
    kept = keep(store, tmp_path)
    edit(store, roots.delete().where(roots.c.number == 2))
    assert rules_of(store) == set()  # the documented limit of looking without a kept root
    assert rules_of(store, kept) == {"root-replaced"}


def keep(store: Store, folder: Path) -> Root:
    with store.reading() as connection:
        root = newest_root(connection)
    assert root is not None
    (folder / "root.json").write_text(root.as_json())
    return root_of(folder / "root.json")


def test_a_root_signed_by_another_key_is_named(store: Store, tmp_path: Path) -> None:
    thief = signer_of(tmp_path / "thief.key")
    with store.reading() as connection:
        root = newest_root(connection)
    assert root is not None
    again = {
        "key": thief.key,
        "public": thief.public.hex(),
        "signature": thief.sign(root.digest.encode()).hex(),
    }
    edit(store, roots.update().where(roots.c.number == 2).values(**again))
    assert rules_of(store) == {"root-stranger"}
    assert thief.key in verdict_of(store).findings[0].what
    with store.reading() as connection:
        first = connection.execute(sa.select(roots.c.key).where(roots.c.number == 1)).scalar_one()
    assert rules_of(store, keys=(first, thief.key)) == set()


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (gauges.table.update().where(gauges.table.c.id == "g").values(count=7), "record-changed"),
        (gauges.table.update().where(gauges.table.c.id == "g").values(version=9), "record-changed"),
        (
            gauges.table.update().where(gauges.table.c.id == "g").values(data={"unit": "cm"}),
            "record-changed",
        ),
        (gauges.table.update().where(gauges.table.c.id == "g").values(open=True), "record-changed"),
        (people.table.update().where(people.table.c.id == "here").values(name="x"),
         "record-changed"),
        (people.table.update().where(people.table.c.id == "gone").values(name="王小明"),
         "record-changed"),
        (gauges.table.delete().where(gauges.table.c.id == "g"), "record-lost"),
        (gauges.table.insert().values(id="new", version=1), "record-untold"),
        (gauges.table.insert().values(id="a first one", version=1), "record-untold"),
    ],
)  # fmt: skip
def test_a_record_changed_behind_the_journals_back_is_named(
    store: Store, statement: sa.Executable, rule: str
) -> None:
    edit(store, statement)
    (one,) = verdict_of(store).findings
    assert one.rule == rule
    assert one.ids[0] in one.what


def rewritten(store: Store, signer: Signer) -> None:
    """Everything made anew by one who holds the database and the key: the count was never 3."""
    with store.reading() as connection:
        every = connection.execute(sa.select(entries).order_by(entries.c.id)).mappings().all()
        signed = [Root(**row) for row in connection.execute(sa.select(roots)).mappings()]
    heads: dict[int, tuple[int, str]] = {}
    digests: dict[tuple[int, int], str] = {}
    for row in every:
        entry = Entry(**{name: row[name] for name in Entry.__dataclass_fields__})
        entry = replace(entry, changed=entry.changed.replace('"count":3', '"count":33'))
        _, before = heads.get(entry.stream, (0, ""))
        entry = replace(entry, digest=entry_digest(before, entry))
        heads[entry.stream] = (entry.seq, entry.digest)
        digests[entry.stream, entry.seq] = entry.digest
        edit(store, entries.update().where(at(entry)).values(**asdict(entry)))
    from rencity.journal.roots import _digest

    before = ""
    for root in signed:
        said = {name: [seq, digests[int(name), seq]] for name, (seq, _) in root.heads.items()}
        digest = _digest(root.number, root.at, root.suite, said, before)
        again = {
            "heads": said, "previous": before, "digest": digest,
            "signature": signer.sign(digest.encode()).hex(),
        }  # fmt: skip
        edit(store, roots.update().where(roots.c.number == root.number).values(**again))
        before = digest


def test_history_made_anew_with_the_real_key_is_caught_by_a_kept_root_only(
    store: Store, signer: Signer, tmp_path: Path
) -> None:
    kept = keep(store, tmp_path)
    rewritten(store, signer)
    assert rules_of(store, keys=(signer.key,)) == set()  # the documented limit
    found = verdict_of(store, kept).findings
    assert {"root-replaced", "root-broken"} <= {one.rule for one in found}
    assert any(f"root {kept.number}" in one.what for one in found)


def test_a_kept_root_that_was_changed_is_refused(store: Store, tmp_path: Path) -> None:
    keep(store, tmp_path)
    path = tmp_path / "root.json"
    path.write_text(path.read_text().replace('"number": 2', '"number": 3'))
    with pytest.raises(ProofError, match=r"root\.json: root 3: its digest"):
        root_of(path)
    for broken in ("", "[]", "{}", '{"number": 1}', "\x00"):
        path.write_text(broken)
        with pytest.raises(ProofError, match="holds no root"):
            root_of(path)


def test_rows_that_cannot_be_read_are_findings_and_no_traceback(store: Store) -> None:
    entry = told(store)[2]
    for values in ({"changed": "{"}, {"changed": "[]"}, {"changed": '{"after":3}'}):
        edit(store, entries.update().where(at(entry)).values(**values))
        assert "entry-changed" in rules_of(store)
    if store.embedded:  # which keeps what it is given, whatever the column's type
        for column in ("at", "seq", "version", "who", "kind"):
            value = "'soon'" if column != "who" else "x'ff00'"
            with store.engine.begin() as connection:
                connection.exec_driver_sql(
                    f"UPDATE journal_entries SET {column} = {value} WHERE id = 5"  # noqa: S608
                )
            assert rules_of(store)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE journal_roots SET heads = '{', at = 'x'")
            connection.exec_driver_sql("UPDATE gauges_of_tests SET data = '{', seen = 'x'")
        assert {"root-forged", "record-changed"} <= rules_of(store)


def test_findings_are_counted_where_they_are_many(store: Store) -> None:
    with store.writing("maker") as tx:
        for number in range(130):
            gauges.create(tx, f"many-{number}", {"count": number})
    edit(store, gauges.table.update().where(gauges.table.c.id.like("many-%")).values(count=-1))
    verdict = verdict_of(store)
    assert (len(verdict.findings), verdict.more) == (100, 30)


def test_a_seal_hides_what_could_be_guessed() -> None:
    assert seal("139", "a" * 64) != seal("139", "b" * 64)
    assert stream_of("person", "x") == stream_of("person", "x")
