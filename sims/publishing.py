"""Decide what MQTT devices report when: on their periods, at once when something happened, or at a rate for load."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import cycle
from typing import Final, Protocol

from backend.model.plant import QuantityKind
from sims.devices.mqtt_device import MqttDevice

GAS_STEP: Final = 2.0
"""A change of the methane reading in %LEL that a battery device reports at once."""


class Mouth(Protocol):
    """Where reports go."""

    def publish(self, device: MqttDevice, readings: Mapping[str, float]) -> None:
        """Send one report."""
        ...


class Reporter:
    """Reports of one device. Times are real seconds: a simulated minute may be short, a radio's period is not."""

    def __init__(self, device: MqttDevice, rng: random.Random) -> None:
        self.device = device
        self._terminal = device.terminal
        self._rng = rng
        self._next: dict[float, float] = {}
        """By period, so that what has the same period travels together."""
        self._sent: dict[str, float] = {}

    def report(self, now: float, mouth: Mouth) -> None:
        """Say what is due and what has just happened; the first time, everything."""
        readings = self._terminal.readings()
        periods = {period for period in self._terminal.periods_s.values() if now >= self._next.get(period, now)}
        due = {
            name: value
            for name, value in readings.items()
            if self._terminal.periods_s[name] in periods or self._urgent(name, value)
        }
        for period in periods:
            # Devices were switched on at different times: the first period is cut short at random.
            cut = 1.0 if period in self._next else self._rng.uniform(0.3, 1.0)
            self._next[period] = now + period * cut
        if due:
            self._sent |= due
            mouth.publish(self.device, due)

    def _urgent(self, name: str, value: float) -> bool:
        if name not in self._sent:
            return False
        change = abs(value - self._sent[name])
        kind = self._terminal.model.properties[name].kind
        if kind is QuantityKind.SWITCH:
            return change > 0
        return kind is QuantityKind.CONCENTRATION and change >= GAS_STEP


class Load:
    """Full reports of all devices in turn, so many values a second, for measuring."""

    def __init__(self, devices: Mapping[str, MqttDevice], rate: float) -> None:
        self._turns = cycle(devices.values())
        self._rate = rate
        self._owed = 0.0
        self._last: float | None = None

    def report(self, now: float, mouth: Mouth) -> None:
        """Send what the rate asks for since the last call; never more than a second's worth."""
        if self._last is not None:
            self._owed = min(self._owed + (now - self._last) * self._rate, self._rate)
        self._last = now
        while self._owed > 0:
            device = next(self._turns)
            readings = device.terminal.readings()
            mouth.publish(device, readings)
            self._owed -= len(readings)
