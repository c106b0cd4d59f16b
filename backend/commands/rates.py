"""How often commands may be asked for, per person, device and site (S16). Pure but for what it remembers."""

from __future__ import annotations

from collections import deque

from backend.commands.events import Refusal
from backend.commands.policy import Policy
from backend.errors import mark


class Rates:
    """Requests of the last window. Times: monotonic seconds."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._asked: deque[tuple[float, str, str]] = deque()

    def count(self, person: str, device: str, mono: float) -> None:
        """One more was accepted."""
        self._asked.append((mono, person, device))

    def refusal(self, person: str, device: str, mono: float) -> Refusal | None:
        """Why one more is too many now."""
        policy = self._policy
        while self._asked and self._asked[0][0] <= mono - policy.rate_window_s:
            self._asked.popleft()
        limits = (
            (person, sum(who == person for _, who, _ in self._asked), policy.rate_person),
            (device, sum(what == device for _, _, what in self._asked), policy.rate_device),
            ("site", len(self._asked), policy.rate_site),
        )
        return next((_too_many(name, limit, policy) for name, count, limit in limits if count >= limit), None)


def _too_many(name: str, limit: int, policy: Policy) -> Refusal:
    return Refusal(
        template=mark("{name}: {limit} commands in {minutes} min are the limit"),
        values=(("name", name), ("limit", limit), ("minutes", round(policy.rate_window_s / 60))),
    )
