"""What a person likes is kept by owner and key, across a restart; what is no JSON is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.api.preferences import PreferencesApi
from backend.errors import RefusedError
from backend.store import Store


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_kept_by_owner_and_key_across_a_restart(store: Store, worker: ThreadPoolExecutor) -> None:
    preferences = PreferencesApi(store, worker)
    preferences.write("person:a", "layout", {"pages": ["map", 2, None]}).result(10)
    preferences.write("person:b", "layout", "other").result(10)
    again = PreferencesApi(store, worker)
    assert again.read("person:a", "layout").result(10) == {"pages": ["map", 2, None]}
    assert again.read("person:b", "layout").result(10) == "other"
    assert again.read("person:b", "pens").result(10) is None


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes", "x" * 300_000])
def test_what_cannot_be_kept_is_refused_and_the_old_stays(
    store: Store, worker: ThreadPoolExecutor, value: object
) -> None:
    preferences = PreferencesApi(store, worker)
    preferences.write("person:a", "pens", [1]).result(10)
    with pytest.raises(RefusedError):
        preferences.write("person:a", "pens", value).result(10)
    assert preferences.read("person:a", "pens").result(10) == [1]
