"""The audit page on a running backend: an auditor reads, searches, checks and exports; nobody else sees an entry."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.audit.export import BUNDLE, ExportDialog
from app.pages.audit.presenter import Wish, chain_words, details, in_words
from app.people_cli import create_account
from app.texts import set_language
from backend.api import Verdict
from backend.audit.bundle import check_bundle
from backend.audit.signing import load_public
from backend.model.journal import JournalDraft, JournalEntry
from backend.system import System
from tests.support.city import PASSWORD
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import LineField, Segmented

# Every link is lost here, and a machine without a sound card logs so once.
pytestmark = pytest.mark.expects_warnings


@pytest.fixture(scope="module")
def staffed(made_sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small city without a field, with an auditor and an operator; not to be changed."""
    folder = tmp_path_factory.mktemp("audited") / "site"
    shutil.copytree(made_sites / "city", folder)
    for role in ("auditor", "operator"):
        create_account(folder, role, name=role.capitalize(), role=role, password=PASSWORD)
    return folder


@pytest.fixture
def desk(staffed: Path, tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[WindowedDesk]:
    system = System(Path(shutil.copytree(staffed, tmp_path / "site")))
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    yield window
    window.close()
    system.stop()


def shown(desk: WindowedDesk) -> list[list[str]]:
    return cells(desk.table("Journal entries").row_model())


def opened(desk: WindowedDesk, login: str = "auditor") -> None:
    desk.sign_in(login, PASSWORD)
    desk.page("audit")


def searched(desk: WindowedDesk, words: str) -> None:
    search = next(
        each for each in desk.shell.findChildren(LineField) if each.accessibleName().startswith("Find object")
    )
    search.setText(words)
    search.returnPressed.emit()


def chosen(desk: WindowedDesk, name: str, key: str) -> None:
    segments = next(each for each in desk.shell.findChildren(Segmented) if each.accessibleName() == name)
    segments.set_current(key)
    segments.chosen.emit(key)


def test_an_auditor_sees_the_newest_entries_first_and_the_chain_unbroken(desk: WindowedDesk) -> None:
    opened(desk)
    desk.until(lambda: len(shown(desk)) > 3 and "Unbroken" in desk.words())
    assert shown(desk)[0][2:5] == ["person.sign-in", "auditor", "Auditor"]
    numbers = [int(row[0].replace(",", "")) for row in shown(desk)]
    assert numbers == sorted(numbers, reverse=True)
    assert f"{len(numbers)} entries of the last 24 hours" in desk.words()


def test_a_search_finds_only_what_fits_and_says_so(desk: WindowedDesk) -> None:
    opened(desk)
    chosen(desk, "Kind of entry", "people")
    searched(desk, "OPERATOR")
    desk.until(lambda: bool(shown(desk)) and {row[3] for row in shown(desk)} == {"operator"})
    assert "about sign-ins and people, with “OPERATOR”" in desk.words()


def test_what_finds_nothing_offers_everything(desk: WindowedDesk) -> None:
    opened(desk)
    searched(desk, "no such thing")
    desk.until(lambda: "No entry fits this query." in desk.words())
    assert shown(desk) == []


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "a%b_c", "'; DROP TABLE journal; --", "\u202eevil"])
def test_text_from_outside_is_looked_for_literally(desk: WindowedDesk, text: str) -> None:
    opened(desk)
    searched(desk, text)
    desk.until(lambda: "No entry fits this query." in desk.words())


def test_nobody_else_sees_an_entry(desk: WindowedDesk) -> None:
    opened(desk, "operator")
    assert "The journal is shown to auditors." in desk.words()
    assert shown(desk) == []


def export(desk: WindowedDesk, file: Path, form: str) -> None:
    desk.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = desk.one(ExportDialog)
    chosen_form = dialog.findChildren(Segmented)[0]
    chosen_form.set_current(form)
    chosen_form.chosen.emit(form)
    field = dialog.findChildren(LineField)[0]
    field.setText(str(file))
    field.returnPressed.emit()
    desk.until(lambda: file.exists())


def test_what_is_shown_is_exported_and_the_export_is_an_entry(desk: WindowedDesk, tmp_path: Path) -> None:
    opened(desk)
    chosen(desk, "Kind of entry", "people")
    desk.until(lambda: bool(shown(desk)) and all(row[2].startswith("person.") for row in shown(desk)))
    before = len(shown(desk))
    export(desk, tmp_path / "out.csv", ".csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == before
    assert {row["kind"].split(".")[0] for row in rows} == {"person"}
    assert {row["SIMULATION"] for row in rows} == {"SIMULATION"}
    newest = desk.backend.journal.tail(1).result(10)[0].draft
    assert (newest.kind, newest.subject, newest.person) == ("export", "out.csv", "auditor")


def test_the_bundle_is_checked_with_the_sites_key(desk: WindowedDesk, tmp_path: Path) -> None:
    opened(desk)
    export(desk, tmp_path / "out.zip", BUNDLE)
    checked = check_bundle(tmp_path / "out.zip", key=load_public(desk.backend.site.folder))
    assert checked.verdict.ok
    assert checked.verdict.count == desk.backend.journal.tail(1).result(10)[0].seq - 1


def test_a_file_that_is_there_is_never_overwritten(desk: WindowedDesk, tmp_path: Path) -> None:
    opened(desk)
    file = tmp_path / "kept.csv"
    file.write_text("mine")
    refused: list[str] = []
    desk.shell.actions_.refused.connect(refused.append)
    export(desk, file, ".csv")
    desk.until(lambda: bool(refused))
    assert refused == ["kept.csv is there already"]
    assert file.read_text() == "mine"


def test_a_broken_chain_is_named() -> None:
    bad = Verdict(count=6, ok=False, first_bad=7, reason="its hash is not that of its content")
    assert chain_words(bad, 0) == "Broken at entry 7: its hash is not that of its content"
    assert chain_words(Verdict(count=0, ok=False, reason="no checkpoint"), 0).endswith("no checkpoint")


def test_details_are_literal_and_typed() -> None:
    draft = JournalDraft(
        at=1, kind="x", subject="y", fields=(("a", True), ("b", None), ("c", "\u202e<b>"), ("d", 1), ("e", 1.5))
    )
    entry = JournalEntry(seq=1, draft=draft, previous=b"", hash=b"")
    assert details(entry) == "a: yes\nb: —\nc: \\u202e<b>\nd: 1\ne: 1.5"


def test_the_query_speaks_chinese() -> None:
    set_language("zh_CN")
    try:
        assert (
            in_words(Wish(kind="alarms", person="p"), {"p": "王芳"}, 3)
            == "3 条：最近 24 小时, 类别为报警, 由 王芳 操作"
        )
    finally:
        set_language("en")
