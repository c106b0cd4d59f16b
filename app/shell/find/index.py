"""Find entries by a few letters: whole words first, then letters in order with gaps; plain Python, no I/O.

Made for 10,000 entries in a few ms: letters are tested in bulk as bit masks before any text is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

import numpy as np

FEW: Final = 12
"""With fewer whole matches than this, letters with gaps are looked for too."""
_BITS = 63
_GAPPED = 1000
"""A match with gaps comes after every whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something to go to. trend, map: what the two other pages would select; "" where they cannot show it."""

    kind: str
    key: str
    title: str
    words: str = ""
    page: str
    what: str = ""
    trend: str = ""
    map: str = ""
    also: str = ""
    """More words it is found by, such as the name in the other language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What was found of one kind, the best first; more: how many further ones there are."""

    kind: str
    found: tuple[Entry, ...]
    more: int


class Index:
    """Entries that can be found. Building takes a while for many; searching does not."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._texts = [f"{each.title} {each.words} {each.also}".casefold() for each in self._entries]
        self._masks = np.array([_mask(text) for text in self._texts], np.int64)

    def __len__(self) -> int:
        return len(self._entries)

    def search(self, query: str, kinds: Sequence[str], *, each: int) -> tuple[Group, ...]:
        """What matches every word of the query, grouped in the order of `kinds`, at most `each` of a kind."""
        words = query.casefold().split()
        if not words:
            return ()
        scores = self._whole(words)
        if len(scores) < FEW:
            scores = self._gapped("".join(words)) | scores
        by_kind: dict[str, list[tuple[int, int]]] = {kind: [] for kind in kinds}
        for place, score in scores.items():
            kind = self._entries[place].kind
            if kind in by_kind:
                by_kind[kind].append((score, place))
        return tuple(
            Group(
                kind=kind,
                found=tuple(self._entries[place] for _score, place in nsmallest(each, scored)),
                more=max(0, len(scored) - each),
            )
            for kind, scored in by_kind.items()
            if scored
        )

    def _whole(self, words: Sequence[str]) -> dict[int, int]:
        texts = self._texts
        places: Iterable[int] = range(len(texts))
        for word in words:
            places = [place for place in places if word in texts[place]]
        return {place: sum(_rank(texts[place], word) for word in words) for place in places}

    def _gapped(self, letters: str) -> dict[int, int]:
        wanted = _mask(letters)
        pattern = re.compile(".*?".join(map(re.escape, letters)), re.DOTALL)
        found: dict[int, int] = {}
        for place in np.flatnonzero((self._masks & wanted) == wanted):
            match = pattern.search(self._texts[place])
            if match is not None:
                found[int(place)] = _GAPPED + match.end() - match.start() + match.start()
        return found


def _rank(text: str, word: str) -> int:
    """How good a whole match is: at the very beginning, at the beginning of a word, inside one; short texts first."""
    at = text.find(word)
    if at > 0:
        return (400 if text[at - 1].isalnum() else 200) + min(len(text), 99)
    return (0 if text.partition(" ")[0] == word else 100) + min(len(text), 99)


def _mask(text: str) -> int:
    """A bit for every letter that occurs."""
    mask = 0
    for letter in set(text):
        mask |= 1 << (ord(letter) % _BITS)
    return mask
