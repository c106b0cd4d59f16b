"""Lives by seed (safety.md 4.3): power cuts, kills, a full, locked and failing disk, doubled and broken messages.

Safety after every death: nothing acknowledged is missing, nothing twice, the journal is whole. Liveness at the end:
with the faults over, everything is stored and every alarm is as a naive list says, in bounded virtual time.
A failing seed is run again with LINEPACK_FAULT_SEED and the number in the test's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.store import connections
from tests.support.simulation import Simulation
from tests.support.units import ROUNDS, SEED

# Databases are lost and found here.
pytestmark = pytest.mark.expects_warnings
ACTIONS = 400
CALAMITIES = {"power_cut", "killed", "full", "locked", "sync_fails", "restart"}


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Callable[..., Simulation]]:
    begun: list[Simulation] = []

    def begin(seed: str, *, actions: int = ACTIONS, faults: bool = True) -> Simulation:
        begun.append(Simulation(tmp_path / f"site{len(begun)}", seed, actions=actions, faults=faults))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_life_with_every_fault_loses_nothing_and_comes_to_rest(life: Callable[..., Simulation], number: int) -> None:
    simulation = life(f"{SEED}/{number}")
    simulation.run()
    simulation.settle()
    assert simulation.counts["publish"] > 50
    assert len(CALAMITIES & simulation.counts.keys()) >= 2


def test_a_quiet_life_is_as_the_lists_say(life: Callable[..., Simulation]) -> None:
    simulation = life(f"{SEED}/quiet", actions=150, faults=False)
    simulation.run()
    simulation.settle()
    assert not CALAMITIES & simulation.counts.keys()
    assert simulation.oracle.promised == simulation.oracle.tried


def test_the_same_seed_is_the_same_life(life: Callable[..., Simulation]) -> None:
    digests = []
    for _ in range(2):
        simulation = life(f"{SEED}/same", actions=150)
        simulation.run()
        simulation.settle()
        digests.append(simulation.digest())
    assert digests[0] == digests[1]


def test_the_lists_show_a_store_that_does_not_wait_for_its_disk(
    life: Callable[..., Simulation], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tester tested: without FULL a power cut takes what was acknowledged."""
    weak = [each.replace("synchronous=FULL", "synchronous=NORMAL") for each in connections._FOR_WRITING]
    monkeypatch.setattr(connections, "_FOR_WRITING", tuple(weak))
    simulation = life(f"{SEED}/0")
    with pytest.raises(AssertionError):
        simulation.run()
    assert simulation.counts["power_cut"] > 0
