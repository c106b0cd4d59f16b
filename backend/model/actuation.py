"""What people can command: each action of each actuated point, its proof and the conditions it needs, by point id."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An interlock: `point` must read `equals`, on a good and fresh value, before anything is sent."""

    point: int
    equals: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Actuator:
    """One command that can be given. verb: "open", "close" or "set".

    value: what is written, None for "set" (the person gives it). feedback: the independent point that must agree within
    `tolerance`; feedback_value: what it must read, None = the value that was set.
    """

    point: int
    device: str
    verb: str
    title: str
    title_zh: str
    value: float | None
    feedback: int
    feedback_value: float | None
    tolerance: float
    verify_within_s: float
    conditions: tuple[Condition, ...]
