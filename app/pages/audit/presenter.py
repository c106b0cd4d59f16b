"""What the audit page says: queries in words, entries as rows, one entry as facts. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.formats import clock_time, date_text, shown
from app.texts import _
from backend.api import Verdict
from backend.clock import US
from backend.errors import mark
from backend.model.journal import Field, JournalEntry, JournalQuery
from backend.model.person import AccountView
from widgets.readouts.ages import NO_VALUE, number_text
from widgets.surfaces import Fact
from widgets.tables import Row

ALL: Final = "all"
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    ALL: (),
    "commands": ("command.",),
    "alarms": ("alarm.",),
    "notes": ("note",),
    "people": ("person.",),
    "changes": ("config.", "model.", "setup."),
    "exports": ("export", "journal."),
    "system": ("system.", "site."),
}
"""What can be chosen, and how the kinds of its entries begin."""
PERIODS: Final[Mapping[str, int]] = {"1h": 3600 * US, "24h": 86_400 * US, "7d": 7 * 86_400 * US, ALL: 0}
"""How far back, µs; 0 = to the first entry."""
_LONGEST: Final = 2000
NOT_ALLOWED: Final = mark("The journal is shown to auditors. You are signed in as somebody else.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody has chosen; person: "" = anybody."""

    kind: str = ALL
    period: str = "24h"
    person: str = ""
    text: str = ""

    def query(self, now: int) -> JournalQuery:
        """The same for the backend. now: µs UTC."""
        back = PERIODS[self.period]
        return JournalQuery(
            start=now - back if back else None,
            person=self.person,
            text=self.text.strip(),
            kinds=KINDS[self.kind],
        )


def kind_words() -> dict[str, str]:
    """The choices of `KINDS` as people read them."""
    return {
        ALL: _("All"),
        "commands": _("Commands"),
        "alarms": _("Alarms"),
        "notes": _("Notes"),
        "people": _("Sign-ins and people"),
        "changes": _("Changes"),
        "exports": _("Exports"),
        "system": _("System"),
    }


def period_words() -> dict[str, str]:
    """The choices of `PERIODS` as people read them."""
    return {"1h": _("1 h"), "24h": _("24 h"), "7d": _("7 d"), ALL: _("All")}


def in_words(wish: Wish, names: Mapping[str, str], found: int) -> str:
    """The query and how much it found, as one sentence, so that nothing is filtered unseen."""
    since = {
        "1h": _("of the last hour"),
        "24h": _("of the last 24 hours"),
        "7d": _("of the last 7 days"),
        ALL: _("since the journal began"),
    }[wish.period]
    parts = [since]
    if wish.kind != ALL:
        parts.append(_("about {kind}").format(kind=kind_words()[wish.kind].lower()))
    if wish.person:
        parts.append(_("by {person}").format(person=shown(names.get(wish.person, wish.person))))
    if wish.text.strip():
        parts.append(_("with “{text}”").format(text=shown(wish.text.strip(), 40)))
    return _("{count} entries {conditions}").format(count=number_text(found), conditions=", ".join(parts))


def names_of(accounts: Iterable[AccountView]) -> dict[str, str]:
    """Person id → name."""
    return {each.person: each.name for each in accounts}


def rows(entries: Iterable[JournalEntry], names: Mapping[str, str]) -> list[Row]:
    """Table rows, in the order given."""
    return [
        Row(
            key=str(entry.seq),
            cells=(
                number_text(entry.seq),
                f"{date_text(entry.draft.at)} {clock_time(entry.draft.at)}",
                shown(entry.draft.kind, 40),
                shown(entry.draft.subject, 64),
                who(entry, names),
                shown(entry.draft.workstation, 24),
                summary(entry),
            ),
        )
        for entry in entries
    ]


def who(entry: JournalEntry, names: Mapping[str, str]) -> str:
    """The person by name; a dash for what the system did."""
    person = entry.draft.person
    return shown(names.get(person, person), 40) if person else NO_VALUE


def summary(entry: JournalEntry) -> str:
    """The details on one line."""
    return shown(" · ".join(f"{name} {_plain(value)}" for name, value in entry.draft.fields), 160)


def facts(entry: JournalEntry, names: Mapping[str, str]) -> tuple[Fact, ...]:
    """Everything that the entry holds, its own hashes last."""
    draft = entry.draft
    return (
        Fact(label=_("Entry"), value=number_text(entry.seq)),
        Fact(label=_("Time"), value=f"{date_text(draft.at)} {clock_time(draft.at, tenths=True)}"),
        Fact(label=_("Person"), value=who(entry, names)),
        Fact(label=_("Workstation"), value=shown(draft.workstation, 40) or NO_VALUE),
        Fact(label=_("Session"), value=shown(draft.session[:12], 16) or NO_VALUE),
        Fact(label=_("Hash before"), value=entry.previous.hex()[:16]),
        Fact(label=_("Hash"), value=entry.hash.hex()[:16]),
    )


def details(entry: JournalEntry) -> str:
    """The details, one a line, literal."""
    return "\n".join(f"{shown(name, 64)}: {shown(_plain(value), _LONGEST)}" for name, value in entry.draft.fields)


def chain_words(verdict: Verdict | None, at: int) -> str:
    """What checking the chain has shown. at: when it was checked, µs UTC; None = it is being checked."""
    if verdict is None:
        return _("The chain is being checked …")
    if verdict.ok:
        return _("Unbroken, {count} entries, checked {time}").format(
            count=number_text(verdict.count), time=clock_time(at)
        )
    if verdict.first_bad is None:
        return _("The journal cannot be trusted: {reason}").format(reason=shown(verdict.reason, 200))
    return _("Broken at entry {entry}: {reason}").format(
        entry=number_text(verdict.first_bad), reason=shown(verdict.reason, 200)
    )


def _plain(value: Field) -> str:
    if value is None:
        return NO_VALUE
    return {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else str(value)
