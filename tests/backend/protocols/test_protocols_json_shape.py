"""The short road for messages that look alike: it is taken, and it never says anything but what the long one says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.protocols import json_payload
from backend.protocols.columns import Columns
from backend.protocols.json_payload import Findings, Member, Payloads

ARRIVED = 1_768_473_005_000_000
TOLD_MS = 1_768_473_000_000
Outcome = tuple[list[tuple[int, int, str, int]], Findings | str | None]


def payloads() -> Payloads:
    return Payloads(
        {
            "W1": (
                Member(point=0, pointer=("values", "ch4"), scale=0.5, offset=1.0),
                Member(point=1, pointer=("values", "level")),
                Member(point=2, pointer=("values", "lid"), switch=True),
            )
        }
    )


LIKE: dict[str, Any] = {
    "t": TOLD_MS,
    "device": "W1",
    "boot": "a",
    "seq": 3,
    "values": {"ch4": 0.4, "level": 120, "lid": True, "spare": 1},
}


def outcome(reader: Payloads, raw: bytes) -> Outcome:
    columns = Columns()
    findings: Findings | str | None
    try:
        findings = reader.decode(raw, received_at=ARRIVED, retained=False, into=columns)
    except json_payload.FrameError as error:
        findings = str(error)
    if not len(columns):
        return [], findings
    batch = columns.take(received_at=ARRIVED, source="test")
    rows = zip(
        batch.point.tolist(), batch.at.tolist(), map(repr, batch.value.tolist()), batch.quality.tolist(), strict=True
    )
    return list(rows), findings  # type: ignore[arg-type]  # repr: NaN equals itself


def primed() -> Payloads:
    reader = payloads()
    assert outcome(reader, json.dumps(LIKE).encode())[1] is None
    return reader


def test_a_message_like_the_last_one_is_not_read_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = primed()
    monkeypatch.setattr(json_payload, "read", lambda raw: pytest.fail(f"the long way: {raw!r}"))
    changed = LIKE | {"seq": 4, "t": TOLD_MS + 1, "values": LIKE["values"] | {"ch4": 7, "lid": 0}}
    rows, findings = outcome(reader, json.dumps(changed).encode())
    assert findings is None
    assert [(point, at, value) for point, at, value, _ in rows] == [
        (0, (TOLD_MS + 1) * 1000, "4.5"),
        (1, (TOLD_MS + 1) * 1000, "120.0"),
        (2, (TOLD_MS + 1) * 1000, "0.0"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(LIKE | {"device": "W2"}),
        json.dumps(LIKE | {"t": "2026-01-15T10:30:00Z"}),
        json.dumps(LIKE | {"t": TOLD_MS + 0.25}),
        json.dumps(LIKE | {"t": 0}),
        json.dumps(LIKE | {"t": TOLD_MS * 10}),
        json.dumps(LIKE | {"t": 2**70}),
        json.dumps(LIKE | {"q": "bad"}),
        json.dumps(LIKE | {"boot": "a:b"}),
        json.dumps(LIKE | {"boot": {"n": 1}}),
        json.dumps(LIKE | {"values": []}),
        json.dumps(LIKE | {"values": {"ch4": 1.0}}),
        json.dumps(LIKE).replace('"level": 120', '"level": null'),
        json.dumps(LIKE).replace('"level": 120', '"level": "120"'),
        json.dumps(LIKE).replace('"level": 120', '"level": true'),
        json.dumps(LIKE).replace('"level": 120', '"level": NaN'),
        json.dumps(LIKE).replace('"level": 120', '"level": 1e400'),
        json.dumps(LIKE).replace('"level": 120', '"level": 1e300'),
        json.dumps(LIKE).replace('"level": 120', f'"level": {2**53}'),
        json.dumps(LIKE).replace('"level": 120', f'"level": {2**53 + 1}'),
        json.dumps(LIKE).replace('"level": 120', f'"level": {-(2**70)}'),
        json.dumps(LIKE).replace('"level": 120', '"level": 120, "level": 121'),
        json.dumps(LIKE).replace('"spare": 1', '"level": 121'),
        json.dumps(LIKE).replace('"seq": 3', '"t": 5'),
        json.dumps(LIKE).replace('"level"', '"lev\\u0065l"'),
        json.dumps(LIKE) + "x",
        json.dumps(LIKE)[:-1],
        "[]",
        "",
    ],
)
def test_whatever_comes_after_a_message_is_read_as_if_it_had_come_first(raw: str) -> None:
    assert outcome(primed(), raw.encode()) == outcome(payloads(), raw.encode())


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "W1", "good", "a:b"])
_nodes = st.dictionaries(st.sampled_from(["ch4", "level", "lid", "spare"]), _scalars, max_size=4)
_messages = st.fixed_dictionaries(
    {},
    optional={
        "t": _scalars | st.just(TOLD_MS),
        "device": _scalars | st.just("W1"),
        "boot": _scalars,
        "seq": _scalars | st.lists(_scalars, max_size=2),
        "q": _scalars,
        "values": _nodes | _scalars,
    },
)


@given(st.lists(_messages, min_size=1, max_size=4))
def test_no_history_changes_how_a_message_is_read(messages: list[dict[str, object]]) -> None:
    reader = primed()
    for raw in [json.dumps(each).encode() for each in messages]:
        assert outcome(reader, raw) == outcome(payloads(), raw)


def test_messages_without_a_shape_are_soon_left_to_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[object] = []
    monkeypatch.setattr(json_payload, "shape_of", lambda tree, place: learnt.append(tree))
    reader = payloads()
    for seq in range(200):
        outcome(reader, json.dumps(LIKE | {"seq": seq}).encode())
    assert len(learnt) < 10


def test_two_ways_of_writing_in_turns_cost_few_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[object] = []
    real = json_payload.shape_of

    def counting(tree: dict[str, Any], place: Any) -> object:
        attempts.append(tree)
        return real(tree, place)

    monkeypatch.setattr(json_payload, "shape_of", counting)
    reader = payloads()
    other = {"t": TOLD_MS, "values": {"ch4": 1.0, "level": 2.0, "lid": False}}
    for turn in range(400):
        assert outcome(reader, json.dumps((LIKE, other)[turn % 2]).encode())[1] is None
    assert len(attempts) < 15
