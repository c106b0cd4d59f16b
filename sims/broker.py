"""The embedded MQTT broker of the demo: amqtt on loopback, on its own thread; MQTT 3.1.1 only.

amqtt forgets a client's session when somebody fails to log in under the same client id, so it never listens off
loopback. A site with a broker of its own does not use it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from typing import Any, Final

from backend.errors import LinkError

_START_S: Final = 10.0
_STOP_S: Final = 1.5


class EmbeddedBroker:
    """start and stop may be called from any thread. With a user, others are refused; without, anyone may come."""

    def __init__(self, port: int, *, host: str = "127.0.0.1", user: str = "", password: str = "") -> None:
        self.host = host
        self.port = port
        self._user = user
        self._password = password
        self._loop: asyncio.AbstractEventLoop | None = None
        self._broker: Any = None
        self._thread: threading.Thread | None = None
        self._up = threading.Event()
        self._failure: Exception | None = None

    def start(self) -> None:
        """Listen. Raises LinkError when the port is taken or the broker does not come up."""
        self._thread = threading.Thread(target=self._run, name="broker", daemon=False)
        self._thread.start()
        if not self._up.wait(_START_S) or self._failure is not None:
            self.stop()
            raise LinkError(
                "the embedded broker cannot listen on port {port}: {reason}", port=self.port, reason=self._failure
            )

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(2.0)

    def _run(self) -> None:
        from amqtt.broker import Broker

        # Its complaints about clients that hang up are everyday.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._loop = loop
        try:
            self._broker = Broker(self._config(), loop=loop)
            loop.run_until_complete(self._broker.start())
        except Exception as error:  # noqa: BLE001 - a library start: told to the caller of start
            self._failure = error
        self._up.set()
        try:
            if self._failure is None:
                loop.run_forever()
                with contextlib.suppress(TimeoutError):
                    loop.run_until_complete(asyncio.wait_for(self._broker.shutdown(), _STOP_S))
        finally:
            _finish(loop)

    def _config(self) -> dict[str, Any]:
        return {
            "listeners": {"default": {"type": "tcp", "bind": f"{self.host}:{self.port}"}},
            "plugins": {"sims.broker_login.OneUser": {"user": self._user, "password": self._password}},
        }


def port_is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what a library left on the loop, then close it."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
