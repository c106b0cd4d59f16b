"""The demo's stand-in for the phones of its made-up people: shows their one-time codes, named as a stand-in on screen.

Only a site that `linepack demo` made has the file; a real site's people keep their secrets in their own devices.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyotp

from app.texts import _


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """Someone of the demo: how to sign in, and the secret a phone would hold."""

    login: str
    password: str
    secret: str
    role: str


class Authenticator:
    """Hints and codes for the people of a demo site; empty on any other site."""

    def __init__(self, people: tuple[DemoPerson, ...] = ()) -> None:
        self._people = people

    @classmethod
    def read(cls, file: Path) -> Authenticator:
        """The people in a demo site's file; none where there is no such file."""
        if not file.exists():
            return cls()
        rows = json.loads(file.read_text("utf-8"))
        return cls(tuple(DemoPerson(**row) for row in rows))

    def write(self, file: Path) -> None:
        """Keep the people in a file that only its owner can read."""
        rows = [
            {"login": each.login, "password": each.password, "secret": each.secret, "role": each.role}
            for each in self._people
        ]
        file.touch(mode=0o600)
        file.write_text(json.dumps(rows), "utf-8")

    def hint(self) -> str:
        """What the sign-in of a demo says; "" on a real site."""
        if not self._people:
            return ""
        pairs = "   ".join(f"{each.login} / {each.password}" for each in self._people)
        return _("Demo site, made-up people: {pairs}").format(pairs=pairs)

    def password(self, login: str) -> str:
        """A made-up person's password; "" for anyone else."""
        return next((each.password for each in self._people if each.login == login), "")

    def code(self, login: str) -> str:
        """The one-time code of now; "" for anyone else."""
        person = next((each for each in self._people if each.login == login), None)
        return pyotp.TOTP(person.secret).now() if person is not None and person.secret else ""
