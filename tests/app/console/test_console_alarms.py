"""The alarm page: views, groups, acknowledging what is shown, shelving with a reason, rows that stay, history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.shelve import ShelveDialog
from app.pages.alarms.grouping import GROUP, MORE
from backend.model.alarm import AlarmName, AlarmRecord
from backend.model.person import Right
from backend.system import System
from tests.support.desk import WindowedDesk, cells
from tests.support.pushing import beyond, point_of, push, within
from widgets.inputs import Button, Segmented
from widgets.notices import AlarmGlyph, HoldPill, PriorityCounter
from widgets.surfaces import FactList
from widgets.theme import apply, current, load

pytestmark = pytest.mark.expects_warnings


def by_key(desk: WindowedDesk, key: str) -> AlarmRecord:
    (record,) = [each for each in desk.alarms() if each.config.key == key]
    return record


def rows(desk: WindowedDesk) -> list[str]:
    return [row.key for row in desk.table("Alarms").row_model().rows()]


def listed(desk: WindowedDesk) -> list[str]:
    """Alarms that have a row."""
    return [key for key in rows(desk) if not key.startswith((GROUP, MORE))]


def segment(desk: WindowedDesk, key: str) -> None:
    """Choose how the alarms are shown."""
    chooser = next(each for each in desk.shell.findChildren(Segmented) if key in dict(each._segments))
    chooser.set_current(key)
    chooser.chosen.emit(key)


OUTLET = "PT-1202:low"


def raise_outlet_unseen(desk: WindowedDesk, system: System) -> None:
    """The outlet pressure of R-12 falls below its lowest limit."""
    outlet = point_of(system, "PT-1202")
    push(system, {outlet.id: within(outlet)})
    push(system, {outlet.id: beyond(outlet) or 0.0})
    desk.until(lambda: stands(desk, OUTLET))


def raise_outlet(desk: WindowedDesk, system: System) -> None:
    """The same, seen on the page."""
    raise_outlet_unseen(desk, system)
    desk.until(lambda: OUTLET in rows(desk))


def stands(desk: WindowedDesk, key: str) -> bool:
    """Whether the alarm's condition holds now."""
    return any(each.config.key == key and each.facts.cond for each in desk.alarms())


def alarm_hue_share(widget: QWidget) -> float:
    """Share of the pixels that have an alarm hue of the theme, give or take antialiasing."""
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4)
    pixels = raw[..., :3].astype(np.int16)
    theme = current()
    hues = (theme.p1, theme.p2, theme.p3, theme.p4)
    close = [np.abs(pixels - (hue.blue(), hue.green(), hue.red())).max(axis=2) <= 24 for hue in hues]
    return float(np.logical_or.reduce(close).mean())


def said(desk: WindowedDesk, key: str) -> str:
    """What an alarm's row says."""
    model = desk.table("Alarms").row_model()
    return " | ".join(cells(model)[model.place_of(key)])


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
    segment(operator, "place")
    operator.until(lambda: set(listed(operator)) == {each.config.key for each in operator.alarms()})
    segment(operator, "grouped")
    priorities = [int(by_key(operator, key).priority) for key in listed(operator)]
    assert priorities == sorted(priorities)


def test_by_time_the_newest_comes_first(operator: WindowedDesk) -> None:
    operator.page("alarms")
    segment(operator, "time")
    raised = [by_key(operator, key).facts.raised_at for key in rows(operator)]
    assert raised == sorted(raised, reverse=True)
    assert len(raised) == len(operator.alarms())


def test_lost_links_are_one_group_that_hides_nothing_urgent(operator: WindowedDesk) -> None:
    operator.page("alarms")
    (header,) = [key for key in rows(operator) if key.startswith(GROUP)]
    (more,) = [key for key in rows(operator) if key.startswith(MORE)]
    assert "6 links lost" in said(operator, header)
    assert "6 alarms · 6 new" in said(operator, header)
    urgent = {each.config.key for each in operator.alarms() if each.priority <= 2}
    assert urgent <= set(listed(operator))
    folded = len(operator.alarms()) - len(listed(operator))
    assert f"{folded} more of priority 3" in said(operator, more)
    assert folded > 0


