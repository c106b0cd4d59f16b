"""The tag table: the current value, time and quality of every point, in NumPy arrays.

In: accepted batches, on the core thread. Out: frozen snapshots, to any thread.
"""

from backend.live.table import TagTable

__all__ = ["TagTable"]
