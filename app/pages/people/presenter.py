"""Accounts, sessions and the permission matrix as rows of a table, and the words for roles, rights and standings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.formats import date_time, shown
from app.texts import _
from backend.model.person import AccountStatus, AccountView, Right, Role, RoleRights, SignedIn
from widgets.tables import Row, RowLook

_LONGEST = 48


def account_rows(accounts: Iterable[AccountView]) -> list[Row]:
    """One row an account, by login; disabled ones are dim."""
    return [
        Row(
            key=account.login,
            cells=(
                shown(account.login, _LONGEST),
                shown(account.name, _LONGEST),
                shown(account.person, _LONGEST),
                role_word(account.role),
                status_word(account.status),
                True if account.second_factor else None,
                date_time(account.changed_at),
            ),
            bold=account.status is AccountStatus.LOCKED,
            look=RowLook.DIM if account.status is AccountStatus.DISABLED else RowLook.PLAIN,
        )
        for account in accounts
    ]


def signed_in_rows(people: Iterable[SignedIn]) -> list[Row]:
    """One row a session, longest first."""
    return [
        Row(
            key=f"{number}:{each.login}",
            cells=(
                shown(each.name, _LONGEST),
                role_word(each.role),
                shown(each.workstation, _LONGEST),
                date_time(each.started_at),
            ),
        )
        for number, each in enumerate(people)
    ]


def matrix_rows(lines: Sequence[RoleRights]) -> list[Row]:
    """One row a right, a column a role; a tick where the role has it."""
    by_role = {line.role: line.rights for line in lines}
    return [
        Row(
            key=right.value,
            cells=(
                right_word(right),
                right.value,
                *(True if right in by_role.get(role, frozenset()) else None for role in Role),
            ),
        )
        for right in Right
        if lines
    ]


def role_word(role: Role) -> str:
    """A role for people."""
    return {
        Role.OPERATOR: _("Operator"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.TRAINER: _("Trainer"),
        Role.AUDITOR: _("Auditor"),
        Role.ENGINEER: _("Engineer"),
        Role.ADMINISTRATOR: _("Administrator"),
    }[role]


def status_word(status: AccountStatus) -> str:
    """An account's standing for people."""
    return {
        AccountStatus.ACTIVE: _("active"),
        AccountStatus.LOCKED: _("locked"),
        AccountStatus.DISABLED: _("disabled"),
    }[status]


def right_word(right: Right) -> str:
    """What a right lets one do."""
    return {
        Right.VIEW: _("See the console"),
        Right.ALARM_ACK: _("Acknowledge alarms"),
        Right.ALARM_SHELVE: _("Shelve alarms"),
        Right.ALARM_RESET: _("Reset latched alarms"),
        Right.ALARM_OUT_OF_SERVICE: _("Take alarms out of service"),
        Right.CMD_REQUEST: _("Request commands"),
        Right.CMD_APPROVE: _("Approve commands"),
        Right.CMD_RESOLVE: _("Resolve commands in doubt"),
        Right.CONFIG_EDIT: _("Change the configuration"),
        Right.PEOPLE_EDIT: _("Change people and roles"),
        Right.JOURNAL_READ: _("Read the journal"),
        Right.JOURNAL_EXPORT: _("Export the journal"),
        Right.SIMULATOR_RUN: _("Run the simulator"),
    }[right]


def grouped(secret: str) -> str:
    """A secret in groups of four, for typing it by hand."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
