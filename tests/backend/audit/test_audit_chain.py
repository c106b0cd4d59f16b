"""The journal's chain: typed bytes, and every kind of tampering named with the first bad entry."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.audit import GENESIS, seal, verify
from backend.audit.canonical import Plain, canonical
from backend.errors import StoreError
from backend.model.journal import Field, JournalDraft, JournalEntry

SITE, STORE = "linjiang", "0011223344556677"
COUNT = 5


def draft(number: int) -> JournalDraft:
    return JournalDraft(
        at=1_768_473_000_000_000 + number,
        kind="command.approved",
        subject=f"c{number}",
        person="p1",
        session="s1",
        workstation="w1",
        fields=(("value", 1.0), ("text", "1"), ("count", 1), ("done", True), ("none", None), ("empty", "")),
    )


def chained(drafts: list[JournalDraft], head: bytes, first: int = 1) -> list[JournalEntry]:
    entries = []
    for seq, each in enumerate(drafts, first):
        entries.append(JournalEntry(seq=seq, draft=each, previous=head, hash=seal(head, seq, each)))
        head = entries[-1].hash
    return entries


def good(count: int = COUNT, store: str = STORE) -> list[JournalEntry]:
    return chained([draft(number) for number in range(1, count + 1)], GENESIS(SITE, store))


def first_bad(entries: list[JournalEntry], expect: tuple[int, bytes] | None = None) -> int | None:
    verdict = verify(iter(entries), GENESIS(SITE, STORE), expect=expect)
    assert not verdict.ok
    assert verdict.reason
    return verdict.first_bad


def test_canonical_bytes_are_as_written_down() -> None:
    assert canonical((1, "1", None, "", True, 1.5, b"\x00")) == bytes.fromhex(
        "69 0000000000000001 31"
        "73 0000000000000001 31"
        "6e 0000000000000000"
        "73 0000000000000000"
        "62 0000000000000001 01"
        "66 0000000000000008 3ff8000000000000"
        "79 0000000000000001 00"
    )


def test_a_seal_is_sha256_of_zero_previous_and_fields() -> None:
    previous = bytes(range(32))
    fact = JournalDraft(at=7, kind="k", subject="气", fields=(("n", None),))
    by_hand = b"\x00" + previous
    for letter, content in (
        *((b"i", b"3"), (b"i", b"7"), (b"s", b"k"), (b"s", b"\xe6\xb0\x94"), (b"s", b""), (b"s", b""), (b"s", b"")),
        *((b"i", b"1"), (b"s", b"n"), (b"n", b"")),
    ):
        by_hand += letter + struct.pack(">Q", len(content)) + content
    assert seal(previous, 3, fact) == hashlib.sha256(by_hand).digest()


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


def typed(row: list[Plain]) -> list[tuple[type, object]]:
    return [(type(each), struct.pack(">d", each) if isinstance(each, float) else each) for each in row]


@given(st.lists(values, max_size=4), st.lists(values, max_size=4))
def test_rows_that_differ_in_anything_have_different_bytes(one: list[Plain], other: list[Plain]) -> None:
    assert (canonical(one) == canonical(other)) == (typed(one) == typed(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, "1"), (None, ""), (True, 1), (False, 0), (1, 1.0), (0.0, -0.0), ("a", b"a"), (None, False), ("", b"")],
)
def test_values_that_look_alike_have_different_bytes(one: Plain, other: Plain) -> None:
    assert canonical((one,)) != canonical((other,))


def test_moving_a_border_between_texts_changes_the_bytes() -> None:
    assert canonical(("ab", "c")) != canonical(("a", "bc"))


def test_what_no_journal_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="tuple"):
        canonical(((),))  # type: ignore[arg-type] - the point of the test
    with pytest.raises(ValueError, match="32 bytes"):
        seal(b"", 1, draft(1))


def test_a_sound_chain_is_sound() -> None:
    entries = good()
    verdict = verify(entries, GENESIS(SITE, STORE), expect=(COUNT, entries[-1].hash))
    assert verdict.ok
    assert (verdict.count, verdict.first_bad, verdict.reason) == (COUNT, None, "")
    assert verify([], GENESIS(SITE, STORE)).ok


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
@pytest.mark.parametrize("name", [field.name for field in fields(JournalDraft) if field.name != "fields"])
def test_an_edited_field_is_named(seq: int, name: str) -> None:
    entries = good()
    entry = entries[seq - 1]
    value = getattr(entry.draft, name)
    edited = replace(entry.draft, **{name: value + type(value)("1")})
    entries[seq - 1] = replace(entry, draft=edited)
    assert first_bad(entries) == seq


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
@pytest.mark.parametrize("name", [field.name for field in fields(JournalDraft) if field.name != "fields"])
def test_a_changed_type_is_named(seq: int, name: str) -> None:
    entries = good()
    entry = entries[seq - 1]
    other = {"at": float, "kind": str.encode}.get(name, str.encode)
    entries[seq - 1] = replace(entry, draft=replace(entry.draft, **{name: other(getattr(entry.draft, name))}))
    assert first_bad(entries) == seq


@pytest.mark.parametrize(
    ("at", "value"), [(0, 2.0), (0, 1), (1, 1), (2, "1"), (2, True), (3, 1), (3, False), (4, ""), (5, None)]
)
def test_an_edited_detail_is_named(at: int, value: Field) -> None:
    entries = good()
    details = list(entries[2].draft.fields)
    details[at] = (details[at][0], value)
    entries[2] = replace(entries[2], draft=replace(entries[2].draft, fields=tuple(details)))
    assert first_bad(entries) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda details: (("renamed", details[0][1]), *details[1:]),
        lambda details: details[1:],
        lambda details: (*details, ("more", 1)),
        lambda details: (details[1], details[0], *details[2:]),
        lambda details: (),
    ],
)
def test_details_renamed_dropped_added_or_reordered_are_named(
    change: Callable[..., tuple[tuple[str, Field], ...]],
) -> None:
    entries = good()
    entries[3] = replace(entries[3], draft=replace(entries[3].draft, fields=change(entries[3].draft.fields)))
    assert first_bad(entries) == 4


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
@pytest.mark.parametrize("name", ["previous", "hash"])
def test_an_edited_hash_is_named(seq: int, name: str) -> None:
    entries = good()
    edited = bytes([getattr(entries[seq - 1], name)[0] ^ 1]) + getattr(entries[seq - 1], name)[1:]
    entries[seq - 1] = replace(entries[seq - 1], **{name: edited})
    assert first_bad(entries) == seq


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
@pytest.mark.parametrize("number", [0, -1, 99, 1.0, True, "1"])
def test_an_edited_number_is_named(seq: int, number: int) -> None:
    entries = good()
    entries[seq - 1] = replace(entries[seq - 1], seq=number)
    assert first_bad(entries) == seq


@pytest.mark.parametrize("seq", range(1, COUNT))
def test_a_deleted_entry_is_named(seq: int) -> None:
    entries = good()
    del entries[seq - 1]
    assert first_bad(entries) == seq


@pytest.mark.parametrize("left", range(COUNT))
def test_a_cut_off_end_is_named_by_what_is_known(left: int) -> None:
    entries = good()
    assert verify(entries[:left], GENESIS(SITE, STORE)).ok
    assert first_bad(entries[:left], expect=(COUNT, entries[-1].hash)) == left + 1


@pytest.mark.parametrize("seq", range(1, COUNT))
def test_swapped_entries_are_named(seq: int) -> None:
    entries = good()
    entries[seq - 1], entries[seq] = entries[seq], entries[seq - 1]
    assert first_bad(entries) == seq


@pytest.mark.parametrize("seq", range(1, COUNT))
def test_swapped_facts_are_named(seq: int) -> None:
    entries = good()
    one, other = entries[seq - 1], entries[seq]
    entries[seq - 1], entries[seq] = replace(one, draft=other.draft), replace(other, draft=one.draft)
    assert first_bad(entries) == seq


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
def test_a_doubled_entry_is_named(seq: int) -> None:
    entries = good()
    entries.insert(seq, entries[seq - 1])
    assert first_bad(entries) == seq + 1


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
def test_an_inserted_entry_is_named(seq: int) -> None:
    """Sealed well onto the entry before it: then the next one no longer fits."""
    entries = good()
    head = entries[seq - 1].previous
    entries[seq - 1 : seq - 1] = chained([draft(77)], head, first=seq)
    assert first_bad(entries) == seq + 1


def test_an_appended_entry_that_is_not_sealed_is_named() -> None:
    entries = good()
    entries.append(JournalEntry(seq=COUNT + 1, draft=draft(9), previous=entries[-1].hash, hash=bytes(32)))
    assert first_bad(entries) == COUNT + 1


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
def test_a_journal_chained_anew_is_found_by_what_is_known(seq: int) -> None:
    entries = good()
    known = entries[-1].hash
    forged = [entry.draft for entry in entries]
    forged[seq - 1] = replace(forged[seq - 1], person="someone else")
    anew = chained(forged, GENESIS(SITE, STORE))
    assert verify(anew, GENESIS(SITE, STORE)).ok
    assert first_bad(anew, expect=(COUNT, known)) == 1


def test_more_that_is_known_narrows_where_it_was_chained_anew() -> None:
    entries = good()
    forged = [entry.draft for entry in entries]
    forged[3] = replace(forged[3], subject="another")
    anew = chained(forged, GENESIS(SITE, STORE))
    marks = {entry.seq: entry.hash for entry in entries}
    verdict = verify(anew, GENESIS(SITE, STORE), marks=marks)
    assert (verdict.first_bad, verdict.count) == (4, 3)


def test_rolled_back_and_grown_again_is_found() -> None:
    entries = good()
    known = (COUNT, entries[-1].hash)
    grown = entries[:2] + chained([draft(60 + n) for n in range(6)], entries[1].hash, first=3)
    assert verify(grown, GENESIS(SITE, STORE)).ok
    assert first_bad(grown, expect=known) == 1


def test_cut_off_and_continued_is_found() -> None:
    entries = good()
    continued = entries[:-1] + chained([draft(61)], entries[-2].hash, first=COUNT)
    assert first_bad(continued, expect=(COUNT, entries[-1].hash)) == 1


@pytest.mark.parametrize(("site", "store"), [("other", STORE), (SITE, "ffffffffffffffff"), (STORE, SITE)])
def test_a_journal_of_another_site_or_store_is_named_at_its_first_entry(site: str, store: str) -> None:
    assert first_bad(chained([draft(1)], GENESIS(site, store))) == 1


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
def test_entries_spliced_in_from_another_store_are_named(seq: int) -> None:
    entries = good()
    entries[seq - 1 :] = good(store="ffffffffffffffff")[seq - 1 :]
    assert first_bad(entries) == seq


def test_a_checkpoint_of_another_beginning_is_named() -> None:
    assert first_bad(good(), expect=(0, GENESIS("other", STORE))) == 1


def test_an_entry_that_cannot_be_read_is_named() -> None:
    def reading() -> Iterator[JournalEntry]:
        yield from good()[:2]
        raise StoreError("Row {key} cannot be read.", key=3)

    verdict = verify(reading(), GENESIS(SITE, STORE))
    assert (verdict.ok, verdict.count, verdict.first_bad) == (False, 2, 3)
    assert "Row 3 cannot be read." in verdict.reason


def test_checking_keeps_no_entry() -> None:
    """Reads one entry at a time: the one before is given back before the next is made."""
    alive: list[int] = []

    class Counted(JournalEntry):
        def __del__(self) -> None:
            alive.append(self.seq)

    def reading() -> Iterator[JournalEntry]:
        for entry in good():
            yield Counted(seq=entry.seq, draft=entry.draft, previous=entry.previous, hash=entry.hash)
            assert len(alive) >= entry.seq - 1

    assert verify(reading(), GENESIS(SITE, STORE)).ok
    assert len(alive) >= COUNT - 1
