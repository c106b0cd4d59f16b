"""Exported files: right in every format, harmless in a spreadsheet, stamped in simulator mode, whole or not there."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pytest

from backend.audit import seal
from backend.errors import ConfigError, StoreError
from backend.model.command import CommandState
from backend.model.plant import Registry
from backend.model.quality import GOOD, Cause, Status, quality
from backend.store import Store, blob, sheet_xlsx
from backend.store.export import (
    export_commands,
    export_journal,
    export_occurrences,
    export_samples,
    quality_words,
)
from backend.store.sheet import Column, Kind
from backend.store.sheet_file import write
from tests.support.clock import START_US, ManualClock
from tests.support.stored import batch, command, draft, occurrence, registry, url_of

ENDINGS = (".csv", ".parquet", ".xlsx")
START_ISO = "2026-01-15T10:30:00"


def read_csv(file: Path) -> list[list[Any]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def read_xlsx(file: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(file)
    return [
        ["" if cell.value is None else cell.value for cell in row] for sheet in book.worksheets for row in sheet.rows
    ]


def read_parquet(file: Path) -> list[list[Any]]:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{file}')")
    return [list(found.columns), *map(list, found.fetchall())]


@pytest.fixture
def simulated(file: Path, clock: ManualClock) -> Iterator[Store]:
    """The store of a simulator."""
    made = Store.create(url_of(file), site="linjiang", mode="simulator", clock=clock, seal=seal)
    yield made
    made.close()


def fill(store: Store) -> None:
    store.run(lambda tx: tx.registry(registry(3))).result(5)
    store.run(lambda tx: tx.samples(batch([(1, 3, 1.5), (0, 3, -2.25), (2, 1, 400.0)]))).result(5)
    bad = quality(Status.BAD, Cause.COMMS)
    store.run(lambda tx: tx.samples(batch([(1, 5, float("nan")), (9, 6, 7.0)], quality=bad))).result(5)


def test_samples_as_csv(store: Store, tmp_path: Path) -> None:
    fill(store)
    done = export_samples(store, tmp_path / "out.csv", start=START_US, end=START_US + 100, points=range(10))
    assert (done.rows, done.damaged) == (5, ())
    assert read_csv(tmp_path / "out.csv") == [
        ["time_utc", "tag", "value", "unit", "quality"],
        [f"{START_ISO}.000001Z", "R12.PT-2", "400.0", "kPa", "good"],
        [f"{START_ISO}.000003Z", "R12.PT-0", "-2.25", "kPa", "good"],
        [f"{START_ISO}.000003Z", "R12.PT-1", "1.5", "kPa", "good"],
        [f"{START_ISO}.000005Z", "R12.PT-1", "", "kPa", "bad (comms)"],
        [f"{START_ISO}.000006Z", "", "7.0", "", "bad (comms)"],
    ]


def test_samples_as_xlsx(store: Store, tmp_path: Path) -> None:
    fill(store)
    export_samples(store, tmp_path / "out.xlsx", start=START_US, end=START_US + 100)
    assert read_xlsx(tmp_path / "out.xlsx")[1:] == [
        [f"{START_ISO}.000001Z", "R12.PT-2", 400, "kPa", "good"],
        [f"{START_ISO}.000003Z", "R12.PT-0", -2.25, "kPa", "good"],
        [f"{START_ISO}.000003Z", "R12.PT-1", 1.5, "kPa", "good"],
        [f"{START_ISO}.000005Z", "R12.PT-1", "", "kPa", "bad (comms)"],
    ]


def test_samples_as_parquet(store: Store, tmp_path: Path) -> None:
    fill(store)
    export_samples(store, tmp_path / "out.parquet", start=START_US, end=START_US + 5)
    file = tmp_path / "out.parquet"
    described = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{file}')").fetchall()
    assert [row[:2] for row in described] == [
        *(("time_utc", "TIMESTAMP"), ("tag", "VARCHAR"), ("value", "DOUBLE")),
        *(("unit", "VARCHAR"), ("quality", "VARCHAR")),
    ]
    first, *_, last = read_parquet(file)[1:]
    assert first[0].isoformat() == f"{START_ISO}.000001"
    assert last[1:] == ["R12.PT-1", 1.5, "kPa", "good"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_many_samples_come_out_once_each_in_order(
    store: Store, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over several windows of reading."""
    monkeypatch.setattr("backend.store.export._WINDOW_ROWS", 500)
    store.run(lambda tx: tx.registry(registry(3))).result(5)
    for group in range(20):
        rows = [(n % 3, group * 1000 + n, float(group * 1000 + n)) for n in range(100)]
        store.run(lambda tx, r=rows: tx.samples(batch(r))).result(5)
    file = tmp_path / f"out{ending}"
    done = export_samples(store, file, start=START_US, end=START_US + 10_000_000)
    assert done.rows == 2000
    read = {".csv": read_csv, ".xlsx": read_xlsx, ".parquet": read_parquet}[ending]
    assert [float(row[2]) for row in read(file)[1:]] == [group * 1000.0 + n for group in range(20) for n in range(100)]


