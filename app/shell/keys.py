"""The console's own keys, the same in every window, as a table; pages add theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: its sequence as Qt writes it, how it is called on the help, what it does in words, and doing it.

    words: an English catalogue key; "" leaves it out of the help.
    """

    sequence: str
    shown: str
    words: str
    press: Callable[[], None]


def install(keys: Sequence[Key], window: QWidget) -> None:
    """Let a window hear the keys, whatever in it has the focus."""
    for key in keys:
        QShortcut(QKeySequence(key.sequence), window).activated.connect(key.press)
