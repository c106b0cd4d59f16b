"""`linepack export`: stored samples, alarms, commands or the journal as a file; what was taken goes into the journal.

CSV, Parquet or XLSX by the file's ending; the journal also as a signed bundle (.zip) for an auditor.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from app.moments import parse_moment, utc_text
from app.opening import draft_of, journal_when_at_rest, reading
from app.placing import in_the_name_of
from app.terminal import note, result
from backend.audit.bundle import write_bundle
from backend.audit.checkpoint import FILE_NAME
from backend.audit.signing import load_key
from backend.clock import SystemClock
from backend.errors import ConfigError, LinepackError
from backend.site import Site, load
from backend.store import Records
from backend.store.export import Exported, export_commands, export_journal, export_occurrences, export_samples

_FIRST_US: Final = -(1 << 62)
"""Before every stored moment."""
BUNDLE: Final = ".zip"
Export = Callable[[Records, Path, int, int], Exported]


def export_rows(what: str, folder: Path, *, start: str, end: str, out: Path) -> int:
    """Write `what` with start <= time < end (ISO 8601 with zone; empty = the first stored, and now) to `out`.

    Raises ConfigError or StoreError and leaves `out` as it was when it cannot be written whole.
    """
    begun = parse_moment(start) if start else _FIRST_US
    ended = parse_moment(end) if end else SystemClock().wall_us()
    if begun >= ended:
        raise ConfigError("--from {start} is not before --to {end}", start=start, end=end or "now")
    site = load(folder)
    out = out.absolute()
    if out.is_dir():
        raise ConfigError("{file}: is a folder; name a file", file=out)
    # The format goes by the ending, so the draft has it too.
    draft = out.with_name(f".{out.stem}.{os.getpid()}{out.suffix}")
    with ExitStack() as stack:
        stack.callback(draft.unlink, missing_ok=True)
        try:
            with reading(site) as records:
                if what == "audit" and out.suffix.casefold() == BUNDLE:
                    exported = _bundle(site, records, draft, whole=not (start or end))
                else:
                    exported = _EXPORTS[what](records, draft, begun, ended)
        except LinepackError as error:
            raise in_the_name_of(error, draft, out) from error
        _journal(site, what, out, draft, begun, ended, exported)
        os.replace(draft, out)
    for damaged in exported.damaged:
        note(f"left out: stored group {damaged.group} of {damaged.n} samples is damaged ({damaged.reason})")
    result(f"{exported.rows} rows in {out}")
    return 1 if exported.damaged else 0


def _bundle(site: Site, records: Records, file: Path, *, whole: bool) -> Exported:
    """The signed file for an auditor."""
    if not whole:
        raise ConfigError(
            "a bundle holds the whole journal, so that its chain can be checked; leave out --from and --to"
        )
    made = write_bundle(
        file,
        records.journal(),
        site=site.id,
        mode=site.mode,
        store=records.id,
        checkpoints=site.folder / FILE_NAME,
        key=load_key(site.folder),
        at=SystemClock().wall_us(),
    )
    return Exported(file=file, rows=made.count)


def _journal(site: Site, what: str, out: Path, draft: Path, begun: int, ended: int, exported: Exported) -> None:
    with draft.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    entry = draft_of(
        "export",
        out.name,
        ("what", what),
        ("from", "" if begun == _FIRST_US else utc_text(begun)),
        ("to", utc_text(ended)),
        ("rows", exported.rows),
        ("sha256", digest),
    )
    if not journal_when_at_rest(site, entry):
        note("the site is running: the journal does not say that this was exported")


_EXPORTS: Final[Mapping[str, Export]] = {
    "samples": lambda records, file, start, end: export_samples(records, file, start=start, end=end),
    "alarms": lambda records, file, start, end: export_occurrences(records, file, start=start, end=end),
    "commands": lambda records, file, start, end: export_commands(records, file, start=start, end=end),
    "audit": lambda records, file, start, end: export_journal(records, file, start=start, end=end),
}
