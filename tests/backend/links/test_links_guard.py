"""The transport guard: what counts as loopback, and a process that cannot leave it."""

import subprocess
import sys

import pytest

from backend.links import guard
from backend.links.guard import anywhere, is_loopback, loopback_only


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "::1%lo"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "192.168.1.7", "10.0.0.1", "::", "fe80::1%eth0", "example.com", "127.0.0.1.evil.example"]
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_the_two_answers() -> None:
    assert loopback_only("127.0.0.1", 502)
    assert not loopback_only("192.168.1.7", 502)
    assert not loopback_only("127.0.0.1", 0)
    assert anywhere("192.168.1.7", 502)
    assert not anywhere("", 502)


_PROBE = """
import socket
from backend.links.guard import keep_on_loopback
keep_on_loopback()
def refused(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__ + ": " + str(error)
    return "let through"
tcp = socket.socket(); tcp.settimeout(1)
udp = socket.socket(type=socket.SOCK_DGRAM)
print(refused(lambda: tcp.connect(("192.0.2.1", 9))))
print(refused(lambda: udp.sendto(b"x", ("192.0.2.1", 9))))
print(refused(lambda: socket.getaddrinfo("gas.example", 80)))
server = socket.create_server(("127.0.0.1", 0))
print(refused(lambda: socket.create_connection(server.getsockname(), 1)))
"""


def test_a_process_is_guarded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every hook is asked at every socket, for good: a second system in the process adds none."""
    hooks: list[object] = []
    monkeypatch.setattr("sys.addaudithook", hooks.append)
    guard.keep_on_loopback.cache_clear()
    guard.keep_on_loopback()
    guard.keep_on_loopback()
    assert len(hooks) == 1
    guard.keep_on_loopback.cache_clear()


def test_a_guarded_process_reaches_only_loopback() -> None:
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=30, check=True)
    lines = done.stdout.splitlines()
    refusal = "RefusedError: simulator: {} is not on this machine, nothing is sent there"
    assert lines == [refusal.format("192.0.2.1")] * 2 + [refusal.format("gas.example"), "let through"]
