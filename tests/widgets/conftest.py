"""Every widget test starts in the dark theme and fails on a Qt warning, a blinking leftover or a window left open."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from widgets.theme import apply, load

# The offscreen platform says this for every window that has a minimum size; it says nothing about us.
_PLATFORM_NOISE = (
    "This plugin does not support propagateSizeHints()",
    # The web engine looks for a graphics card first, and does without.
    "QRhiGles2: Failed to create temporary context",
    "QRhiGles2: Failed to create context",
    "Failed to create RHI for backend: OpenGL",
    "This plugin does not support createPlatformVulkanInstance",
    "QVulkanInstance: Failed to initialize Vulkan",
    "GBM is not supported with the current configuration and Vulkan is not available. Fallback to software rendering.",
    "GPUInfo not initialized on GpuInfoUpdate",
)
_BAD = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


@pytest.fixture(autouse=True)
def dark(qapp: QApplication) -> Iterator[None]:
    """The dark theme at 100 %, and no words from Qt that should not be there."""
    said: list[str] = []

    def listen(kind: QtMsgType, _context: object, words: str) -> None:
        said.extend([words] * (kind in _BAD and words not in _PLATFORM_NOISE))

    # Widgets of the test before are only marked for deletion: what they still need must not reach into this one.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    before = qInstallMessageHandler(listen)
    apply(qapp, load("dark"))
    yield
    qInstallMessageHandler(before)
    assert said == []
