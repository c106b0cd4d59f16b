"""The journal's proof: a chain of hashes over every entry, and signed checkpoints kept beside the database.

In: journal entries (from the store, through `backend.system`). Out: seals for new entries, verdicts on old ones.
Threads: none of its own; `chain` is pure, `checkpoint` writes one small file on the caller's thread.
"""

from backend.audit.chain import GENESIS, Verdict, seal, verify
from backend.audit.checkpoint import Checkpoint, CheckpointFile

__all__ = ["GENESIS", "Checkpoint", "CheckpointFile", "Verdict", "seal", "verify"]
