"""Processing chains per product: filter, convert, clean, compute and forward incoming values (requirement D-01).

In: judged batches on the core thread (`Chains`, the core's port), committed batches (`Forwarder`). Out: the batches
that are stored and alarmed; HTTP requests and MQTT messages. Threads: chains run on the core thread and know no other;
each target of a forwarder has a thread of its own, "forward". What a chain says is in the thing model, see
`backend.model.thing_steps`.
"""

from backend.processing.chains import Chains, compile_chains
from backend.processing.forward import Forwarder
from backend.processing.targets import Targets, check_targets
from backend.processing.trial import Input, StepResult, TrialRow, try_chain

__all__ = [
    "Chains",
    "Forwarder",
    "Input",
    "StepResult",
    "Targets",
    "TrialRow",
    "check_targets",
    "compile_chains",
    "try_chain",
]