def test_arrows_unfold_and_fold_a_group(operator: WindowedDesk) -> None:
    operator.page("alarms")
    folded = rows(operator)
    table = operator.table("Alarms")
    table.select(next(key for key in folded if key.startswith(MORE)))
    table.setFocus()
    operator.press(Qt.Key.Key_Right)
    assert {each.config.key for each in operator.alarms()} <= set(rows(operator))
    assert not any(key.startswith(MORE) for key in rows(operator))
    operator.press(Qt.Key.Key_Left)
    assert rows(operator) == folded


def test_unfolding_moves_no_row_above_the_group_in_a_held_list(operator: WindowedDesk) -> None:
    operator.page("alarms")
    point_at(operator)
    before = rows(operator)
    header = next(key for key in before if key.startswith(GROUP))
    operator.table("Alarms").turned.emit(header, True)
    above = before[: before.index(header) + 1]
    assert rows(operator)[: len(above)] == above
    assert len(rows(operator)) > len(before)


def test_space_on_a_group_acknowledges_nothing_and_says_why(operator: WindowedDesk) -> None:
    operator.page("alarms")
    table = operator.table("Alarms")
    table.select(next(key for key in rows(operator) if key.startswith(GROUP)))
    table.setFocus()
    sentences: list[str] = []
    operator.shell.actions_.refused.connect(sentences.append)
    operator.press(Qt.Key.Key_Space)
    assert sentences == ["Choose an alarm; a group is not acknowledged as a whole."]
    assert not any(each.facts.ack for each in operator.alarms())


def test_each_view_says_how_many_it_holds(operator: WindowedDesk) -> None:
    operator.page("alarms")
    count = str(len(operator.alarms()))
    operator.until(lambda: cells(operator.table("Views").row_model())[0][1:] == ["Active", count])
    assert cells(operator.table("Views").row_model())[1][1:] == ["Unacknowledged", count]
    assert cells(operator.table("Held back from the list").row_model())[0][1:] == ["Shelved", "0"]


def test_space_acknowledges_the_chosen_alarm(operator: WindowedDesk) -> None:
    operator.page("alarms")
    key = listed(operator)[-1]
    operator.shell.go("alarms", key)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, key).facts.ack)
    assert [each.config.key for each in operator.alarms() if each.facts.ack] == [key]


def test_space_on_an_acknowledged_alarm_acknowledges_no_other(operator: WindowedDesk) -> None:
    operator.page("alarms")
    key = listed(operator)[-1]
    operator.shell.go("alarms", key)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, key).facts.ack)
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: not button(operator, "Acknowledge").isEnabled())
    assert [each.config.key for each in operator.alarms() if each.facts.ack] == [key]


