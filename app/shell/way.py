"""Back and forward: which places were in view, as in a browser; plain Python."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page and what was in view on it (`Page.place`)."""

    page: str
    what: str = ""


class Way:
    """The places behind and ahead of the one in view."""

    def __init__(self) -> None:
        self._behind: list[Place] = []
        self._ahead: list[Place] = []

    def leave(self, place: Place) -> None:
        """Another place comes into view by a person's choice: from now on `place` lies behind, nothing ahead."""
        if not self._behind or self._behind[-1] != place:
            self._behind = [*self._behind, place][-_LONGEST:]
        self._ahead.clear()

    def back(self, here: Place) -> Place | None:
        """The place before `here`; None where there is none."""
        return self._turn(self._behind, self._ahead, here)

    def forward(self, here: Place) -> Place | None:
        """The place that was left by `back`; None where there is none."""
        return self._turn(self._ahead, self._behind, here)

    @staticmethod
    def _turn(source: list[Place], target: list[Place], here: Place) -> Place | None:
        while source:
            place = source.pop()
            if place != here:
                target.append(here)
                return place
        return None
