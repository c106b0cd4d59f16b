"""Thing models: what there is, their JSON out and in, and trying a processing chain before it is saved.

A saved version is checked against every registered device, journaled, written to the site's models folder and in force
from the next start: what runs now goes on with the models it was started with.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from backend.access import People
from backend.clock import Clock
from backend.errors import ConfigError, LinepackError, RefusedError, mark
from backend.model.journal import JournalDraft
from backend.model.person import Right, Session
from backend.model.thing_model import Category, ThingModel, parse
from backend.model.thing_steps import KEYS, PARAMETERS, TEXTS, StepEntry
from backend.processing import Input, StepResult, TrialRow, try_chain
from backend.processing.forward import Account
from backend.site import ModelFile
from backend.site.documents import parse_json
from backend.site.library import later
from backend.store import Store

__all__ = [
    "KEYS",
    "PARAMETERS",
    "TEXTS",
    "Category",
    "Input",
    "ModelView",
    "ModelsApi",
    "StepEntry",
    "StepResult",
    "ThingModel",
    "TrialRow",
]

CHANGED: Final = "config.model"
REFUSED: Final = "config.refused"
_LONGEST_REASON: Final = 1000
Step = Mapping[str, str | float]
"""A step as in the file: key → value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A model in its newest version. in_force: the version this program was started with; empty for a new model.

    dropped: rows each step of the running chain has dropped, by its number.
    """

    model: ThingModel
    in_force: str
    devices: int
    dropped: Mapping[int, int]

    @property
    def waits(self) -> bool:
        """Whether the next start brings another version."""
        return self.in_force != self.model.version


class ModelsApi:
    """The models of the site. What is refused is journaled."""

    def __init__(
        self,
        *,
        models: Mapping[str, ThingModel],
        devices: Mapping[str, int],
        check: Callable[[Mapping[str, ThingModel]], None],
        dropped: Callable[[], Mapping[tuple[str, int], int]],
        targets: Callable[[], tuple[Account, ...]],
        call: Callable[[Callable[[], Any]], Future[Any]],
        folder: Path,
        people: People,
        store: Store,
        clock: Clock,
        worker: Executor,
    ) -> None:
        """devices: how many there are of each model. check: ConfigError when a start with these models would fail."""
        self._models = dict(models)
        self._newest = dict(models)
        self._devices = devices
        self._check = check
        self._dropped = dropped
        self._targets = targets
        self._call = call
        self._folder = folder
        self._people = people
        self._store = store
        self._clock = clock
        self._worker = worker
        self._one_at_a_time = threading.Lock()

    def snapshot(self) -> tuple[ModelView, ...]:
        """Every model in its newest version, by id."""
        dropped = self._dropped()
        views = []
        for name, model in sorted(self._newest.items()):
            running = self._models.get(name)
            views.append(
                ModelView(
                    model=model,
                    in_force=running.version if running is not None else "",
                    devices=self._devices.get(name, 0),
                    dropped={number: count for (of, number), count in dropped.items() if of == name},
                )
            )
        return tuple(views)

    def targets(self) -> tuple[Account, ...]:
        """Every forward target of the running chains, in numbers."""
        return self._targets()

    def export(self, model_id: str) -> str:
        """The newest version as JSON. Raises ConfigError when there is none."""
        return _text(_document(self._known(model_id)))

    def check(self, text: str, *, file: str) -> ThingModel:
        """Read a model and check that the site could start with it. Raises ConfigError: file, path, reason."""
        model = parse(parse_json(text, file=file), file=file)
        old = self._newest.get(model.id)
        if old is not None and old.urn != model.urn:
            raise ConfigError("{file}, at /id: {urn} has this name already", file=file, urn=old.urn)
        if old is not None and not later(model.version, old.version):
            raise ConfigError(
                "{file}, at /version/model: must come after {old}, the version that is there",
                file=file,
                old=old.version,
            )
        self._check({**self._newest, model.id: model})
        return model

    def with_chain(self, model_id: str, steps: Sequence[Step]) -> ThingModel:
        """The model with this chain, and the next version number. Raises ConfigError naming the step and the reason."""
        document = _document(self._known(model_id))
        document["lp:processing"] = [dict(step) for step in steps]
        parts = document["version"]["model"].split(".")
        document["version"] = {**document["version"], "model": ".".join([*parts[:2], str(int(parts[2]) + 1)])}
        return parse(document, file=model_id)

    def trial(self, model_id: str, steps: Sequence[Step], inputs: Sequence[Input]) -> Future[tuple[StepResult, ...]]:
        """What a chain makes of test input, step by step; nothing is stored or sent. ConfigError through the future."""
        return self._worker.submit(lambda: try_chain(self.with_chain(model_id, steps), inputs))

    def save_chain(self, session: Session, model_id: str, steps: Sequence[Step], reason: str) -> Future[ThingModel]:
        """Save a chain as the next version of its model. RefusedError through the future."""
        return self._worker.submit(
            self._save, session, model_id, lambda: _text(_document(self.with_chain(model_id, steps))), model_id, reason
        )

    def import_(self, session: Session, text: str, *, file: str, reason: str) -> Future[ThingModel]:
        """Save a model, or a later version of one, from its JSON. RefusedError through the future."""
        return self._worker.submit(self._save, session, file, lambda: text, file, reason)

    # -- on a worker ------------------------------------------------------------------------------------------------

    def _save(self, session: Session, subject: str, made: Callable[[], str], file: str, reason: str) -> ThingModel:
        with self._one_at_a_time:
            reason = reason.strip()
            try:
                self._call(lambda: self._may(session)).result()
                if not reason or len(reason) > _LONGEST_REASON:
                    raise RefusedError(
                        mark("a change needs a reason of at most {longest} characters"), longest=_LONGEST_REASON
                    )
                model = self.check(made(), file=file)
                fresh = ModelFile(self._folder, model.id, _text(_document(model)))
            except (ConfigError, RefusedError) as error:
                self._refuse(session, subject, reason, error)
            old = self._newest.get(model.id)
            fields = (
                ("old", old.version if old is not None else ""),
                ("new", model.version),
                ("reason", reason),
                ("in_force", "next start"),
            )
            try:
                # On record first: a model that nobody is known to have changed must not be there.
                self._store.run(lambda tx: tx.journal(self._draft(CHANGED, model.id, session, fields))).result()
            except LinepackError as error:
                fresh.drop()
                raise RefusedError("not saved, nothing changed: {reason}", reason=str(error)) from error
            try:
                fresh.put(old.version if old is not None else "")
            except ConfigError as error:
                self._refuse(session, model.id, reason, error)
            self._newest[model.id] = model
            return model

    def _may(self, session: Session) -> None:
        if not self._people.may(session.id, Right.CONFIG_EDIT):
            raise RefusedError(
                mark("{name} may not do this: {right} is needed"), name=session.name, right=Right.CONFIG_EDIT
            )

    def _refuse(self, session: Session, subject: str, reason: str, error: LinepackError) -> NoReturn:
        """The try itself is journaled."""
        fields = (("reason", reason[:_LONGEST_REASON]), ("why", str(error)))
        self._store.run(lambda tx: tx.journal(self._draft(REFUSED, subject, session, fields))).result()
        raise RefusedError(error.template, **error.values) from error

    def _draft(self, kind: str, subject: str, session: Session, fields: tuple[tuple[str, str], ...]) -> JournalDraft:
        return JournalDraft(
            at=self._clock.wall_us(),
            kind=kind,
            subject=subject,
            person=session.person,
            session=session.id,
            workstation=session.workstation,
            fields=fields,
        )

    def _known(self, model_id: str) -> ThingModel:
        model = self._newest.get(model_id)
        if model is None:
            raise ConfigError("there is no thing model {name!r}", name=model_id)
        return model


def _document(model: ThingModel) -> dict[str, Any]:
    """A model as in its file, with keys of other vocabularies."""
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
