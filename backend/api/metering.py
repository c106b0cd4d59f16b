"""Meters that call in: how their exchanges go, and what has been settled (requirements Q-02 to Q-04)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.links.ports import Link, TellsExchanges
from backend.metering import Books
from backend.model.exchange import HeadEnd
from backend.model.metering import Bill


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledTotals:
    """Accounts that a reading has opened; readings settled; readings held because the index went backwards."""

    opened: int
    settled: int
    held: int


class MeteringApi:
    """All of it may be asked from any thread; nothing here changes anything."""

    def __init__(self, links: Callable[[], Sequence[Link]], books: Books) -> None:
        self._links = links
        self._books = books

    def head_ends(self) -> tuple[HeadEnd, ...]:
        """Every place where meters call in; none at a site without meters."""
        return tuple(link.exchanges() for link in self._links() if isinstance(link, TellsExchanges))

    def bill(self, device: str) -> Bill | None:
        """How the account of a device stands; None when it has none, or no reading has opened it."""
        return self._books.bill(device)

    def totals(self) -> SettledTotals:
        """Over all accounts."""
        opened, settled, held = self._books.totals()
        return SettledTotals(opened=opened, settled=settled, held=held)
