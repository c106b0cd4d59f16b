"""Buttons and fields: texts and keys come in, intents go out as signals; GUI thread only."""

from widgets.inputs.button import Button, ButtonKind
from widgets.inputs.chip import Chip
from widgets.inputs.digits import DigitBoxes
from widgets.inputs.fields import FormField, LineField, PasswordField, SearchField
from widgets.inputs.hold import HoldButton
from widgets.inputs.reason import Choice, ReasonInput
from widgets.inputs.segmented import Segmented
from widgets.inputs.trail import KeyTrail

__all__ = [
    "Button",
    "ButtonKind",
    "Chip",
    "Choice",
    "DigitBoxes",
    "FormField",
    "HoldButton",
    "KeyTrail",
    "LineField",
    "PasswordField",
    "ReasonInput",
    "SearchField",
    "Segmented",
]
