"""The roles' rights as they stand: read from and written to their setting, changed within what is kept apart. Pure.

Some separations cannot be edited away (M-05): who audits never acts, who manages people never commands, and there is
always somebody who can mend the rest. They hold for what is stored too: a setting that breaks one is not used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from backend.access.roles import RIGHTS
from backend.errors import ConfigError, LinepackError, RefusedError, mark
from backend.model.journal import Field
from backend.model.person import Right, Role

SETTING: Final = "access.roles"
"""Key of the setting: {role: [right, …]} as JSON; never set = the rights of `roles`."""
LONGEST_REASON: Final = 200

Matrix = Mapping[Role, frozenset[Right]]

COMMANDS: Final = frozenset({Right.CMD_REQUEST, Right.CMD_APPROVE, Right.CMD_RESOLVE})
_ALARM_ACTIONS: Final = frozenset({Right.ALARM_ACK, Right.ALARM_SHELVE, Right.ALARM_RESET, Right.ALARM_OUT_OF_SERVICE})
NEVER: Final[Matrix] = {
    Role.OPERATOR: frozenset(),
    Role.SUPERVISOR: frozenset(),
    Role.TRAINER: frozenset(),
    Role.AUDITOR: COMMANDS | _ALARM_ACTIONS | {Right.CONFIG_EDIT, Right.PEOPLE_EDIT},
    Role.ENGINEER: frozenset(),
    Role.ADMINISTRATOR: COMMANDS,
}
"""What a role can never be given."""
ALWAYS: Final[Matrix] = {
    Role.OPERATOR: frozenset({Right.VIEW}),
    Role.SUPERVISOR: frozenset({Right.VIEW}),
    Role.TRAINER: frozenset({Right.VIEW, Right.SIMULATOR_RUN}),
    Role.AUDITOR: frozenset({Right.VIEW}),
    Role.ENGINEER: frozenset({Right.VIEW}),
    Role.ADMINISTRATOR: frozenset({Right.VIEW, Right.PEOPLE_EDIT}),
}
"""What can never be taken from a role. The last administrator's account is kept by `accounts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """The next matrix, the journal fields that go with it, and what the role loses."""

    matrix: Matrix
    fields: tuple[tuple[str, Field], ...]
    lost: frozenset[Right]


def check(role: Role, rights: frozenset[Right]) -> None:
    """Raises RefusedError in one sentence when a role may not have exactly these rights."""
    missing, barred = ALWAYS[role] - rights, NEVER[role] & rights
    if missing:
        raise RefusedError(mark("{role} always keeps {rights}"), role=role.value, rights=words(missing))
    if barred:
        raise RefusedError(mark("{role} can never be given {rights}"), role=role.value, rights=words(barred))
    if Right.PEOPLE_EDIT in rights and rights & COMMANDS:
        # Whoever resets passwords and second factors could approve in another person's name.
        raise RefusedError(
            mark("{role} cannot change people and command at the same time: {rights}"),
            role=role.value,
            rights=words(rights & COMMANDS),
        )


def changed(matrix: Matrix, role: Role, rights: frozenset[Right], reason: str) -> RoleChange:
    """The matrix with one role's rights replaced. Raises RefusedError."""
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON or not why.isprintable():
        raise RefusedError(mark("a reason needs 1 to {longest} printable characters"), longest=LONGEST_REASON)
    check(role, rights)
    old = matrix[role]
    if rights == old:
        raise RefusedError(mark("{role} has exactly these rights already"), role=role.value)
    return RoleChange(
        matrix=MappingProxyType({**matrix, role: rights}),
        fields=(("old", words(old)), ("new", words(rights)), ("reason", why)),
        lost=old - rights,
    )


def to_text(matrix: Matrix) -> str:
    """The setting's value; the same matrix gives the same text."""
    return json.dumps({role.value: _sorted(matrix[role]) for role in Role})


def from_text(text: str | None) -> Matrix:
    """The stored matrix, None = the defaults; a role that it does not name has its default. Raises ConfigError."""
    if text is None:
        return MappingProxyType(dict(RIGHTS))
    try:
        stored = {Role(role): frozenset(Right(right) for right in rights) for role, rights in json.loads(text).items()}
        for role, rights in stored.items():
            check(role, rights)
    except (ValueError, TypeError, AttributeError, LinepackError) as error:
        raise ConfigError(mark("the setting {key} cannot be used: {reason}"), key=SETTING, reason=str(error)) from error
    return MappingProxyType({**RIGHTS, **stored})


def words(rights: frozenset[Right]) -> str:
    """Rights as a list in the order of the rights themselves."""
    return ", ".join(_sorted(rights))


def _sorted(rights: frozenset[Right]) -> list[str]:
    return [right.value for right in Right if right in rights]
