"""The devices page on a running backend: what it lists, how an engineer changes it, and what others may not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.devices.forms import PointDialog, RemoteDialog
from app.pages.devices.presenter import LIMIT_FIELDS, field_text, hex_text, quarantine_rows, read_form
from app.people_cli import create_account
from app.texts import set_language
from backend.errors import RefusedError
from backend.model.event import LinkState, Quarantined
from backend.model.plant import Limits, Mode, Point
from backend.system import System
from tests.support.city import PASSWORD
from tests.support.desk import WindowedDesk, cells
from tests.support.points import point
from widgets.inputs import Button, Chip, LineField, Segmented
from widgets.readouts import ShareTile
from widgets.tables import Table, cell_text
from widgets.theme import apply, load

# Every link is lost here, and a machine without a sound card logs so once.
pytestmark = pytest.mark.expects_warnings
TAG = "PT-1202"


@pytest.fixture(scope="module")
def staffed(made_sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small city without a field, with an engineer and an operator; not to be changed."""
    folder = tmp_path_factory.mktemp("staffed") / "site"
    shutil.copytree(made_sites / "city", folder)
    for role in ("engineer", "operator"):
        create_account(folder, role, name=role, role=role, password=PASSWORD)
    return folder


@pytest.fixture
def desk(staffed: Path, tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[WindowedDesk]:
    apply(qapp, load("dark"))
    system = System(Path(shutil.copytree(staffed, tmp_path / "site")))
    system.start()
    window = WindowedDesk(system.backend, qtbot)
    window.until(lambda: {each.state for each in system.backend.links.snapshot()} == {LinkState.LOST})
    yield window
    window.close()
    system.stop()


@pytest.fixture
def engineer(desk: WindowedDesk) -> WindowedDesk:
    desk.sign_in("engineer", PASSWORD)
    return desk


def named(desk: WindowedDesk, kind: type[LineField] | type[Button], name: str) -> LineField | Button:
    """The visible field or button of this accessible name or these words."""
    return next(
        each
        for each in desk.shell.findChildren(kind)
        if each.isVisible() and name in (each.accessibleName(), getattr(each, "words", str)())
    )


def field(desk: WindowedDesk, name: str) -> LineField:
    found = named(desk, LineField, name)
    assert isinstance(found, LineField)
    return found


def press(desk: WindowedDesk, words: str) -> None:
    found = named(desk, Button, words)
    assert isinstance(found, Button)
    assert enabled(desk, words)
    found.click()


def registered(desk: WindowedDesk) -> Point:
    return next(each for each in desk.backend.registry.points if each.tag == TAG)


def enabled(desk: WindowedDesk, words: str) -> bool:
    return named(desk, Button, words).isEnabled()


def remote(desk: WindowedDesk) -> bool:
    return next(each for each in desk.backend.registry.devices if each.id == "R-12").remote_enabled


def table(desk: WindowedDesk, name: str) -> Table:
    return next(each for each in desk.shell.findChildren(Table) if each.accessibleName() == name and each.isVisible())


def test_links_devices_points_and_stages_are_listed(desk: WindowedDesk) -> None:
    desk.sign_in("operator", PASSWORD)
    desk.page("devices")
    view = next(each for each in desk.shell.findChildren(Segmented) if each.accessibleName() == "View")
    view.chosen.emit("links")
    links = cells(table(desk, "Field links").row_model())
    assert [row[:2] for row in links] == [[health.link, "lost"] for health in desk.backend.links.snapshot()]
    stages = cells(table(desk, "Pipeline since start").row_model())
    words = ["Received", "Known sender", "Decrypted", "Parsed", "Judged", "Processed", "Not a repetition", "Stored"]
    assert [row[0] for row in stages] == words
    view.chosen.emit("registry")
    devices = cells(table(desk, "Devices").row_model())
    assert [row[0] for row in devices] == [device.id for device in desk.backend.registry.devices]
    desk.shell.go("devices", TAG)
    assert table(desk, "Devices").current_key() == "R-12"
    row = next(row for row in cells(table(desk, "Points of the device").row_model()) if row[0] == TAG)
    assert (row[2], row[3]) == ("polled", f"{registered(desk).period_s:g}\u2009s")
    assert f"HH {registered(desk).limits.hh:,.0f}" in row[4]
    assert "station-rtu@1.0.0" in next(each for each in devices if each[0] == "R-12")[1]


def test_a_tile_filters_by_type_and_a_chip_by_area(desk: WindowedDesk) -> None:
    desk.sign_in("operator", PASSWORD)
    desk.page("devices")
    registry = desk.backend.registry
    tile = next(each for each in desk.shell.findChildren(ShareTile) if each.accessibleName() == "Motor valve")
    tile.click()
    valves = [device.id for device in registry.devices if device.model == "motor-valve"]
    assert [row[0] for row in cells(table(desk, "Devices").row_model())] == valves
    chip = next(each for each in desk.shell.findChildren(Chip) if each.text().startswith("Z-06"))
    chip.click()
    assert cells(table(desk, "Devices").row_model()) == []
    tile.click()
    assert len(cells(table(desk, "Devices").row_model())) == int(chip.text().split()[-1])
    desk.shell.go("devices", TAG)
    assert len(cells(table(desk, "Devices").row_model())) == len(registry.devices)


def test_an_engineer_changes_period_and_limit_and_sees_it_in_force(engineer: WindowedDesk) -> None:
    engineer.page("devices")
    engineer.shell.go("devices", TAG)
    before = registered(engineer)
    press(engineer, "Edit point")
    assert len(engineer.dialogs()) == 1
    assert not enabled(engineer, "Put in force")
    field(engineer, "Period, s").setText("7.5")
    field(engineer, f"HH, {before.unit}").setText(str((before.limits.hh or 0) + 10))
    field(engineer, "Reason").setText("slower radio")
    press(engineer, "Put in force")
    engineer.until(lambda: not engineer.dialogs() and registered(engineer).period_s == 7.5)
    after = registered(engineer)
    assert after.limits == replace(before.limits, hh=(before.limits.hh or 0) + 10)
    assert after.mode in (None, Mode.POLL)
    row = next(row for row in cells(table(engineer, "Points of the device").row_model()) if row[0] == TAG)
    assert row[3] == "7.5\u2009s"
    (version,) = engineer.backend.devices.changes().result(10)
    assert (version.person, version.reason) == ("engineer", "slower radio")


def test_a_refusal_is_said_in_the_dialog_which_stays(engineer: WindowedDesk) -> None:
    engineer.page("devices")
    engineer.shell.go("devices", TAG)
    before = registered(engineer)
    press(engineer, "Edit point")
    field(engineer, "Reason").setText("try")
    field(engineer, "Period, s").setText("1,5")
    press(engineer, "Put in force")
    assert "Period, s: write a number such as 12.5" in engineer.words(engineer.one(PointDialog))
    field(engineer, "Period, s").setText("0")
    press(engineer, "Put in force")
    engineer.until(lambda: "a period lasts" in engineer.words(engineer.one(PointDialog)))
    assert registered(engineer) == before
    engineer.one(PointDialog).escaped.emit()
    assert not engineer.dialogs()


def test_the_edge_control_path_is_switched_with_a_reason(engineer: WindowedDesk) -> None:
    engineer.page("devices")
    engineer.shell.go("devices", TAG)
    assert remote(engineer)
    press(engineer, "Make read-only")
    assert len(engineer.dialogs()) == 1
    field(engineer, "Reason").setText("work on site")
    buttons: list[Button] = engineer.one(RemoteDialog).findChildren(Button)
    (commit,) = (each for each in buttons if each.words() == "Make read-only")
    commit.click()
    engineer.until(lambda: not engineer.dialogs())
    assert not remote(engineer)
    assert named(engineer, Button, "Allow remote control")


def test_who_may_not_change_is_offered_nothing(desk: WindowedDesk) -> None:
    desk.sign_in("operator", PASSWORD)
    page = desk.page("devices")
    desk.shell.go("devices", TAG)
    assert not enabled(desk, "Edit point")
    assert not enabled(desk, "Make read-only")
    assert "Engineers change this." in desk.words(page)


def test_every_table_and_field_has_a_name_in_both_languages(engineer: WindowedDesk) -> None:
    page = engineer.page("devices")
    engineer.shell.go("devices", TAG)
    press(engineer, "Edit point")
    for language in ("en", "zh_CN"):
        set_language(language)
        page.retranslate()
        for each in [*page.findChildren(Table), *page.findChildren(LineField)]:
            assert each.accessibleName()


# -- texts -----------------------------------------------------------------------------------------------------------

NAMES = dict.fromkeys(("period_s", "change_band", *LIMIT_FIELDS), "x")


def form(of: Point, **texts: str) -> dict[str, str]:
    values = {name: getattr(of.limits if name in LIMIT_FIELDS else of, name) for name in NAMES}
    return {name: field_text(value) for name, value in values.items()} | texts


def test_an_untouched_form_changes_no_number() -> None:
    odd = point(0, limits=Limits(hh=1 / 3, l=-2.5, rate=0.1 + 0.2), period_s=1 / 7)
    read = read_form(odd, "poll", form(odd), NAMES)
    assert (read.period_s, read.limits) == (odd.period_s, odd.limits)


def test_empty_takes_a_limit_away_and_a_true_minus_is_read() -> None:
    read = read_form(point(0, limits=Limits(hh=5.0)), "on-change", form(point(0), hh="", l="−12.5"), NAMES)
    assert (read.limits.hh, read.limits.l, read.mode) == (None, -12.5, Mode.ON_CHANGE)


@pytest.mark.parametrize("text", ["", "1,5", "nan", "1e9", "12 kPa", "0x10", "1_000"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match=r"write a number such as 12\.5"):
        read_form(point(0), "poll", form(point(0), period_s=text), NAMES)


def test_foreign_bytes_and_words_stay_literal() -> None:
    item = Quarantined(
        source="mqtt lp/\u202eevil", stage="decode", reason="<b>no</b>\n", raw=bytes(range(60)), received_at=1
    )
    (row,) = quarantine_rows([item])
    words = [cell_text(cell) for cell in row.cells]
    assert words[1] == "mqtt lp/\\u202eevil"
    assert words[3] == "<b>no</b>\\n"
    assert words[4].startswith("00 01 02 ")
    assert words[4].endswith("2f … 60\u2009B")
    assert hex_text(b"\x7e\x00") == "7e 00"
