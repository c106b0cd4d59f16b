"""The command dialogs on the pretend field: what must be there before anything may be asked, approved or sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.dialogs.approve import ApproveDialog
from app.dialogs.request import RequestDialog
from app.dialogs.target import TargetDialog
from app.pages.commands.presenter import columns, state_word, waits_for
from backend.model.command import Command, Commandable, CommandState
from tests.support.city import OPERATOR, PASSWORD, SECOND_SELF, SUPERVISORS, City
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import Button, HoldButton, Segmented

VALVE = "XV-0422"
SETPOINT = "R-12.SP-A"


@pytest.fixture
def signed_in(live: WindowedDesk) -> WindowedDesk:
    live.sign_in(OPERATOR, PASSWORD)
    return live


def target(desk: WindowedDesk, device: str = VALVE) -> Commandable:
    return next(each for each in desk.backend.commands.commandable() if each.device == device)


def prepare(desk: WindowedDesk, device: str = VALVE) -> RequestDialog:
    desk.page("commands")
    desk.shell.go("commands", f"prepare:{target(desk, device).point}")
    return desk.one(RequestDialog)


def button(root: RequestDialog | ApproveDialog, words: str) -> Button:
    return next(each for each in root.findChildren(Button) if each.words() == words)


def hold(dialog: RequestDialog | ApproveDialog) -> HoldButton:
    return dialog.findChildren(HoldButton)[0]


def hold_down(desk: WindowedDesk, qtbot, dialog: RequestDialog | ApproveDialog, until: Callable[[], bool]) -> None:
    """Keep ↵ down on the committing button until it has worked."""
    holder = hold(dialog)
    holder.setFocus()
    qtbot.keyPress(holder, Qt.Key.Key_Return)
    desk.until(until)


def reserved(desk: WindowedDesk) -> RequestDialog:
    """A dialog whose request to close the valve stands."""
    dialog = prepare(desk)
    dialog.choose("close", "isolate")
    desk.until(dialog.may_reserve, 20_000)
    dialog.reserve()
    desk.until(dialog.may_confirm)
    return dialog


def newest(desk: WindowedDesk) -> Command:
    return desk.backend.commands.snapshot()[0]


def confirmed(desk: WindowedDesk, qtbot) -> Command:
    """A command that waits for its approval."""
    dialog = reserved(desk)
    dialog.type_code(target(desk).short_code)
    hold_down(desk, qtbot, dialog, lambda: desk.dialogs() == [])
    desk.until(lambda: newest(desk).state is CommandState.AWAITING_APPROVAL)
    return newest(desk)


def test_the_target_is_found_by_typing_and_chosen_with_enter(signed_in: WindowedDesk) -> None:
    signed_in.page("commands")
    signed_in.press(Qt.Key.Key_C)
    signed_in.type("0422")
    assert len(signed_in.one(TargetDialog).findChildren(Button)) > 0
    signed_in.press(Qt.Key.Key_Return)
    assert VALVE in signed_in.words(signed_in.one(RequestDialog))


def test_a_request_needs_a_reason_and_a_check_of_exactly_this_action(signed_in: WindowedDesk) -> None:
    dialog = prepare(signed_in)
    dialog.choose("close", "")
    signed_in.until(lambda: "6 of 6 met" in signed_in.words(dialog), 20_000)
    assert not dialog.may_reserve()
    dialog.choose("close", "isolate")
    signed_in.until(dialog.may_reserve)
    dialog.findChildren(Segmented)[0].set_current("open")
    assert not dialog.may_reserve()
    signed_in.until(lambda: "person on site" in signed_in.words(dialog))
    assert not dialog.may_reserve()


def test_focus_starts_in_a_field(signed_in: WindowedDesk) -> None:
    prepare(signed_in)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert not isinstance(focused, Button)


def test_what_was_reserved_cannot_be_changed_in_the_dialog(signed_in: WindowedDesk) -> None:
    dialog = reserved(signed_in)
    assert not dialog.findChildren(Segmented)[0].isEnabled()
    signed_in.press(Qt.Key.Key_Escape)
    signed_in.until(lambda: newest(signed_in).state is CommandState.CANCELLED)


def test_only_the_right_code_makes_the_hold_possible(signed_in: WindowedDesk) -> None:
    dialog = reserved(signed_in)
    assert not hold(dialog).isEnabled()
    assert "Enabled when the short code is complete" in signed_in.words(dialog)
    dialog.type_code("0417")
    assert not hold(dialog).isEnabled()
    dialog.type_code(target(signed_in).short_code)
    assert hold(dialog).isEnabled()
    signed_in.press(Qt.Key.Key_Escape)


def test_a_hold_that_is_let_go_sends_nothing(signed_in: WindowedDesk, qtbot) -> None:
    dialog = reserved(signed_in)
    dialog.type_code(target(signed_in).short_code)
    with qtbot.waitSignal(hold(dialog).abandoned):
        qtbot.mousePress(hold(dialog), Qt.MouseButton.LeftButton)
        qtbot.mouseRelease(hold(dialog), Qt.MouseButton.LeftButton)
    assert newest(signed_in).state is CommandState.REQUESTED
    signed_in.press(Qt.Key.Key_Escape)


def test_escape_takes_the_reservation_back(signed_in: WindowedDesk) -> None:
    reserved(signed_in)
    signed_in.press(Qt.Key.Key_Escape)
    assert signed_in.dialogs() == []
    signed_in.until(lambda: newest(signed_in).state is CommandState.CANCELLED)


def test_signing_out_takes_the_reservation_back(signed_in: WindowedDesk) -> None:
    reserved(signed_in)
    signed_in.shell.desk.close()
    signed_in.until(lambda: newest(signed_in).state is CommandState.CANCELLED)
    assert [type(each).__name__ for each in signed_in.dialogs()] == ["SignIn"]


def test_only_a_plain_number_is_a_set_point(signed_in: WindowedDesk) -> None:
    point = next(each for each in signed_in.backend.registry.points if each.tag == SETPOINT)
    signed_in.page("commands")
    signed_in.shell.go("commands", f"prepare:{point.id}")
    dialog = signed_in.one(RequestDialog)
    dialog.choose("set", "pressure")
    for typed in ("nan", "inf", "1_0", "3e2", "", "３６０", "0x10", "360 kPa", "-"):
        dialog.type_value(typed)
        assert not dialog.may_reserve(), typed
        assert dialog.asked_value() is None, typed


def test_a_set_point_shows_its_range_and_the_new_value(signed_in: WindowedDesk) -> None:
    point = next(each for each in signed_in.backend.registry.points if each.tag == SETPOINT)
    signed_in.page("commands")
    signed_in.shell.go("commands", f"prepare:{point.id}")
    dialog = signed_in.one(RequestDialog)
    dialog.choose("set", "pressure")
    dialog.type_value("355.5")
    signed_in.until(dialog.may_reserve, 20_000)
    assert "allowed 300.0 to 380.0 kPa" in signed_in.words(dialog)
    assert "355.5" in signed_in.words(dialog)
    dialog.type_value("999")
    assert not dialog.may_reserve()
    signed_in.until(lambda: bool(dialog.hindrance()))
    assert not dialog.may_reserve()


def test_who_asked_cannot_approve_not_even_with_another_account(signed_in: WindowedDesk, qtbot) -> None:
    command = confirmed(signed_in, qtbot)
    signed_in.shell.desk.close()
    signed_in.sign_in(SECOND_SELF, PASSWORD)
    signed_in.page("commands")
    signed_in.shell.go("commands", command.content.id)
    approve = next(each for each in signed_in.shell.findChildren(Button) if each.words() == "Read and approve")
    assert approve.isVisible()
    assert not approve.isEnabled()
    signed_in.shell.go("commands", f"approve:{command.content.id}")
    assert signed_in.dialogs() == []
    assert "another person must approve it" in signed_in.words()


def test_an_approval_needs_code_password_and_one_time_code(far: City, signed_in: WindowedDesk, qtbot) -> None:
    command = confirmed(signed_in, qtbot)
    signed_in.shell.desk.close()
    signed_in.sign_in(SUPERVISORS[0], PASSWORD)
    signed_in.page("commands")
    signed_in.shell.go("commands", f"approve:{command.content.id}")
    dialog = signed_in.one(ApproveDialog)
    signed_in.until(dialog.may_sign)
    code = target(signed_in).short_code
    note = "Enabled when number, password and code are complete"
    for filled in (("", PASSWORD, "123456"), (code, "", "123456"), (code, PASSWORD, "12345"), ("0417", PASSWORD, "1")):
        dialog.fill(*filled)
        assert not hold(dialog).isEnabled()
        assert note in signed_in.words(dialog)
    dialog.fill(code, "wrong", "123456")
    assert hold(dialog).isEnabled()
    hold_down(signed_in, qtbot, dialog, lambda: "password or code is not right" in signed_in.words(dialog))
    assert newest(signed_in).state is CommandState.AWAITING_APPROVAL
    assert not hold(dialog).isEnabled()
    button(dialog, "Reject").click()
    assert "A rejection needs a reason." in signed_in.words(dialog)
    dialog.give_reason("wrong valve")
    button(dialog, "Reject").click()
    signed_in.until(lambda: newest(signed_in).state is CommandState.REJECTED)
    signed_in.until(lambda: signed_in.dialogs() == [])
    signed_in.until(lambda: len(cells(signed_in.table("Ended in the last 24 h").row_model())) == 1)
    assert far.written_to(VALVE) == []


def test_every_state_has_a_word_and_a_column(signed_in: WindowedDesk, qtbot) -> None:
    command = confirmed(signed_in, qtbot)
    now = signed_in.backend.now()
    for state in CommandState:
        shown = columns([replace(command, state=state, ended_at=now)], now)
        assert len(shown.waiting) + len(shown.in_flight) + len(shown.ended) == 1
        assert state_word(state)
    assert not waits_for(command, command.requester)
    assert waits_for(command, "another")
