"""JSON that people wrote: what can only be a mistake or an attack is refused with file and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import ConfigError
from backend.site import documents, read_json


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "x.json"
    path.write_bytes(raw)
    return path


def test_reads_json_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    raw = '{"a": [1, 2.5, "临江", true, null]}'.encode()
    assert read_json(written(tmp_path, raw)) == {"a": [1, 2.5, "临江", True, None]}
    assert read_json(written(tmp_path, b"\xef\xbb\xbf" + raw)) == {"a": [1, 2.5, "临江", True, None]}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a": 1,\n "b" 2}', r", line 2, column 6: is not JSON"),
        (b"", r", line 1, column 1: is not JSON"),
        (b'{"a": 1, "b": 2, "a": 3}', r": the key 'a' is given twice in one object"),
        (b'{"a": NaN}', r": NaN is not a JSON number"),
        (b'{"a": -Infinity}', r": -Infinity is not a JSON number"),
        (b"[" * 100_000, r": is nested too deeply"),
        (b"9" * 5000, r": holds a number that is too long"),
        (b'{"a":\n\xff}', r", line 2: is not UTF-8 text"),
    ],
)
def test_wrong_json_is_refused_with_its_place(tmp_path: Path, raw: bytes, reason: str) -> None:
    with pytest.raises(ConfigError, match=rf"x\.json{reason}"):
        read_json(written(tmp_path, raw))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.json: there is no such file"):
        read_json(tmp_path / "x.json")


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 2**20)
    with pytest.raises(ConfigError, match=r"x\.json: is larger than 1 MB"):
        read_json(written(tmp_path, b"[" + b"0," * 2**19 + b"0]"))
