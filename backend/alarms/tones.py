"""Make the horn's sounds: one short pattern per priority, each told apart by its rhythm alone. Pure."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.model.alarm import Priority

RATE_HZ: Final = 22_050
_FADE_S: Final = 0.005
"""Edges without a click."""

PATTERNS: Final[Mapping[Priority, tuple[tuple[float, float], ...]]] = MappingProxyType(
    {
        Priority.P1: ((880.0, 0.12), (0.0, 0.04)) * 6,
        Priority.P2: ((660.0, 0.22), (0.0, 0.1), (550.0, 0.22), (0.0, 0.1)),
        Priority.P3: ((440.0, 0.4), (0.0, 0.1)),
        Priority.P4: ((330.0, 0.15), (0.0, 0.05)),
    }
)
"""(frequency Hz, duration s) one after the other; 0 Hz is silence."""


def wav_of(priority: Priority, pitch: float = 1.0) -> bytes:
    """A WAV file, mono, 16 bit. pitch: factor on every frequency (the simulator sounds different)."""
    parts = [_tone(hz * pitch, seconds) for hz, seconds in PATTERNS[priority]]
    samples = (np.concatenate(parts) * 0.6 * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def _tone(hz: float, seconds: float) -> NDArray[np.float64]:
    """A tone between -1 and 1 with soft edges."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    edge = np.clip(np.minimum(t, seconds - t) / _FADE_S, 0.0, 1.0)
    # A little of the third harmonic carries further through room noise than a pure tone.
    tone = 0.8 * np.sin(2 * np.pi * hz * t) + 0.2 * np.sin(6 * np.pi * hz * t)
    return np.asarray(tone * edge)
