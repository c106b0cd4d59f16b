"""The panel of the isolation view: valves to close, who loses gas, what it does, and the other sets."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.pages.map.plans import PlanView, ValveLine
from app.texts import _
from widgets.inputs import Button, ButtonKind
from widgets.readouts import Text
from widgets.surfaces import Drawer, Fact, FactList
from widgets.tables import Align, Column, Kind, Row, RowLook, RowModel, Table
from widgets.theme import Role, Tone, Weight, current, font, px, space
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, LEFT, RIGHT, box, focus_ring, text

WIDTH = 380
_ROW_HEIGHT = 54
_BADGE = 24
MOST_VALVES = 9


class ValveRow(QAbstractButton):
    """One valve of the plan; checked while it is among those to be prepared. Signals: clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line: ValveLine | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_line(self, line: ValveLine) -> None:
        """Show this valve."""
        self._line = line
        self.setText(line.id)
        self.setAccessibleName(f"{line.number} {line.id}")
        self.setAccessibleDescription(f"{line.now}, {line.note}, {line.seconds}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(WIDTH) - 2 * px(m.PAGE_INSET), px(_ROW_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL), px(_ROW_HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        line, theme = self._line, current()
        if line is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rect = QRectF(self.rect())
            box(painter, rect, fill=theme.bg3, line=theme.you if line.chosen else None, width=1.5)
            edge = px(_BADGE)
            badge = QRectF(px(m.GAP), rect.center().y() - edge / 2, edge, edge)
            box(painter, badge, fill=theme.you if line.chosen else theme.bg4)
            ink = theme.on_you if line.chosen else theme.text2
            text(painter, badge, str(line.number), ink, font(Role.LABEL, Weight.BOLD), CENTRE)
            inner = rect.adjusted(badge.right() + px(m.GAP), px(m.HALF), -px(m.GAP), -px(m.HALF))
            upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() / 2)
            lower = upper.translated(0, inner.height() / 2)
            text(painter, upper, line.id, theme.text1, font(Role.LABEL, Weight.MEDIUM, mono=True), LEFT)
            change = _("{now} → closed").format(now=line.now)
            text(painter, upper, change, theme.text1, font(Role.LABEL, Weight.SEMIBOLD), RIGHT)
            text(painter, lower, line.note, theme.text2, font(Role.HINT), LEFT)
            text(painter, lower, line.seconds, theme.text2, font(Role.HINT), RIGHT)
            if self.hasFocus():
                focus_ring(painter, rect)


