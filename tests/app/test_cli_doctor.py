"""`linepack doctor`: a line a check, 1 when one fails, and nothing changed by looking."""

from __future__ import annotations

import datetime
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from app import doctor, doctor_machine, doctor_site
from app.doctor_findings import Finding, Grade
from backend.site import load
from tests.support.clock import START_US, ManualClock
from tests.support.command_line import Outcome, contents, linepack

CHECKS = [name for name, _ in doctor.MACHINE] + ["site.toml"] + [name for name, _ in doctor.SITE]


def line(done: Outcome, check: str) -> str:
    """The line of one check, without its name."""
    grades = {line[6:22].strip(): line for line in done.out.splitlines()}
    return grades[check][:6].strip() + ": " + grades[check][23:]


def test_a_site_in_order(empty: Path) -> None:
    before = contents(empty)
    done = linepack("doctor", empty)
    assert (done.code, done.err) == (0, "")
    assert [line[6:22].strip() for line in done.out.splitlines()] == CHECKS
    assert {line(done, check).split(":")[0] for check in CHECKS[7:]} == {"ok"}
    assert line(done, "journal") == "ok: entries: 1, all sound"
    assert contents(empty) == before


def test_without_a_site_the_machine_is_still_looked_at(tmp_path: Path) -> None:
    done = linepack("doctor", tmp_path / "gone")
    assert done.code == 1
    assert (
        line(done, "site.toml")
        == f"FAIL: {tmp_path / 'gone'}: there is no such folder; nothing else of the site was checked"
    )
    assert len(done.out.splitlines()) == len(doctor.MACHINE) + 1


def damaged_page(site: Path) -> None:
    connection = sqlite3.connect(site / "linepack.db")
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'quarantine'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with (site / "linepack.db").open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xff" * 64)


def forged_entry(site: Path) -> None:
    raw = sqlite3.connect(site / "linepack.db")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("UPDATE journal SET subject = 'x'")
    raw.commit()
    raw.close()


@pytest.mark.parametrize(
    ("damage", "check", "found"),
    [
        (lambda site: (site / "linepack.db").unlink(), "database", "There is no database at"),
        (damaged_page, "database", "is damaged ("),
        (forged_entry, "journal", "entry 1: its content is not what was sealed"),
        (lambda site: (site / "journal.checkpoints").unlink(), "journal", "its checkpoints: "),
        (lambda site: (site / "journal.key").chmod(0o640), "keys", "journal.key can be read by others"),
        (lambda site: (site / "journal.key").unlink(), "keys", "journal.key cannot be read"),
        (lambda site: (site / "models" / "x.json").write_text("[]"), "thing models", "models/x.json, at /: must be an"),
    ],
)
def test_what_is_wrong_is_named(empty: Path, damage: Callable[[Path], object], check: str, found: str) -> None:
    damage(empty)
    done = linepack("doctor", empty)
    assert done.code == 1
    assert line(done, check).startswith("FAIL: ")
    assert found in line(done, check)
    assert len(done.out.splitlines()) == len(CHECKS)


def test_a_public_key_of_another_site(empty: Path, city: Path) -> None:
    (empty / "journal.pub").write_bytes((city / "journal.pub").read_bytes())
    assert doctor_site.keys(load(empty)) == Finding(Grade.FAIL, "journal.pub does not belong to journal.key")


def with_broker(site: Path, **options: str) -> None:
    lines = "".join(f'{key} = "{value}"\n' for key, value in options.items())
    (site / "site.toml").write_text((site / "site.toml").read_text() + f"\n[broker]\n{lines}")


@pytest.mark.parametrize(("mode", "grade"), [(0o600, Grade.OK), (0o644, Grade.FAIL)])
def test_the_brokers_password_is_its_owners(empty: Path, mode: int, grade: Grade) -> None:
    (empty / "password").write_text("secret")
    (empty / "password").chmod(mode)
    with_broker(empty, url="mqtt://127.0.0.1:1", user="linepack", password_file="password")
    assert doctor_site.keys(load(empty)).grade is grade


def certificate(file: Path, *, begins: int, ends: int) -> None:
    """Valid from and until so many days from the start of test time."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    start = datetime.datetime.fromtimestamp(START_US / 1e6, datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start + datetime.timedelta(days=begins))
        .not_valid_after(start + datetime.timedelta(days=ends))
        .sign(key, None)
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    assert made.fingerprint(hashes.SHA256())


@pytest.mark.parametrize(
    ("begins", "ends", "grade"),
    [(-1, 31, Grade.OK), (-1, 29, Grade.WARN), (-9, -1, Grade.FAIL), (1, 99, Grade.FAIL)],
)
def test_certificates_by_their_dates(
    empty: Path, monkeypatch: pytest.MonkeyPatch, begins: int, ends: int, grade: Grade
) -> None:
    monkeypatch.setattr(doctor_site, "SystemClock", ManualClock)
    certificate(empty / "ca.pem", begins=begins, ends=ends)
    with_broker(empty, url="mqtts://127.0.0.1:1", ca_file="ca.pem")
    assert doctor_site.certificates(load(empty)).grade is grade


def test_a_certificate_that_is_none(empty: Path) -> None:
    (empty / "ca.pem").write_text("x")
    with_broker(empty, url="mqtts://127.0.0.1:1", ca_file="ca.pem")
    assert doctor_site.certificates(load(empty)).grade is Grade.FAIL


def test_a_clock_behind_what_was_recorded(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site was made after the start of test time."""
    monkeypatch.setattr(doctor_site, "SystemClock", ManualClock)
    found = doctor_site.clock(load(empty))
    assert found.grade is Grade.FAIL
    assert "behind the newest record" in found.text