def test_control_space_acknowledges_what_can_be_seen(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.table("Alarms").setFocus()
    seen = set(listed(operator))
    operator.press(Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    operator.until(lambda: all(by_key(operator, key).facts.ack for key in seen))
    folded = {each.config.key for each in operator.alarms()} - seen
    assert folded
    assert not any(by_key(operator, key).facts.ack for key in folded)


def test_each_acknowledgement_is_an_entry_of_its_own(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.table("Alarms").setFocus()
    seen = listed(operator)
    operator.press(Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    operator.until(lambda: all(by_key(operator, key).facts.ack for key in seen))
    entries = operator.backend.journal.tail(100).result(10)
    acked = [entry.draft.subject for entry in entries if entry.draft.kind == "alarm.ack"]
    assert sorted(acked) == sorted(seen)


def test_what_came_after_the_row_was_painted_is_not_acknowledged(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    key = listed(operator)[0]
    operator.shell.go("alarms", key)
    # As if a newer occurrence had come between the paint and the press.
    page._maker.seen[key] -= 1
    sentences: list[str] = []
    operator.shell.actions_.refused.connect(sentences.append)
    page._act("ack")
    operator.until(lambda: bool(sentences))
    assert "newer occurrence" in sentences[0]
    assert not by_key(operator, key).facts.ack


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
    operator.until(lambda: "P2 acknowledged" in said(operator, before[0]))
    assert listed(operator) == before
    operator.press(Qt.Key.Key_End)
    assert before[0] not in listed(operator)


def test_rows_do_not_jump_under_the_pointer(operator: WindowedDesk) -> None:
    operator.page("alarms")
    view(operator, "unacknowledged")
    before = listed(operator)
    point_at(operator)
    session = operator.shell.desk.session
    assert session is not None
    record = by_key(operator, before[0])
    operator.backend.alarms.acknowledge(session, record.config.key, record.facts.occurrence).result(5)
    operator.until(lambda: "P2 acknowledged" in said(operator, before[0]))
    assert listed(operator) == before
    leave(operator)
    assert listed(operator) != before


def test_new_alarms_wait_in_a_pill_with_count_and_highest_until_end(operator: WindowedDesk, silent: System) -> None:
    page = operator.page("alarms")
    point_at(operator)
    before = rows(operator)
    outlet = point_of(silent, "PT-1202")
    push(silent, {outlet.id: within(outlet)})
    push(silent, {outlet.id: beyond(outlet)})
    operator.until(lambda: any(each.config.source == "PT-1202" for each in operator.alarms()))
    pill = page.findChild(HoldPill)
    operator.until(lambda: pill.isVisible())
    assert "1 new alarm waiting" in operator.words(pill)
    assert pill.findChild(AlarmGlyph)._priority == 1
    assert rows(operator) == before
    operator.table("Alarms").setFocus()
    operator.press(Qt.Key.Key_End)
    assert rows(operator)[0] == "PT-1202:low"
    assert not pill.isVisible()


def test_values_and_states_of_held_rows_go_on_changing(operator: WindowedDesk, silent: System) -> None:
    operator.page("alarms")
    lid = next(each for each in silent.backend.registry.points if each.property == "lid")
    key = f"{lid.tag}:state"
    push(silent, {lid.id: 1.0}, ages_s=(0.0,))
    operator.until(lambda: key in rows(operator))
    operator.until(lambda: "| open |" in said(operator, key))
    point_at(operator)
    push(silent, {lid.id: 0.0}, ages_s=(0.0,))
    operator.until(lambda: "returned, not acknowledged" in said(operator, key))
    operator.until(lambda: "| closed | closed |" in said(operator, key))
    assert ", back " in said(operator, key)


def test_the_choice_stays_with_its_alarm_when_rows_move(operator: WindowedDesk) -> None:
    operator.page("alarms")
    segment(operator, "time")
    key = listed(operator)[-1]
    operator.shell.go("alarms", key)
    view(operator, "unacknowledged")
    operator.table("Alarms").select(key)
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
    dialog.choose(15, "maintenance")
    assert shelve.isEnabled()
    shelve.click()
    operator.until(lambda: by_key(operator, record.config.key).name is AlarmName.SHLVD)
    operator.until(lambda: operator.dialogs() == [])
    (held,) = by_key(operator, record.config.key).facts.suppressed
    assert held.reason == "Maintenance in progress"
    assert held.until is not None
    assert 14 * 60 <= (held.until - operator.backend.now()) / 1e6 <= 15 * 60
    shelved = cells(operator.table("Held back from the list").row_model())
    operator.until(lambda: "next back" in cells(operator.table("Held back from the list").row_model())[0][1])
    assert shelved
    view(operator, "shelved")
    operator.until(lambda: bool(listed(operator)))
    assert listed(operator) == [record.config.key]
    operator.shell.go("alarms", record.config.key)
    assert button(operator, "Unshelve").isEnabled()
    operator.press(Qt.Key.Key_S)
    operator.until(lambda: by_key(operator, record.config.key).name is AlarmName.UNACK)


def test_priority_1_is_not_shelvable_and_says_why(operator: WindowedDesk, silent: System) -> None:
    page = operator.page("alarms")
    outlet = point_of(silent, "PT-1202")
    push(silent, {outlet.id: within(outlet)})
    push(silent, {outlet.id: beyond(outlet)})
    operator.until(lambda: "PT-1202:low" in rows(operator))
    operator.shell.go("alarms", "PT-1202:low")
    sentences: list[str] = []
    operator.shell.actions_.refused.connect(sentences.append)
    operator.press(Qt.Key.Key_S)
    assert sentences == ["Priority 1 cannot be shelved from the desk."]
    assert operator.dialogs() == []
    assert "Priority 1 cannot be shelved from the desk." in operator.words(page)
    assert not button(operator, "Shelve").isEnabled()


def test_the_chosen_alarm_says_what_to_do_and_how_soon(operator: WindowedDesk, silent: System) -> None:
    page = operator.page("alarms")
    outlet = point_of(silent, "PT-1202")
    push(silent, {outlet.id: within(outlet)})
    push(silent, {outlet.id: beyond(outlet)})
    operator.until(lambda: "PT-1202:low" in rows(operator))
    operator.shell.go("alarms", "PT-1202:low")
    words = operator.words(page)
    assert "Flames go out" in words
    assert "Line break downstream (60\u202f%)" in words
    assert "Time left to respond" in words
    assert "of 4:00" in words


def test_a_filter_says_what_it_shows_and_what_it_hides(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    operator.table("Priority").select("2")
    urgent = [each for each in operator.alarms() if each.priority <= 2]
    hidden = len(operator.alarms()) - len(urgent)
    operator.until(lambda: "Showing priority 1–2" in operator.words(page))
    assert f"Showing priority 1–2: {len(urgent)}. {hidden} hidden by the filter: {hidden} × P3." in operator.words(page)
    assert set(listed(operator)) == {each.config.key for each in urgent}
    button(operator, "Show all").click()
    operator.until(lambda: "hidden by the filter" not in operator.words(page))
    assert sum(key.startswith(MORE) for key in rows(operator)) == 1


def test_a_filter_that_leaves_nothing_offers_to_be_taken_away(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    operator.shell.go("alarms", "priority:1")
    operator.until(lambda: rows(operator) == [])
    assert "Showing priority 1: 0." in operator.words(page)
    (offer, _strip) = [each for each in page.findChildren(Button) if each.words() == "Show all" and each.isVisible()]
    offer.click()
    operator.until(lambda: rows(operator) != [])


def test_where_and_kind_narrow_with_their_counts(operator: WindowedDesk) -> None:
    operator.page("alarms")
    kinds = dict(cells(operator.table("Kind").row_model()))
    assert kinds["Communication"] == "6"
    assert kinds["System"] == "1"
    operator.table("Kind").select("system")
    assert {by_key(operator, key).config.condition for key in listed(operator)} == {"no-sound"}


def test_statistics_tell_rate_flood_mix_and_sources(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    segment(operator, "statistics")
    operator.until(lambda: "alarms in 24 h" in operator.words(page))
    assert "No flood now." in operator.words(page)
    facts = {each.accessibleName(): each.accessibleDescription() for each in page.findChildren(FactList)}
    assert "target 5 %" in facts["Priorities raised against the target"]
    assert facts["Most frequent, last 24 h"].count("Link") == 6


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
    history = operator.table("History").row_model()
    operator.until(lambda: history.rowCount() > len(operator.alarms()))
    assert "acknowledged · Chen Wei" in cells(history)[0][4]
    operator.table("History").opened.emit(history.rows()[0].key)
    assert operator.table("Alarms").current_key() == key


@pytest.mark.parametrize(
    ("key", "page", "what"),
    [
        (Qt.Key.Key_Return, "map", "{tag}"),
        (Qt.Key.Key_I, "map", "isolate:{tag}"),
        (Qt.Key.Key_T, "trends", "{tag}@{raised}"),
        (Qt.Key.Key_M, "stations", "{tag}"),
    ],
)
def test_one_key_leads_from_an_alarm_to_where_it_is_dealt_with(
    operator: WindowedDesk, silent: System, key: Qt.Key, page: str, what: str
) -> None:
    shown = operator.page("alarms")
    raise_outlet(operator, silent)
    operator.shell.go("alarms", OUTLET)
    gone: list[tuple[str, str]] = []
    everywhere = replace(
        shown._handling._context,
        go=lambda *where: gone.append(where),
        pages=lambda: ("map", "trends", "stations", "commands"),
    )
    shown._handling._context = everywhere
    operator.press(key)
    expected = what.format(tag="PT-1202", raised=by_key(operator, OUTLET).facts.raised_at)
    assert gone == [(page, expected)]


def test_without_a_map_an_alarm_leads_to_its_station(operator: WindowedDesk, silent: System) -> None:
    shown = operator.page("alarms")
    raise_outlet(operator, silent)
    operator.shell.go("alarms", OUTLET)
    gone: list[tuple[str, str]] = []
    bare = replace(shown._handling._context, go=lambda *where: gone.append(where), pages=lambda: ("stations",))
    shown._handling._context = bare
    operator.press(Qt.Key.Key_I)
    assert gone == [("stations", "PT-1202")]


def test_c_prepares_the_command_of_the_valve_at_the_alarm(operator: WindowedDesk, silent: System) -> None:
    shown = operator.page("alarms")
    fault = next(each for each in silent.backend.registry.points if each.property == "fault")
    push(silent, {fault.id: 0.0}, ages_s=(0.0,))
    push(silent, {fault.id: 1.0}, ages_s=(60.0, 0.0))
    push(silent, {fault.id: 1.0}, ages_s=(0.0,))
    key = f"{fault.tag}:state"
    operator.until(lambda: any(each.config.key == key for each in operator.alarms()))
    operator.until(lambda: key in shown._situation.records)
    operator.shell.go("alarms", key)
    gone: list[tuple[str, str]] = []
    shown._handling._context = replace(shown._handling._context, go=lambda *where: gone.append(where))
    operator.press(Qt.Key.Key_C)
    target = next(each for each in silent.backend.commands.commandable() if each.device == fault.device)
    assert gone == [("commands", f"prepare:{target.point}")]


def test_an_alarm_that_chatters_is_one_row_that_stays(operator: WindowedDesk, silent: System) -> None:
    operator.page("alarms")
    lid = next(each for each in silent.backend.registry.points if each.property == "lid")
    key = f"{lid.tag}:state"
    for opened in (1.0, 0.0, 1.0, 0.0, 1.0):
        push(silent, {lid.id: opened}, ages_s=(0.0,))
        operator.until(lambda opened=opened: stands(operator, key) == bool(opened))
    operator.until(lambda: "chattering, 5 changes in 10 min" in said(operator, key))
    session = operator.shell.desk.session
    assert session is not None
    operator.backend.alarms.acknowledge(session, key, by_key(operator, key).facts.occurrence).result(5)
    push(silent, {lid.id: 0.0}, ages_s=(0.0,))
    operator.until(lambda: not any(each.config.key == key for each in operator.alarms()))
    operator.until(lambda: "P3 normal" in said(operator, key))
    assert rows(operator).count(key) == 1
    assert "held on" in said(operator, key)


def test_a_calm_page_has_no_alarm_hue_and_a_flood_at_most_half_a_percent(
    operator: WindowedDesk, silent: System, qapp: QApplication
) -> None:
    page = operator.page("alarms")
    points = [each for each in silent.backend.registry.points if beyond(each) is not None]
    push(silent, {each.id: within(each) for each in points})
    push(silent, {each.id: beyond(each) or 0.0 for each in points}, ages_s=(0.0,))
    operator.until(lambda: len(operator.alarms()) > 40)
    operator.until(lambda: len(page._situation.board) > 40)
    operator.shell.go("alarms", rows(operator)[1])
    for name in ("dark", "light"):
        apply(qapp, load(name))
        QApplication.processEvents()
        assert 0 < alarm_hue_share(page) <= 0.005, name
    operator.bridge.stop()
    page._situation.load(())
    page._show()
    QApplication.processEvents()
    assert rows(operator) == []
    assert alarm_hue_share(page) == 0
    apply(qapp, load("dark"))


def test_what_to_do_about_the_top_new_alarm_stands_there_at_once(operator: WindowedDesk, silent: System) -> None:
    operator.page("overview")
    raise_outlet_unseen(operator, silent)
    page = operator.page("alarms")
    assert operator.table("Alarms").current_key() == OUTLET
    assert "Line break downstream" in operator.words(page)
    # Whoever presses Space in the same moment has not read it.
    operator.press(Qt.Key.Key_Space)
    assert not by_key(operator, OUTLET).facts.ack
    page._chose_at = 0.0
    operator.press(Qt.Key.Key_Space)
    operator.until(lambda: by_key(operator, OUTLET).facts.ack)


def test_what_comes_later_moves_no_choice(operator: WindowedDesk, silent: System) -> None:
    operator.page("alarms")
    chosen = operator.table("Alarms").current_key()
    assert chosen == listed(operator)[0]
    raise_outlet(operator, silent)
    leave(operator)
    operator.until(lambda: listed(operator)[0] == OUTLET)
    assert operator.table("Alarms").current_key() == chosen
    view(operator, "shelved")
    assert "Choose an alarm to see it here." in operator.words(operator.page("alarms"))


def test_a_counter_of_the_banner_leads_to_the_alarms_of_its_priority_and_back_finds_them(
    operator: WindowedDesk, silent: System
) -> None:
    page = operator.page("alarms")
    segment(operator, "time")
    raise_outlet(operator, silent)
    counter = next(
        each for each in operator.shell.findChildren(PriorityCounter) if each.accessibleName() == "Priority 3"
    )
    counter.click()
    assert {int(by_key(operator, key).priority) for key in listed(operator)} == {3}
    assert "Showing priority 3: " in operator.words(page)
    assert page.place() == "priority:3"


def test_k_writes_a_note_that_stands_beside_the_alarm(operator: WindowedDesk) -> None:
    page = operator.page("alarms")
    key = operator.table("Alarms").current_key()
    operator.press(Qt.Key.Key_K)
    operator.type("crew told")
    operator.press(Qt.Key.Key_Return)
    operator.until(lambda: "Chen Wei: crew told" in operator.words(page))
    operator.until(lambda: operator.dialogs() == [])
    newest = operator.backend.journal.tail(1).result(5)[0].draft
    assert (newest.kind, newest.subject) == ("note", key)
    assert QApplication.focusWidget() is operator.table("Alarms")


def test_the_legend_explains_without_any_alarm_hue(operator: WindowedDesk, qapp: QApplication) -> None:
    page = operator.page("alarms")
    (legend,) = [each for each in page.findChildren(QWidget) if type(each).__name__ == "_Legend"]
    for name in ("dark", "light"):
        apply(qapp, load(name))
        QApplication.processEvents()
        assert legend.isVisible()
        assert alarm_hue_share(legend) == 0, name
    apply(qapp, load("dark"))


def test_buttons_follow_the_rights_of_the_person(operator: WindowedDesk) -> None:
    operator.page("alarms")
    operator.shell.go("alarms", listed(operator)[0])
    assert operator.shell.desk.may(Right.ALARM_ACK)
    assert button(operator, "Acknowledge").isEnabled()
    assert not button(operator, "Reset").isEnabled()
