"""MQTT 3.1.1 and 5 through a broker: one connection serves every MQTT device of the site.

In: JSON messages of devices on the topics of their forms (see `backend.protocols.json_payload`), orders. Out: batches,
quarantined messages, link health; acknowledgements (PUBACK) only for what is durable; receipts of orders.
The broker has to keep messages for a console that is away or busy; mosquitto's own limits (20 in flight, 1,000 queued)
drop what is beyond. Set `max_inflight_messages 1000` and `max_queued_messages 0` there.
Threads: paho's network thread (`network`), the field loop for waiting on the core (`feed`).
"""

from backend.drivers.mqtt.link import PROTOCOL, MqttLink
from backend.drivers.mqtt.options import OPTIONS
from backend.drivers.mqtt.seats import divided
from backend.links.ports import DriverSpec

__all__ = ["OPTIONS", "PROTOCOL", "SPEC", "MqttLink", "divided"]

SPEC = DriverSpec(
    protocol=PROTOCOL,
    title="MQTT",
    options=OPTIONS,
    link_key=lambda _device: "",  # a site has one broker
    build=MqttLink,
    polls=False,
)
