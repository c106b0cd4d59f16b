"""Stored words of commands in both languages: what is stored is the same on every desk, what is read is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.dialogs.words import (
    CLOSED_BEFORE_CONFIRMING,
    REASONS,
    TAKEN_BACK,
    blocked_text,
    interlock_word,
    live_word,
    reason_text,
    state_words,
    stored_reason,
)
from app.texts import set_language
from backend.model.command import Blocked
from tests.support.command_site import POSITION, point

STATES = {"open": "开", "remote": "远方"}


@pytest.fixture
def chinese() -> Iterator[None]:
    set_language("zh_CN")
    yield
    set_language("en")


@pytest.mark.parametrize("key", REASONS)
def test_a_reason_from_the_list_is_stored_in_english_whatever_the_desk_speaks(key: str, chinese: None) -> None:
    assert stored_reason(key, "") == REASONS[key]
    assert stored_reason(key, "阀井里有气") == f"{REASONS[key]}: 阀井里有气"


def test_each_desk_reads_its_own_language(chinese: None) -> None:
    stored = stored_reason("isolate", "gas in the well")

    assert reason_text(stored) == "隔离泄漏或断管: gas in the well"
    set_language("en")
    assert reason_text(stored) == "Isolate a leak or line break: gas in the well"


@pytest.mark.parametrize("stored", [TAKEN_BACK, CLOSED_BEFORE_CONFIRMING])
def test_reasons_of_the_console_itself_are_translated_too(stored: str, chinese: None) -> None:
    assert reason_text(stored) not in (stored, "")


def test_own_words_stay_as_they_are(chinese: None) -> None:
    assert reason_text("Planned workshop") == "Planned workshop"
    assert reason_text("") == ""
    assert "\\u202e" in reason_text("a\u202eb")


@pytest.mark.parametrize(
    ("text", "english", "chinese_word"),
    [
        ("yes", "yes", "是"),
        ("open, 100.0 %", "open, 100.0 %", "开, 100.0 %"),
        ("read 12 s ago", "read 12 s ago", "12 秒前读取"),
        ("not good: comms", "not good: link lost", "质量不佳: 链路中断"),
        ("SIM-20260115-000001", "SIM-20260115-000001", "SIM-20260115-000001"),
    ],
)
def test_live_values_of_interlocks(text: str, english: str, chinese_word: str) -> None:
    assert live_word(text, {}) == english
    set_language("zh_CN")
    said = live_word(text, STATES)
    set_language("en")
    assert said == chinese_word


def test_the_states_of_a_device_are_said_in_the_language_of_the_desk(chinese: None) -> None:
    position = point(POSITION, "XV-1", "position", states={1: "open"}, states_zh={1: "开"})

    assert state_words([position]) == {"open": "开", position.title: position.title}


def test_what_is_in_the_way_is_said_with_its_values(chinese: None) -> None:
    blocked = Blocked(
        template="{tag} is blocked: {interlock}: {value}",
        values=(("tag", "XV-1.CMD"), ("interlock", "Local key in remote"), ("value", "not good: comms")),
    )

    said = blocked_text(blocked, STATES)
    assert "XV-1.CMD" in said
    assert "链路中断" in said
    assert "Local key" not in said
    assert blocked_text(None, STATES) == ""


def test_an_interlock_of_a_point_and_its_state_is_read_in_the_language_of_the_desk(chinese: None) -> None:
    words = {"Run A slam-shut valve": "A路超压切断阀", "armed": "待命"}
    assert interlock_word("Run A slam-shut valve: armed", words) == "A路超压切断阀：待命"
    assert interlock_word("Link up", words) == "链路正常"
    assert interlock_word("Odd: thing", {}) == "Odd：thing"
