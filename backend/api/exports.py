"""What somebody looks at, as a file: lines as drawn, samples as stored, a picture; each export is a journal entry."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Final

from backend.access import People
from backend.clock import Clock
from backend.errors import ConfigError, RefusedError, StoreError, mark
from backend.model.journal import Field, JournalDraft
from backend.model.person import Right, Session
from backend.model.trend import Thinned
from backend.store import Store
from backend.store.export import STAMP, export_samples, export_series

TABLES: Final = (".csv", ".parquet")
PICTURE: Final = ".png"


class ExportsApi:
    """Writes files off the calling thread, at a simulator's site with SIMULATION in name and content."""

    def __init__(self, *, store: Store, people: People, clock: Clock, worker: Executor) -> None:
        self._store = store
        self._people = people
        self._clock = clock
        self._worker = worker

    def series(self, session: Session, file: Path, lines: Sequence[Thinned]) -> Future[Path]:
        """The rows of lines as they are drawn, as .csv or .parquet; the file as it was named in the end."""
        what = (("what", "trend"), ("points", _tags(self._store, [line.point for line in lines])))
        return self._start(session, file, TABLES, what, lambda draft: export_series(self._store, draft, lines).rows)

    def samples(self, session: Session, file: Path, points: Sequence[int], start: int, end: int) -> Future[Path]:
        """The stored samples of points with start <= at < end (µs UTC), as .csv or .parquet."""
        what = (("what", "samples"), ("points", _tags(self._store, points)), ("from", start), ("to", end))
        return self._start(
            session,
            file,
            TABLES,
            what,
            lambda draft: export_samples(self._store, draft, start=start, end=end, points=points).rows,
        )

    def picture(self, session: Session, file: Path, make: Callable[[Path], None]) -> Future[Path]:
        """A picture; `make` writes it as .png to the file it is given, on a worker thread."""

        def write(draft: Path) -> int:
            make(draft)
            return 1

        return self._start(session, file, (PICTURE,), (("what", "picture"),), write)

    def _start(
        self,
        session: Session,
        file: Path,
        endings: Sequence[str],
        what: tuple[tuple[str, Field], ...],
        write: Callable[[Path], int],
    ) -> Future[Path]:
        return self._worker.submit(self._write, session, file, endings, what, write)

    def _write(
        self,
        session: Session,
        file: Path,
        endings: Sequence[str],
        what: tuple[tuple[str, Field], ...],
        write: Callable[[Path], int],
    ) -> Path:
        if not self._people.may(session.id, Right.VIEW):
            raise RefusedError(mark("{name} may not do this: {right} is needed"), name=session.name, right=Right.VIEW)
        file = self._stamped(file.absolute())
        if file.suffix.casefold() not in endings:
            raise RefusedError(
                mark("{file} cannot be written: its ending must be one of {endings}."),
                file=file.name,
                endings=", ".join(endings),
            )
        if file.exists():
            raise RefusedError(mark("{file} is there already"), file=file.name)
        # The format goes by the ending, so the draft has it too.
        draft = file.with_name(f".{file.stem}.{os.getpid()}{file.suffix}")
        try:
            rows = write(draft)
            with draft.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            self._journal(session, file.name, (*what, ("rows", rows), ("sha256", digest)))
            os.replace(draft, file)
        except (OSError, ConfigError, StoreError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise RefusedError(mark("{file} cannot be written: {reason}"), file=file.name, reason=reason) from error
        finally:
            draft.unlink(missing_ok=True)
        return file

    def _stamped(self, file: Path) -> Path:
        """The file with SIMULATION in its name, unless it is there already or the site is a real one."""
        plain = self._store.mode == "live" or STAMP.casefold() in file.name.casefold()
        return file if plain else file.with_name(f"{STAMP}-{file.name}")

    def _journal(self, session: Session, subject: str, fields: tuple[tuple[str, Field], ...]) -> None:
        draft = JournalDraft(
            at=self._clock.wall_us(),
            kind="export",
            subject=subject,
            person=session.person,
            session=session.id,
            workstation=session.workstation,
            fields=fields,
        )
        self._store.run(lambda tx: tx.journal(draft)).result()


def _tags(store: Store, points: Sequence[int]) -> str:
    registered = store.registry().points
    return ", ".join(registered[point].tag for point in points if 0 <= point < len(registered))
