"""Notes to the log: kept in the journal with who wrote them, told at once, found again by what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.api.notes import NOTE, QUESTION, REFUSED
from backend.errors import RefusedError
from backend.model.note import Note
from tests.support.door import Office, opened, staffed_site

pytestmark = pytest.mark.expects_warnings
"""The field is silent."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = opened(staffed_site(Path(tmp_path_factory.mktemp("notes")) / "site", []))
    yield office
    office.system.stop()


def test_a_note_is_journaled_told_and_found_again(office: Office) -> None:
    notes, operator = office.backend.notes, office.sessions["operator"]
    heard: list[Note] = []
    stop = notes.changed.subscribe(heard.append)
    first = notes.write(operator, "A:high", "  valve\nseen\tclosed ").result(10)
    second = notes.write(office.sessions["supervisor"], "A:high", "why?", asks=True).result(10)
    stop()
    assert heard == [first, second]
    assert notes.of("A:high").result(10) == (first, second)
    assert notes.of("A:high", limit=1).result(10) == (second,)
    assert (first.words, first.person, first.asks, second.asks) == ("valve seen closed", operator.person, False, True)
    drafts = [entry.draft for entry in office.backend.journal.tail(2).result(10)]
    assert [(each.kind, each.subject) for each in drafts] == [(NOTE, "A:high"), (QUESTION, "A:high")]
    assert drafts[0].workstation == operator.workstation


@pytest.mark.parametrize("words", ["", " \n", "x" * 501])
def test_a_note_of_nothing_or_too_much_is_refused(office: Office, words: str) -> None:
    with pytest.raises(RefusedError, match="1 to 500"):
        office.backend.notes.write(office.sessions["operator"], "B:high", words).result(10)
    assert office.backend.notes.of("B:high").result(10) == ()


def test_who_only_looks_on_writes_nothing_and_the_try_is_journaled(office: Office) -> None:
    with pytest.raises(RefusedError):
        office.backend.notes.write(office.sessions["auditor"], "C:high", "hello").result(10)
    assert office.backend.notes.of("C:high").result(10) == ()
    assert office.backend.journal.tail(1).result(10)[0].draft.kind == REFUSED
