"""Where the values lie in a reading's data area, worked out once from the forms; many readings become arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.clock import US
from backend.errors import ConfigError
from backend.model.form import DataType, MeterForm

_CODES: Final = {
    DataType.INT16: "i2",
    DataType.UINT16: "u2",
    DataType.INT32: "i4",
    DataType.UINT32: "u4",
    DataType.INT64: "i8",
    DataType.UINT64: "u8",
    DataType.FLOAT32: "f4",
    DataType.FLOAT64: "f8",
}
_TIME: Final = 6


class Layout:
    """One maker's reading: its time (s UTC in 4 octets, ms in 2, high first), then the fields."""

    def __init__(self, forms: Sequence[MeterForm]) -> None:
        """Raises ConfigError for a type that no field can have."""
        if any(form.type not in _CODES for form in forms):
            raise ConfigError("a meter's reading has no field of type {type}", type=str(DataType.BOOL))
        codes = [(">" if form.big_end_byte else "<") + _CODES[form.type] for form in forms]
        ends = [form.octet + np.dtype(code).itemsize for form, code in zip(forms, codes, strict=True)]
        self.size = max([_TIME, *ends])
        """Octets of a reading's data area."""
        self._shape = np.dtype(
            {
                "names": ["at", "ms", *(str(number) for number in range(len(forms)))],
                "formats": [">u4", ">u2", *codes],
                "offsets": [0, 4, *(form.octet for form in forms)],
                "itemsize": self.size,
            }
        )
        self._fields = tuple((str(number), form) for number, form in enumerate(forms))

    def decode(self, records: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Times (n,) in µs UTC and values (n, fields) of n data areas of `size` octets each."""
        raw = np.frombuffer(b"".join(records), self._shape)
        values = np.empty((len(records), len(self._fields)), np.float64)
        for column, (name, form) in enumerate(self._fields):
            number = raw[name]
            if form.bits is not None:
                low, width = form.bits
                number = (number.astype(np.uint64) >> np.uint64(low)) & np.uint64((1 << width) - 1)
            values[:, column] = number * form.scale + form.offset
        return raw["at"].astype(np.int64) * US + raw["ms"].astype(np.int64) * 1000, values
