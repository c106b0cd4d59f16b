"""The few ways things fail; each says what and where in one sentence a person can act on.

A message is a template with named values, so that the console can show it in another language and every value stays
plain text: `ConfigError("{path}: unknown key {key}", path=..., key=...)`.
"""

from __future__ import annotations


class LinepackError(Exception):
    """Base of everything Linepack raises on purpose. `template` is the catalogue key, `values` fill it."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values) if self.values else self.template


class ConfigError(LinepackError):
    """A site folder, file, argument or database that cannot be used as it is; nothing was changed."""


class FrameError(LinepackError):
    """Bytes that are not what their protocol says; `offset` is where the reading stopped."""

    def __init__(self, template: str, *, offset: int = 0, **values: object) -> None:
        super().__init__(template, **values)
        self.offset = offset


class LinkError(LinepackError):
    """A field link that did not do what was asked: refused, lost, timed out."""


class RefusedError(LinepackError):
    """A request that the rules do not allow: rights, state, interlock, expiry. Nothing was changed."""


class StoreError(LinepackError):
    """The database could not keep or give back what it was asked to; nothing was acknowledged."""


def mark(template: str) -> str:
    """Mark a template for the message catalogue (gettext extraction) where no error is raised."""
    return template
