"""The site's own signing key for checkpoints: made once, kept in the site folder, readable by its owner only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.errors import ConfigError

KEY_NAME = "journal.key"
PUBLIC_NAME = "journal.pub"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def create_key(folder: Path) -> Ed25519PrivateKey:
    """Make the site's key pair: `journal.key` (0600) and, for auditors, `journal.pub`. Refuses to replace one."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_new(folder / KEY_NAME, private, 0o600)
    _write_new(folder / PUBLIC_NAME, public_text(key.public_key()), 0o644)
    return key


def public_text(key: Ed25519PublicKey) -> bytes:
    """What stands in `journal.pub`."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def load_key(folder: Path) -> Ed25519PrivateKey:
    """The site's private key. Raises ConfigError when it is missing, damaged, or open to others."""
    file = folder / KEY_NAME
    content = _read(file)
    if os.name == "posix" and file.stat().st_mode & _OTHERS:
        raise ConfigError("{file} can be read by others; close it with chmod 600 and tell the auditor.", file=file)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("{file} is not a signing key; restore it from a backup.", file=file)
    return key


def load_public(folder: Path) -> Ed25519PublicKey:
    """The site's public key, all that checking needs."""
    return read_public(folder / PUBLIC_NAME)


def read_public(file: Path) -> Ed25519PublicKey:
    """A public key in a file of its own, as an auditor keeps it."""
    content = _read(file)
    try:
        key = serialization.load_pem_public_key(content)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError("{file} is not a public key; restore it from a backup.", file=file)
    return key


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError("{file} cannot be read: {reason}.", file=file, reason=error.strerror) from error


def _write_new(file: Path, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise ConfigError("{file} exists already; a key is never replaced.", file=file) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
