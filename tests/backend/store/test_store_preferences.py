"""What a person likes is kept by owner and key, across a restart; what is no JSON is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import cast

import pytest

from backend.access import People
from backend.api.preferences import SETUP_CHANGED, PreferencesApi
from backend.api.worker import Worker
from backend.errors import RefusedError, StoreError
from backend.model.journal import JournalDraft
from backend.model.person import Role, Session
from backend.store import Store, Tx
from tests.support.clock import ManualClock


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def people() -> People:
    """All there are have the right."""
    return cast(People, SimpleNamespace(may=lambda _session, _right: True))


@pytest.fixture
def preferences(store: Store, worker: ThreadPoolExecutor, clock: ManualClock, people: People) -> PreferencesApi:
    return PreferencesApi(store, worker, clock, people)


@pytest.fixture
def chen() -> Session:
    return Session(
        id="s-1", person="p-1", login="chen", name="Chen Wei", role=Role.OPERATOR, workstation="a", started_at=0
    )


def test_kept_by_owner_and_key_across_a_restart(
    preferences: PreferencesApi, store: Store, worker: ThreadPoolExecutor, clock: ManualClock, people: People
) -> None:
    preferences.write("person:a", "layout", {"pages": ["map", 2, None]}).result(10)
    preferences.write("person:b", "layout", "other").result(10)
    again = PreferencesApi(store, worker, clock, people)
    assert again.read("person:a", "layout").result(10) == {"pages": ["map", 2, None]}
    assert again.read("person:b", "layout").result(10) == "other"
    assert again.read("person:b", "pens").result(10) is None


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes", "x" * 300_000])
def test_what_cannot_be_kept_is_refused_and_the_old_stays(preferences: PreferencesApi, value: object) -> None:
    preferences.write("person:a", "pens", [1]).result(10)
    with pytest.raises(RefusedError):
        preferences.write("person:a", "pens", value).result(10)
    assert preferences.read("person:a", "pens").result(10) == [1]


PROFILE = {"theme": "dark", "scale": 1.0, "scales": {}}


def change(preferences: PreferencesApi, value: dict[str, object], session: Session | None) -> None:
    preferences.change("desk:a", "taste", value, before=PROFILE, session=session, workstation="a").result(10)


def test_a_changed_profile_is_journaled_with_who_old_and_new_in_one_transaction(
    preferences: PreferencesApi, clock: ManualClock, chen: Session
) -> None:
    change(preferences, PROFILE | {"theme": "light"}, chen)
    clock.tick(60)
    change(preferences, PROFILE | {"theme": "light", "scales": {"DELL": 1.15}}, None)
    change(preferences, PROFILE | {"theme": "light", "scales": {"DELL": 1.15}}, chen)
    assert preferences.read("desk:a", "taste").result(10) == PROFILE | {"theme": "light", "scales": {"DELL": 1.15}}
    newest, first = preferences.changes("desk:a").result(10)
    assert (first.person, first.values) == (chen.person, (("theme", "dark", "light"),))
    assert (newest.person, newest.values) == ("", (("scales.DELL", None, 1.15),))
    assert newest.at - first.at == 60_000_000
    assert preferences.changes("desk:b").result(10) == ()


def test_a_profile_that_cannot_be_journaled_is_not_kept(
    preferences: PreferencesApi, store: Store, chen: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(preferences, PROFILE, chen)

    def broken(_tx: Tx, _draft: JournalDraft) -> None:
        raise StoreError("the journal is gone")

    monkeypatch.setattr(Tx, "journal", broken)
    with pytest.raises(StoreError):
        change(preferences, PROFILE | {"theme": "light"}, chen)
    assert preferences.read("desk:a", "taste").result(10) == PROFILE
    assert [each.draft.kind for each in store.journal()].count(SETUP_CHANGED) == 0


def test_a_question_that_comes_too_late_is_refused_and_does_not_raise() -> None:
    worker = Worker(1)
    assert worker.submit(max, 1, 2).result(10) == 2
    worker.shutdown()
    with pytest.raises(RefusedError, match="ending"):
        worker.submit(max, 1, 2).result(10)
