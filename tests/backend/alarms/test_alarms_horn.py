"""Who calls the horn, for how long, in what rhythm; the horn's own thread; the player of the machine."""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from backend.alarms import HORN_ALARM, AplaySounder, Horn, check
from backend.alarms.rhythm import EVERY_S, Rhythm, Turn
from backend.alarms.tones import RATE_HZ, wav_of
from backend.model.alarm import Priority
from backend.model.plant import Limits
from tests.support.alarm_desk import AlarmDesk
from tests.support.clock import ManualClock
from tests.support.points import point, registry

P1, P2, P3, P4 = Priority


@pytest.fixture
def desk() -> AlarmDesk:
    seldom = 1e6
    return AlarmDesk(
        registry(
            point(0, limits=Limits(h=4.0, priority_h=3), period_s=seldom),
            point(1, limits=Limits(h=4.0, priority_h=1), period_s=seldom),
            point(2, limits=Limits(h=4.0, priority_h=2, latching=True), period_s=seldom),
        )
    )


def test_the_most_urgent_call_sounds(desk: AlarmDesk) -> None:
    desk.hears((0, 5.0, 0), (2, 5.0, 0))
    assert desk.engine.horn_wish() is P2
    desk.acknowledges("T2:high")
    assert desk.engine.horn_wish() is P3
    desk.acknowledges("T0:high")
    assert desk.engine.horn_wish() is None


def test_clearing_ends_the_call_but_not_at_top_priority(desk: AlarmDesk) -> None:
    desk.hears((0, 5.0, 0), (1, 5.0, 0))
    desk.hears((0, 1.0, 1), (1, 1.0, 1))
    assert desk.names == {"T0:high": "RTNUN", "T1:high": "RTNUN"}
    assert desk.engine.horn_wish() is P1
    assert (desk.record("T0:high").horn, desk.record("T1:high").horn) == (False, True)
    desk.acknowledges("T1:high")
    assert desk.engine.horn_wish() is None


def test_silence_lasts_a_minute_at_most(desk: AlarmDesk) -> None:
    desk.hears((0, 5.0, 0))
    desk.engine.silence(desk.now)
    assert desk.engine.horn_wish() is None
    assert not desk.record("T0:high").horn
    assert desk.names == {"T0:high": "UNACK"}
    desk.waits(59.9)
    assert desk.engine.horn_wish() is None
    desk.waits(0.1)
    assert desk.engine.horn_wish() is P3
    assert desk.record("T0:high").horn


def test_the_next_raise_ends_the_silence(desk: AlarmDesk) -> None:
    desk.hears((1, 5.0, 0))
    desk.engine.silence(desk.now)
    changes = desk.hears((0, 5.0, 0))
    assert changes.records[0].horn
    assert desk.engine.horn_wish() is P1


def test_a_mark_or_an_acknowledgement_does_not_end_the_silence(desk: AlarmDesk) -> None:
    desk.hears((0, 5.0, 0), (1, 5.0, 0))
    desk.engine.silence(desk.now)
    changes = desk.hears((0, 5.0, 1, 0x05))
    assert [(each.facts.input, each.horn) for each in changes.records] == [("uncertain", False)]
    desk.acknowledges("T1:high")
    assert [each.horn for each in desk.engine.records()] == [False, False]
    assert desk.engine.horn_wish() is None


@pytest.mark.parametrize(("key", "number", "limit_s"), [("T1:high", 1, 120), ("T2:high", 2, 600), ("T0:high", 0, 1800)])
def test_unacknowledged_for_too_long_sounds_again(desk: AlarmDesk, key: str, number: int, limit_s: int) -> None:
    desk.hears((number, 5.0, 0))
    desk.waits(limit_s - 1)
    desk.engine.silence(desk.now)
    changes = desk.waits(1)
    assert [(each.key, each.event) for each in changes.occurrences] == [(key, "re-alarm")]
    assert desk.engine.horn_wish() is not None, "also out of a silence"
    assert desk.waits(limit_s - 1).occurrences == ()
    assert [each.event for each in desk.waits(1).occurrences] == ["re-alarm"]
    desk.acknowledges(key)
    assert desk.waits(10_000).occurrences == ()


