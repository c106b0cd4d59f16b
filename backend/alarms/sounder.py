"""Play the horn's sounds through the player that the machine has (PulseAudio's or ALSA's)."""

from __future__ import annotations

import shutil
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backend.alarms.tones import wav_of
from backend.errors import mark
from backend.model.alarm import Priority

PLAYERS: Final = (("paplay",), ("aplay", "-q"))
"""In order of preference; the file to play comes last."""

_KILLED_S: Final = 1.0
"""A killed player that has not gone by then hangs in the sound driver."""

NO_SOUND_DEVICE: Final = mark("no sound device")


class AplaySounder:
    """One player process at a time. folder: where the sound files go. Not thread-safe but for `trouble`."""

    def __init__(self, folder: Path, *, pitch: float = 1.0, players: tuple[tuple[str, ...], ...] = PLAYERS) -> None:
        self._files = {priority: folder / f"alarm-{int(priority)}.wav" for priority in Priority}
        for priority, file in self._files.items():
            file.write_bytes(wav_of(priority, pitch))
        self._players = deque(_installed(players))
        self._process: subprocess.Popen[bytes] | None = None
        self._trouble = "" if self._players else NO_SOUND_DEVICE

    def play(self, priority: Priority) -> None:
        """Start the pattern; what still sounds is cut off. OSError when the player cannot be started."""
        self._note_end()
        self.stop()
        if self._players:
            self._process = subprocess.Popen(
                [*self._players[0], str(self._files[priority])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def stop(self) -> None:
        """Cut off what sounds."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.wait(_KILLED_S)

    def trouble(self) -> str:
        """Empty while the last pattern that was played to its end came through."""
        return self._trouble

    def _note_end(self) -> None:
        """A player that gave up by itself found no device (it cannot know of a muted one): try the next player."""
        ended = None if self._process is None else self._process.poll()
        if ended is not None:
            self._trouble = NO_SOUND_DEVICE if ended else ""
        if ended:
            self._players.rotate(-1)


def _installed(players: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    """The players that this machine has, with their options."""
    for name, *options in players:
        path = shutil.which(name)
        if path is not None:
            yield (path, *options)
