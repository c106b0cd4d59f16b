"""What is read back equals what was written, for every fact the store keeps."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from backend.audit import GENESIS, verify
from backend.errors import StoreError
from backend.model.alarm import AlarmConfig, AlarmFacts, Occurrence
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.event import DeviceEvent, Quarantined
from backend.model.journal import JournalDraft
from backend.model.metering import Accounts
from backend.model.person import Account
from backend.model.plant import Asset, Device, Point, Registry
from backend.store import Store, Tx
from tests.support.stored import account, alarm, batch, command, draft, occurrence, registry

# One store serves all examples of a test: facts are told apart by their keys.
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# No database keeps a NUL or a lone surrogate in a text: those are escaped.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_PLAIN: dict[object, SearchStrategy[Any]] = {
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(),
    str: texts,
    bytes: st.binary(),
    bool: st.booleans(),
    types.NoneType: st.none(),
}


def of(kind: Any) -> SearchStrategy[Any]:
    """Any value of a type of the vocabulary."""
    arguments = get_args(kind)
    match get_origin(kind) or kind:
        case origin if origin in (types.UnionType, Union):
            return st.one_of(*map(of, arguments))
        case origin if origin is tuple and arguments[-1] is Ellipsis:
            return st.lists(of(arguments[0]), max_size=3).map(tuple)
        case origin if origin is tuple:
            return st.tuples(*map(of, arguments))
        case origin if origin is Mapping:
            return st.dictionaries(of(arguments[0]), of(arguments[1]), max_size=3)
        case origin if is_dataclass(origin):
            hints = get_type_hints(origin)
            return st.builds(kind, **{field.name: of(hints[field.name]) for field in fields(origin)})
        case origin if isinstance(origin, type) and issubclass(origin, Enum):
            return st.sampled_from(origin)
        case origin:
            return _PLAIN[origin]


def stored(store: Store, work: Callable[..., object]) -> None:
    store.run(work).result(5)


@many
@given(fact=of(Command))
def test_commands(store: Store, fact: Command) -> None:
    new = replace(fact, content=replace(fact.content, id=f"c{len(store.commands(limit=10_000))}"))
    stored(store, lambda tx: tx.command(new))
    assert repr(store.commands(limit=1)) == repr((new,))
    assert repr(next(reversed(list(store.each_command())))) == repr(new)


@many
@given(config=of(AlarmConfig), facts=of(AlarmFacts))
def test_alarms(store: Store, config: AlarmConfig, facts: AlarmFacts) -> None:
    stored(store, lambda tx: tx.alarm(config, facts))
    assert [repr(found) for found in store.alarms() if found[0].key == config.key] == [repr((config, facts))]


@many
@given(fact=of(Occurrence))
def test_occurrences(store: Store, fact: Occurrence) -> None:
    stored(store, lambda tx: tx.occurrence(fact))
    assert repr(list(store.each_occurrence())[-1]) == repr(fact)
    assert repr(fact) in map(repr, store.occurrences(key=fact.key))


@many
@given(fact=of(Account))
def test_accounts(store: Store, fact: Account) -> None:
    stored(store, lambda tx: tx.account(fact))
    assert [found for found in store.accounts() if found.login == fact.login] == [fact]


@many
@given(fact=of(DeviceEvent))
def test_device_events(store: Store, fact: DeviceEvent) -> None:
    stored(store, lambda tx: tx.device_event(fact))
    assert fact in store.device_events()


@many
@given(fact=of(Quarantined))
def test_quarantine(store: Store, fact: Quarantined) -> None:
    stored(store, lambda tx: tx.quarantine(fact))
    assert store.quarantined(1) == (fact,)


@many
@given(key=texts, value=texts)
def test_settings(store: Store, key: str, value: str) -> None:
    stored(store, lambda tx: tx.setting(key, value))
    assert store.setting(key) == value


@many
@given(fact=of(JournalDraft))
def test_journal(store: Store, fact: JournalDraft) -> None:
    entry = store.run(lambda tx: tx.journal(fact)).result(5)
    assert repr(entry.draft) == repr(fact)
    assert repr(list(store.journal(after=entry.seq - 1))) == repr([entry])
    verdict = verify(store.journal(), GENESIS(store.site, store.id))
    assert (verdict.ok, verdict.count) == (True, entry.seq)


@many
@given(
    assets=st.lists(of(Asset), max_size=4, unique_by=lambda asset: asset.id),
    devices=st.lists(of(Device), max_size=4, unique_by=lambda device: device.id),
    points=st.lists(of(Point), min_size=4, max_size=4),
)
def test_registry(store: Store, assets: list[Asset], devices: list[Device], points: list[Point]) -> None:
    whole = Registry(
        assets=tuple(assets),
        devices=tuple(devices),
        points=tuple(replace(point, id=number) for number, point in enumerate(points)),
    )
    stored(store, lambda tx: tx.registry(whole))
    assert repr(store.registry()) == repr(whole)


def test_a_new_store_holds_nothing(store: Store) -> None:
    assert store.registry() == Registry()
    for nothing in (
        *(store.accounts(), store.alarms(), store.occurrences(), store.commands(), store.device_events()),
        *(store.quarantined(), tuple(store.journal()), store.last_values().point.tolist()),
    ):
        assert len(nothing) == 0
    assert store.setting("language") is None
    assert store.history.count() == 0


def test_a_second_writing_of_a_key_replaces_the_first(store: Store) -> None:
    config, facts = alarm()

    def work(tx: Any) -> None:
        tx.account(account())
        tx.alarm(config, facts)
        tx.command(command())
        tx.setting("language", "en")

    stored(store, work)
    ended = command(state=CommandState.CANCELLED, note="not needed")

    def again(tx: Any) -> None:
        tx.account(replace(account(), failures=3))
        tx.alarm(config, replace(facts, cond=False, cleared_at=9))
        tx.command(ended)
        tx.setting("language", "zh_CN")

    stored(store, again)
    assert store.accounts() == (replace(account(), failures=3),)
    assert store.alarms() == ((config, replace(facts, cond=False, cleared_at=9)),)
    assert store.commands() == (ended,)
    assert store.setting("language") == "zh_CN"


def test_commands_come_newest_first_and_open_ones_alone(store: Store) -> None:
    for number, state in enumerate(CommandState):
        stored(store, lambda tx, n=number, s=state: tx.command(command(f"c{n}", s)))
    states = list(CommandState)
    assert [found.state for found in store.commands()] == states[::-1]
    assert [found.state for found in store.commands(limit=2)] == states[:-3:-1]
    still_open = [state for state in reversed(states) if state not in TERMINAL]
    assert [found.state for found in store.commands(open_only=True)] == still_open
    assert len(still_open) == 8


def test_occurrences_by_time_and_key(store: Store) -> None:
    facts = [occurrence("a", at=10), occurrence("b", at=20), occurrence("a", at=30), occurrence("a", at=20)]
    for fact in facts:
        stored(store, lambda tx, f=fact: tx.occurrence(f))
    assert [(f.key, f.at) for f in store.occurrences()] == [("a", 30), ("a", 20), ("b", 20), ("a", 10)]
    assert [(f.key, f.at) for f in store.occurrences(key="a", limit=2)] == [("a", 30), ("a", 20)]
    assert [(f.key, f.at) for f in store.occurrences(start=20, end=30)] == [("a", 20), ("b", 20)]
    assert [(f.key, f.at) for f in store.each_occurrence(start=20)] == [("b", 20), ("a", 30), ("a", 20)]


def test_the_journal_is_read_from_where_one_left_off(store: Store) -> None:
    entries = store.run(lambda tx: [tx.journal(draft(f"c{n}")) for n in range(2500)]).result(30)
    assert list(store.journal()) == entries
    assert list(store.journal(after=999, limit=1502)) == entries[999:2501]
    assert list(store.journal(after=2500)) == []
    assert list(store.journal(limit=0)) == []


def test_text_that_a_device_garbled_is_kept_readable(store: Store) -> None:
    """A lone surrogate has no UTF-8, and PostgreSQL keeps no NUL. Refusing it would stop every sample beside it."""

    def work(tx: Any) -> object:
        tx.device_event(DeviceEvent(device="R-12", name="door", at=1, received_at=2, text="open\ud800\0"))
        tx.quarantine(Quarantined(source="R-12", stage="decode", reason="\udfff", raw=b"\xff", received_at=2))
        tx.occurrence(replace(occurrence(), reason="\ud83d"))
        tx.alarm(alarm()[0], replace(alarm()[1], acked_by="\ud800"))
        return tx.journal(replace(draft("c\ud800"), fields=(("answer\ud801", "\ud802\0"),)))

    entry = store.run(work).result(5)
    assert store.device_events()[0].text == "open\\ud800\\x00"
    assert store.quarantined()[0].reason == "\\udfff"
    assert store.occurrences()[0].reason == "\\ud83d"
    assert store.alarms()[0][1].acked_by == "\\ud800"
    assert list(store.journal()) == [entry]
    assert (entry.draft.subject, entry.draft.fields) == ("c\\ud800", (("answer\\ud801", "\\ud802\\x00"),))
    assert verify(store.journal(), GENESIS(store.site, store.id)).ok


def test_numbers_of_numpy_are_kept_as_numbers(store: Store) -> None:
    config, facts = alarm()
    numbered = replace(facts, value=np.float64(1.93), raised_at=np.int64(5), cond=np.bool_(True))

    def work(tx: Any) -> object:
        tx.alarm(config, numbered)
        fields = (("value", np.float64(0.1)), ("count", np.int64(3)), ("done", np.bool_(False)))
        return tx.journal(replace(draft(), at=np.int64(7), fields=fields))

    entry = store.run(work).result(5)
    assert repr(store.alarms()) == repr(((config, replace(facts, value=1.93, raised_at=5, cond=True)),))
    assert repr(entry.draft.fields) == "(('value', 0.1), ('count', 3), ('done', False))"
    assert repr(list(store.journal())) == repr([entry])


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (lambda tx: tx.registry(Registry(points=registry(3).points[1:])), "must be dense from 0"),
        (lambda tx: tx.registry(registry(2)), "2 points cannot replace 3: an id is never used again"),
        (lambda tx: tx.claim("nobody", 1), "(?i)foreign key constraint"),
        (lambda tx: tx.setting("key", None), "(?i)not.null constraint"),
        (
            lambda tx: tx.device_event(DeviceEvent(device="d", name="n", at=2**63, received_at=0)),
            "too large|out of range",
        ),
        (lambda tx: tx.journal(replace(draft(), fields=(("list", [1]),))), "keeps no list"),
        (lambda tx: tx.command(replace(command(), note={1})), "not a Command: Expected `str`, got `array`"),
        (lambda tx: tx.alarm(alarm()[0], replace(alarm()[1], value="1.9")), "not a AlarmFacts: Expected `float"),
        (lambda tx: tx.alarm(alarm()[0], replace(alarm()[1], value=object())), "holds no object"),
    ],
)
def test_what_cannot_be_kept_is_a_store_error_and_leaves_nothing(
    store: Store, work: Callable[..., object], reason: str
) -> None:
    stored(store, lambda tx: tx.registry(registry(3)))
    with pytest.raises(StoreError, match=reason):
        store.run(lambda tx: (tx.setting("before", "1"), work(tx))).result(5)
    assert store.setting("before") is None
    assert store.registry() == registry(3)
    stored(store, lambda tx: tx.setting("after", "1"))
    assert store.setting("after") == "1"


def test_a_registry_may_grow(store: Store) -> None:
    stored(store, lambda tx: tx.registry(registry(2)))
    stored(store, lambda tx: tx.registry(registry(5)))
    assert store.registry() == registry(5)


def meter_accounts(points: list[int], balance_fen: list[int]) -> Accounts:
    """Accounts that differ in nothing else."""
    rest = {
        name: np.full(len(points), 7, np.int64) for name in ("index_l", "at", "period", "used_l", "settled", "held")
    }
    return Accounts(point=np.array(points, np.int32), balance_fen=np.array(balance_fen, np.int64), **rest)


def test_accounts_of_meters_are_put_in_place_of_what_was_there(store: Store) -> None:
    store.run(lambda tx: tx.settled(meter_accounts([], []))).result()
    store.run(lambda tx: tx.settled(meter_accounts([3, 9], [-5, 1 << 40]))).result()
    store.run(lambda tx: tx.settled(meter_accounts([9, 1], [2, 3]))).result()
    kept = store.meter_accounts()
    assert (kept.point.tolist(), kept.balance_fen.tolist(), kept.at.tolist()) == ([1, 3, 9], [3, -5, 2], [7, 7, 7])


def test_a_reading_and_its_account_are_stored_together_or_not_at_all(store: Store) -> None:
    def half(tx: Tx) -> None:
        tx.samples(batch([(3, 0, 1.0)]))
        tx.settled(meter_accounts([3], [-5]))
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError):
        store.run(half).result()
    assert (store.history.count(), len(store.meter_accounts())) == (0, 0)
