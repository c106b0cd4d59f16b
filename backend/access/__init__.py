"""People: accounts, sign-in, roles and rights, second factor.

In: logins, passwords and codes (never kept), changes of accounts. Out: sessions, rights looked up anew at each use,
accounts and journal entries in one transaction each, and who was revoked. Threads: passwords are hashed and checked on
any worker thread (0.3-0.6 s each); every decision is made on the core thread; questions are answered on any thread.
"""

from backend.access.accounts import NewAccount, new_account
from backend.access.matrix import SETTING as ROLES_SETTING
from backend.access.passwords import Hashed, PasswordCheck, Passwords
from backend.access.people import People
from backend.access.policy import AccessPolicy
from backend.access.roles import RIGHTS

__all__ = [
    "RIGHTS",
    "ROLES_SETTING",
    "AccessPolicy",
    "Hashed",
    "NewAccount",
    "PasswordCheck",
    "Passwords",
    "People",
    "new_account",
]
