"""Accounts of gas meters: what a reading grew by is settled at the tariff, in the transaction that stores the reading.

In: committed-to-be batches on the core thread (`Books`, the core's port), however they came. Out: accounts to be stored
with them, and how an account stands (`Books.bill`, for any thread). The account book of H, top-ups and price changes
are not built: a balance starts at the tariff's opening sum and only ever falls.
"""

from backend.metering.books import Books, billed_points
from backend.metering.tariff import TARIFF_SETTING, Tariff, read_tariff

__all__ = ["TARIFF_SETTING", "Books", "Tariff", "billed_points", "read_tariff"]
