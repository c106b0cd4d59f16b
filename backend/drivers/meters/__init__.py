"""Gas meters that call in: a head-end that listens and holds one exchange with each (GB/T 36330-2018 7.6).

In: connections, authenticated by the meter's own key; orders. Out: readings as batches, acknowledged once they and
their settlement are durable; quarantined messages; receipts of orders; figures of the exchanges.
What one exchange says is in `backend.protocols.meter.words`. Threads: the field loop; no task per connection.
Whoever is not authenticated costs one short buffer and a few seconds, then is gone (`house`).
"""

from backend.drivers.meters.link import PROTOCOL, MeterLink
from backend.drivers.meters.options import OPTIONS
from backend.links.ports import DriverSpec

SPEC = DriverSpec(
    protocol=PROTOCOL,
    title="Gas meters (GB/T 36330)",
    options=OPTIONS,
    link_key=lambda _device: "",  # a site has one head-end
    build=MeterLink,
    polls=False,
)
