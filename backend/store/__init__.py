"""The database: SQLAlchemy and nothing else in Linepack imports it.

In: units of work, each one transaction (`Store.run`), and questions. Out: futures that are done when the transaction is
on the disk, frozen facts, sample batches, and files (`export`, `Store.backup`).
Threads: "writer" owns the only connection that writes; reads go through a small pool, from any thread; "rollup" makes
what trends are read from (`rolled`) and has the writer store it.
"""

from backend.store.choosing import on_a_server
from backend.store.family import History
from backend.store.records import Records
from backend.store.reserve import Reserve
from backend.store.store import Store
from backend.store.tx import Tx

__all__ = ["History", "Records", "Reserve", "Store", "Tx", "on_a_server"]