def test_a_latched_one_that_nobody_saw_sounds_again(desk: AlarmDesk) -> None:
    desk.hears((2, 5.0, 0), (2, 1.0, 1))
    assert (desk.names, desk.engine.horn_wish()) == ({"T2:high": "LTUNK"}, None)
    desk.waits(600)
    assert desk.engine.horn_wish() is P2


def test_priorities_are_told_apart_by_rhythm() -> None:
    assert sorted(EVERY_S.values()) == [EVERY_S[each] for each in Priority]
    assert len(set(EVERY_S.values())) == 4
    assert len({wav_of(each) for each in Priority}) == 4
    assert wav_of(P1, pitch=1.2) != wav_of(P1)


def test_a_tone_is_audible_and_does_not_clip() -> None:
    for each in Priority:
        with wave.open(io.BytesIO(wav_of(each))) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            assert file.getnframes() / RATE_HZ < EVERY_S[each]
        assert 8_000 < np.abs(samples).max() < 32_767
        assert abs(int(samples[0])) < 100


def test_a_pattern_is_repeated_in_its_rhythm() -> None:
    rhythm = Rhythm()
    assert rhythm.turn(None, 0.0) == Turn(None, False, None)
    assert rhythm.turn(P2, 1.0) == Turn(P2, False, EVERY_S[P2])
    assert rhythm.turn(P2, 2.0) == Turn(None, False, pytest.approx(EVERY_S[P2] - 1.0))
    assert rhythm.turn(P2, 1.0 + EVERY_S[P2]).play is P2


def test_a_change_takes_effect_at_once() -> None:
    rhythm = Rhythm()
    rhythm.turn(P3, 0.0)
    assert rhythm.turn(P1, 0.1).play is P1
    assert rhythm.turn(P3, 0.2).play is P3
    assert rhythm.turn(None, 0.3) == Turn(None, True, None)
    assert rhythm.turn(P3, 0.4).play is P3


class Recorder:
    """A sounder that remembers. `heard` is set with every pattern."""

    def __init__(self) -> None:
        self.played: list[Priority] = []
        self.stopped = 0
        self.error: Exception | None = None
        self.heard = threading.Event()

    def play(self, priority: Priority) -> None:
        error, self.error = self.error, None
        self.played.append(priority)
        self.heard.set()
        for each in (error,) * (error is not None):
            raise each

    def stop(self) -> None:
        self.stopped += 1

    def trouble(self) -> str:
        return ""


class Running:
    """A pool's future as a thread."""

    def __init__(self, future: Future[None]) -> None:
        self._future = future

    def join(self, timeout: float | None = None) -> None:
        self._future.result(timeout)

    def is_alive(self) -> bool:
        return not self._future.done()


@pytest.fixture
def start_thread() -> Iterator[Callable[[Callable[[], None], str], Running]]:
    with ThreadPoolExecutor(1) as pool:
        yield lambda run, name: Running(pool.submit(run))


def test_the_horn_sounds_on_its_own_thread(start_thread: Callable[[Callable[[], None], str], Running]) -> None:
    sounder, clock = Recorder(), ManualClock()
    horn = Horn(sounder=sounder, clock=clock, start_thread=start_thread)
    assert horn.trouble() == "horn thread is not running"
    horn.start()
    assert horn.trouble() == ""
    horn.want(P1)
    assert sounder.heard.wait(5)
    horn.stop()
    assert sounder.played == [P1]
    assert sounder.stopped
    assert horn.trouble() == "horn thread is not running"


