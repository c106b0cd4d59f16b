"""What access asks of its neighbours; `system` supplies it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from backend.model.journal import JournalDraft, JournalEntry
from backend.model.person import Account

T = TypeVar("T")


class Writes(Protocol):
    """One open transaction."""

    def account(self, account: Account) -> None: ...
    def setting(self, key: str, value: str) -> None: ...
    def journal(self, draft: JournalDraft) -> JournalEntry: ...


class Ledger(Protocol):
    """The store's writer: one transaction per call, durable when the future is done, StoreError when not."""

    def run(self, work: Callable[[Writes], T]) -> Future[T]: ...
