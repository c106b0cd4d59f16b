"""`linepack migrate`: a site's database moves from a file to a server or back; until all is there, nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.opening import checkpoint, draft_of, held, reading, writing
from app.terminal import note, result
from app.texts import say
from backend.errors import LinepackError
from backend.site import Site, load
from backend.site.rewriting import set_database
from backend.store import Records

_EVERY_ROWS: Final = 1_000_000
_FILE: Final = "sqlite:///"


def migrate_site(folder: Path, url: str) -> int:
    """Copy everything to `url`, read it again, then name it in site.toml. Raises ConfigError or StoreError; then the
    site is where it was."""
    site = load(folder)
    with held(site):
        with reading(site) as source:
            moved = source.move(_absolute(site, url), _Progress().told)
            set_database(site.folder, url)
            there = load(site.folder)
            try:
                place = _journaled(there, source, moved)
            finally:
                _retire(source, there)
    samples, entries = moved["samples"], moved["journal"]
    others = sum(moved.values()) - samples - entries
    result(
        f"moved {site.id} to {place}: {samples} samples, {entries} journal entries, {others} other rows, all read again"
    )
    return 0


class _Progress:
    """Says each table once, and long ones again and again."""

    def __init__(self) -> None:
        self._table = ""
        self._said = 0

    def told(self, table: str, rows: int) -> None:
        """A line when there is something new to say."""
        if table != self._table or rows - self._said >= _EVERY_ROWS:
            note(f"moving {table}" if table != self._table else f"moving {table}: {rows} so far")
            self._table, self._said = table, rows


def _absolute(site: Site, url: str) -> str:
    """As site.toml is read: a file lies in the site folder unless its name says otherwise."""
    return f"{_FILE}{site.folder / url.removeprefix(_FILE)}" if url.startswith(_FILE) else url


def _journaled(site: Site, source: Records, moved: dict[str, int]) -> object:
    """The first entry where the site is now; where that is."""
    with writing(site) as store:
        counts = tuple((table, rows) for table, rows in moved.items() if rows)
        entry = draft_of("site.moved", site.id, ("from", str(source.place)), ("to", str(store.place)), *counts)
        checkpoint(site, store, store.run(lambda tx: tx.journal(entry)).result())
        return store.place


def _retire(source: Records, there: Site) -> None:
    """Two databases that both take the site's journal would be two truths."""
    try:
        with reading(there) as records:
            source.retire(records.place)
    except LinepackError as error:
        note(say(error))
