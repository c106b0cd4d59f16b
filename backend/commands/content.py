"""The text people read and sign: plain, canonical, made from the very bytes that are hashed (S15)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from backend.model.command import CommandContent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def signed_text(content: CommandContent) -> str:
    """The whole content in words, one fact a line. Two contents that differ anywhere give different texts."""
    return "\n".join(f"{name}: {value}" for name, value in _lines(content)) + "\n"


def signed_hash(content: CommandContent) -> str:
    """SHA-256 of the text's UTF-8 bytes, hex: what the approver signs."""
    return hashlib.sha256(signed_text(content).encode()).hexdigest()


def shown(text: str) -> str:
    r"""Text from outside with every control, bidi and invisible character as an escape, a backslash as `\\`."""
    return "".join(_char(char) for char in text)


def _lines(content: CommandContent) -> tuple[tuple[str, str], ...]:
    return (
        ("Command", shown(content.id)),
        ("Kind", content.kind.value),
        ("Action", shown(content.action)),
        ("Device", shown(content.device)),
        ("Asset", shown(content.asset)),
        ("Tag", shown(content.tag)),
        ("Point", str(content.point)),
        ("Value to write", _quantity(content.value, content.unit)),
        ("Value before", _quantity(content.old_value, content.unit)),
        ("Read before at", _time(content.old_at)),
        ("Quality before", str(content.old_quality)),
        ("Reason", shown(content.reason)),
        ("Risk class", str(int(content.risk))),
        ("Origin", shown(content.origin)),
        ("Person on site", _yes(content.person_on_site)),
        ("Waits for the device's receipt", _yes(content.waits_for_receipt)),
        *((("Waits until the device is awake", _yes(True)),) if content.waits_until_awake else ()),
        ("Requested at", _time(content.requested_at)),
        ("Nothing is sent after", _time(content.not_after)),
        ("Feedback point", "none" if content.feedback_point is None else str(content.feedback_point)),
        ("Feedback must read", _number(content.feedback_value)),
        ("Feedback tolerance", _number(content.feedback_tolerance)),
        ("Verified within", f"{_number(content.verify_within_s)} s"),
    )


def _quantity(value: float | None, unit: str) -> str:
    return f"{_number(value)} {shown(unit)}" if unit else _number(value)


def _number(value: float | None) -> str:
    # repr gives back exactly the same float: what is shown is what is sent.
    return "none" if value is None else repr(float(value))


def _time(at: int | None) -> str:
    if at is None:
        return "never"
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds")


def _yes(ticked: bool) -> str:
    return "yes" if ticked else "no"


def _char(char: str) -> str:
    if char == "\\":
        return "\\\\"
    return char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
