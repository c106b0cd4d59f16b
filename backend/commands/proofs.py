"""A renewed sign-in is good for one approval, at once, by the one who gave it (C5, S4)."""

from __future__ import annotations

from backend.commands.events import Actor
from backend.commands.policy import Policy
from backend.model.person import Reauthenticated


class Proofs:
    """Remembers the proofs that were used. Core thread only."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._used: dict[str, float] = {}

    def use(self, proof: Reauthenticated | None, actor: Actor, purpose: str, mono: float) -> bool:
        """Whether the proof holds for this person, session and purpose now. It never holds again. mono: seconds."""
        self._used = {key: at for key, at in self._used.items() if mono - at <= self._policy.proof_age_s}
        if proof is None or proof.id in self._used:
            return False
        self._used[proof.id] = proof.mono
        fresh = 0.0 <= mono - proof.mono <= self._policy.proof_age_s
        return fresh and (proof.session, proof.person, proof.purpose) == (actor.session, actor.person, purpose)
