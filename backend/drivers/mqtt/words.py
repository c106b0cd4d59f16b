"""Say in words why a broker connection could not be made or has ended."""

from __future__ import annotations

import socket
import ssl

from paho.mqtt.reasoncodes import ReasonCode

from backend.drivers.mqtt.options import Broker

_BAD_USER = 0x86
_NOT_AUTHORISED = 0x87
_PROTOCOL = 0x82
_KEEP_ALIVE = 0x8D
_TAKEN_OVER = 0x8E


def dialling_failed(error: OSError, broker: Broker) -> str:
    """Why there is no connection. Most specific first: TLS errors are OSErrors too."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {broker.place} is not accepted: {error.verify_message}"
        case ssl.SSLError():
            return f"no secure connection to {broker.place}: {error.strerror or error}"
        case socket.gaierror():
            return f"the name {broker.host} cannot be found"
        case ConnectionRefusedError():
            return f"no broker answers at {broker.place}: connection refused"
        case TimeoutError():
            return f"no broker answers at {broker.place}: no answer in time"
        case _:
            return f"no connection to {broker.place}: {error.strerror or error}"


def connecting_refused(reason: ReasonCode, broker: Broker) -> str:
    """Why the broker said no in its CONNACK."""
    if reason.value in (_BAD_USER, _NOT_AUTHORISED):
        who = f"user {broker.user}" if broker.user else "a client without a user name"
        return f"the broker refused {who}: wrong user name or password, or not authorised"
    return f"the broker refused the connection: {reason}"


def no_answer(broker: Broker, *, accepted: bool) -> str:
    """Something is there but does not speak MQTT, or not with us."""
    if accepted:
        return f"{broker.place} does not answer the subscription"
    return f"{broker.place} does not answer as an MQTT broker"


def subscribing_refused(topic_filter: str, reason: ReasonCode) -> str:
    """Why we would be deaf: the broker does not let us listen."""
    return f"the broker refused the subscription {topic_filter}: {reason}"


def ended(from_broker: ReasonCode | None, own: ReasonCode, fate: str, broker: Broker) -> str:
    """Why an open connection ended. from_broker: its MQTT 5 DISCONNECT. own: paho's view. fate: what the socket saw."""
    if from_broker is not None and from_broker.value == _TAKEN_OVER:
        return f"another client took over the client id {broker.client_id}"
    if from_broker is not None:
        return f"the broker ended the connection: {from_broker}"
    if own.value == _KEEP_ALIVE:
        return "the broker did not answer a ping in time"
    if own.value == _PROTOCOL:
        return f"what {broker.place} says is not MQTT"
    if fate:
        return f"the connection broke: {fate}"
    # MQTT 3.1.1 has no word for it: the broker just hangs up on the one who was there first.
    return (
        f"the broker closed the connection: it was stopped, or another client took over the client id "
        f"{broker.client_id}"
    )
