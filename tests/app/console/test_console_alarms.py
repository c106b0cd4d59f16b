"""The alarm page: views, acknowledging what is shown, shelving with a reason, rows that stay, history."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication

from app.dialogs.shelve import ShelveDialog
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.person import Right
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import Button, ReasonInput

pytestmark = pytest.mark.expects_warnings


def by_key(desk: WindowedDesk, key: str) -> AlarmRecord:
    (record,) = [each for each in desk.alarms() if each.config.key == key]
    return record


def listed(desk: WindowedDesk) -> list[str]:
    return [row.key for row in desk.table("Alarms").row_model().rows()]


def point_at(desk: WindowedDesk) -> None:
    """Put the pointer into the list."""
    table = desk.table("Alarms")
    middle = QPointF(table.viewport().rect().center())
    QApplication.sendEvent(table.viewport(), QEnterEvent(middle, middle, middle))


def leave(desk: WindowedDesk) -> None:
    table = desk.table("Alarms")
    desk.page("alarms").setFocus()
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))


def button(desk: WindowedDesk, words: str) -> Button:
    return next(each for each in desk.shell.findChildren(Button) if each.words() == words and each.isVisible())


def view(desk: WindowedDesk, key: str) -> None:
    desk.shell.go("alarms", key)


def test_every_active_alarm_is_listed_most_urgent_first(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.until(lambda: set(listed(operator)) == {each.config.key for each in operator.alarms()})
    priorities = [int(by_key(operator, key).priority) for key in listed(operator)]
    assert priorities == sorted(priorities)


def test_each_view_says_how_many_it_holds(operator: WindowedDesk) -> None:
    operator.page("alarms")
    count = str(len(operator.alarms()))
    operator.until(lambda: cells(operator.table("Views").row_model())[0] == ["Active", count])
    assert cells(operator.table("Views").row_model())[1] == ["Unacknowledged", count]
    assert cells(operator.table("Views").row_model())[4] == ["Shelved", "0"]


def test_space_acknowledges_the_chosen_alarm(operator: WindowedDesk) -> None:
    operator.page("alarms")
    key = listed(operator)[2]
    operator.shell.go("alarms", key)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, key).facts.ack)
    assert [each.config.key for each in operator.alarms() if each.facts.ack] == [key]


def test_space_on_an_acknowledged_alarm_acknowledges_no_other(operator: WindowedDesk) -> None:
    operator.page("alarms")
    key = listed(operator)[2]
    operator.shell.go("alarms", key)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, key).facts.ack)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: not button(operator, "Acknowledge").isEnabled())
    assert [each.config.key for each in operator.alarms() if each.facts.ack] == [key]


def test_control_space_acknowledges_what_can_be_seen(operator: WindowedDesk) -> None:
    operator.page("alarms")
    seen = operator.table("Alarms").visible_keys()
    operator.press(Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    operator.until(lambda: all(by_key(operator, key).facts.ack for key in seen))
    assert len(seen) >= 6


def test_an_acknowledgement_of_an_older_occurrence_is_refused(operator: WindowedDesk) -> None:
    session = operator.shell.desk.session
    assert session is not None
    record = operator.alarms()[0]
    stale = operator.backend.alarms.acknowledge(session, record.config.key, record.facts.occurrence - 1)
    sentences: list[str] = []
    operator.shell.actions_.refused.connect(sentences.append)
    operator.shell.actions_.follow(stale)
    operator.until(lambda: bool(sentences))
    assert not by_key(operator, record.config.key).facts.ack


def test_an_acknowledged_row_stays_where_it_is_until_release(operator: WindowedDesk) -> None:
    operator.page("alarms")
    view(operator, "unacknowledged")
    before = listed(operator)
    operator.shell.go("alarms", before[0])
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, before[0]).facts.ack)
    operator.until(lambda: " acknowledged" in f" {cells(operator.table('Alarms').row_model())[0][0]}")
    assert listed(operator) == before
    operator.press(Qt.Key.Key_End)
    assert [key for key in listed(operator) if key in before] == before[1:]


def test_rows_do_not_jump_under_the_pointer(operator: WindowedDesk) -> None:
    operator.page("alarms")
    before = listed(operator)
    point_at(operator)
    session = operator.shell.desk.session
    assert session is not None
    record = by_key(operator, before[0])
    operator.backend.alarms.acknowledge(session, record.config.key, record.facts.occurrence).result(5)
    operator.until(lambda: " acknowledged" in f" {cells(operator.table('Alarms').row_model())[0][0]}")
    assert listed(operator) == before
    leave(operator)
    assert listed(operator) != before


def test_the_choice_stays_with_its_alarm_when_rows_move(operator: WindowedDesk) -> None:
    operator.page("alarms")
    key = listed(operator)[-1]
    operator.shell.go("alarms", key)
    leave(operator)
    session = operator.shell.desk.session
    assert session is not None
    first = by_key(operator, listed(operator)[0])
    operator.backend.alarms.acknowledge(session, first.config.key, first.facts.occurrence).result(5)
    operator.until(lambda: listed(operator)[0] != first.config.key)
    assert operator.table("Alarms").current_key() == key


def test_shelving_needs_a_reason(operator: WindowedDesk) -> None:
    operator.page("alarms")
    record = next(each for each in operator.alarms() if each.config.condition == "lost")
    operator.shell.go("alarms", record.config.key)
    operator.press(Qt.Key.Key_S)
    dialog = operator.one(ShelveDialog)
    shelve = next(each for each in dialog.findChildren(Button) if each.words() == "Shelve")
    assert not shelve.isEnabled()
    dialog.findChildren(ReasonInput)[0].choose("maintenance")
    assert shelve.isEnabled()
    shelve.click()
    operator.until(lambda: by_key(operator, record.config.key).name is AlarmName.SHLVD)
    operator.until(lambda: operator.dialogs() == [])
    (held,) = by_key(operator, record.config.key).facts.suppressed
    assert held.reason == "Maintenance in progress"
    view(operator, "shelved")
    operator.until(lambda: bool(listed(operator)))
    assert listed(operator) == [record.config.key]


def test_escape_shelves_nothing(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.shell.go("alarms", next(each for each in operator.alarms() if each.config.condition == "lost").config.key)
    operator.press(Qt.Key.Key_S)
    operator.press(Qt.Key.Key_Escape)
    assert operator.dialogs() == []
    assert {each.name for each in operator.alarms()} == {AlarmName.UNACK}
    assert QApplication.focusWidget() is operator.table("Alarms")


def test_an_empty_view_says_so_and_keeps_the_keyboard(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    view(operator, "latched")
    assert "No alarms in this view." in operator.words(page)
    operator.press(Qt.Key.Key_F7)
    operator.until(lambda: operator.shell.current() == "commands")


def test_history_tells_what_happened_and_who_did_it(operator: WindowedDesk) -> None:
    operator.page("alarms")
    key = listed(operator)[0]
    operator.shell.go("alarms", key)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, key).facts.ack)
    view(operator, "history")
    operator.until(lambda: "acknowledged · Chen Wei" in cells(operator.table("Alarms").row_model())[0][3])
    assert len(listed(operator)) > len(operator.alarms())


def test_a_link_alarm_leads_to_its_station(operator: WindowedDesk) -> None:
    operator.page("alarms")
    record = next(each for each in operator.alarms() if "R-12" in operator.shell.banner.spoken(each))
    operator.shell.go("alarms", record.config.key)
    operator.press(Qt.Key.Key_Return)
    assert operator.shell.current() == "stations"
    assert operator.table("Places").current_key() == "R-12"


def test_buttons_follow_the_rights_of_the_person(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.shell.go("alarms", listed(operator)[0])
    assert operator.shell.desk.may(Right.ALARM_ACK)
    assert button(operator, "Acknowledge").isEnabled()
    assert not button(operator, "Reset").isEnabled()
