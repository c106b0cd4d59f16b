"""What a page is: built once, entered and left many times, retranslated live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.lane import Lane
from app.looks import Looks
from app.recent import Recent
from app.seat import Seat
from app.session import Desk
from backend.api import Backend


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What every page may use. `go(page key, what to select)` opens another page; one that does not exist
    here is said in a toast.

    What can be selected: stations: asset id or tag. trends: "pens:TAG,TAG" or a tag, with "@µs" behind for the cursor.
    alarms: alarm key, key of a view, "priority:N", "history", "statistics". map: asset id or tag, "isolate:ASSET OR
    TAG". commands: "prepare:POINT ID" (several, in order, with commas), "approve:COMMAND ID", command id. audit:
    subject of entries. devices: device id.
    gas_quality: asset id, device id or tag.
    authenticator: the one-time code of the person signed in, where a stand-in for their phone runs (demo); else "".
    """

    backend: Backend
    bridge: Lane
    recent: Recent
    actions: Actions
    desk: Desk
    go: Callable[[str, str], None]
    pages: Callable[[], tuple[str, ...]] = tuple
    """Keys of the pages there are; what is not among them cannot be gone to."""
    authenticator: Callable[[], str]
    looks: Looks
    seat: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """A step of the way up above a page: words, and where `go(page, what)` leads from it."""

    words: str
    page: str
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKey:
    """A key the page understands, for the help on `?`: "PgDn", "next station"."""

    key: str
    words: str


class Page(QWidget):
    """One page of the console. Subclasses listen to the bridge between `enter` and `leave` only.

    Signals: moved() when something else came into view on the page: title, crumbs and place are asked anew.
    """

    moved = Signal()

    def enter(self) -> None:
        """Shown: content within 300 ms, from what is already known."""

    def leave(self) -> None:
        """Hidden: no work any more."""

    def focus_first(self) -> None:
        """Put the keyboard where the page's keys work, into its dialog while one is open."""
        self.setFocus()

    def put_away(self) -> None:
        """Close an open dialog; nothing is sent, and what it had reserved is taken back."""

    def select(self, what: str) -> None:
        """Bring `what` (a tag, alarm key or command id) into view and select it."""

    def tools(self) -> Sequence[QWidget]:
        """Controls for the header (segmented controls, chips, buttons), from the left. Asked once, after building;
        the page keeps, names and retranslates them, and may hide them; the header only places them."""
        return ()

    def title(self) -> str:
        """What the header says; "" for the title of the page in the rail."""
        return ""

    def crumbs(self) -> Sequence[Crumb]:
        """The way up from here, topmost first; () for the parent page of the specification alone."""
        return ()

    def place(self) -> str:
        """What `select` would bring back what is in view now; for back, forward and a saved layout."""
        return ""

    def keys(self) -> Sequence[PageKey]:
        """The keys of this page beside the console's own."""
        return ()

    def retranslate(self) -> None:
        """The language changed: show every text anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """A line in `PAGES`: key, function key, icon name, title template and how to build it.

    parent: key of the page above, where `Alt ↑` leads; ignored where the console has no such page.
    foot: whether its place in the rail is at the foot.
    """

    key: str
    shortcut: str
    icon: str
    title: str
    level: str
    build: Callable[[PageContext], Page]
    parent: str = "overview"
    foot: bool = False
