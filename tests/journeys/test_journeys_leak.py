"""A leak in the field: physics raises the alarms, the operator answers them; a gas-leak alarm cannot be put away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.errors import RefusedError
from backend.model.alarm import AlarmClass, AlarmName, Priority
from tests.support.city import City
from tests.support.console import Console

pytestmark = [
    # A machine without a sound card logs so once.
    pytest.mark.expects_warnings,
]
METHANE = "GD-0418-CH4:high"
PRESSURE = "PT-1202:low"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    # The evening peak, twenty times as fast: methane in a minute, low pressure in two, of the field's time.
    city = City(tmp_path_factory.mktemp("leak"), scenario="leak", speed=20)
    yield city
    city.stop()


@pytest.fixture
def console(city: City) -> Iterator[Console]:
    console = Console(city.folder, city.phones)
    yield console
    console.stop()


def test_a_leak_is_alarmed_by_physics_acknowledged_and_never_shelved(city: City, console: Console) -> None:
    console.until("gas", lambda: console.value("FT-1203") > 100)
    methane = console.until(
        "HIGH-HIGH methane", lambda: (found := console.alarm(METHANE)) and found.facts.level == "HH" and found
    )
    assert methane
    assert (methane.config.alarm_class, methane.priority) == (AlarmClass.GAS_LEAK, Priority.P1)
    assert (methane.name, methane.horn) == (AlarmName.UNACK, True)
    pressure = console.until_alarm(PRESSURE)
    assert pressure.facts.value is not None
    assert pressure.facts.value < 330.0
    assert city.field.ask({"state": True})["leak_m3h"]["BA-05"] > 1000

    operator, alarms = console.session(), console.backend.alarms
    with pytest.raises(RefusedError) as refused:
        alarms.shelve(operator, METHANE, 600, "too loud").result(10)
    standing = console.alarm(METHANE)
    assert standing is not None
    assert standing.name is AlarmName.UNACK
    acked = alarms.acknowledge(operator, METHANE, standing.facts.occurrence).result(10)
    assert (acked.name, acked.horn, acked.facts.acked_by) == (AlarmName.ACKED, False, "operator")

    kinds = [(entry.draft.kind, entry.draft.subject) for entry in console.backend.journal.tail(100).result(10)]
    assert ("alarm.ack", METHANE) in kinds
    events = [each.event for each in alarms.occurrences(key=METHANE)]
    assert events[-1] == "raise"
    assert "ack" in events
    assert str(refused.value)
    assert console.backend.journal.verify().result(20).ok
