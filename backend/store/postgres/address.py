"""The address of a database on a server, which is shown without its password and its options. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SCHEME: Final = re.compile(r"^postgresql(\+psycopg)?://")
_PASSWORD: Final = re.compile(r"^([^:@/?]*):[^@]*@")


@dataclass(frozen=True, slots=True)
class Address:
    """url: as libpq takes it. shown: what people and logs see."""

    url: str
    shown: str

    @classmethod
    def of(cls, url: str) -> Address:
        """postgresql://NAME:PASSWORD@HOST:PORT/DATABASE?OPTIONS, as PostgreSQL documents it."""
        rest = _SCHEME.sub("", url)
        shown = _PASSWORD.sub(r"\1@", rest).partition("?")[0]
        return cls(f"postgresql://{rest}", f"postgresql://{shown}")

    def __str__(self) -> str:
        return self.shown

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"
