"""The transport guard of simulator mode: nothing leaves this machine, below every driver (safety.md S7, R-01).

`loopback_only` is asked by links before they connect. `keep_on_loopback` makes the interpreter itself refuse: once
called, any socket of this process that would connect, send or resolve a name off loopback raises. It cannot be undone;
live and simulator never run in one process.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from functools import cache

from backend.errors import RefusedError


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine's loopback, by number or as "localhost"; any other name is not."""
    try:
        return ipaddress.ip_address(host.split("%", 1)[0]).is_loopback
    except ValueError:
        return host in ("localhost", "localhost.localdomain", "ip6-localhost")


def loopback_only(host: str, port: int) -> bool:
    """The simulator's answer to "may this link connect?"."""
    return is_loopback(host) and 0 < port < 65536


def anywhere(host: str, port: int) -> bool:
    """The answer in live mode."""
    return bool(host) and 0 < port < 65536


@cache
def keep_on_loopback() -> None:
    """Refuse from now on, in this whole process, every address off loopback."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    find = _HOSTS.get(event)
    host = find(arguments) if find is not None else None
    if host is not None and not is_loopback(host):
        raise RefusedError("simulator: {host} is not on this machine, nothing is sent there", host=host)


def _of_address(arguments: tuple[object, ...]) -> str | None:
    """Host of socket.connect / sendto (socket, address); a local (unix) address has none."""
    address = arguments[1] if len(arguments) > 1 else None
    return str(address[0]) if isinstance(address, tuple) and address else None


def _of_name(arguments: tuple[object, ...]) -> str | None:
    host = arguments[0] if arguments else None
    text = host.decode("idna") if isinstance(host, bytes) else host
    return text if isinstance(text, str) and text else None


_HOSTS: dict[str, Callable[[tuple[object, ...]], str | None]] = {
    "socket.connect": _of_address,
    "socket.sendto": _of_address,
    "socket.sendmsg": _of_address,
    "socket.getaddrinfo": _of_name,
    "socket.gethostbyname": _of_name,
}
