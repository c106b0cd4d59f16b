"""MQTT 3.1.1 and 5 through a broker: one connection serves every MQTT device of the site.

In: JSON messages of devices on the topics of their forms (see `backend.protocols.json_payload`), orders. Out: batches,
quarantined messages, link health; acknowledgements (PUBACK) only for what is durable; receipts of orders.
Threads: paho's network thread (`network`), the field loop for waiting on the core (`feed`).
"""

from backend.drivers.mqtt.link import PROTOCOL, MqttLink
from backend.drivers.mqtt.options import OPTIONS
from backend.links.ports import DriverSpec

SPEC = DriverSpec(
    protocol=PROTOCOL,
    title="MQTT",
    options=OPTIONS,
    link_key=lambda _device: "",  # a site has one broker
    build=MqttLink,
)
