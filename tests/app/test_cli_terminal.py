"""What reaches the terminal: tables in line, JSON that parses, nothing that colours or forges."""

from __future__ import annotations

import json

import pytest

from app.terminal import Cell, json_list, literal, note, result, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("outlet 压力 é", "outlet 压力 é"),
        ("red \x1b[31m", r"red \x1b[31m"),
        ("one\ntwo\r", r"one\ntwo\r"),
        ("abc\u202ecod", r"abc\u202ecod"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("half \ud83d", r"half \ud83d"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert literal(text) == shown


def test_results_and_notes_go_their_own_ways(capsys: pytest.CaptureFixture[str]) -> None:
    result("12 rows\x07")
    note("not\nrunning")
    said = capsys.readouterr()
    assert said.out == "12 rows\\x07\n"
    assert said.err == "linepack: not\\nrunning\n"


def test_columns_line_up_also_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    table(("tag", "title", "unit"), [("PT-1", "出口压力", "kPa"), ("PT-100", "x", "")])
    assert capsys.readouterr().out == "tag     title     unit\nPT-1    出口压力  kPa\nPT-100  x\n"


@pytest.mark.parametrize(
    "rows", [[], [{"a": 1.5, "b": None}], [{"a": "压\x1b\n"}, {"a": True}]], ids=["none", "one", "two"]
)
def test_json_is_a_list_of_what_was_given(rows: list[dict[str, Cell]], capsys: pytest.CaptureFixture[str]) -> None:
    json_list(rows)
    assert json.loads(capsys.readouterr().out) == rows


def test_json_never_says_nan(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_list([{"a": float("nan")}])
