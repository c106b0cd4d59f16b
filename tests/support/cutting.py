"""A way to a server that can be cut at the worst moment: when a COMMIT is under way."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

_COMMIT = b"COMMIT\x00"


class Cut(Enum):
    """What happens to the next COMMIT."""

    NEVER = "it is passed on, and the answer comes back"
    BEFORE = "it never arrives"
    AFTER = "it arrives, and the answer is lost"


class Way:
    """Passes bytes on between a port of its own and the server's, on a thread of its own."""

    def __init__(self, port: int) -> None:
        self.cut = Cut.NEVER
        self.open = True
        """Whether anybody new is let through."""
        self.stays_closed = False
        """Whether nobody is let through after a cut, until `open` is set again."""
        self._to = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._others: dict[socket.socket, socket.socket] = {}
        self._askers: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        for each in (self._door, self._woken):
            self._selector.register(each, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="way")  # noqa: TID251 - a far end
        self._thread.start()

    def close(self) -> None:
        """Cut everything and end the thread."""
        self._wake.send(b"x")
        self._thread.join(5)
        self._wake.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    self._end()
                    return
                if key.fileobj is self._door:
                    self._let_in()
                elif key.fileobj in self._others:
                    assert isinstance(key.fileobj, socket.socket)
                    self._pass_on(key.fileobj)

    def _let_in(self) -> None:
        near, _ = self._door.accept()
        if not self.open:
            near.close()
            return
        far = socket.create_connection(("127.0.0.1", self._to))
        self._askers.add(near)
        for one, other in ((near, far), (far, near)):
            self._others[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one: socket.socket) -> None:
        try:
            said = one.recv(1 << 16)
        except OSError:
            said = b""
        cut = self.cut if one in self._askers and _COMMIT in said else Cut.NEVER
        if said and cut is not Cut.BEFORE:
            with suppress(OSError):
                self._others[one].sendall(said)
        if not said or cut is not Cut.NEVER:
            self._part(one)
        if cut is not Cut.NEVER:
            self.cut = Cut.NEVER
            self.open = not self.stays_closed

    def _part(self, one: socket.socket) -> None:
        for each in (one, self._others[one]):
            self._selector.unregister(each)
            self._askers.discard(each)
            del self._others[each]
            each.close()

    def _end(self) -> None:
        for each in (*self._others, self._door, self._woken):
            each.close()
        self._selector.close()


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """A way to a port of this machine, closed at the end."""
    way = Way(port)
    try:
        yield way
    finally:
        way.close()
