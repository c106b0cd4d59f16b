"""How colours are told apart: contrast, colour difference and colour-vision deficiency, as numbers.

Sources: WCAG 2.2 (relative luminance, contrast ratio); Machado, Oliveira, Fernandes 2009, "A Physiologically-based
Model for Simulation of Color Vision Deficiency" (matrices of severity 1.0, on linear RGB); Sharma, Wu, Dalal 2005, "The
CIEDE2000 Color-Difference Formula".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

Numbers = NDArray[np.float64]
Lab = tuple[float, float, float]

VISIONS: Final[Mapping[str, Numbers]] = MappingProxyType(
    {
        "normal": np.eye(3),
        "protanopia": np.array(
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        ),
        "deuteranopia": np.array(
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        ),
        "tritanopia": np.array(
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        ),
    }
)
"""Machado 2009, severity 1.0."""
_SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_D65 = np.array([0.95047, 1.0, 1.08883])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def linear(colour: QColor) -> Numbers:
    """Linear RGB of an sRGB colour (IEC 61966-2-1)."""
    shares = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: QColor, other: QColor) -> float:
    """WCAG contrast ratio, 1 to 21."""
    bright, dim = sorted((float(linear(each) @ _LUMINANCE) for each in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def lab(rgb: Numbers) -> Lab:
    """CIE L*a*b* (D65) of linear RGB."""
    shares = _SRGB_TO_XYZ @ np.clip(rgb, 0, 1) / _D65
    f = np.where(shares > (6 / 29) ** 3, np.cbrt(shares), shares / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def seen(colour: QColor, vision: str) -> Lab:
    """A colour as somebody with this vision (a key of VISIONS) sees it."""
    return lab(VISIONS[vision] @ linear(colour))


def difference(one: Lab, other: Lab) -> float:
    """CIEDE2000 after Sharma et al. 2005, equations 2 to 22."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_c7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(mean_c7 / (mean_c7 + 25**7)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1 = math.degrees(math.atan2(b1, (1 + g) * a1)) % 360
    h2 = math.degrees(math.atan2(b2, (1 + g) * a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    t = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r_c = 2 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
    r_t = -math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2)))) * r_c
    dl, dc, dhs = (l2 - l1) / s_l, (c2 - c1) / s_c, dh / s_h
    return math.sqrt(dl**2 + dc**2 + dhs**2 + r_t * dc * dhs)
