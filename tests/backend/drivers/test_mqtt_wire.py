"""The buffered socket under paho, and dialling without blocking."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from backend.drivers.mqtt import wire as wire_module
from backend.drivers.mqtt.wire import Wire, dial


def _nobody(*_message: object, **_facts: object) -> None:
    raise AssertionError("there is no message")


@pytest.fixture
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(5)
    wire = Wire(ours, 4)
    yield wire, theirs
    wire.close()
    theirs.close()


def test_what_arrives_is_cut_into_packets_and_only_what_is_offered_is_read(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    theirs.sendall(b"\xd0\x00\x90\x03\x00\x01\x01\x90")
    wire.fill()
    with pytest.raises(BlockingIOError):
        wire.recv(1)
    wire.offer(wire.packets.messages(_nobody) or b"")
    assert (wire.recv(1), wire.recv(9)) == (b"\xd0", b"\x00")
    with pytest.raises(BlockingIOError):
        wire.recv(1)
    wire.offer(wire.packets.messages(_nobody) or b"")
    assert wire.recv(9) == b"\x90\x03\x00\x01\x01"
    assert wire.packets.messages(_nobody) is None
    assert not wire.broken


def test_hanging_up_reads_as_nothing(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    theirs.close()
    wire.fill()
    assert wire.broken
    assert wire.recv(1) == b""
    assert wire.fate == ""


def test_writes_wait_for_push(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    assert (wire.send(b"ab"), wire.send(b"c")) == (2, 1)
    assert (wire.has_unsent, wire.unsent) == (True, b"abc")
    assert wire.push()
    assert theirs.recv(10) == b"abc"
    assert not wire.has_unsent


def test_what_waits_can_be_taken_back(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    wire.send(b"never")
    wire.forget_unsent()
    wire.send(b"this")
    assert wire.push()
    assert theirs.recv(10) == b"this"


def test_a_full_kernel_leaves_the_rest_waiting(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    wire.send(bytes(10_000_000))
    assert not wire.push()
    waiting = len(wire.unsent)
    assert 0 < waiting < 10_000_000
    assert theirs.recv(65536)
    assert wire.fate == ""


def test_a_broken_write_shows_at_the_next_read(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    theirs.shutdown(socket.SHUT_RD)
    theirs.close()
    wire.send(b"x")
    assert not wire.push()
    assert wire.fate == "Broken pipe"


def test_an_order_leaves_as_one(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    wire.send(b"order")
    assert wire.push_all_or_hang_up(5) == (True, False)
    assert theirs.recv(10) == b"order"


def test_an_order_that_leaves_in_part_is_cut_off_for_good(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    wire.send(bytes(10_000_000))
    assert wire.push_all_or_hang_up(10_000_000) == (False, False)
    assert wire.fileno() == -1
    assert not wire.has_unsent
    taken = 0
    while chunk := theirs.recv(1_000_000):
        taken += len(chunk)
    assert taken < 10_000_000


def test_an_order_of_which_nothing_left_is_known_not_to_have_been_sent(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    theirs.close()
    wire.send(b"order")
    assert wire.push_all_or_hang_up(5) == (False, True)
    assert wire.fileno() == -1


def test_closing_writes_what_the_kernel_takes(pair: tuple[Wire, socket.socket]) -> None:
    wire, theirs = pair
    wire.send(b"goodbye")
    wire.close()
    assert theirs.recv(10) == b"goodbye"
    assert theirs.recv(10) == b""


def test_dials_a_listener() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wire = dial("127.0.0.1", server.getsockname()[1], None, 4, lambda: True)
        accepted, _ = server.accept()
        wire.send(b"hello")
        assert wire.push()
        assert accepted.recv(10) == b"hello"
        accepted.close()
        wire.close()


def test_a_closed_port_is_refused() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            dial("127.0.0.1", reserved.getsockname()[1], None, 4, lambda: True)


def test_a_name_is_tried_at_all_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        addresses = [(*stream, reserved.getsockname()), (*stream, server.getsockname())]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: addresses)
        wire = dial("broker", 1883, None, 4, lambda: True)
        wire.close()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port whose queue of connections is full: a further one is neither taken nor refused."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(server.getsockname())
        yield server.getsockname()[1]
        for sock in waiting:
            sock.close()


def test_dialling_ends_soon_when_told_to(silent: int) -> None:
    asked = threading.Event()

    def going_on() -> bool:
        asked.set()
        return False

    with pytest.raises(TimeoutError, match="given up"):
        dial("127.0.0.1", silent, None, 4, going_on)
    assert asked.is_set()


def test_dialling_has_an_end(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "DIAL_WITHIN_S", 0.3)
    with pytest.raises(TimeoutError, match="no answer in time"):
        dial("127.0.0.1", silent, None, 4, lambda: True)
