"""Refuse alarm configurations that the safety rules forbid, before any alarm runs by them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from backend.errors import ConfigError
from backend.model.alarm import AlarmClass, AlarmConfig
from backend.model.plant import Limits

MAX_DELAY_S: Final[Mapping[AlarmClass, float]] = MappingProxyType(
    {
        AlarmClass.GAS_LEAK: 30.0,
        AlarmClass.PROCESS: 600.0,
        AlarmClass.DIAGNOSTIC: 600.0,
        AlarmClass.COMMAND: 0.0,
        AlarmClass.SYSTEM: 60.0,
    }
)
"""Longest on- or off-delay of each class."""
MAX_SHELF_S: Final = 12 * 3600
"""Nothing is shelved longer than a shift."""


def check(config: AlarmConfig, limits: Limits | None = None) -> None:
    """Raise ConfigError for a forbidden configuration. limits: where the alarm's delays come from, if it has any."""
    if config.latching and config.auto_ack:
        raise ConfigError("alarm {key}: latching and auto-acknowledged at once is forbidden", key=config.key)
    if config.shelvable and config.alarm_class is AlarmClass.GAS_LEAK:
        raise ConfigError("alarm {key}: a gas leak alarm must not be shelvable", key=config.key)
    if not 0 < config.max_shelf_s <= MAX_SHELF_S:
        raise ConfigError("alarm {key}: a shelf lasts at most {limit} s", key=config.key, limit=MAX_SHELF_S)
    levels = [level for level, _ in config.priorities]
    if not levels or len(set(levels)) != len(levels):
        raise ConfigError("alarm {key}: needs at least one level, each once", key=config.key)
    urgency = [priority for _, priority in config.priorities]
    if any(later > earlier for earlier, later in pairwise(urgency)):
        raise ConfigError("alarm {key}: a further level must not be less urgent than a nearer one", key=config.key)
    if limits is not None:
        _check_limits(config, limits)


def _check_limits(config: AlarmConfig, limits: Limits) -> None:
    longest = MAX_DELAY_S[config.alarm_class]
    if not all(0 <= delay <= longest for delay in (limits.on_delay_s, limits.off_delay_s)):
        raise ConfigError("alarm {key}: a delay of this class is at most {limit} s", key=config.key, limit=longest)
    if not limits.deadband >= 0:
        raise ConfigError("alarm {key}: the dead band must not be negative", key=config.key)
    ordered = [value for value in (limits.ll, limits.l, limits.h, limits.hh) if value is not None]
    if any(not below < above for below, above in pairwise(ordered)):
        raise ConfigError("alarm {key}: limits must rise from LL over L and H to HH", key=config.key)
    if limits.rate is not None and not limits.rate > 0:
        raise ConfigError("alarm {key}: a rate limit must be positive", key=config.key)
