"""The file layer under the SQLite of this very process, with hooks in it: ctypes into the library that `sqlite3` uses.

A VFS that is a copy of the system's own becomes the default one. Files that a guard claims get a copy of the system's
methods with a few of them replaced; locks, shared memory and every other file go straight to the system's code.
"""

from __future__ import annotations

import _sqlite3
import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from typing import Any, ClassVar, Final, Protocol

OK: Final = 0
BUSY: Final = 5
FULL: Final = 13
IOERR: Final = 10
SHORT_READ: Final = IOERR | (2 << 8)
FSYNC: Final = IOERR | (4 << 8)

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_SLEEP = CFUNCTYPE(c_int, c_void_p, c_int)
_CLOSE = CFUNCTYPE(c_int, c_void_p)
_TRANSFER = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_SHM_LOCK = CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int)
Fields = list[tuple[str, Any]]


class _Methods(Structure):
    """sqlite3_io_methods, sqlite.org/c3ref/io_methods.html"""

    _fields_: ClassVar[Fields] = [
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", c_void_p),
        ("truncate", c_void_p),
        ("sync", c_void_p),
        ("before_shm", c_void_p * 7),  # size, lock, unlock, check, control, sector size, characteristics
        ("shm_map", c_void_p),
        ("shm_lock", c_void_p),
        ("rest", c_void_p * 4),  # barrier, unmap, fetch, unfetch
    ]


class _File(Structure):
    _fields_: ClassVar[Fields] = [("methods", c_void_p)]


