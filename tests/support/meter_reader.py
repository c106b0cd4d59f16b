"""A second reader of meter frames, written from the text of GB/T 36330-2018 7.6 alone: shares nothing with Linepack.

Slow and plain on purpose: the check word bit by bit, every field by its offset in figure 4 and figure 5.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def check_word(octets: bytes) -> int:
    """CRC16, polynomial 0x1021 (7.6.4), start 0, high bit first, one bit at a time."""
    register = 0
    for octet in octets:
        for bit in range(7, -1, -1):
            out = register >> 15 & 1
            register = register << 1 & 0xFFFF
            register ^= 0x1021 * (out ^ (octet >> bit & 1))
    return register


def read(octets: bytes) -> dict[str, object]:
    """The fields of one frame; AssertionError where it is not as the standard says."""
    assert len(octets) == octets[0], "7.6.2.1: the length is that of header, data and check"
    assert check_word(octets[:-2]) == octets[-2] << 8 | octets[-1], "7.6.4"
    control = octets[5]
    fields: dict[str, object] = {
        "sequence": octets[1] << 8 | octets[2],
        "application": octets[3],
        "version": f"{octets[4] >> 4}.{octets[4] & 15}",
        "direction": ("up", "down")[control >> 7],
        "ack": bool(control & 0b0100_0000),
        "encrypted": bool(control & 0b0010_0000),
    }
    if len(octets) == 8:
        return fields | {"refused": True}
    return fields | {"type": octets[6], "data": octets[7:-2]}


def unwrap(octets: bytes) -> list[tuple[int, bytes]]:
    """(logical identifier, frame) of every envelope in a whole recording."""
    found, at = [], 0
    while at < len(octets):
        assert octets[at] == 0x68
        size = octets[at + 6]
        assert octets[at + 6 + size] == 0x16
        found.append((int.from_bytes(octets[at + 1 : at + 5], "big"), octets[at + 6 : at + 6 + size]))
        at += 7 + size
    return found


def open_data(frame: bytes, key: bytes, context: bytes = b"") -> bytes:
    """The clear text of an encrypted data area: nonce 12, ciphertext, tag 16; header and context authenticated."""
    data = frame[7:-2]
    nonce, hidden, tag = data[:12], data[12:-16], data[-16:]
    reading = Cipher(algorithms.AES(key), modes.GCM(nonce, tag)).decryptor()
    reading.authenticate_additional_data(context + frame[:7])
    return reading.update(hidden) + reading.finalize()
