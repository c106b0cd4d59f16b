"""Typed topics: who publishes does not know who listens.

Delivery is synchronous on the publisher's thread (the core thread for everything the core decides). A listener must
return at once and must not raise; one that raises is logged and counted, and the others still hear.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from backend import logs

T = TypeVar("T")
_log = logs.get(__name__)


class Topic(Generic[T]):
    """One kind of fact that others may listen to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failures = 0
        self._listeners: tuple[Callable[[T], None], ...] = ()
        self._lock = threading.Lock()

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Hear every fact from now on; call what is returned to stop."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
        return lambda: self._unsubscribe(listener)

    def publish(self, fact: T) -> None:
        """Tell every listener, in the order they came."""
        for listener in self._listeners:
            try:
                listener(fact)
            except Exception as error:  # noqa: BLE001 - the one catch for listeners: said loudly, others still hear
                self.failures += 1
                _log.error("listener failed", topic=self.name, listener=repr(listener), error=repr(error))

    def _unsubscribe(self, listener: Callable[[T], None]) -> None:
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each is not listener)