class _Vfs(Structure):
    """sqlite3_vfs, sqlite.org/c3ref/vfs.html"""

    _fields_: ClassVar[Fields] = [
        ("version", c_int),
        ("file_bytes", c_int),
        ("path_bytes", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", c_void_p),
        ("delete", c_void_p),
        ("between", c_void_p * 7),  # access, full name, dl×4, randomness
        ("sleep", c_void_p),
        ("rest", c_void_p * 6),  # time, last error, time in ms, system calls×3
    ]


class Guard(Protocol):
    """What is asked before each call of a claimed file goes on to the system; anything but OK is SQLite's error."""

    def claims(self, path: str) -> bool: ...
    def opened(self, path: str) -> None: ...
    def deleting(self, path: str) -> int: ...
    def reading(self, path: str, data: bytearray, offset: int) -> int:
        """After the system has read; what is in `data` afterwards is what SQLite sees."""
        ...

    def writing(self, path: str, data: bytes, offset: int) -> int: ...
    def truncating(self, path: str, size: int) -> int: ...
    def syncing(self, path: str) -> int:
        """Done instead of the system's own sync: what survives is the guard's to say."""
        ...

    def locking_shared_memory(self, path: str, slot: int, flags: int) -> int: ...
    def sleeping(self, us: int) -> bool:
        """Whether the wait for a lock is over already."""
        ...


class _Layer:
    """One registered VFS. Never freed: a connection that is left open may still point into it."""

    def __init__(self, library: ctypes.CDLL) -> None:
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self.library = library
        self.system = library.sqlite3_vfs_find(None)
        self.guards: list[Guard] = []
        self._names: dict[int, tuple[str, Guard, int]] = {}
        self._methods: dict[int, _Methods] = {}
        """Ours, by the address of the system's: databases and logs have different ones."""
        self._kept: list[Any] = []
        real = self.system.contents
        self._open, self._delete, self._sleep = _OPEN(real.open), _DELETE(real.delete), _SLEEP(real.sleep)
        self.vfs = _Vfs.from_buffer_copy(real)
        self.vfs.next, self.vfs.name = None, b"guarded"
        self.vfs.open = self._keep(_OPEN(self._on_open))
        self.vfs.delete = self._keep(_DELETE(self._on_delete))
        self.vfs.sleep = self._keep(_SLEEP(self._on_sleep))

    def _keep(self, callback: Any) -> int:
        self._kept.append(callback)
        return int(ctypes.cast(callback, c_void_p).value or 0)

    def _guard_of(self, path: str) -> Guard | None:
        return next((guard for guard in self.guards if guard.claims(path)), None)

    def _on_open(self, _vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        code = int(self._open(ctypes.addressof(self.system.contents), name, file, flags, out))
        path = ctypes.string_at(name).decode() if name else ""
        guard = self._guard_of(path) if path else None
        if code == OK and guard is not None:
            handle = _File.from_address(file)
            own = int(handle.methods)
            if own not in self._methods:
                self._methods[own] = self._replaced(_Methods.from_address(own))
            self._names[file] = (path, guard, own)
            handle.methods = ctypes.addressof(self._methods[own])
            guard.opened(path)
        return code

    def _on_delete(self, _vfs: int, name: bytes, sync: int) -> int:
        guard = self._guard_of(name.decode())
        code = guard.deleting(name.decode()) if guard is not None else OK
        return code or int(self._delete(ctypes.addressof(self.system.contents), name, sync))

    def _on_sleep(self, _vfs: int, us: int) -> int:
        waited = [guard.sleeping(us) for guard in self.guards]
        return us if any(waited) else int(self._sleep(ctypes.addressof(self.system.contents), us))

    def _replaced(self, real: _Methods) -> _Methods:
        read, write, truncate = _TRANSFER(real.read), _TRANSFER(real.write), _TRUNCATE(real.truncate)
        close, shm_lock = _CLOSE(real.close), _SHM_LOCK(real.shm_lock)

        def on_close(file: int) -> int:
            _, _, own = self._names.pop(file)
            _File.from_address(file).methods = own
            return int(close(file))

        def on_read(file: int, buffer: int, size: int, offset: int) -> int:
            code = int(read(file, buffer, size, offset))
            path, guard, _ = self._names[file]
            seen = bytearray(ctypes.string_at(buffer, size))
            refused = guard.reading(path, seen, offset)
            ctypes.memmove(buffer, bytes(seen), size)
            return refused or code

        def on_write(file: int, buffer: int, size: int, offset: int) -> int:
            path, guard, _ = self._names[file]
            return guard.writing(path, ctypes.string_at(buffer, size), offset) or int(write(file, buffer, size, offset))

        def on_truncate(file: int, size: int) -> int:
            path, guard, _ = self._names[file]
            return guard.truncating(path, size) or int(truncate(file, size))

        def on_sync(file: int, _flags: int) -> int:
            path, guard, _ = self._names[file]
            return guard.syncing(path)

        def on_shm_lock(file: int, slot: int, n: int, flags: int) -> int:
            path, guard, _ = self._names[file]
            return guard.locking_shared_memory(path, slot, flags) or int(shm_lock(file, slot, n, flags))

        methods = _Methods.from_buffer_copy(real)
        methods.version = 2  # without memory-mapped reads: every byte passes here
        methods.close = self._keep(_CLOSE(on_close))
        methods.read = self._keep(_TRANSFER(on_read))
        methods.write = self._keep(_TRANSFER(on_write))
        methods.truncate = self._keep(_TRUNCATE(on_truncate))
        methods.sync = self._keep(_SYNC(on_sync))
        methods.shm_lock = self._keep(_SHM_LOCK(on_shm_lock))
        return methods


_layers: list[_Layer] = []


@contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Databases opened in here, in any thread, are under the guard for as long as they are open."""
    if not _layers:
        _layers.append(_Layer(ctypes.CDLL(_sqlite3.__file__)))
    (layer,) = _layers
    layer.library.sqlite3_vfs_register(ctypes.byref(layer.vfs), 1)
    layer.guards.append(guard)
    try:
        yield
    finally:
        layer.guards.remove(guard)
        if not layer.guards:
            layer.library.sqlite3_vfs_register(layer.system, 1)
            layer.library.sqlite3_vfs_unregister(ctypes.byref(layer.vfs))