@pytest.mark.expects_warnings
def test_what_was_damaged_is_left_out_and_counted(opened: Callable[[], Store], file: Path, tmp_path: Path) -> None:
    store = opened()
    fill(store)
    store.close()
    whole = blob.encode(batch([(1, 3, 1.5), (0, 3, -2.25), (2, 1, 400.0)]))
    content = bytearray(file.read_bytes())
    content[content.index(whole) + 20] ^= 1
    file.write_bytes(content)
    store = opened()
    for _ in range(2):
        done = export_samples(store, tmp_path / "out.csv", start=START_US, end=START_US + 100, points=range(10))
        assert done.rows == 2
        assert [(each.group, each.n) for each in done.damaged] == [(1, 3)]
    assert export_samples(store, tmp_path / "out.csv", start=START_US + 4, end=START_US + 100).damaged == ()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("export", "title"),
    [
        (lambda store, file: export_samples(store, file, start=0, end=2**62), "samples"),
        (export_occurrences, "alarms"),
        (export_commands, "commands"),
        (export_journal, "journal"),
    ],
)
@pytest.mark.parametrize("rows", [0, 1])
def test_a_simulators_files_say_so_in_every_row(
    simulated: Store, tmp_path: Path, ending: str, export: Callable[[Store, Path], Any], title: str, rows: int
) -> None:
    def work(tx: Any) -> None:
        tx.registry(registry(3))
        tx.samples(batch([(1, 1, 1.0)] * rows))
        for _ in range(rows):
            tx.occurrence(occurrence())
            tx.command(command())
            tx.journal(draft())

    simulated.run(work).result(5)
    file = tmp_path / f"out{ending}"
    assert export(simulated, file).rows == rows
    read = {".csv": read_csv, ".xlsx": read_xlsx, ".parquet": read_parquet}[ending]
    assert [row[0] for row in read(file)] == ["SIMULATION"] * (rows + 1)
    assert ending != ".xlsx" or openpyxl.load_workbook(file).sheetnames == [f"SIMULATION {title}"]


def test_occurrences(store: Store, tmp_path: Path) -> None:
    facts = [occurrence("a", at=START_US + 1), replace(occurrence("b", at=START_US), value=None, late=True, by="p1")]
    store.run(lambda tx: [tx.occurrence(fact) for fact in facts]).result(5)
    export_occurrences(store, tmp_path / "out.csv")
    heading, one, two = read_csv(tmp_path / "out.csv")
    assert dict(zip(heading, one, strict=True)) == {
        "time_utc": f"{START_ISO}.000001Z",
        "recorded_utc": f"{START_ISO}.000004Z",
        "alarm": "a",
        "occurrence": "4",
        "event": "raise",
        "state": "UNACK",
        "priority": "3",
        "level": "L",
        "value": "1.93",
        "limit": "2.0",
        "by": "",
        "workstation": "",
        "reason": "",
        "late": "",
    }
    assert (two[2], two[8], two[10], two[13]) == ("b", "", "p1", "late")
    assert export_occurrences(store, tmp_path / "out.csv", key="b").rows == 1
    assert export_occurrences(store, tmp_path / "out.csv", start=START_US + 1, end=START_US + 2).rows == 1


def test_commands(store: Store, tmp_path: Path) -> None:
    facts = [command(), command("c2", CommandState.CANCELLED, ended_at=START_US + 7, note="not needed")]
    store.run(lambda tx: [tx.command(fact) for fact in facts]).result(5)
    done = export_commands(store, tmp_path / "out.csv")
    assert done.rows == 2
    heading, one, two = read_csv(tmp_path / "out.csv")
    first, second = dict(zip(heading, one, strict=True)), dict(zip(heading, two, strict=True))
    assert (first["command"], first["state"], first["value"], first["old_value"]) == ("c1", "requested", "2.0", "1.0")
    assert (first["requested_utc"], first["approved_utc"]) == (f"{START_ISO}.000000Z", "")
    assert (second["state"], second["note"], second["ended_utc"]) == (
        *("cancelled", "not needed"),
        f"{START_ISO}.000007Z",
    )
    assert export_commands(store, tmp_path / "out.csv", start=START_US + 1).rows == 0


def test_journal(store: Store, tmp_path: Path) -> None:
    entries = store.run(lambda tx: [tx.journal(draft(f"c{n}", value=float(n))) for n in range(1500)]).result(30)
    done = export_journal(store, tmp_path / "out.csv", after=1)
    assert done.rows == 1499
    _, first, *_ = read_csv(tmp_path / "out.csv")
    assert first == [
        *("2", f"{START_ISO}.000000Z", "command.approved", "c1", "p1", "s1", "w1"),
        *('[["value",1.0]]', entries[0].hash.hex(), entries[1].hash.hex()),
    ]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
