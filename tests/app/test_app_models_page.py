"""The page Models on a whole backend: members, JSON out and in, a chain edited, tested and saved."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.pages.things.forms import ReasonForm, StepForm
from app.pages.things.page import ThingsPage
from app.people_cli import create_account
from backend.system import System
from tests.support.city import PASSWORD
from tests.support.desk import WindowedDesk, cells
from widgets.inputs import Button, Choice, LineField, Segmented
from widgets.theme import apply, load

pytestmark = pytest.mark.expects_warnings
"""The field is silent: every link is lost once."""
PEOPLE = (("engineer", "engineer"), ("operator", "operator"))


@pytest.fixture
def folder(made_sites: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(made_sites / "city", folder)
    for login, role in PEOPLE:
        create_account(folder, login, name=f"Name of {login}", role=role, password=PASSWORD)
    return folder


@pytest.fixture
def desk(folder: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[WindowedDesk]:
    apply(qapp, load("dark"))
    system = System(folder)
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    yield window
    window.close()
    system.stop()


@pytest.fixture
def engineer(desk: WindowedDesk) -> WindowedDesk:
    desk.sign_in("engineer", PASSWORD)
    desk.page("models")
    return desk


def press(desk: WindowedDesk, words: str, inside: QWidget | None = None) -> None:
    root = inside or desk.one(ThingsPage)
    (button,) = (each for each in root.findChildren(Button) if each.isVisible() and each.words() == words)
    button.click()


def field(form: QWidget, name: str) -> LineField:
    return next(each for each in form.findChildren(LineField) if each.accessibleName() == name)


def processing(desk: WindowedDesk, model: str = "pressure-logger") -> None:
    desk.shell.go("models", model)
    page = desk.one(ThingsPage)
    tab = page.findChildren(Segmented)[0]
    tab.set_current("processing")
    tab.chosen.emit("processing")


def add_step(desk: WindowedDesk, kind: str, name: str, **parameters: str) -> None:
    press(desk, "Add step")
    form = desk.one(StepForm)
    choices = {each.accessibleName(): each for each in form.findChildren(Choice)}
    choices["Step"].set_key(kind)
    choices["Step"].chosen.emit(kind)
    choices["Property"].set_key(name)
    for label, text in parameters.items():
        field(form, label.replace("_", " ")).setText(text)
    press(desk, "Take over", form)


def test_members_show_kinds_and_categories(engineer: WindowedDesk) -> None:
    engineer.shell.go("models", "station-rtu")
    listed = cells(engineer.table("Members of the model").row_model())
    assert {line[0] for line in listed} >= {"Property", "Service"}
    assert {line[1] for line in listed} >= {"Running", "Monitored"}
    assert all(line[9] for line in listed if line[0] != "Event")


def test_a_model_goes_out_and_comes_back_as_a_later_version(
    engineer: WindowedDesk, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engineer.shell.go("models", "pressure-logger")
    file = tmp_path / "out.json"
    monkeypatch.setattr(ThingsPage, "choose_to_save", lambda _page, _name: str(file))
    monkeypatch.setattr(ThingsPage, "choose_to_open", lambda _page: str(file))
    press(engineer, "Export JSON")
    document = json.loads(file.read_text("utf-8"))
    document["version"]["model"] = "1.3.0"
    file.write_text(json.dumps(document), "utf-8")
    press(engineer, "Import JSON")
    form = engineer.one(ReasonForm)
    field(form, "Reason").setText("a better model")
    press(engineer, "Import JSON", form)
    engineer.until(lambda: (folder / "models" / "pressure-logger.json").exists() and not engineer.dialogs())
    (entry,) = [each for each in engineer.backend.journal.tail(50).result(10) if each.draft.kind == "config.model"]
    fields = dict(entry.draft.fields)
    assert (entry.draft.subject, fields["old"], fields["new"]) == ("pressure-logger", "1.0.0", "1.3.0")
    assert "Version 1.0.0 is in force until the next start." in engineer.words()


def test_a_wrong_file_is_refused_with_its_place(
    engineer: WindowedDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    document = json.loads(engineer.backend.models.export("pressure-logger"))
    document["properties"]["pressure"]["unit"] = "furlong"
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(document), "utf-8")
    monkeypatch.setattr(ThingsPage, "choose_to_open", lambda _page: str(file))
    with qtbot.waitSignal(engineer.one(ThingsPage)._context.actions.refused) as said:
        press(engineer, "Import JSON")
    assert said.args[0].startswith("wrong.json, at /properties/pressure/unit: ")
    assert not engineer.dialogs()


def test_a_chain_is_edited_tested_and_saved(engineer: WindowedDesk, folder: Path) -> None:
    processing(engineer)
    add_step(engineer, "filter", "pressure", Dead_band="1")
    add_step(engineer, "clean", "pressure", Greatest_jump="50")
    steps = engineer.table("Processing steps")
    assert [line[1] for line in cells(steps.row_model())] == ["Filter", "Clean"]
    steps.select("1")
    press(engineer, "Move up")
    assert [line[1] for line in cells(steps.row_model())] == ["Clean", "Filter"]
    engineer.one(QPlainTextEdit).setPlainText("pressure 0 300\npressure 5 300.5\npressure 9 390")
    press(engineer, "Test the chain")
    results = engineer.table("Output of each step").row_model()
    engineer.until(lambda: results.rowCount() > 0)
    heads = [line[0] for line in cells(results) if line[0]]
    assert heads == ["Input", "1 Clean", "2 Filter · dropped 1", "Result"]
    assert cells(results)[-1][1:] == ["pressure", "9 s", "390.000 kPa", "uncertain: jumped too far"]
    press(engineer, "Save as a new version")
    form = engineer.one(ReasonForm)
    press(engineer, "Save as a new version", form)
    assert "Say why." in engineer.words(form)
    field(form, "Reason").setText("less traffic")
    press(engineer, "Save as a new version", form)
    engineer.until(lambda: (folder / "models" / "pressure-logger.json").exists() and not engineer.dialogs())
    saved = json.loads((folder / "models" / "pressure-logger.json").read_text("utf-8"))
    assert saved["version"]["model"] == "1.0.1"
    assert [step["step"] for step in saved["lp:processing"]] == ["clean", "filter"]


def test_who_may_not_change_may_look_and_test(desk: WindowedDesk) -> None:
    desk.sign_in("operator", PASSWORD)
    desk.page("models")
    processing(desk)
    add_step(desk, "filter", "pressure", Dead_band="1")
    words = {each.words(): each.isEnabled() for each in desk.one(ThingsPage).findChildren(Button)}
    assert (words["Save as a new version"], words["Import JSON"], words["Test the chain"]) == (False, False, True)