class PlanPanel(Drawer):
    """Isolation in words.

    Signals: asked(str): "prepare" or "next"; chosen(int valve number); set_chosen(int index of the set).
    """

    asked = Signal(str)
    chosen = Signal(int)
    set_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(close_name=_("Close"), width=WIDTH, tagged=False, parent=parent)
        self._rows = [ValveRow() for _number in range(MOST_VALVES)]
        self._more = Text("", Role.HINT, tone=Tone.SECONDARY)
        self._warning = Text("", Role.LABEL, Weight.SEMIBOLD, wrap=True)
        self._titles = [Text("", Role.LABEL, Weight.SEMIBOLD, Tone.SECONDARY) for _title in range(4)]
        self._losses = FactList(name="")
        self._effects = FactList(name="")
        self._crews = FactList(name="")
        self._model = RowModel(_columns())
        self._table = Table(self._model, name="", row_height=m.ROW_DENSE)
        self._prepare = Button(icon="commands", key="C", kind=ButtonKind.PRIMARY, height=m.BUTTON_PRIMARY)
        self._only = [Button(key=str(number)) for number in (1, 2)]
        self._next = Button(key="V")
        for number, row in enumerate(self._rows, start=1):
            row.clicked.connect(lambda _checked=False, number=number: self.chosen.emit(number))
            self.body.addWidget(row)
        space(self.body, gap=m.HALF)
        for widget in (self._more, self._warning, self._titles[0], self._losses, self._titles[1], self._effects):
            self.body.addWidget(widget)
        for widget in (self._titles[2], self._crews, self._titles[3]):
            self.body.addWidget(widget)
        self.body.addWidget(self._table)
        self.body.addStretch(1)
        buttons = QHBoxLayout()
        space(buttons, gap=m.HALF)
        for number, only in enumerate(self._only, start=1):
            only.clicked.connect(lambda _checked=False, number=number: self.chosen.emit(number))
            buttons.addWidget(only, 1)
        buttons.addWidget(self._next, 1)
        self.foot.addWidget(self._prepare)
        self.foot.addLayout(buttons)
        self._prepare.clicked.connect(lambda: self.asked.emit("prepare"))
        self._next.clicked.connect(lambda: self.asked.emit("next"))
        self._table.opened.connect(lambda key: self.set_chosen.emit(int(key)))
        self._table.clicked.connect(lambda _index: self.set_chosen.emit(int(self._table.current_key())))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.retranslate()

    def show_plan(self, view: PlanView, shown_set: int, *, may_prepare: bool) -> None:
        """One of the sets, and the list of all."""
        self.set_subject(view.title, view.place)
        for row, line in zip(self._rows, view.valves, strict=False):
            row.show_line(line)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(view.valves))
        hidden = len(view.valves) - MOST_VALVES
        self._more.setText(_("and {count} more valves").format(count=hidden) if hidden > 0 else "")
        self._more.setVisible(hidden > 0)
        self._warning.setText(view.warning)
        self._warning.setVisible(bool(view.warning))
        self._losses.set_facts([Fact(label=label, value=value) for label, value in view.losses])
        self._effects.set_facts([Fact(label=label, value=value) for label, value in view.effects])
        self._crews.set_facts([Fact(label=label, value=value) for label, value in view.crews])
        for widget in (self._titles[2], self._crews):
            widget.setVisible(bool(view.crews))
        self._model.replace([_row(number, line, number == shown_set) for number, line in enumerate(view.sets)])
        self._table.setFixedHeight(px(m.ROW_DENSE) * (len(view.sets) + 1) + px(m.HALF))
        self._show_buttons(view, may_prepare)

    def retranslate(self) -> None:
        """Show every text anew."""
        titles = (_("Customers who lose gas"), _("What it does"), _("Nearest crew"), _("Sets compared"))
        for title, words in zip(self._titles, titles, strict=True):
            title.setText(words)
        self._crews.say(_("Nearest crew"))
        self._losses.say(_("Customers who lose gas"))
        self._effects.say(_("What it does"))
        self._table.setAccessibleName(_("Sets compared"))
        self._model.set_columns(_columns())
        self._next.set_words(_("Next set"))
        for number, only in enumerate(self._only, start=1):
            only.set_words(_("Only {number}").format(number=number))

    def _show_buttons(self, view: PlanView, may_prepare: bool) -> None:
        chosen = [line for line in view.valves if line.chosen]
        if len(chosen) == 1:
            words = _("Prepare command for {valve}").format(valve=chosen[0].id)
        elif len(chosen) == 2:
            words = _("Prepare both commands")
        else:
            words = _("Prepare {count} commands").format(count=len(chosen))
        self._prepare.set_words(words)
        self._prepare.setEnabled(may_prepare)
        for number, only in enumerate(self._only):
            only.setEnabled(number < len(view.valves) and len(view.valves) > 1)
        self._next.setEnabled(len(view.sets) > 1)


def _row(number: int, line: tuple[str, str, str, str], on: bool) -> Row:
    return Row(key=str(number), cells=line, look=RowLook.PLAIN if on else RowLook.DIM)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="set", title=_("Set of valves"), width=0, elide=True),
        Column(key="valves", title=_("Valves"), width=92),
        Column(key="customers", title=_("Customers"), width=78, align=Align.RIGHT),
        Column(key="time", title=_("Time"), width=62, kind=Kind.TEXT, align=Align.RIGHT),
    )
