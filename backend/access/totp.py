"""One-time codes (RFC 6238, 6 digits, 30 s): each is good once, and none older than the last one used. Pure."""

from __future__ import annotations

import hmac
import re
from typing import Final

import pyotp

STEP_S: Final = 30
_AROUND: Final = (-1, 0, 1)
"""Steps before and after now that are accepted: clocks of phones differ."""
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def new_secret() -> str:
    """A secret for someone's authenticator, base32."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, login: str, issuer: str) -> str:
    """What the QR code of an enrolment holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def accepted_step(secret: str, code: str, last_step: int, at: int) -> int | None:
    """The time step the code is of, None when it is not good. at: µs UTC. The caller keeps the step as used.

    Strictly after `last_step`: a code is good once, and a clock set back makes no old one good again.
    """
    typed = code.replace(" ", "")
    now = at // (STEP_S * 1_000_000)
    good = [step for step in (now + shift for shift in _AROUND) if _is_code_of(secret, typed, step)]
    return next((step for step in good if step > last_step), None)


def _is_code_of(secret: str, typed: str, step: int) -> bool:
    if not secret or step < 0:
        return False
    right = pyotp.TOTP(secret).generate_otp(step)
    return _CODE.fullmatch(typed) is not None and hmac.compare_digest(right, typed)
