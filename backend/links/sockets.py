"""How many sockets this process may have open; a shell usually grants a thousand where the system grants far more."""

from __future__ import annotations

import sys

from backend import logs

_log = logs.get(__name__)


def allow_sockets(wanted: int) -> int:
    """Raise the soft limit as far as is wanted and allowed; what it is now. Windows has none of this kind."""
    if sys.platform == "win32":
        return wanted
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft in (unlimited, -1) or soft >= wanted:
        return wanted
    granted = wanted if hard in (unlimited, -1) else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    if granted < wanted:
        _log.info("fewer sockets than wanted", wanted=wanted, granted=granted)
    return granted
