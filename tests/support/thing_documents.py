"""A small right thing model, as JSON, to be changed by tests."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def modbus(register: int, space: str = "InputRegister", kind: str = "xsd:float", **more: Any) -> Document:
    return {
        "href": f"modbus+tcp://{{{{HOST}}}}:{{{{PORT}}}}/{{{{UNIT}}}}/{register}",
        "op": ["readproperty"],
        "modv:entity": space,
        "modv:type": kind,
        **more,
    }


def mqtt(key: str, op: str = "observeproperty", topic: str = "up", **more: Any) -> Document:
    return {
        "href": "mqtt://{{BROKER}}",
        "op": op,
        "mqv:topic": f"lp/{{{{SITE}}}}/{{{{DEVICE}}}}/{topic}",
        "lp:pointer": f"/values/{key}",
        **more,
    }


WRITE = {"op": "writeproperty", "topic": "cmd", "lp:replyTopic": "lp/{{SITE}}/{{DEVICE}}/ack"}


def measured(tag: str, *forms: Document) -> Document:
    return {
        "title": "Pressure",
        "titles": {"zh": "压力"},
        "type": "number",
        "unit": "kPa",
        "minimum": 0,
        "maximum": 600,
        "readOnly": True,
        "lp:quantityKind": "pressure",
        "lp:precision": 1,
        "lp:tag": tag,
        "lp:period": 5,
        "lp:category": "monitored",
        "lp:limits": {"ll": 100, "l": 150, "h": 420, "hh": 450, "deadband": 5},
        "forms": list(forms),
    }


def a_model() -> Document:
    """A small right model: a pressure, its set-point with read-back, a lock; over both protocols."""
    lock = measured("LR", modbus(0, "DiscreteInput", "xsd:boolean"), mqtt("lock"))
    lock |= {"type": "integer", "unit": "", "maximum": 1, "lp:quantityKind": "switch", "lp:precision": 0}
    lock |= {"lp:limits": {"normal_state": 1}}
    lock |= {"lp:states": {"0": {"en": "local", "zh": "就地"}, "1": {"en": "remote", "zh": "远方"}}}
    setpoint = measured(
        "SP",
        modbus(0, "HoldingRegister", op=["readproperty", "writeproperty"]),
        mqtt("setpoint"),
        mqtt("setpoint", **WRITE),
    )
    setpoint |= {"readOnly": False, "lp:actuator": "electric", "lp:limits": {}}
    return {
        "@context": "https://www.w3.org/2022/wot/td/v1.1",
        "@type": "tm:ThingModel",
        "id": "urn:linepack:tm:tester",
        "title": "Tester",
        "version": {"model": "1.2.3"},
        "properties": {
            "pressure": measured("PT", modbus(0), mqtt("pressure")),
            "feedback": measured("SPF", modbus(2), mqtt("feedback")),
            "setpoint": setpoint,
            "lock": lock,
        },
        "actions": {
            "set_pressure": {
                "title": "Set pressure",
                "lp:verb": "set",
                "lp:writes": "setpoint",
                "lp:feedback": "feedback",
                "lp:verifyWithin": 30,
                "lp:interlocks": [{"property": "lock", "equals": 1}],
            }
        },
        "events": {"tamper": {"title": "Tamper", "forms": [mqtt("tamper", "subscribeevent", "event")]}},
    }
