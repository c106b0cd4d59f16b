"""What is older than the site keeps is destroyed class by class, and the journal certifies it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from backend.model.event import Quarantined
from backend.model.keeping import Keeping
from backend.store import Store, ageing
from backend.store.cold.layout import DAY_US
from backend.store.cold.rules import Cooling
from backend.store.rolled import growing, steps
from tests.support.clock import START_US, ManualClock
from tests.support.stored import batch

H = 3_600_000_000
TODAY = START_US // DAY_US * DAY_US
KEEPING = Keeping(recent=2, raw=5, minute=8, quarter=20, hour=30)


@pytest.fixture
def aged(opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with twelve days, all but two of them in files."""
    monkeypatch.setattr(steps, "PIECES_DUE", 1)
    monkeypatch.setattr(growing, "GRAINS", 24)
    store = opened()
    for n in range(24 * 12):
        store.run(lambda tx, n=n: tx.samples(batch([(1, -n * H, float(n))]))).result(5)
    store.roll_up()
    store.cool(Cooling(now=START_US, recent_days=2))
    return store


def certificates(store: Store) -> list[tuple[str, dict[str, object]]]:
    return [
        (each.draft.subject, dict(each.draft.fields)) for each in store.journal() if each.draft.kind == ageing.DESTROYED
    ]


def test_each_class_goes_at_its_age_with_a_certificate(aged: Store, file: Path) -> None:
    whole = aged.history.read([1], 0, 2**62)
    with closing(sqlite3.connect(file)) as reader:
        days = reader.execute("SELECT digest FROM cold WHERE day < ? ORDER BY day", (TODAY // DAY_US - 5,)).fetchall()
        leaf = "SELECT digest FROM leaf WHERE tier = 1 AND (last + 1) * 60000000 <= ? ORDER BY point, first"
        leaves = reader.execute(leaf, (TODAY - 8 * DAY_US,)).fetchall()
    assert aged.age(KEEPING) == 2
    samples, minutes = certificates(aged)
    kept = whole.at >= TODAY - 5 * DAY_US
    assert samples[0] == "raw"
    assert samples[1] == {
        "from": min(whole.at) // DAY_US * DAY_US + DAY_US - 1,
        "until": TODAY - 5 * DAY_US,
        "rows": int((~kept).sum()),
        "sha256": hashlib.sha256(bytes(32) + b"".join(digest for (digest,) in days)).hexdigest(),
        "kept_days": 5,
        "approved_by": "site.toml",
    }
    assert len(days) > 1
    assert minutes[1]["sha256"] == hashlib.sha256(bytes(32) + b"".join(digest for (digest,) in leaves)).hexdigest()
    assert (minutes[0], minutes[1]["kept_days"]) == ("1 min", 8)
    assert aged.history.read([1], 0, 2**62).at.tolist() == whole.at[kept].tolist()
    assert aged.history.count() == kept.sum()
    assert len(list((file.parent / "history").iterdir())) == 3
    # Quarters and hours answer for all of it, also where a finer tier would have been asked.
    (long,) = aged.history.thinned([1], TODAY - 20 * DAY_US, START_US + 1, 20)
    (day,) = aged.history.thinned([1], TODAY - 10 * DAY_US, TODAY - 9 * DAY_US, 2000)
    assert (long.count.sum(), day.count.sum(), day.tier) == (len(whole), 24, "15 min")
    assert aged.age(KEEPING) == 0
    assert aged.history.check() == ()


def test_a_crash_midway_is_gone_on_from_and_certified_once(
    aged: Store, opened: Callable[[], Store], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: object, tx: object, name: str, days: int) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(ageing.Ager, "_certify", crash)
        with pytest.raises(ZeroDivisionError):
            aged.age(KEEPING)
    assert certificates(aged) == []
    aged.close()
    again = opened()
    assert again.age(KEEPING) == 2
    destroyed = sum(START_US - n * H < TODAY - 5 * DAY_US for n in range(24 * 12))
    assert [(name, found["rows"]) for name, found in certificates(again)][:1] == [("raw", destroyed)]


@pytest.mark.expects_warnings
def test_leaves_are_mended_without_what_only_they_still_hold(aged: Store, file: Path) -> None:
    aged.age(KEEPING)
    asked = (TODAY - 20 * DAY_US, START_US + 1, 20)
    with closing(sqlite3.connect(file, isolation_level=None)) as attacker:
        attacker.execute("UPDATE leaf SET digest = x'00' WHERE tier = 0")
        first = "(SELECT min(first) FROM leaf WHERE tier = 3)"
        attacker.execute(f"UPDATE leaf SET digest = x'00' WHERE tier = 3 AND first = {first}")
    aged.history.check()
    assert set(aged.history.damaged_rolled) == {1}
    aged.run(lambda tx: tx.samples(batch([(2, 0, 1.0)]))).result(5)
    aged.roll_up()
    assert aged.history.damaged_rolled == {}
    # A leaf of hours is lost for good: named, left out, and nothing else with it.
    left = aged.history.thinned([1], *asked)[0].count.sum()
    assert 24 * 10 < left < 24 * 12
    assert len(aged.history.read([1], 0, 2**62)) == sum(START_US - n * H >= TODAY - 5 * DAY_US for n in range(24 * 12))


def test_rows_of_other_classes_go_too(store: Store, clock: ManualClock) -> None:
    found = Quarantined(source="R-12", stage="parse", reason="?", raw=b"x", received_at=START_US - 100 * DAY_US)
    store.run(lambda tx: tx.quarantine(found)).result(5)
    assert store.age(Keeping()) == 1
    ((name, fields),) = certificates(store)
    assert (name, fields["rows"]) == ("quarantine", 1)


@pytest.mark.expects_warnings
def test_nothing_is_destroyed_while_the_clock_is_not_to_be_trusted(store: Store, clock: ManualClock) -> None:
    ager = store._roller._ager
    assert not ager.is_steady()
    clock.tick(3600)
    assert ager.is_steady()
    clock.jump(10 * 365 * 86400)
    assert not ager.is_steady()
    clock.tick(3599)
    assert not ager.is_steady()
    clock.tick(1)
    assert ager.is_steady()
