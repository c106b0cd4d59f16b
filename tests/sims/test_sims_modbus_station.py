"""The Modbus servers of the field, read and written by clients that are not ours."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyModbusTCP.client import ModbusClient
from pyModbusTCP.utils import decode_ieee, encode_ieee, long_list_to_word, word_list_to_long

from sims.devices.modbus_station import ModbusStation
from tests.support.field import LoopThread, StillPlant, small_site


@dataclass
class Bench:
    """Station R-12 and valve XV-0417 on real sockets."""

    field: StillPlant
    rtu: ModbusStation
    valve: ModbusStation
    loop: LoopThread

    def client(self, station: ModbusStation, unit: int = 1) -> ModbusClient:
        return ModbusClient(host=station.host, port=station.port, unit_id=unit, timeout=2, auto_open=True)

    def show(self) -> None:
        for station in (self.rtu, self.valve):
            for unit in station.units:
                station.show(unit)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    site, first = small_site(tmp_path / "site")
    field, loop = StillPlant(site), LoopThread()
    terminals = field.plant.equipment.terminals
    ports = {id_: int(terminals[id_].address["port"]) for id_ in ("R-12", "XV-0417")}
    assert ports["R-12"] == first + 2
    stations = [ModbusStation("127.0.0.1", ports[id_], {1: terminals[id_]}, field.plant.write) for id_ in ports]
    for station in stations:
        loop.call(station.start())
    yield Bench(field, stations[0], stations[1], loop)
    for station in stations:
        loop.call(station.cut())
    loop.stop()


def float_at(client: ModbusClient, address: int, *, swapped: bool) -> float:
    words = client.read_input_registers(address, 2)
    assert words is not None
    return float(decode_ieee(word_list_to_long(words, big_endian=not swapped)[0]))


def write_float(client: ModbusClient, address: int, value: float) -> bool:
    return bool(client.write_multiple_registers(address, long_list_to_word([encode_ieee(value)], big_endian=False)))


def test_values_in_both_word_orders(bench: Bench) -> None:
    client = bench.client(bench.rtu)
    assert float_at(client, 28, swapped=False) == pytest.approx(360, abs=3)
    assert float_at(client, 10, swapped=True) == pytest.approx(360, abs=3)
    words = client.read_input_registers(22, 4)
    assert words is not None
    total = int.from_bytes(struct.pack(">4H", *words), "big") * 0.001
    assert total == pytest.approx(bench.field.reading("R-12", "total_volume"), rel=1e-6)
    client.close()


def test_scaled_integers_bits_and_coils(bench: Bench) -> None:
    client = bench.client(bench.rtu)
    packed = client.read_input_registers(31, 2)
    assert packed == [1000, 0b0101]
    assert client.read_discrete_inputs(0, 4) == [False, False, False, True]
    assert client.read_coils(0, 1) == [True]
    client.close()


def test_a_setpoint_is_written_and_comes_into_force(bench: Bench) -> None:
    client = bench.client(bench.rtu)
    assert write_float(client, 0, 340.0)
    assert client.read_holding_registers(0, 2) == long_list_to_word([encode_ieee(340.0)], big_endian=False)
    bench.field.pass_time(2.0)
    bench.show()
    on_the_way = float_at(client, 13, swapped=True)
    bench.field.pass_time(8.0)
    bench.show()
    assert 340 < on_the_way < 360
    assert float_at(client, 13, swapped=True) == 340.0
    client.close()


@pytest.mark.parametrize("value", [299.0, 381.0, -1.0, float("nan"), float("inf")])
def test_a_setpoint_out_of_range_is_refused(bench: Bench, value: float) -> None:
    client = bench.client(bench.rtu)
    assert not write_float(client, 0, value)
    assert client.last_except == 3
    assert bench.field.reading("R-12", "run_a_setpoint") == 360.0
    client.close()


def test_a_valve_command_moves_the_valve(bench: Bench) -> None:
    client = bench.client(bench.valve)
    assert client.read_input_registers(0, 2) == [1, 1000]
    assert client.write_single_register(0, 2)
    assert client.read_holding_registers(0, 1) == [2]
    bench.field.pass_time(12.0)
    bench.show()
    assert client.read_input_registers(0, 2) == [0, 600]
    bench.field.pass_time(18.0)
    bench.show()
    assert client.read_input_registers(0, 2) == [2, 0]
    assert client.read_holding_registers(0, 1) == [0]
    client.close()


def test_a_command_code_that_does_not_exist(bench: Bench) -> None:
    client = bench.client(bench.valve)
    assert not client.write_single_register(0, 3)
    assert client.last_except == 3
    client.close()


def test_a_valve_on_local_refuses(bench: Bench) -> None:
    bench.field.plant.turn_key("XV-0417", remote=False)
    bench.show()
    client = bench.client(bench.valve)
    assert client.read_discrete_inputs(0, 1) == [False]
    assert not client.write_single_register(0, 2)
    assert client.last_except == 4
    client.close()


def test_what_does_not_exist_is_refused(bench: Bench) -> None:
    client = bench.client(bench.rtu)
    refusals = (
        (lambda: client.read_input_registers(1000, 1), 2),
        (lambda: client.read_input_registers(31, 3), 2),
        (lambda: client.read_holding_registers(5, 1), 2),
        (lambda: client.read_coils(1, 1), 2),
        (lambda: client.write_single_register(0, 1), 2),
        (lambda: client.write_single_register(900, 1), 2),
        (lambda: client.write_single_coil(0, True), 2),
        (lambda: client.write_multiple_coils(0, [True]), 2),
    )
    for ask, code in refusals:
        assert not ask()
        assert client.last_except == code
    client.close()


def test_an_unknown_unit_is_refused(bench: Bench) -> None:
    client = bench.client(bench.rtu, unit=9)
    assert client.read_input_registers(0, 1) is None
    assert client.last_except == 11
    client.close()


def exchange(bench: Bench, sent: str) -> str:
    with socket.create_connection(("127.0.0.1", bench.rtu.port), timeout=2) as wire:
        wire.sendall(bytes.fromhex(sent))
        wire.shutdown(socket.SHUT_WR)
        got = b""
        while chunk := wire.recv(4096):
            got += chunk
        return got.hex(" ")


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("00 05 00 00 00 06 01 04 00 20 00 01", "00 05 00 00 00 05 01 04 02 00 05"),
        ("00 06 00 00 00 06 01 2b 0e 01 00 00", "00 06 00 00 00 03 01 ab 01"),
        ("00 07 00 00 00 02 01 63", "00 07 00 00 00 03 01 e3 01"),
        ("00 08 00 00 00 06 01 04 00 00 00 7e", "00 08 00 00 00 03 01 84 03"),
        ("00 09 00 00 00 06 01 04 00 00 00 00", "00 09 00 00 00 03 01 84 03"),
        ("00 0a 00 00 00 03 01 04 00", "00 0a 00 00 00 03 01 84 03"),
        ("00 0b 00 01 00 06 01 04 00 00 00 01", ""),
        ("00 0c 00 00 ff ff 01 04 00 00 00 01", ""),
        ("00 0d 00 00 00 06 01 04 00", ""),
        (
            "00 0e 00 00 00 06 01 04 00 20 00 01 00 0f 00 00 00 06 01 04 00 20 00 01",
            "00 0e 00 00 00 05 01 04 02 00 05 00 0f 00 00 00 05 01 04 02 00 05",
        ),
    ],
)
def test_frames(bench: Bench, sent: str, answer: str) -> None:
    # Frames by hand from MODBUS Messaging on TCP/IP V1.0b §3.1.3; register 32 holds the inlet valve's state, 0b0101.
    assert exchange(bench, sent) == answer


def test_a_frame_in_pieces(bench: Bench) -> None:
    frame = bytes.fromhex("00 05 00 00 00 06 01 04 00 20 00 01")
    with socket.create_connection(("127.0.0.1", bench.rtu.port), timeout=2) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(len(frame)):
            wire.sendall(frame[place : place + 1])
        assert wire.recv(4096).hex(" ") == "00 05 00 00 00 05 01 04 02 00 05"


def test_cut_and_restored(bench: Bench) -> None:
    client = bench.client(bench.rtu)
    assert client.read_input_registers(0, 2) is not None
    bench.loop.call(bench.rtu.cut())
    assert client.read_input_registers(0, 2) is None
    assert not client.open()
    bench.loop.call(bench.rtu.start())
    assert client.read_input_registers(0, 2) is not None
    client.close()


def test_cut_after_a_write_the_valve_moves_and_nobody_is_told(bench: Bench) -> None:
    bench.valve.cut_after_write("XV-0417")
    client = bench.client(bench.valve)
    assert client.read_input_registers(0, 1) == [1]
    assert not client.write_single_register(0, 2)
    assert client.last_except == 0
    assert not client.open()
    bench.field.pass_time(30.0)
    assert bench.field.reading("XV-0417", "position") == 2
    client.close()


@pytest.mark.stranger
def test_mbpoll_reads_and_writes(bench: Bench) -> None:
    program = shutil.which("mbpoll")
    assert program is not None, "mbpoll is installed by make setup"

    def mbpoll(port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, "-m", "tcp", "-p", str(port), "-a", "1", "-0", "-1", *arguments, "127.0.0.1"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )

    read = mbpoll(bench.rtu.port, "-t", "3:float", "-B", "-r", "28", "-c", "1")
    assert read.returncode == 0, read.stderr
    assert 355 < float(read.stdout.split("[28]:")[1].split()[0]) < 365
    written = subprocess.run(
        [program, "-m", "tcp", "-p", str(bench.valve.port), "-a", "1", "-0", "-t", "4", "-r", "0", "127.0.0.1", "2"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert written.returncode == 0, written.stderr
    assert bench.field.reading("XV-0417", "command") == 2
