"""Which role may do what, and which roles one person may not hold together (M-05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.model.person import Right, Role

_OPERATE: Final = frozenset({Right.VIEW, Right.ALARM_ACK, Right.ALARM_SHELVE, Right.ALARM_RESET, Right.CMD_REQUEST})

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OPERATOR: _OPERATE,
    Role.SUPERVISOR: _OPERATE | {Right.CMD_APPROVE, Right.CMD_RESOLVE},
    Role.TRAINER: frozenset({Right.VIEW, Right.SIMULATOR_RUN}),
    Role.AUDITOR: frozenset({Right.VIEW, Right.JOURNAL_READ, Right.JOURNAL_EXPORT}),
    Role.ENGINEER: frozenset({Right.VIEW, Right.CONFIG_EDIT, Right.ALARM_OUT_OF_SERVICE}),
    Role.ADMINISTRATOR: frozenset({Right.VIEW, Right.PEOPLE_EDIT}),
}
"""What is not listed is not allowed. Nobody has a right to change the journal: there is no such right."""

APART: Final[frozenset[frozenset[Role]]] = frozenset(
    {frozenset({Role.AUDITOR, Role.OPERATOR}), frozenset({Role.AUDITOR, Role.SUPERVISOR})}
)
"""Pairs of roles that one natural person may not hold at the same time: nobody audits what they did."""
