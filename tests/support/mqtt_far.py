"""A small MQTT broker and its one device on raw sockets for tests, and every way for both to misbehave.

Written from the specifications (OASIS MQTT 3.1.1 and 5.0), sharing nothing with the driver or paho.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backend.links.loop import FieldLoop

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A PUBLISH that reached the broker."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    duplicate: bool
    properties: bytes = b""


@dataclass(slots=True)
class Session:
    """What the broker keeps for a client: sent and not yet acknowledged, by message id."""

    unacked: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    mid: int = 0


class Far:
    """Serves one client after the other; a later one takes over. Thread "far". Change the fields at any time."""

    def __init__(self) -> None:
        self.port = 0
        self.connack: int | None = 0
        """Return code; None = never answer a CONNECT."""
        self.suback: int | None = None
        """Return code for every filter; None = grant it."""
        self.puback: int | None = 0
        """MQTT 5 reason for an order; None = never."""
        self.deaf = False
        """Takes everything, answers nothing."""
        self.pings = 0
        self.answers = True
        self.verdict = True
        """What the device says to an order; with `answers` False it says nothing."""
        self.connects: list[dict[str, object]] = []
        self.filters: list[str] = []
        self.heard: list[Heard] = []
        self.acked: list[int] = []
        self.session = Session()
        self.session_present = True
        self.disconnects = 0
        self.repeats: tuple[str, bytes] | None = None
        """(topic, payload) published every 20 ms to whoever has subscribed."""
        self._version = 4
        self._loop = FieldLoop(name="far")
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._changed = threading.Condition()

    def start(self) -> Far:
        self._loop.start()
        self.open()
        return self

    def stop(self) -> None:
        self.close()
        self._loop.stop()

    def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = self._loop.submit(asyncio.start_server(self._serve, "127.0.0.1", self.port)).result(5)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Cut every connection and refuse new ones."""
        self._loop.submit(self._close()).result(5)

    def publish(self, topic: str, payload: bytes | dict[str, object], *, qos: int = 1, retain: bool = False) -> None:
        """The device says something; returns when it is on its way."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._loop.submit(self._publish(topic, raw, qos, retain)).result(5)

    def publish_all(self, topic: str, payloads: Sequence[bytes], *, qos: int = 1) -> None:
        """Many messages in one go."""
        self._loop.submit(self._publish_all(topic, payloads, qos)).result(30)

    def send_raw(self, data: bytes) -> None:
        """The broker says something of its own."""
        self._loop.submit(self._send(data)).result(5)

    def until(self, fits: Callable[[], bool], within_s: float = 5.0) -> None:
        """Wait until `fits()` holds; looked at after every packet."""
        with self._changed:
            assert self._changed.wait_for(fits, within_s), f"not in time: {vars(self)}"

    def hang_up(self) -> None:
        """Close the connection in order (FIN)."""
        self._loop.submit(self._hang_up()).result(5)

    def reset(self) -> None:
        """Break the connection (RST)."""
        self._loop.submit(self._reset()).result(5)

    async def _hang_up(self) -> None:
        assert self._writer is not None
        self._writer.close()

    async def _reset(self) -> None:
        assert self._writer is not None
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def _publish_all(self, topic: str, payloads: Sequence[bytes], qos: int) -> None:
        for payload in payloads:
            await self._publish(topic, payload, qos, False)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _send(self, data: bytes) -> None:
        if self._writer is not None:
            self._writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking = asyncio.create_task(self._talk(writer))
        try:
            await self._listen(reader, writer)
        finally:
            talking.cancel()
            writer.transport.abort()
            self._writer = None if self._writer is writer else self._writer

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readexactly(1))[0]
                length = shift = 0
                more = True
                while more:
                    byte = (await reader.readexactly(1))[0]
                    length |= (byte & 0x7F) << shift
                    shift += 7
                    more = bool(byte & 0x80)
                body = await reader.readexactly(length)
                await (_nothing() if self.deaf else self._packet(writer, head, body))
                with self._changed:
                    self._changed.notify_all()

    async def _talk(self, writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(0.02)
            if self.repeats is not None and self.filters and self._writer is writer:
                await self._publish(*self.repeats, 1, False)

    async def _packet(self, writer: asyncio.StreamWriter, head: int, body: bytes) -> None:
        match head >> 4:
            case 1:
                await self._connected(writer, body)
            case 8:
                await self._subscribed(body)
            case 3:
                await self._published(head, body)
            case 4:
                mid = int.from_bytes(body[:2], "big")
                self.acked.append(mid)
                self.session.unacked.pop(mid, None)
            case 12:
                self.pings += 1
                await self._send(b"\xd0\x00")
            case 14:
                self.disconnects += 1

    async def _connected(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        self._version, flags, keepalive = body[6], body[7], int.from_bytes(body[8:10], "big")
        at = 10
        properties = b""
        if self._version == 5:
            properties = body[at + 1 : at + 1 + body[at]]
            at += 1 + body[at]
        texts = []
        while at < len(body):
            size = int.from_bytes(body[at : at + 2], "big")
            texts.append(body[at + 2 : at + 2 + size])
            at += 2 + size
        self.connects.append(
            {"clean": bool(flags & 2), "keepalive": keepalive, "client_id": texts[0], "properties": properties}
            | ({"user": texts[1], "password": texts[2]} if flags & 0xC0 == 0xC0 else {})
        )
        self.filters = []
        old, self._writer = self._writer, writer
        if old is not None:
            old.transport.abort()
        if self.connack is None:
            return
        present = int(self.session_present and len(self.connects) > 1 and self.connack == 0)
        await self._send(
            bytes([0x20, 3, present, self.connack, 0] if self._version == 5 else [0x20, 2, present, self.connack])
        )
        if self.connack:
            writer.close()
            return
        if not self.session_present:
            self.session = Session()
        for mid, (topic, payload) in self.session.unacked.items():
            await self._send(self._frame(topic, payload, 0x0A, mid))

    async def _subscribed(self, body: bytes) -> None:
        at = 2 + (1 + body[2] if self._version == 5 else 0)
        filters = []
        while at < len(body):
            size = int.from_bytes(body[at : at + 2], "big")
            filters.append(body[at + 2 : at + 2 + size].decode())
            at += 3 + size
        codes = bytes([1 if self.suback is None else self.suback] * len(filters))
        payload = body[:2] + (b"\x00" if self._version == 5 else b"") + codes
        await self._send(bytes([0x90, len(payload)]) + payload)
        self.filters = filters

    async def _published(self, head: int, body: bytes) -> None:
        size = int.from_bytes(body[:2], "big")
        topic, at = body[2 : 2 + size].decode(), 2 + size
        qos = head >> 1 & 3
        mid = body[at : at + 2]
        at += 2 if qos else 0
        properties = b""
        if self._version == 5:
            properties = body[at + 1 : at + 1 + body[at]]
            at += 1 + body[at]
        self.heard.append(
            Heard(
                topic=topic,
                payload=body[at:],
                qos=qos,
                retain=bool(head & 1),
                duplicate=bool(head & 8),
                properties=properties,
            )
        )
        if qos and self.puback is not None:
            await self._send(b"\x40\x02" + mid if not self.puback else b"\x40\x04" + mid + bytes([self.puback, 0]))
        if self.answers:
            told = json.loads(body[at:])
            answer = {"id": told["id"], "ok": self.verdict, "detail": "" if self.verdict else "local control"}
            await self._publish(topic.replace("/cmd", "/ack"), json.dumps(answer).encode(), 1, False)

    async def _publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        mid = 0
        if qos:
            mid = self.session.mid = self.session.mid % 65535 + 1
            self.session.unacked[mid] = (topic, payload)
        await self._send(self._frame(topic, payload, qos << 1 | int(retain), mid))

    def _frame(self, topic: str, payload: bytes, flags: int, mid: int) -> bytes:
        name = topic.encode("utf-8", "surrogateescape")
        body = struct.pack(">H", len(name)) + name
        body += struct.pack(">H", mid) if flags & 6 else b""
        body += b"\x00" if self._version == 5 else b""
        body += payload
        length = bytearray()
        left = len(body)
        while left > 0x7F:
            length.append(left & 0x7F | 0x80)
            left >>= 7
        length.append(left)
        return bytes([PUBLISH << 4 | flags]) + length + body


async def _nothing() -> None:
    """What a deaf broker does."""
