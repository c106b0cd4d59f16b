"""`linepack doctor`: one line a check of the installation, the machine and the site; 1 when any of them fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app import doctor_machine, doctor_site
from app.doctor_findings import Finding, Grade
from app.terminal import result
from app.texts import say
from backend.errors import LinepackError
from backend.site import Site, load

Check = tuple[str, Callable[[Site], Finding]]

MACHINE: Sequence[tuple[str, Callable[[], Finding]]] = (
    ("python", doctor_machine.python),
    ("packages", doctor_machine.packages),
    ("window packages", doctor_machine.window_packages),
    ("field packages", doctor_machine.field_packages),
    ("fonts", doctor_machine.fonts),
    ("sound", doctor_machine.sound),
    ("clock", doctor_machine.clock),
)
SITE: Sequence[Check] = (
    ("thing models", doctor_site.models),
    ("database", doctor_site.database),
    ("history", doctor_site.history),
    ("devices", doctor_site.devices),
    ("journal", doctor_site.journal),
    ("keys", doctor_site.keys),
    ("certificates", doctor_site.certificates),
    ("company look", doctor_site.look),
    ("site clock", doctor_site.clock),
    ("disk", doctor_site.disk),
    ("field ports", doctor_site.ports),
)


def examine(folder: Path) -> int:
    """Print every check as it is made. Nothing is changed."""
    failed = 0
    for name, finding in _findings(folder):
        failed += finding.grade is Grade.FAIL
        result(f"{finding.grade.value:5} {name:16} {finding.text}")
    return 1 if failed else 0


def _findings(folder: Path) -> Iterator[tuple[str, Finding]]:
    for name, check in MACHINE:
        yield name, check()
    try:
        site = load(folder)
    except LinepackError as error:
        yield "site.toml", Finding(Grade.FAIL, f"{say(error)}; nothing else of the site was checked")
        return
    yield "site.toml", Finding(Grade.OK, f"{site.id}, mode {site.mode}")
    for name, of_site in SITE:
        try:
            yield name, of_site(site)
        except LinepackError as error:
            yield name, Finding(Grade.FAIL, say(error))
