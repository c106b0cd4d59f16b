"""Notes to the log: entries of the journal about an alarm or a command, told to every desk at once."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from typing import Final

from backend.access import People
from backend.bus import Topic
from backend.clock import Clock
from backend.errors import RefusedError, mark
from backend.model.journal import Field, JournalDraft
from backend.model.note import LONGEST_NOTE, Note
from backend.model.person import Right, Session
from backend.store import Store

NOTE: Final = "note"
QUESTION: Final = "note.question"
REFUSED: Final = "note.refused"
_LONGEST_SUBJECT: Final = 200


class NotesApi:
    """Whoever may acknowledge alarms may write; `changed` is published on a worker thread, once it is stored."""

    def __init__(self, *, store: Store, people: People, clock: Clock, worker: Executor) -> None:
        self.changed: Topic[Note] = Topic("notes.changed")
        self._store = store
        self._people = people
        self._clock = clock
        self._worker = worker

    def write(self, session: Session, subject: str, words: str, *, asks: bool = False) -> Future[Note]:
        """Write a note about an alarm (its key) or a command (its id); asks: a question to whoever asked for it."""

        def work() -> Note:
            said = " ".join(words.split())
            if not self._people.may(session.id, Right.ALARM_ACK):
                self._journal(REFUSED, session, subject[:_LONGEST_SUBJECT], (("missing", Right.ALARM_ACK.value),))
                raise RefusedError(
                    mark("{name} may not do this: {right} is needed"), name=session.name, right=Right.ALARM_ACK
                )
            if not said or len(said) > LONGEST_NOTE or not 0 < len(subject) <= _LONGEST_SUBJECT:
                raise RefusedError(mark("a note has 1 to {longest} characters"), longest=LONGEST_NOTE)
            draft = self._journal(QUESTION if asks else NOTE, session, subject, (("words", said),))
            note = _note(draft)
            self.changed.publish(note)
            return note

        return self._worker.submit(work)

    def of(self, subject: str, *, limit: int = 50) -> Future[tuple[Note, ...]]:
        """The newest notes about one thing, oldest first."""

        def work() -> tuple[Note, ...]:
            drafts = (entry.draft for entry in self._store.journal_of(subject))
            return tuple(_note(draft) for draft in drafts if draft.kind in (NOTE, QUESTION))[-limit:]

        return self._worker.submit(work)

    def _journal(
        self, kind: str, session: Session, subject: str, fields: tuple[tuple[str, Field], ...]
    ) -> JournalDraft:
        draft = JournalDraft(
            at=self._clock.wall_us(),
            kind=kind,
            subject=subject,
            person=session.person,
            session=session.id,
            workstation=session.workstation,
            fields=fields,
        )
        self._store.run(lambda tx: tx.journal(draft)).result()
        return draft


def _note(draft: JournalDraft) -> Note:
    return Note(
        subject=draft.subject,
        at=draft.at,
        person=draft.person,
        workstation=draft.workstation,
        words=str(dict(draft.fields).get("words", "")),
        asks=draft.kind == QUESTION,
    )
