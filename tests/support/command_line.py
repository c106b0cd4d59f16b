"""Run `linepack` in this process, and say what is in a folder to the byte."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import cli


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on stderr, without the program's name."""
        assert self.err.startswith("linepack: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("linepack: ").rstrip("\n")


def linepack(*arguments: object, stdin: str = "") -> Outcome:
    """Run one command as the entry point does."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            cli.main([str(each) for each in arguments])
    assert isinstance(ended.value.code, int)
    return Outcome(ended.value.code, out.getvalue(), err.getvalue())


def contents(folder: Path) -> dict[str, str]:
    """Every file and folder below `folder`, files with the SHA-256 of what is in them."""
    return dict(_entries(folder)) if folder.exists() else {}


def _entries(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        yield path.relative_to(folder).as_posix(), digest
