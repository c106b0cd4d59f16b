"""Let one user with one password into the embedded broker, or anybody when no user is set; a plugin of amqtt."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session


class OneUser(BaseAuthPlugin):  # type: ignore[misc]  # amqtt is treated as untyped
    """Named in the broker's configuration by its dotted path."""

    async def authenticate(self, *, session: Session) -> bool:
        """Whether this client may connect."""
        config = self.config
        if not config.user:
            session.is_anonymous = True
            return True
        given = (session.username or "", session.password or "")
        wanted = (config.user, config.password)
        return all(hmac.compare_digest(one.encode(), other.encode()) for one, other in zip(given, wanted, strict=True))

    @dataclass
    class Config:
        """Who may come; an empty user = anybody."""

        user: str = ""
        password: str = ""
