"""Edit what a role may do: a tick for each right, fixed where the rules fix it, and a reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from app.actions import Actions
from app.pages.people.asking import AskDialog
from app.pages.people.presenter import right_word, role_word
from app.texts import _
from backend.api import Backend
from backend.model.person import Right, RoleRights, Session
from backend.model.person import Role as PersonRole
from widgets.inputs import FormField, LineField, Segmented
from widgets.readouts import Text
from widgets.theme import Role, Tone, font, px, space
from widgets.theme import metrics as m

_WIDTH = 780
_COLUMNS = 2


class RightsDialog(AskDialog):
    """The rights of one role at a time. Signals: those of AskDialog."""

    def __init__(self, backend: Backend, actions: Actions, session: Session, lines: Sequence[RoleRights]) -> None:
        super().__init__(_("Edit rights"), _("Save rights"), actions, icon="key")
        self.setMinimumWidth(px(_WIDTH))
        self._backend = backend
        self._session = session
        self._lines = {line.role: line for line in lines}
        self._role = Segmented([(role.value, role_word(role)) for role in PersonRole], name=_("Role"))
        self._boxes = {right: QCheckBox(right_word(right)) for right in Right}
        self._reason = LineField(name=_("Reason"))
        ticks = QWidget()
        grid = QGridLayout(ticks)
        space(grid, gap=m.HALF)
        for place, box in enumerate(self._boxes.values()):
            box.setAccessibleName(box.text())
            box.setFont(font(Role.LABEL))
            box.setAccessibleName(box.text())
            grid.addWidget(box, place // _COLUMNS, place % _COLUMNS)
        self.put(
            FormField(_("Role"), self._role),
            ticks,
            FormField(_("Reason"), self._reason),
            Text(
                _("It counts at once, also where people are signed in. What is fixed cannot be edited away."),
                Role.HINT,
                tone=Tone.MUTED,
                wrap=True,
            ),
        )
        self._role.chosen.connect(lambda _role: self._show())
        self._show()

    def focus_first(self) -> None:
        self._role.setFocus()

    def submit(self) -> None:
        role = PersonRole(self._role.current())
        rights = frozenset(right for right, box in self._boxes.items() if box.isChecked())
        reason = self._reason.text()
        self.send(lambda: self._backend.people.set_role_rights(self._session, role, rights, reason))

    def _show(self) -> None:
        line = self._lines[PersonRole(self._role.current())]
        for right, box in self._boxes.items():
            box.setChecked(right in line.rights)
            box.setEnabled(right not in line.always | line.never)
            box.setAccessibleDescription(_fixed(right, line))


def _fixed(right: Right, line: RoleRights) -> str:
    if right in line.always:
        return _("always")
    return _("never") if right in line.never else ""
