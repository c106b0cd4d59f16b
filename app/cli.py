"""The `linepack` command: installed, headless, scripted and checked from a terminal.

Results go to stdout, diagnostics to stderr. Exit 0 on success, 1 when the work failed, 2 for wrong usage; what is
wrong is one clear sentence, never a traceback. Everything heavy is imported inside its command: `points` needs no Qt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from app.texts import say
from backend.errors import LinepackError

app = App(name="linepack", help="Operator console for city-gas networks.", result_action="return_value")
audit = App(name="audit", help="The journal: verify it.")
user = App(name="user", help="People who may sign in. Passwords are read from the terminal or stdin.")
app.command(audit)
app.command(user)

Json = Annotated[bool, Parameter(name="--json", negative="")]
Seconds = Annotated[float | None, Parameter(name="--for")]


@app.command
def demo(
    *, size: str = "city", tour: Path | None = None, for_s: Seconds = None, scenario: str = "normal_day", seed: int = 1
) -> int:
    """Make a demo site in a temporary folder, start the pretend field, open the console on it.

    Parameters
    ----------
    size: "small" or "city".
    tour: walk every page, save a PNG of each in this folder, and exit.
    for_s: stop after so many seconds.
    """
    from app.demo import run_demo

    return run_demo(size=size, tour=tour, for_s=for_s, scenario=scenario, seed=seed)


@app.command
def init(folder: Path, *, template: Literal["empty", "city"] = "empty", name: str = "", database: str = "") -> int:
    """Create a site folder with its database.

    Parameters
    ----------
    database: postgresql://NAME@HOST:PORT/DATABASE, an empty database (the password from ~/.pgpass, or in the address),
        where the site is not to be kept in a file of its folder.
    """
    from app.making import init_site

    site = init_site(folder, template=template, name=name, database=database)
    print(f"created {site.id} in {site.folder}")
    return 0


@app.command
def run(folder: Path) -> int:
    """Open the console on a site."""
    from app.headless import check
    from app.main import run_console

    check(folder)
    return run_console(folder)


@app.command
def serve(folder: Path, *, for_s: Seconds = None) -> int:
    """Run the backend of a site without a window."""
    from app.headless import serve_site

    return serve_site(folder, for_s=for_s)


@app.command
def sim(
    folder: Path,
    *,
    scenario: str = "normal_day",
    speed: float = 1.0,
    seed: int = 1,
    for_s: Seconds = None,
    rate: float | None = None,
    stop_on_eof: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Run only the pretend field of a site, over real sockets on loopback. Control lines are read from stdin.

    Parameters
    ----------
    rate: MQTT values a second for load, instead of the devices' own periods.
    stop_on_eof: end when stdin ends.
    """
    from app.headless import run_field

    return run_field(folder, scenario=scenario, speed=speed, seed=seed, for_s=for_s, rate=rate, stop_on_eof=stop_on_eof)


@app.command(name="import")
def import_(
    what: Literal["models", "assets", "devices", "network"], file: Path, folder: Path, *, partial: bool = False
) -> int:
    """Load thing models (JSON), assets or devices (JSON, CSV or XLSX), or the gas network (GeoJSON).

    All rows go in together or none; a network replaces the one before as a whole.

    Parameters
    ----------
    partial: take the good rows although others are bad; the exit code is 1 all the same.
    """
    from app.importing import import_file

    return import_file(what, file, folder, partial=partial)


@app.command
def points(folder: Path, *, as_json: Json = False) -> int:
    """List points with their last stored value, time and quality."""
    from app.listing import list_points

    return list_points(folder, as_json=as_json)


@app.command
def alarms(folder: Path, *, as_json: Json = False, history: bool = False) -> int:
    """List alarms that are not normal, or with --history every occurrence."""
    from app.listing import list_alarms

    return list_alarms(folder, as_json=as_json, history=history)


