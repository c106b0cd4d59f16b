"""The least that can hold an exchange with a meter: decrypt, check, answer; no registry, no store, no limits.

`python -m tests.support.raw_head_end PORT MASTER_KEY`: what a head-end cannot be faster than, with the same octets.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.protocols.meter import words
from backend.protocols.meter.frame import Frame, Message, decode
from backend.protocols.meter.keys import meter_key
from backend.protocols.meter.sealing import seal, unseal
from backend.protocols.meter.stream import Stream, wrap


class Raw(asyncio.Protocol):
    """One connection."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._stream = Stream()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for packet in self._stream.feed(data):
            frame = decode(packet.frame)
            if frame.type == words.REGISTER:
                self._meter, self._cipher = packet.meter, AESGCM(meter_key(self._master, packet.meter))
                said = words.read_register(unseal(frame, with_=self._cipher, context=words.context(packet.meter)))
                challenge = os.urandom(8)
                self._context = words.context(packet.meter, said.nonce)
                out = self._frame(frame, words.REGISTER, words.welcome(words.Welcome(challenge, _now_ms(), False)))
                self._context = words.context(packet.meter, challenge)
            else:
                unseal(frame, with_=self._cipher, context=self._context)
                if frame.type == Message.READING:
                    out = self._frame(frame, Message.READING, words.DONE)
                    said_of = words.Balance(_now_ms() // 1000, 0, 0, 310)
                    out += self._frame(None, words.BALANCE, words.balance(said_of))
                else:
                    out = self._frame(None, words.END, b"")
            self._transport.write(out)

    def _frame(self, answers: Frame | None, kind: int, clear: bytes) -> bytes:
        number = 1 if answers is None else answers.sequence
        frame = Frame(number, 1, kind, b"", True, answers is not None, True)
        sealed = seal(frame, clear, with_=self._cipher, nonce=os.urandom(12), context=self._context)
        return wrap(self._meter, sealed)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _serve(port: int, master: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Raw(master), "127.0.0.1", port, backlog=4096)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), bytes.fromhex(sys.argv[2])))
