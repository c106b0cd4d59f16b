"""The commands page on the pretend field: sets of valves, what moves with them, what changed, what is on its way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.dialogs.approve import ApproveDialog
from app.dialogs.request import RequestDialog
from app.dialogs.words import REASONS
from app.pages.commands.detail import Detail
from app.pages.commands.strip import TravelStrip
from app.texts import set_language
from backend.model.command import Command, Commandable, CommandState
from tests.support.city import OPERATOR, PASSWORD, SUPERVISORS, City
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import Button, DigitBoxes, HoldButton
from widgets.mimic import ValveState
from widgets.surfaces import Disclosure, FactList, LifeLine

NORTH, SOUTH, FAR = "XV-0417", "XV-0422", "XV-0424"
"""Two that isolate together, and one further down the avenue."""


@pytest.fixture
def operator_desk(live: WindowedDesk) -> WindowedDesk:
    live.sign_in(OPERATOR, PASSWORD)
    live.page("commands")
    return live


@pytest.fixture
def chinese() -> Iterator[None]:
    yield
    set_language("en")


def target(desk: WindowedDesk, device: str) -> Commandable:
    return next(each for each in desk.backend.commands.commandable() if each.device == device)


def prepare(desk: WindowedDesk, *devices: str) -> RequestDialog:
    points = ",".join(str(target(desk, device).point) for device in devices)
    desk.shell.go("commands", f"prepare:{points}")
    return desk.one(RequestDialog)


def newest(desk: WindowedDesk) -> Command:
    return desk.backend.commands.snapshot()[0]


def press_hold(desk: WindowedDesk, qtbot, dialog: RequestDialog | ApproveDialog) -> None:
    holder = dialog.findChildren(HoldButton)[0]
    holder.setFocus()
    qtbot.keyPress(holder, Qt.Key.Key_Return)


def request(desk: WindowedDesk, qtbot, dialog: RequestDialog, device: str) -> Command:
    """From the open dialog to a command that waits for its approval."""
    desk.until(dialog.may_reserve, 20_000)
    dialog.reserve()
    desk.until(dialog.may_confirm)
    dialog.type_code(target(desk, device).short_code)
    press_hold(desk, qtbot, dialog)
    desk.until(lambda: newest(desk).state is CommandState.AWAITING_APPROVAL and newest(desk).content.device == device)
    return newest(desk)


def waiting(desk: WindowedDesk, qtbot, device: str = SOUTH) -> Command:
    dialog = prepare(desk, device)
    dialog.choose("close", "work")
    command = request(desk, qtbot, dialog, device)
    desk.until(lambda: desk.dialogs() == [])
    return command


def as_supervisor(desk: WindowedDesk, command: Command, login: str = SUPERVISORS[0]) -> ApproveDialog:
    desk.shell.desk.close()
    desk.sign_in(login, PASSWORD)
    desk.page("commands")
    desk.shell.go("commands", f"approve:{command.content.id}")
    dialog = desk.one(ApproveDialog)
    desk.until(dialog.may_sign)
    return dialog


def rows(desk: WindowedDesk, group: str) -> list[str]:
    return [row[0] for row in cells(desk.table(group).row_model())]


def test_a_set_is_asked_for_one_after_the_other(operator_desk: WindowedDesk, qtbot) -> None:
    first = prepare(operator_desk, NORTH, SOUTH)
    whole = f"Isolates only together with {SOUTH}."
    operator_desk.until(lambda: whole in operator_desk.words(first))
    operator_desk.until(lambda: "Glassworks K-014" in operator_desk.words(first))
    said = operator_desk.words(first)
    assert "1 of 2" in said
    assert "Its request follows this one." in said
    assert "customers lose gas" in said
    command = request(operator_desk, qtbot, first, NORTH)

    operator_desk.until(lambda: "2 of 2" in operator_desk.words(operator_desk.one(RequestDialog)))
    second = operator_desk.one(RequestDialog)
    operator_desk.until(lambda: f"Its request {command.content.id} is open." in operator_desk.words(second))
    assert SOUTH in operator_desk.words(second)
    request(operator_desk, qtbot, second, SOUTH)
    operator_desk.until(lambda: operator_desk.dialogs() == [])
    assert [each.content.device for each in operator_desk.backend.commands.snapshot()] == [SOUTH, NORTH]
    operator_desk.until(lambda: len(rows(operator_desk, "In flight")) == 2)


def test_leaving_a_set_says_what_was_not_asked_for(operator_desk: WindowedDesk) -> None:
    prepare(operator_desk, NORTH, SOUTH)
    with_refusal: list[str] = []
    operator_desk.shell.actions_.refused.connect(with_refusal.append)
    operator_desk.press(Qt.Key.Key_Escape)

    assert operator_desk.dialogs() == []
    assert with_refusal == ["2 of 2 commands were not asked for."]
    assert operator_desk.backend.commands.snapshot() == ()


def test_what_is_unknown_is_not_begun(operator_desk: WindowedDesk) -> None:
    refused: list[str] = []
    operator_desk.shell.actions_.refused.connect(refused.append)
    for what in ("prepare:999999", "prepare:0,999999"):
        operator_desk.shell.go("commands", what)
        assert operator_desk.dialogs() == []
    assert refused == ["This point cannot be commanded."] * 2
    for what in ("prepare:", "prepare:x", "approve:SIM-nothing", "SIM-nothing"):
        operator_desk.shell.go("commands", what)
        assert operator_desk.dialogs() == []
    assert len(refused) == 2


def test_the_likely_action_is_chosen_and_the_number_field_has_the_keyboard(operator_desk: WindowedDesk) -> None:
    dialog = prepare(operator_desk, SOUTH)
    assert "Request: close XV-0422" in operator_desk.words(dialog)
    dialog.choose("close", "isolate")
    operator_desk.until(dialog.may_reserve, 20_000)
    dialog.reserve()
    operator_desk.until(dialog.may_confirm)
    boxes = dialog.findChildren(DigitBoxes)[0]
    assert QApplication.focusWidget() is boxes
    operator_desk.type("04")
    assert boxes.digits() == "04"
    operator_desk.press(Qt.Key.Key_Escape)
    operator_desk.until(lambda: newest(operator_desk).state is CommandState.CANCELLED)


def test_opening_what_is_open_says_so(operator_desk: WindowedDesk) -> None:
    dialog = prepare(operator_desk, SOUTH)
    dialog.choose("open", "work")
    operator_desk.until(lambda: "It stands so already." in operator_desk.words(dialog))
    dialog.choose("close", "work")
    operator_desk.until(lambda: "It stands so already." not in operator_desk.words(dialog))


def test_the_reason_is_stored_in_english_and_read_in_chinese(operator_desk: WindowedDesk, qtbot, chinese: None) -> None:
    set_language("zh_CN")
    operator_desk.shell.retranslate()
    command = waiting(operator_desk, qtbot)

    assert command.content.reason == REASONS["work"]
    (facts,) = operator_desk.one(Detail).findChildren(FactList)
    operator_desk.until(lambda: "原因: 计划作业" in facts.accessibleDescription())
    set_language("en")
    dialog = as_supervisor(operator_desk, command)
    assert "Reason given: Planned work" in operator_desk.words(dialog)


def test_what_is_signed_stays_within_reach_to_the_letter(operator_desk: WindowedDesk, qtbot) -> None:
    command = waiting(operator_desk, qtbot)
    dialog = as_supervisor(operator_desk, command)
    fold = dialog.findChildren(Disclosure)[0]
    text, _hash = operator_desk.backend.commands.signed_text(command.content.id).result(10)

    assert not fold.is_open()
    assert dialog.signed_words() == text
    next(iter(fold.findChildren(Button))).click()
    assert fold.is_open()
    assert f"Command: {command.content.id}" in dialog.signed_words()
    operator_desk.press(Qt.Key.Key_Escape)
    assert newest(operator_desk).state is CommandState.AWAITING_APPROVAL


def test_the_approver_starts_in_the_number_and_esc_sends_nothing(operator_desk: WindowedDesk, qtbot) -> None:
    command = waiting(operator_desk, qtbot)
    dialog = as_supervisor(operator_desk, command)
    assert QApplication.focusWidget() is dialog.findChildren(DigitBoxes)[0]
    dialog.fill(target(operator_desk, SOUTH).short_code, PASSWORD, "123456")
    operator_desk.press(Qt.Key.Key_Escape)

    assert operator_desk.dialogs() == []
    assert newest(operator_desk).state is CommandState.AWAITING_APPROVAL


def test_a_question_goes_to_who_asked_and_the_answer_stands_in_the_dialog(operator_desk: WindowedDesk, qtbot) -> None:
    command = waiting(operator_desk, qtbot)
    dialog = as_supervisor(operator_desk, command)
    operator_desk.press(Qt.Key.Key_Q)
    assert "Write the question, then press Ask." in operator_desk.words(dialog)
    operator_desk.type("is the crew out?")
    next(each for each in dialog.findChildren(Button) if each.words().startswith("Ask ")).click()
    operator_desk.until(lambda: "is the crew out?" in operator_desk.words(dialog))
    assert newest(operator_desk).state is CommandState.AWAITING_APPROVAL

    operator_desk.shell.desk.close()
    operator_desk.sign_in(OPERATOR, PASSWORD)
    operator_desk.page("commands")
    operator_desk.until(
        lambda: any("Question: is the crew out?" in row for row in rows(operator_desk, "Waiting for me"))
    )
    operator_desk.shell.go("commands", command.content.id)
    operator_desk.press(Qt.Key.Key_K)
    operator_desk.type("out since 10")
    operator_desk.press(Qt.Key.Key_Return)
    operator_desk.until(lambda: operator_desk.dialogs() == [])
    operator_desk.until(lambda: rows(operator_desk, "Waiting for me") == [])
    told = operator_desk.one(LifeLine)
    operator_desk.until(lambda: "out since 10" in told.accessibleDescription())
    assert "question" in told.accessibleDescription()

    dialog = as_supervisor(operator_desk, command)
    operator_desk.until(lambda: "out since 10" in operator_desk.words(dialog))


def test_another_desks_question_is_told_to_who_asked_and_to_nobody_else(operator_desk: WindowedDesk, qtbot) -> None:
    command = waiting(operator_desk, qtbot)
    backend = operator_desk.backend
    said: list[str] = []
    operator_desk.shell.console.said.connect(lambda words, _refused: said.append(words))
    other = backend.people.sign_in(SUPERVISORS[0], PASSWORD, "desk-b").result(10)
    backend.notes.write(other, command.content.id, "why now?", asks=True).result(10)
    operator_desk.until(lambda: any("asks about XV-0422: why now?" in words for words in said))
    operator_desk.shell.desk.lock()
    said.clear()
    backend.notes.write(other, command.content.id, "are you there?", asks=True).result(10)
    operator_desk.until(lambda: operator_desk.shell.questions.waiting_for(command.requester) != frozenset())
    qtbot.waitUntil(lambda: len(backend.notes.of(command.content.id).result(10)) == 2)
    assert said == []


def test_what_changed_since_the_request_is_marked(far: City, operator_desk: WindowedDesk, qtbot) -> None:
    command = waiting(operator_desk, qtbot)
    dialog = as_supervisor(operator_desk, command)
    operator_desk.until(dialog.checked)
    assert dialog.changed_since() == ()
    far.field.ask({"local": SOUTH})
    try:
        operator_desk.until(lambda: dialog.changed_since() == ("≠ Local key in remote: not met any more",))
    finally:
        far.field.ask({"remote": SOUTH})
    operator_desk.until(lambda: dialog.changed_since() == ())


def test_a_command_of_another_workstation_appears_by_itself(operator_desk: WindowedDesk) -> None:
    backend = operator_desk.backend
    other = backend.people.sign_in(SUPERVISORS[1], PASSWORD, "desk-b").result(10)
    session = backend.people.sign_in(OPERATOR, PASSWORD, "desk-b").result(10)
    point = target(operator_desk, FAR).point

    def ready() -> bool:
        check = backend.commands.check(session, point=point, action="close").result(10)
        return not check.blocked_reason

    operator_desk.until(ready, 20_000)
    asked = backend.commands.request(session, point=point, action="close", reason="far").result(10)
    operator_desk.until(lambda: len(rows(operator_desk, "Waiting for me")) == 1)
    (row,) = rows(operator_desk, "Waiting for me")
    assert f"Close {FAR}" in row
    assert "desk-b" in row
    assert other.person != session.person
    operator_desk.shell.go("commands", asked.content.id)
    told = operator_desk.one(LifeLine)
    operator_desk.until(lambda: "requested, to be confirmed" in told.accessibleDescription())
    backend.commands.cancel(session, asked.content.id, "never mind").result(10)
    operator_desk.until(lambda: "never mind" in told.accessibleDescription())
    operator_desk.until(lambda: rows(operator_desk, "Waiting for me") == [])
    assert "cancelled, nothing was sent: never mind" in rows(operator_desk, "Ended in the last 24 h")[0]


def test_after_the_commit_a_strip_shows_the_travel_and_then_a_tick(
    far: City, operator_desk: WindowedDesk, qtbot
) -> None:
    far.field.ask({"speed": 5})
    command = waiting(operator_desk, qtbot, FAR)
    login, code = far.phones.next_code(operator_desk.backend.now())
    dialog = as_supervisor(operator_desk, command, login)
    dialog.fill(target(operator_desk, FAR).short_code, PASSWORD, code)
    press_hold(operator_desk, qtbot, dialog)
    strip = operator_desk.shell.findChildren(TravelStrip)[0]
    operator_desk.until(lambda: operator_desk.dialogs() == [])
    operator_desk.until(lambda: any(each.share is not None and 0 < each.share < 1 for each in strip.shown()), 30_000)
    (moving,) = strip.shown()
    assert moving.state is ValveState.TRAVELLING
    assert moving.outcome.startswith("Closing, ")
    assert not moving.verified
    operator_desk.until(lambda: strip.shown()[0].verified, 60_000)
    (arrived,) = strip.shown()
    assert arrived.state is ValveState.CLOSED
    assert arrived.outcome.startswith("Verified closed, ")
    assert newest(operator_desk).state is CommandState.VERIFIED
    assert "Verified closed" in rows(operator_desk, "Ended in the last 24 h")[0]
    far.field.ask({"speed": 1})