@app.command
def export(
    what: Literal["samples", "alarms", "commands", "audit"],
    folder: Path,
    *,
    from_: Annotated[str, Parameter(name="--from")] = "",
    to: str = "",
    out: Path,
) -> int:
    """Write samples, alarms, commands or the journal to a CSV, Parquet or XLSX file (by its ending).

    Parameters
    ----------
    from_: first moment, ISO 8601 with zone, e.g. 2026-01-15T10:00:00+08:00; empty = the first stored.
    to: end, not included; empty = now.
    out: new file; for the journal also a .zip: a signed bundle for an auditor.
    """
    from app.exporting import export_rows

    return export_rows(what, folder, start=from_, end=to, out=out)


@audit.command
def verify(place: Path, *, key: Path | None = None) -> int:
    """Check a journal's chain and its checkpoints; names the first bad row.

    Parameters
    ----------
    place: a site folder, or a bundle made with `linepack export audit`.
    key: the site's journal.pub as the auditor keeps it, instead of the one beside the journal.
    """
    from app.auditing import verify as verify_journal

    return verify_journal(place, key=key)


@user.command
def add(folder: Path, login: str, *, name: str, role: str, person: str = "", second_factor: bool = False) -> int:
    """Add an account; the password is read from the terminal or stdin.

    Parameters
    ----------
    role: operator, supervisor, trainer, auditor, engineer or administrator.
    person: id of the natural person, where it is not the login; two accounts of one person share it.
    second_factor: make one, and print the address for the authenticator app. Approving commands needs it.
    """
    from app.people_cli import add_user

    return add_user(folder, login, name=name, role=role, person=person, second_factor=second_factor)


@user.command(name="list")
def list_(folder: Path, *, as_json: Json = False) -> int:
    """List accounts."""
    from app.people_cli import list_users

    return list_users(folder, as_json=as_json)


@user.command
def disable(folder: Path, login: str) -> int:
    """Disable an account."""
    from app.people_cli import disable_user

    return disable_user(folder, login)


@app.command
def backup(folder: Path, file: Path) -> int:
    """Copy a whole site into one file, also while it runs. The file holds the site's secrets."""
    from app.backups import backup_site

    return backup_site(folder, file)


@app.command
def restore(file: Path, folder: Path) -> int:
    """Put a backup into a new site folder."""
    from app.backups import restore_site

    return restore_site(file, folder)


@app.command
def migrate(folder: Path, *, to: str) -> int:
    """Move a site's database to another place, from a file to PostgreSQL or back. The site must not run.

    Everything is copied and read again before site.toml names the new place; until then the old one is in charge, and
    afterwards it stays as it was but is opened no more.

    Parameters
    ----------
    to: postgresql://NAME@HOST:PORT/DATABASE, an empty database (the password from ~/.pgpass, or in the address), or
        sqlite:///FILE, a new file in the site folder.
    """
    from app.moving import migrate_site

    return migrate_site(folder, to)


@app.command
def doctor(folder: Path) -> int:
    """Check the installation, the site, its database, journal, keys and ports, and this machine."""
    from app.doctor import examine

    return examine(folder)


@app.command
def bench(name: str = "all", *, minutes: float | None = None) -> int:
    """Run the benchmarks of tests/bench and print machine facts and ratios. minutes: how long `memory` looks (30)."""
    from app.benchmarks import run_benchmarks

    return run_benchmarks(name, minutes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `linepack` command; `arguments` in place of the process's own."""
    try:
        code = app(sys.argv[1:] if arguments is None else arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        print(f"linepack: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
    except LinepackError as error:
        print(f"linepack: {say(error)}", file=sys.stderr)
        sys.exit(1)
    except ModuleNotFoundError as error:
        _ours(error)
        print(f"linepack: this needs the package {error.name}, which is not installed", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        _give_up_stdout()
        sys.exit(1)
    except OSError as error:
        print(f"linepack: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _ours(error: ModuleNotFoundError) -> None:
    """A module of Linepack itself that is not there is a defect, not something to install: let it be seen whole."""
    if (error.name or "").partition(".")[0] in ("app", "widgets", "backend", "sims", "assets"):
        raise error


def _give_up_stdout() -> None:
    """Whoever read it has seen enough; the interpreter must not complain about that at its end either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
