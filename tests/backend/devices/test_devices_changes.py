"""Changes of a running site as pure logic: one thing changes, old and new values are told, the rest is refused."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.devices.changes import EDITABLE, LONGEST_S, SHORTEST_S, changed
from backend.errors import RefusedError
from backend.model.change import DeviceChange, PointChange
from backend.model.plant import Limits, Mode, QuantityKind, Registry, mode_of
from tests.support.points import point, registry

QUIET = Limits(h=100.0, hh=200.0, deadband=1.0)


def plant() -> Registry:
    valve = replace(point(2, "D.CMD"), writable=True)
    switch = replace(
        point(3, "D.ZS"), kind=QuantityKind.SWITCH, unit="", low=0, high=3, states={0: "closed", 1: "open"}
    )
    retired = replace(point(4, "D.OLD"), retired=True)
    made = registry(point(0, limits=QUIET), point(1, device="M"), valve, switch, retired, point(5, "D.LOOSE"))
    meter = replace(made.devices[0], id="M", protocol="mqtt")
    return replace(made, devices=(replace(made.devices[0], short_code="17"), made.devices[1], meter))


BOUND = frozenset(range(4))
PLANT = plant()


@given(
    period_s=st.floats(SHORTEST_S, LONGEST_S),
    mode=st.sampled_from([Mode.POLL, Mode.ON_CHANGE]),
    band=st.floats(0, 199),
    h=st.floats(-900, 900),
    above=st.floats(1, 90),
)
def test_a_change_touches_its_point_alone_and_tells_old_and_new(
    period_s: float, mode: Mode, band: float, h: float, above: float
) -> None:
    limits = replace(QUIET, h=h, hh=h + above)
    change = PointChange(point=0, period_s=period_s, mode=mode, change_band=band, limits=limits)
    new = changed(PLANT, change, BOUND)
    point = new.registry.points[0]
    assert (point.period_s, mode_of(point, "modbus"), point.change_band, point.limits) == (period_s, mode, band, limits)
    assert replace(point, period_s=1.0, mode=None, change_band=0.0, limits=QUIET) == PLANT.points[0]
    assert (new.registry.points[1:], new.registry.devices, new.registry.assets) == (
        PLANT.points[1:],
        PLANT.devices,
        PLANT.assets,
    )
    assert new.subject == "T0"
    told = {name: (before, after) for name, before, after in new.values}
    assert all(before != after for before, after in told.values())
    assert told.get("hh", (200.0, 200.0)) == (200.0, h + above)
    assert told.get("period_s", (1.0, 1.0)) == (1.0, period_s)


NUMBERS = st.none() | st.floats(-1500, 1500) | st.sampled_from([math.nan, math.inf, -math.inf])
SPANS = st.floats(-1, 300) | st.sampled_from([math.nan, math.inf])
ANY_LIMITS = st.fixed_dictionaries(
    {}, optional={"hh": NUMBERS, "h": NUMBERS, "l": NUMBERS, "rate": NUMBERS, "deadband": SPANS, "on_delay_s": SPANS}
).map(lambda values: replace(QUIET, **values))  # type: ignore[arg-type] # names and numbers are mixed on purpose


@given(
    change=st.builds(
        PointChange,
        point=st.integers(-1, 6),
        period_s=st.none() | SPANS,
        mode=st.none() | st.sampled_from(Mode),
        change_band=st.none() | SPANS,
        limits=st.none() | ANY_LIMITS,
    )
)
def test_whatever_is_asked_is_refused_or_can_be_run(change: PointChange) -> None:
    with contextlib.suppress(RefusedError):
        point = changed(PLANT, change, BOUND).registry.points[change.point]
        limits = point.limits
        assert SHORTEST_S <= point.period_s <= LONGEST_S
        assert 0 <= point.change_band < math.inf
        ordered = [each for each in (limits.ll, limits.l, limits.h, limits.hh) if each is not None]
        assert ordered == sorted(set(ordered))
        assert all(math.isfinite(getattr(limits, name) or 0.0) for name in EDITABLE)
        assert min(limits.deadband, limits.on_delay_s, limits.off_delay_s) >= 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (PointChange(point=9), "there is no point 9"),
        (PointChange(point=4, period_s=2.0), "D.OLD is not bound to its device any more"),
        (PointChange(point=5, period_s=2.0), "D.LOOSE is not bound to its device any more"),
        (PointChange(point=0), "T0 is like that already"),
        (PointChange(point=0, period_s=0.0), "T0: a period lasts 0.1 s to 2678400.0 s, not 0.0"),
        (PointChange(point=0, mode=Mode.REPORT), "T0: a device on modbus cannot do report, only poll, on-change"),
        (PointChange(point=1, mode=Mode.POLL), "T1: a device on mqtt cannot do poll, only report"),
        (PointChange(point=3, mode=Mode.ON_CHANGE), "D.ZS guards commands and is polled whole"),
        (PointChange(point=2, mode=Mode.ON_CHANGE), "D.CMD guards commands and is polled whole"),
        (PointChange(point=0, change_band=200.0), "T0: the band of no change must be from 0 to a tenth of the range"),
        (PointChange(point=0, limits=replace(QUIET, h=300.0)), "T0: hh must be above h (300.0)"),
        (PointChange(point=0, limits=replace(QUIET, hh=math.nan)), "T0: hh must be a number"),
        (
            PointChange(point=0, limits=replace(QUIET, priority_h=1)),
            "T0: class and priorities of its alarms come with its model",
        ),
        (PointChange(point=0, limits=replace(QUIET, deadband=-1.0)), "T0: dead band and delays must not be negative"),
        (DeviceChange(device="X", remote_enabled=True), "there is no device X"),
        (DeviceChange(device="G", remote_enabled=True), "G has nothing that could be commanded"),
        (DeviceChange(device="D", remote_enabled=False), "D is like that already"),
    ],
)
def test_what_may_not_be_is_refused_in_one_sentence(change: PointChange | DeviceChange, sentence: str) -> None:
    with pytest.raises(RefusedError) as refused:
        changed(PLANT, change, BOUND)
    assert str(refused.value) == sentence


def test_the_edge_control_path_is_the_device_s_alone() -> None:
    new = changed(PLANT, DeviceChange(device="D", remote_enabled=True), BOUND)
    assert [device.remote_enabled for device in new.registry.devices] == [True, False, False]
    assert (new.subject, new.values) == ("D", (("remote_enabled", False, True),))
    assert new.registry.points == PLANT.points


def test_remote_control_needs_a_short_code_of_its_own() -> None:
    bare = replace(PLANT, devices=(replace(PLANT.devices[0], short_code=""), *PLANT.devices[1:]))
    with pytest.raises(RefusedError, match="D has no short code to confirm commands with"):
        changed(bare, DeviceChange(device="D", remote_enabled=True), BOUND)
    twin = replace(PLANT.devices[2], short_code="17", remote_enabled=True)
    with pytest.raises(RefusedError, match="D has the same short code as M"):
        changed(
            replace(PLANT, devices=(*PLANT.devices[:2], twin)), DeviceChange(device="D", remote_enabled=True), BOUND
        )
