"""The network thread of one link: one connection to the broker after the other, with a growing wait in between."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Final

from backend import logs
from backend.drivers.mqtt import words
from backend.drivers.mqtt.client import BrokerClient
from backend.drivers.mqtt.conversation import Conversation, Parts
from backend.links.backoff import Backoff

STABLE_S: Final = 10.0
"""A connection that lasted shorter does not reset the back-off: two consoles with one client id must not race."""
_SLICE_S: Final = 0.1
_log = logs.get(__name__)


class Network:
    """start, stop and wake are called from other threads; everything else runs in paho's thread."""

    def __init__(self, parts: Parts, *, backoff: Backoff, may_connect: Callable[[str, int], bool]) -> None:
        self._parts = parts
        self._backoff = backoff
        self._may_connect = may_connect
        self._stopping = threading.Event()
        self._left = threading.Event()
        self._bell, self._bell_rope = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_rope.setblocking(False)
        self._had_session = False
        self._client = BrokerClient(parts.broker, main=self._main, going_on=self._going_on)

    def start(self) -> None:
        """Start the thread."""
        self._client.loop_start()

    def stop(self, within_s: float) -> None:
        """Say goodbye to the broker and end the thread; an error in the log when it did not end in time."""
        self._stopping.set()
        self.wake()
        if not self._left.wait(within_s):
            _log.error("network thread did not stop in time", link=self._parts.link, within_s=within_s)
            return
        self._client.loop_stop()
        self._client.dispose()
        self._bell.close()
        self._bell_rope.close()

    def wake(self) -> None:
        """Have the thread look around now."""
        try:
            self._bell_rope.send(b"!")
        except BlockingIOError:  # it rings already
            pass
        except OSError:  # stopped
            return

    def _main(self) -> None:
        try:
            while not self._stopping.is_set():
                self._guarded_turn()
        finally:
            self._left.set()

    def _guarded_turn(self) -> None:
        """One connection and the wait after it. Nothing ends this thread but `stop` (F18)."""
        try:
            reason = self._guarded_connection()
            if not self._stopping.is_set():
                self._parts.outlet.tell(*self._parts.keeper.lost(reason))
                self._rest(self._backoff.next())
        except BaseException as error:  # noqa: BLE001 - the wait between two connections failed: go on with the next
            _log.error("network thread failed between connections", link=self._parts.link, error=repr(error))

    def _guarded_connection(self) -> str:
        try:
            return self._connection()
        except BaseException as error:  # noqa: BLE001 - the one catch of this thread: said loudly, then started again
            _log.error("network thread failed", link=self._parts.link, error=repr(error))
            return f"fault in the driver: {error!r}"

    def _connection(self) -> str:
        """One connection from dialling to its end; why it ended, in words."""
        parts, client, broker = self._parts, self._client, self._parts.broker
        if not self._may_connect(broker.host, broker.port):
            return f"connecting to {broker.place} is not allowed in this mode"
        # Whatever paho still holds was meant for the connection before; an order is never sent twice (S2).
        client.drop_out_messages()
        parts.desk.disconnected()
        parts.outlet.begin()
        talk = Conversation(parts, client, bell=self._bell, had_session=self._had_session)
        try:
            client.reconnect()
            talk.run(self._stopping.is_set)
        except OSError as error:
            return words.dialling_failed(error, broker)
        finally:
            client.close()
            self._had_session = self._had_session or talk.accepted
        if talk.up_since is not None and parts.pace() - talk.up_since >= STABLE_S:
            self._backoff.reset()
        return talk.reason

    def _rest(self, wait_s: float) -> None:
        end = self._parts.pace() + wait_s
        while (left := end - self._parts.pace()) > 0 and not self._stopping.wait(min(left, _SLICE_S)):
            self._parts.desk.look()

    def _going_on(self) -> bool:
        self._parts.desk.look()
        return not self._stopping.is_set()
