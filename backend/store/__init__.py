"""The database: SQLAlchemy and nothing else in Linepack imports it.

The address of a site says which: a file (`sqlite` and what lies beside it here) or a server (`postgres`); both are what
`family` asks for, and `choosing` is the one place that tells them apart.

In: units of work, each one transaction (`Store.run`), and questions. Out: futures that are done when the transaction is
on the disk, frozen facts, sample batches, and files (`export`, `Store.backup`).
Threads: "writer" owns the connection that writes units of work; reads go through a small pool, from any thread;
"rollup" makes what trends are read from (`rolled`).
"""

from backend.store.choosing import on_a_server
from backend.store.family import History
from backend.store.records import Records
from backend.store.reserve import Reserve
from backend.store.store import Store
from backend.store.tx import Tx

__all__ = ["History", "Records", "Reserve", "Store", "Tx", "on_a_server"]
