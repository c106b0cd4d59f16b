"""A socket under paho that reads in gulps, gathers what is to be written, and knows what has left."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import ssl
from collections.abc import Callable
from typing import Final

from backend.protocols.mqtt_packets import Packets

GULP: Final = 65536
DIAL_WITHIN_S: Final = 5.0
_SLICE_S: Final = 0.1
_AGAIN: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Wire:
    """What arrives is cut into packets here; paho reads those that `BrokerClient.read` offers it, and what it writes
    waits for `push`. Left to itself it would ask for a byte here and two bytes there and write every packet alone.
    """

    def __init__(self, sock: socket.socket, version: int) -> None:
        """version: MQTT protocol level, 4 or 5."""
        self.packets = Packets(version)
        self._sock = sock
        self._tls = isinstance(sock, ssl.SSLSocket)
        self._offered = b""
        self._at = 0
        self._out = bytearray()
        self._broken: OSError | None = None
        self._ended = False
        self.fate = ""
        """Why it broke, in the system's words; "" while open and when the other side hung up in order."""

    # -- what paho calls ------------------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes of the packet offered; b"" when the other side has hung up; BlockingIOError otherwise."""
        chunk = self._offered[self._at : self._at + size]
        self._at += len(chunk)
        if chunk or self._ended:
            return chunk
        if self.broken:
            raise self._broken or OSError("the connection is closed")
        raise BlockingIOError

    def send(self, data: bytes | bytearray) -> int:
        """Keep the bytes for the next `push`."""
        self._out += data
        return len(data)

    def close(self) -> None:
        """Write what the kernel takes at once (a DISCONNECT), then close."""
        with contextlib.suppress(OSError):
            self.push()
        self._sock.close()

    def fileno(self) -> int:
        """The descriptor; -1 when closed."""
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        """paho asks for False; nothing else is used."""
        self._sock.setblocking(flag)

    # -- what we call ---------------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Take one gulp from the system into `packets`. A connection that broke or ended shows at the next recv."""
        try:
            chunk = self._sock.recv(GULP)
        except _AGAIN:
            return
        except OSError as error:
            self._break(error)
            return
        if chunk:
            self.packets.feed(chunk)
        self._ended = not chunk

    def offer(self, packet: bytes) -> None:
        """What paho reads next."""
        self._offered, self._at = packet, 0

    def pending(self) -> int:
        """Bytes that can be had without asking the system."""
        return self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0

    @property
    def unsent(self) -> bytes:
        """What waits for `push`."""
        return bytes(self._out)

    @property
    def broken(self) -> bool:
        """Nothing will come or go any more; the next `recv` says so to paho."""
        return self._broken is not None or self._ended or self._sock.fileno() == -1

    @property
    def has_unsent(self) -> bool:
        """Whether anything waits for `push`."""
        return bool(self._out)

    def forget_unsent(self) -> None:
        """Take back what waits. Only right while no push has begun with it."""
        self._out.clear()

    def push(self) -> bool:
        """Write what waits; True when all of it is with the kernel. A broken connection shows at the next recv."""
        while self._out:
            if self._broken is not None:
                return False
            try:
                del self._out[: self._sock.send(self._out)]
            except _AGAIN:
                return False
            except OSError as error:
                self._break(error)
                return False
        return True

    def push_all_or_hang_up(self, size: int) -> tuple[bool, bool]:
        """Write the `size` bytes that wait, as one. (all left, none left).

        When not all of them left, the connection is closed at once: the other side cannot complete a packet that is
        cut off, and nothing of it can follow later. "None left" is only said where it is certain: a TLS library may
        keep a record to itself.
        """
        if self.push():
            return True, False
        none = len(self._out) == size and not self._tls
        self._out.clear()
        self._break(self._broken or OSError("an order could not be written at once"))
        self._sock.close()
        return False, none

    def _break(self, error: OSError) -> None:
        self._broken = self._broken or error
        self.fate = self.fate or error.strerror or str(error)


def dial(host: str, port: int, tls: ssl.SSLContext | None, version: int, going_on: Callable[[], bool]) -> Wire:
    """Connect without ever waiting long: `going_on` is asked ten times a second, False ends it.

    OSError when there is no connection (TimeoutError after 5 s an address). A slow name server cannot be hurried.
    """
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            _connect(sock, address, going_on)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return Wire(sock if tls is None else _secure(sock, host, tls, going_on), version)
        except OSError as error:
            sock.close()
            failure = error
    raise failure


def _connect(sock: socket.socket, address: object, going_on: Callable[[], bool]) -> None:
    with contextlib.suppress(BlockingIOError):
        sock.connect(address)  # type: ignore[arg-type]  # getaddrinfo gives the right shape for its family
    _wait(sock, selectors.EVENT_WRITE, going_on)
    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


def _secure(sock: socket.socket, host: str, tls: ssl.SSLContext, going_on: Callable[[], bool]) -> ssl.SSLSocket:
    secure = tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        while True:
            try:
                secure.do_handshake()
            except ssl.SSLWantReadError:
                _wait(secure, selectors.EVENT_READ, going_on)
            except ssl.SSLWantWriteError:
                _wait(secure, selectors.EVENT_WRITE, going_on)
            else:
                return secure
    except OSError:
        secure.close()
        raise


def _wait(sock: socket.socket, event: int, going_on: Callable[[], bool]) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, event)
        for _ in range(round(DIAL_WITHIN_S / _SLICE_S)):
            if selector.select(_SLICE_S):
                return
            if not going_on():
                raise TimeoutError("given up")
    raise TimeoutError("no answer in time")
