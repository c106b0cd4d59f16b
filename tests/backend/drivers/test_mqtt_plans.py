"""What a link makes of its forms and options before it connects; rations of bad messages."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from backend.drivers import DRIVERS
from backend.drivers.mqtt import SPEC
from backend.drivers.mqtt.options import read_options
from backend.drivers.mqtt.routes import plan_routes
from backend.drivers.mqtt.words import connecting_refused, dialling_failed, ended, no_answer
from backend.errors import ConfigError
from backend.links.ports import Bound
from backend.links.ration import KEPT, SOURCES, WINDOW_S, Ration, Surplus
from backend.model.form import Content, DataType, ModbusForm, MqttForm, Space
from tests.support.mqtt_plan import bound, device


def form_of(each: Bound) -> MqttForm:
    assert isinstance(each.form, MqttForm)
    return each.form


def with_form(each: Bound, **changes: object) -> Bound:
    return replace(each, form=replace(form_of(each), **changes))  # type: ignore[arg-type]


# -- routes -----------------------------------------------------------------------------------------------------------


def test_devices_of_one_pattern_share_a_subscription() -> None:
    routes = plan_routes([bound(0, "a"), bound(1, "b"), bound(2, "a", device="R2"), bound(3, "s", writable=True)])
    assert routes.filters == ("lp/s1/+/ack", "lp/s1/+/up")
    assert set(routes.up) == {"lp/s1/R1/up", "lp/s1/R2/up"}
    assert routes.up["lp/s1/R2/up"].devices == ("R2",)
    assert routes.replies == {"lp/s1/R1/ack"}
    assert set(routes.writes) == {3}


def test_a_topic_without_the_devices_name_is_subscribed_as_it_is() -> None:
    odd = with_form(bound(0, "a"), topic="vendor/4711/data")
    assert plan_routes([odd, bound(1, "b")]).filters == ("lp/s1/+/up", "vendor/4711/data")


def test_what_a_wildcard_covers_is_not_subscribed_twice() -> None:
    odd = with_form(bound(0, "a", device="R9"), topic="lp/s1/x/up")
    assert plan_routes([odd, bound(1, "b")]).filters == ("lp/s1/+/up",)


def test_messages_of_one_topic_are_written_in_one_way() -> None:
    in_cbor = with_form(bound(0, "a"), content=Content.CBOR)
    with pytest.raises(ConfigError, match="cannot share a topic"):
        plan_routes([in_cbor, bound(1, "b")])
    assert plan_routes([in_cbor]).filters == ("lp/s1/+/up",)


def test_a_site_called_like_its_device_stays_named() -> None:
    same = with_form(bound(0, "a"), topic="lp/R1/R1/up")
    assert plan_routes([same]).filters == ("lp/R1/+/up",)


@pytest.mark.parametrize("topic", ["lp/+/up", "lp/#", "$SYS/broker", "a\x00b", "x" * 65536])
@pytest.mark.parametrize("field", ["topic", "command_topic", "reply_topic"])
def test_a_topic_that_is_none_is_refused(topic: str, field: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a topic"):
        plan_routes([with_form(bound(0, "a"), **{field: topic})])


def test_values_and_answers_cannot_share_a_topic() -> None:
    with pytest.raises(ConfigError, match="cannot share"):
        plan_routes([with_form(bound(0, "a", writable=True), reply_topic="lp/s1/R1/up")])


def test_a_form_of_another_protocol_is_refused() -> None:
    form = ModbusForm(space=Space.HOLDING, address=0, type=DataType.UINT16)
    with pytest.raises(ConfigError, match="not one of MQTT"):
        plan_routes([replace(bound(0, "a"), form=form)])


def test_a_value_scaled_by_nothing_cannot_be_written() -> None:
    with pytest.raises(ConfigError, match="scaled by 0"):
        plan_routes([with_form(bound(0, "a", writable=True), scale=0.0)])


# -- options ----------------------------------------------------------------------------------------------------------


def test_the_least_that_must_be_given_is_a_url() -> None:
    broker = read_options({"url": "mqtt://broker.example"}, filters=["lp/s1/+/up"])
    assert (broker.host, broker.port, broker.version, broker.clean) == ("broker.example", 1883, 4, False)
    assert (broker.keepalive_s, broker.reply_timeout_s, broker.tls) == (10, 10.0, None)


def test_everything_can_be_given() -> None:
    broker = read_options(
        {
            "url": "mqtt://[::1]:11883/",
            "version": "5",
            "client_id": "console-1",
            "user": "u",
            "password": "p",
            "keepalive_s": "30",
            "reply_timeout_s": "2.5",
            "clean": "true",
        },
        filters=[],
    )
    assert (broker.host, broker.port, broker.version, broker.client_id) == ("::1", 11883, 5, "console-1")
    assert (broker.user, broker.password, broker.keepalive_s) == ("u", "p", 30)
    assert (broker.reply_timeout_s, broker.clean) == (2.5, True)


def test_a_secure_url_checks_the_brokers_certificate_and_name() -> None:
    tls = read_options({"url": "mqtts://broker.example"}, filters=[]).tls
    assert tls is not None
    assert tls.check_hostname
    assert (tls.verify_mode.name, tls.minimum_version.name) == ("CERT_REQUIRED", "TLSv1_2")
    assert read_options({"url": "mqtts://broker.example"}, filters=[]).port == 8883


def test_an_invented_client_id_is_steady_and_tells_sites_apart() -> None:
    ids = [
        read_options({"url": "mqtt://b"}, filters=filters).client_id
        for filters in (["lp/s1/+/up"], ["lp/s1/+/up"], ["lp/s2/+/up"])
    ]
    assert ids[0] == ids[1] != ids[2]
    assert all(len(each) <= 23 for each in ids)


def test_the_password_is_not_shown() -> None:
    assert "s3cret" not in repr(read_options({"url": "mqtt://b", "user": "u", "password": "s3cret"}, filters=[]))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "url"),
        ({"url": "http://b"}, "url"),
        ({"url": "mqtt://"}, "url"),
        ({"url": "mqtt://u:p@b"}, "url"),
        ({"url": "mqtt://b/path"}, "url"),
        ({"url": "mqtt://b:0x"}, "port"),
        ({"url": "mqtt://b:70000"}, "port"),
        ({"url": "mqtt://b", "version": "3.1"}, "version must be one of 3.1.1, 5"),
        ({"url": "mqtt://b", "clean": "maybe"}, "clean must be one of true, false"),
        ({"url": "mqtt://b", "keepalive_s": "0"}, "keepalive_s"),
        ({"url": "mqtt://b", "keepalive_s": "soon"}, "keepalive_s"),
        ({"url": "mqtt://b", "reply_timeout_s": "nan"}, "reply_timeout_s"),
        ({"url": "mqtts://b", "ca_file": "/no/such/file.pem"}, "/no/such/file.pem"),
    ],
)
def test_a_wrong_option_is_named(given: dict[str, str], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        read_options(given, filters=[])


def test_a_certificate_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        read_options({"url": "mqtts://b", "ca_file": str(file)}, filters=[])


def test_all_devices_share_the_sites_broker() -> None:
    assert SPEC in DRIVERS
    assert SPEC.link_key(device("R1")) == SPEC.link_key(device("R2"))
    assert [option.name for option in SPEC.options if option.secret] == ["password"]


# -- rations ----------------------------------------------------------------------------------------------------------


def test_some_are_kept_and_the_rest_is_counted() -> None:
    ration = Ration()
    assert [ration.admit("a", "topic", 0.0) for _ in range(KEPT + 3)] == [True] * KEPT + [False] * 3
    assert ration.admit("a", "decode", 0.0)
    assert ration.admit("b", "topic", 0.0)
    assert ration.ended(WINDOW_S - 0.1) == []
    assert ration.ended(WINDOW_S) == [Surplus("a", "topic", 3)]
    assert ration.ended(WINDOW_S) == []
    assert ration.admit("a", "topic", WINDOW_S)


def test_what_was_counted_is_told_at_the_end() -> None:
    ration = Ration()
    for _ in range(KEPT + 1):
        ration.admit("a", "topic", 0.0)
    assert ration.ended(1.0, all_of_them=True) == [Surplus("a", "topic", 1)]


def test_ever_new_sources_share_one_ration() -> None:
    ration = Ration()
    kept = sum(ration.admit(f"source {n}", "topic", 0.0) for n in range(10 * SOURCES))
    assert kept == SOURCES + KEPT
    (surplus,) = ration.ended(WINDOW_S)
    assert surplus == Surplus("(further sources)", "", 10 * SOURCES - SOURCES - KEPT)


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (socket.gaierror(-2, "Name or service not known"), "the name broker.example cannot be found"),
        (
            ConnectionRefusedError(111, "Connection refused"),
            "no broker answers at broker.example:1883: connection refused",
        ),
        (TimeoutError("no answer in time"), "no broker answers at broker.example:1883: no answer in time"),
        (OSError(113, "No route to host"), "no connection to broker.example:1883: No route to host"),
        (ssl.SSLError(1, "[SSL: X] x"), "no secure connection to broker.example:1883: "),
    ],
)
def test_why_there_is_no_connection_is_said_in_words(error: OSError, text: str) -> None:
    broker = read_options({"url": "mqtt://broker.example"}, filters=[])
    assert dialling_failed(error, broker).startswith(text)


def test_why_a_connection_ended_is_said_in_words() -> None:
    broker = read_options({"url": "mqtt://broker.example", "client_id": "console-1"}, filters=[])
    busy = ReasonCode(PacketTypes.DISCONNECT, "Server busy")
    lost = ReasonCode(PacketTypes.DISCONNECT, "Unspecified error")
    assert ended(busy, lost, "", broker) == "the broker ended the connection: Server busy"
    assert ended(None, lost, "Broken pipe", broker) == "the connection broke: Broken pipe"
    assert no_answer(broker, accepted=True) == "broker.example:1883 does not answer the subscription"
    anonymous = connecting_refused(ReasonCode(PacketTypes.CONNACK, "Not authorized"), broker)
    assert anonymous.startswith("the broker refused a client without a user name: ")