HARMLESS = ["a=1", " =1", "1-1", "气压", "", "'=1"]


@pytest.mark.parametrize(("ending", "read"), [(".csv", read_csv), (".xlsx", read_xlsx), (".parquet", read_parquet)])
def test_no_text_acts_as_a_formula(tmp_path: Path, ending: str, read: Callable[[Path], list[list[Any]]]) -> None:
    texts = FORMULAS + HARMLESS
    file = tmp_path / f"out{ending}"
    columns = [Column("text", Kind.TEXT), Column("number", Kind.NUMBER), Column("count", Kind.COUNT)]
    block = (np.array(texts, object), np.full(len(texts), -1.5), np.full(len(texts), -2))
    write(file, "texts", columns, [block])
    expected = {
        ".parquet": texts,
    }.get(ending, [f"'{text}" for text in FORMULAS] + HARMLESS)
    rows = read(file)[1:]
    assert [row[0].replace("_x000D_", "\r") for row in rows] == expected
    assert {(float(row[1]), int(row[2])) for row in rows} == {(-1.5, -2)}


def test_numbers_in_a_workbook_are_numbers_and_texts_are_texts(tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    columns = [Column("text", Kind.TEXT), Column("number", Kind.NUMBER)]
    numbers = np.array([-1.5, np.inf, -np.inf, np.nan])
    write(file, "x", columns, [(np.array(["=A1", "http://x", "12", "TRUE"], object), numbers)])
    rows = list(openpyxl.load_workbook(file).worksheets[0].rows)[1:]
    assert [(row[0].value, row[0].data_type, row[0].hyperlink) for row in rows] == [
        *(("'=A1", "s", None), ("http://x", "s", None), ("12", "s", None), ("TRUE", "s", None))
    ]
    assert [row[1].value for row in rows] == [-1.5, "Infinity", "-Infinity", None]


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xlsx, "SHEET_ROWS", 3)
    file = tmp_path / "out.xlsx"
    write(file, "samples", [Column("n", Kind.COUNT)], [(np.arange(4),), (np.arange(4, 7),)])
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["samples", "samples 2", "samples 3"]
    assert [[row[0].value for row in sheet.rows] for sheet in book.worksheets] == [
        *(["n", 0, 1, 2], ["n", 3, 4, 5], ["n", 6])
    ]


def test_a_text_too_long_for_a_cell_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not fit a cell of an XLSX sheet; export as CSV"):
        write(tmp_path / "out.xlsx", "x", [Column("t", Kind.TEXT)], [(np.array(["x" * 32_768], object),)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out", "out.txt", "out.xls", "out.csv.gz", ".csv"])
def test_an_ending_that_says_nothing_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"its ending must be one of \.csv, \.parquet, \.xlsx"):
        write(tmp_path / name, "x", [Column("n", Kind.COUNT)], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [*ENDINGS, ".CSV"])
def test_a_failure_midway_leaves_the_file_that_was_there(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"out{ending}"
    file.write_text("the last export")

    def blocks() -> Iterator[Sequence[Any]]:
        yield (np.arange(3),)
        raise StoreError("the store failed")

    with pytest.raises(StoreError, match="the store failed"):
        write(file, "x", [Column("n", Kind.COUNT)], blocks())
    assert [(each, each.read_text()) for each in tmp_path.iterdir()] == [(file, "the last export")]
    write(file, "x", [Column("n", Kind.COUNT)], [(np.arange(3),)])
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() != b"the last export"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_that_is_not_there(tmp_path: Path, ending: str) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write(tmp_path / "no" / f"out{ending}", "x", [Column("n", Kind.COUNT)], [])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (GOOD, "good"),
        (quality(Status.UNCERTAIN, Cause.STALE), "uncertain (stale)"),
        (quality(Status.BAD, Cause.NOT_AUTHENTICATED), "bad (not authenticated)"),
        (0x80, "bad"),
        (0xFF, "good (device)"),
    ],
)
def test_quality_in_words(code: int, words: str) -> None:
    assert quality_words(code) == words


def test_points_that_are_not_registered_have_no_tag(store: Store, tmp_path: Path) -> None:
    store.run(lambda tx: (tx.registry(Registry()), tx.samples(batch([(5, 1, 1.0)])))).result(5)
    assert export_samples(store, tmp_path / "out.csv", start=0, end=2**62).rows == 0
    assert export_samples(store, tmp_path / "out.csv", start=0, end=2**62, points=[5]).rows == 1
    assert read_csv(tmp_path / "out.csv")[1][1] == ""
