"""The fence round the map's page: one scheme of our own, served from memory; everything else is blocked and counted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)

from widgets.maps.shelf import INDEX, Shelf

SCHEME: Final = b"linepack"
HOST: Final = "map"
HOME: Final = QUrl(f"{SCHEME.decode()}://{HOST}/{INDEX}")
_ORIGIN: Final = f"{SCHEME.decode()}://{HOST}"
POLICY: Final = (
    f"default-src 'none'; script-src {_ORIGIN}; style-src {_ORIGIN}; img-src {_ORIGIN}; font-src {_ORIGIN}; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No script and no style inside the page, nothing from anywhere else."""
_HEADERS: Final = {
    b"Content-Security-Policy": POLICY.encode(),
    b"X-Content-Type-Options": b"nosniff",
    b"Cache-Control": b"no-store",
}
_REMEMBERED: Final = 50


def register_scheme() -> None:
    """Make the scheme known to the web engine; before its first page, best before the application. Once is enough."""
    if QWebEngineUrlScheme.schemeByName(QByteArray(SCHEME)).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
    QWebEngineUrlScheme.registerScheme(scheme)


class Server(QWebEngineUrlSchemeHandler):
    """Answers the page from the shelf; what is not there fails."""

    def __init__(self, shelf: Shelf, parent: QObject) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self.missing: list[str] = []

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        answer = self._shelf.find(url.path().lstrip("/")) if url.host() == HOST else None
        if answer is None:
            if not url.path().startswith("/tiles/"):
                self.missing.append(url.toString())
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        kind, content = answer
        buffer = QBuffer(job)
        buffer.setData(content)
        # The stubs say bytes here, but a multimap it is: bytes would be taken apart letter by letter.
        headers = {QByteArray(name): [QByteArray(value)] for name, value in _HEADERS.items()}
        job.setAdditionalResponseHeaders(headers)  # type: ignore[arg-type]
        job.reply(kind, buffer)


class Fence(QWebEngineUrlRequestInterceptor):
    """Lets the page's own URLs through and nothing else. `count` grows with every one blocked; the last are kept."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.count = 0
        self.blocked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if url.scheme().encode() == SCHEME and url.host() == HOST:
            return
        info.block(True)
        self.count += 1
        self.blocked = [*self.blocked, url.toString()][-_REMEMBERED:]
