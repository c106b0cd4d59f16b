"""The core thread: every state change happens here, in order.

In: what drivers hear (`Inbox`, a `Sink`) and calls from other threads (`Core.call`). Out: one transaction per group,
then acknowledgements to the devices, then facts on the topics. Thread: "core".
"""

from backend.pipeline.core import Core
from backend.pipeline.inbox import Inbox

__all__ = ["Core", "Inbox"]
