"""The ground everything stands on: sentences, topics, log lines, batches, quality codes."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import logs
from backend.bus import Topic
from backend.errors import ConfigError, FrameError
from backend.model.quality import Cause, Status, cause_of, is_good, quality, status_of
from backend.model.sample import SampleBatch


def test_an_error_fills_its_template_literally() -> None:
    error = ConfigError("{path}: unknown key {key}", path="<b>site</b>", key="{mode}")
    assert str(error) == "<b>site</b>: unknown key {mode}"
    assert error.template == "{path}: unknown key {key}"


def test_a_frame_error_says_where() -> None:
    assert FrameError("bad checksum", offset=7).offset == 7


def test_every_listener_hears_in_order_until_it_stops() -> None:
    heard: list[tuple[str, int]] = []
    topic: Topic[int] = Topic("test")
    stop = topic.subscribe(lambda fact: heard.append(("a", fact)))
    topic.subscribe(lambda fact: heard.append(("b", fact)))
    topic.publish(1)
    stop()
    topic.publish(2)
    assert heard == [("a", 1), ("b", 1), ("b", 2)]


@pytest.mark.expects_warnings
def test_a_listener_that_raises_is_counted_and_the_others_still_hear(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []
    topic: Topic[int] = Topic("test")
    topic.subscribe(lambda fact: [][fact])
    topic.subscribe(heard.append)
    topic.publish(3)
    assert heard == [3]
    assert topic.failures == 1
    assert "listener failed" in caplog.text


def test_a_log_value_cannot_forge_a_second_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logs.get("backend.test").info("sign-in", user="chen\n2026-01-01 INFO forged \x1b[31m\u202e")
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert "\x1b" not in record.getMessage()
    assert "\u202e" not in record.getMessage()


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equal length"):
        SampleBatch.of([1, 2], [1], [1.0], [0], received_at=0, source="x")


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=5), min_size=1, max_size=5))
def test_joined_batches_keep_every_row_in_order(groups: list[list[int]]) -> None:
    batches = [SampleBatch.of(g, g, g, g, received_at=i, source=str(i)) for i, g in enumerate(groups)]
    joined = SampleBatch.join(batches)
    assert joined.point.tolist() == [row for group in groups for row in group]
    assert joined.received_at == len(groups) - 1
    assert joined.where(np.zeros(len(joined), np.bool_)).point.tolist() == []


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("cause", Cause)
def test_quality_packs_and_unpacks(status: Status, cause: Cause) -> None:
    code = quality(status, cause)
    assert (status_of(code), cause_of(code)) == (status, cause)


def test_of_all_256_codes_only_those_with_both_high_bits_are_good() -> None:
    assert [code for code in range(256) if is_good(code)] == list(range(0xC0, 0x100))
    assert {status_of(code) for code in range(0x80, 0xC0)} == {Status.BAD}
