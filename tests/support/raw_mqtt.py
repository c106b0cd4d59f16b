"""The least that fills and empties an MQTT 3.1.1 session over a bare socket: the floor of benchmarks, not a client."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator


def connect(port: int, client_id: str, topic: str = "") -> socket.socket:
    """A persistent session of that name; subscribed to `topic` with QoS 1 where one is given."""
    sock = socket.create_connection(("127.0.0.1", port), 10)
    name = client_id.encode()
    body = b"\x00\x04MQTT\x04\x00\x00\x3c" + len(name).to_bytes(2, "big") + name
    sock.sendall(b"\x10" + _length(len(body)) + body)
    _skip(sock, 4)
    if topic:
        wanted = b"\x00\x01" + len(topic).to_bytes(2, "big") + topic.encode() + b"\x01"
        sock.sendall(b"\x82" + _length(len(wanted)) + wanted)
        _skip(sock, 5)
    return sock


def publish(port: int, messages: Iterable[tuple[str, bytes]]) -> None:
    """Publish all with QoS 1; returns when the broker has acknowledged every one."""
    packets = []
    for number, (topic, payload) in enumerate(messages):
        head = len(topic).to_bytes(2, "big") + topic.encode() + (number % 65_535 + 1).to_bytes(2, "big")
        packets.append(b"\x32" + _length(len(head) + len(payload)) + head + payload)
    sock = connect(port, "bench-filler")
    for start in range(0, len(packets), 1000):
        part = packets[start : start + 1000]
        sock.sendall(b"".join(part))
        _skip(sock, 4 * len(part))
    sock.sendall(b"\xe0\x00")
    sock.close()


def received(buffer: bytes) -> Iterator[tuple[bytes, bytes, bytes, int]]:
    """(topic, payload, PUBACK, where it ends) of every whole QoS 1 message in the buffer."""
    at, end = 0, len(buffer)
    while at + 2 <= end:
        length, shift, place = 0, 0, at + 1
        while place < end:
            byte = buffer[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        else:
            return
        stop = place + length
        if stop > end:
            return
        if buffer[at] & 0xF0 == 0x30:
            body = place + 2 + (buffer[place] << 8 | buffer[place + 1])
            yield buffer[place + 2 : body], buffer[body + 2 : stop], b"\x40\x02" + buffer[body : body + 2], stop
        at = stop


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | (0x80 if size else 0))
        if not size:
            return bytes(out)


def _skip(sock: socket.socket, size: int) -> None:
    while size:
        chunk = sock.recv(min(size, 65_536))
        assert chunk, "the broker hung up"
        size -= len(chunk)