@pytest.mark.parametrize(
    ("wall_us", "grade"), [(0, Grade.FAIL), (START_US, Grade.OK), (4_200_000_000_000_000, Grade.FAIL)]
)
def test_a_clock_that_cannot_be_true(monkeypatch: pytest.MonkeyPatch, wall_us: int, grade: Grade) -> None:
    monkeypatch.setattr(doctor_machine, "SystemClock", lambda: ManualClock(wall_us))
    monkeypatch.setattr(doctor_machine, "_output", lambda *_: "yes\n")
    assert doctor_machine.clock().grade is grade


def test_a_clock_that_nothing_keeps_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "SystemClock", ManualClock)
    monkeypatch.setattr(doctor_machine, "_output", lambda *_: "no\n")
    assert doctor_machine.clock().grade is Grade.WARN


@pytest.mark.parametrize(("free", "grade"), [(2 << 30, Grade.OK), (512 << 20, Grade.WARN), (63 << 20, Grade.FAIL)])
def test_room_on_the_disk(empty: Path, monkeypatch: pytest.MonkeyPatch, free: int, grade: Grade) -> None:
    monkeypatch.setattr("app.doctor_site.shutil.disk_usage", lambda _: type("", (), {"free": free})())
    assert doctor_site.disk(load(empty)).grade is grade


@pytest.fixture
def listener() -> Iterator[int]:
    """A port somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_ports_that_answer(empty: Path, listener: int) -> None:
    with_broker(empty, url=f"mqtt://127.0.0.1:{listener}")
    assert doctor_site.ports(load(empty)) == Finding(Grade.OK, "1 of 1 answer")


def test_ports_that_do_not(city: Path) -> None:
    found = doctor_site.ports(load(city))
    assert found.grade is Grade.FAIL
    assert found.text.startswith("6 of 6 do not answer: 127.0.0.1:61000, 127.0.0.1:61001, 127.0.0.1:61002, …")


def test_the_ports_of_a_simulator_are_on_this_machine(city: Path) -> None:
    raw = sqlite3.connect(city / "linepack.db")
    raw.execute("UPDATE device SET body = replace(body, '\"127.0.0.1\"', '\"10.1.2.3\"')")
    raw.commit()
    raw.close()
    found = doctor_site.ports(load(city))
    assert found.grade is Grade.FAIL
    assert found.text.startswith("a simulator does not leave this machine: 10.1.2.3:61000")


@pytest.mark.parametrize(
    ("check", "grade"),
    [("packages", Grade.FAIL), ("window_packages", Grade.WARN), ("field_packages", Grade.WARN)],
)
def test_missing_packages_by_what_needs_them(monkeypatch: pytest.MonkeyPatch, check: str, grade: Grade) -> None:
    needs = ["core-thing>=1", "window-thing; extra == 'console'", "field-thing; extra == 'sim'"]
    monkeypatch.setattr("app.doctor_machine.metadata.requires", lambda _: needs)
    found = getattr(doctor_machine, check)()
    assert found.grade is grade
    assert found.text.startswith(f"missing: {check.removesuffix('packages').rstrip('_') or 'core'}-thing")


def test_no_font_for_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.doctor_machine.shutil.which", lambda _: "/usr/bin/fc-list")
    monkeypatch.setattr(doctor_machine, "_output", lambda *_: "")
    assert doctor_machine.fonts() == Finding(Grade.WARN, "no font for Chinese; install fonts-noto-cjk")


@pytest.mark.parametrize(
    ("player", "cards", "grade"),
    [
        (None, " 0 [PCH]: HDA-Intel", Grade.WARN),
        ("/usr/bin/aplay", "--- no soundcards ---", Grade.WARN),
        ("/usr/bin/aplay", " 0 [PCH]: HDA-Intel", Grade.OK),
    ],
)
def test_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, player: str | None, cards: str, grade: Grade) -> None:
    (tmp_path / "cards").write_text(cards)
    monkeypatch.setattr(doctor_machine, "_CARDS", tmp_path / "cards")
    monkeypatch.setattr("app.doctor_machine.shutil.which", lambda _: player)
    assert doctor_machine.sound().grade is grade


def test_a_program_that_is_not_there_says_nothing() -> None:
    assert doctor_machine._output("/no/such/program") == ""
    assert doctor_machine._output("false") == ""


def test_a_look_nobody_can_read_is_a_warning(empty: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(empty, tmp_path / "own"))
    assert doctor_site.look(load(site)) == Finding(Grade.OK, "the product's own")
    (site / "theme").mkdir()
    (site / "theme" / "brand.toml").write_text('title = "Own"\n', encoding="utf-8")
    assert doctor_site.look(load(site)).text == "the company's own"
    (site / "theme" / "dark.toml").write_text('[surface]\ntext1 = "#222222"\n', encoding="utf-8")
    found = doctor_site.look(load(site))
    assert found.grade is Grade.WARN
    assert "text1 cannot be read on" in found.text
