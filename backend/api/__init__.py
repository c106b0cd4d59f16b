"""The one door to the backend: topics out, requests in, snapshots; one small module per feature.

Every method may be called from any thread. Requests return futures that end on the core or a worker thread; what is
refused comes as `RefusedError` through the future. Topics are published on the core thread.
"""

from backend.api.backend import Backend, SiteInfo
from backend.api.devices import DeviceView, Stage, Unbound
from backend.api.status import Status
from backend.audit.chain import Verdict

__all__ = ["Backend", "DeviceView", "SiteInfo", "Stage", "Status", "Unbound", "Verdict"]