@pytest.mark.filterwarnings("default")
@pytest.mark.expects_warnings
def test_a_failing_sound_device_does_not_end_the_horn(
    start_thread: Callable[[Callable[[], None], str], Running],
) -> None:
    sounder, clock = Recorder(), ManualClock()
    horn = Horn(sounder=sounder, clock=clock, start_thread=start_thread)
    sounder.error = OSError("unplugged")
    horn.start()
    horn.want(P1)
    assert sounder.heard.wait(5)
    sounder.heard.clear()
    horn.want(P2)
    assert sounder.heard.wait(5)
    horn.stop()
    assert sounder.played == [P1, P2]


def test_a_failure_stands_until_a_pattern_plays_again() -> None:
    sounder, clock = Recorder(), ManualClock()
    horn = Horn(sounder=sounder, clock=clock, start_thread=lambda run, name: Alive())
    horn.start()
    horn.want(P3)
    assert horn.turn() == 1.0
    assert sounder.played == [P3]
    clock.tick(4)
    assert horn.trouble() == ""
    clock.tick(2)
    assert horn.trouble() == "horn thread is stuck"
    horn.turn()
    assert horn.trouble() == ""


class Alive:
    """A thread that runs, as far as anybody can tell."""

    def join(self, timeout: float | None = None) -> None:
        """Never needed."""

    def is_alive(self) -> bool:
        return True


def test_trouble_is_a_standing_alarm(desk: AlarmDesk) -> None:
    check(HORN_ALARM)
    desk.keep(desk.engine.raise_(HORN_ALARM, desk.now, reason="no sound device"))
    assert desk.names == {HORN_ALARM.key: "UNACK"}


def player(folder: Path, script: str, name: str = "player") -> str:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def ended(sounder: AplaySounder) -> None:
    """Wait until the player has ended by itself."""
    process = sounder._process
    assert process is not None
    process.wait(5)


def test_the_player_gets_the_file_of_the_priority(tmp_path: Path) -> None:
    sounder = AplaySounder(
        tmp_path, players=(("no-such-player",), (player(tmp_path, f'echo "$@" > {tmp_path}/said'), "-q"))
    )
    sounder.play(P2)
    ended(sounder)
    sounder.stop()
    assert (tmp_path / "said").read_text() == f"-q {tmp_path}/alarm-2.wav\n"
    assert (tmp_path / "alarm-2.wav").read_bytes() == wav_of(P2)
    assert sounder.trouble() == ""


def test_without_a_player_there_is_trouble_and_nothing_else(tmp_path: Path) -> None:
    sounder = AplaySounder(tmp_path, players=(("no-such-player",),))
    sounder.play(P1)
    sounder.stop()
    assert sounder.trouble() == "no sound device"


def test_a_player_that_gives_up_means_no_device_until_one_plays(tmp_path: Path) -> None:
    sounder = AplaySounder(tmp_path, players=((player(tmp_path, "exit 1"),),))
    sounder.play(P1)
    ended(sounder)
    sounder.play(P1)
    assert sounder.trouble() == "no sound device"
    ended(sounder)
    player(tmp_path, "exit 0")
    sounder.play(P1)
    ended(sounder)
    sounder.play(P1)
    assert sounder.trouble() == ""
    sounder.stop()


def test_another_player_is_tried_when_one_gives_up(tmp_path: Path) -> None:
    players = ((player(tmp_path, "exit 1", "deaf"),), (player(tmp_path, "exit 0", "good"),))
    sounder = AplaySounder(tmp_path, players=players)
    for _ in range(3):
        sounder.play(P1)
        ended(sounder)
    assert sounder.trouble() == ""
    sounder.stop()


def test_a_pattern_that_still_sounds_is_cut_off(tmp_path: Path) -> None:
    sounder = AplaySounder(tmp_path, players=((player(tmp_path, "exec sleep 60"),),))
    sounder.play(P1)
    first = sounder._process
    sounder.play(P2)
    assert first is not None
    assert first.poll() is not None
    sounder.stop()
    assert sounder.trouble() == "", "a killed one says nothing of the device"
