"""Open a site from the command line: to read it beside whoever runs it, or to change it while nobody does."""

from __future__ import annotations

import os
import platform
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from app.terminal import note
from app.texts import say
from backend.audit import GENESIS, CheckpointFile, seal
from backend.audit.checkpoint import FILE_NAME
from backend.audit.signing import load_key
from backend.clock import SystemClock
from backend.errors import LinepackError
from backend.model.journal import Field, JournalDraft, JournalEntry
from backend.site import Site
from backend.site.lock import SiteLock, is_running
from backend.store import Records, Store


@contextmanager
def reading(site: Site) -> Iterator[Records]:
    """The site's records, whether it runs or not; nothing is changed. Raises ConfigError."""
    records = Records.look(site.database_url, site=site.id, mode=site.mode)
    try:
        yield records
    finally:
        records.close()


@contextmanager
def held(site: Site) -> Iterator[None]:
    """Nobody else runs or changes the site for so long. Raises ConfigError when somebody does."""
    # A database that will be refused must not cost the folder a lock file.
    with reading(site):
        pass
    lock = SiteLock(site.folder)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writing(site: Site) -> Iterator[Store]:
    """The site's store. Only within `held`."""
    store = Store.open(site.database_url, site=site.id, mode=site.mode, clock=SystemClock(), seal=seal)
    try:
        yield store
    finally:
        store.close()


def journal_when_at_rest(site: Site, draft: JournalDraft) -> bool:
    """Append to the journal unless another process runs the site; whether it was done."""
    if is_running(site.folder):
        return False
    with held(site), writing(site) as store:
        checkpoint(site, store, store.run(lambda tx: tx.journal(draft)).result())
    return True


def checkpoint(site: Site, store: Store, newest: JournalEntry) -> None:
    """Sign that the journal has reached this entry. Only within `held`: the running site signs by itself.

    The entry is stored whatever comes of it, so what is wrong with the key or the file is said and nothing more.
    """
    try:
        CheckpointFile(site.folder / FILE_NAME, log=store.id).append(
            load_key(site.folder), count=newest.seq, head=newest.hash, at=SystemClock().wall_us()
        )
    except LinepackError as error:
        note(say(error))


def begin_checkpoints(site: Site, store: Store) -> None:
    """Begin the checkpoint file of a new site."""
    CheckpointFile(site.folder / FILE_NAME, log=store.id).create(
        load_key(site.folder), genesis=GENESIS(site.id, store.id), at=SystemClock().wall_us()
    )


def draft_of(kind: str, subject: str, *fields: tuple[str, Field]) -> JournalDraft:
    """A journal entry about something done on the command line: by whom the system knows, nobody has signed in."""
    return JournalDraft(
        at=SystemClock().wall_us(),
        kind=kind,
        subject=subject,
        workstation=platform.node(),
        fields=(*fields, ("system_user", _system_user())),
    )


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account without a name, as in containers
        return str(os.getuid())
