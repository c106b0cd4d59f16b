"""Commands and people on the real store: what is durable is what was decided, and the journal's chain holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.access import Passwords, People
from backend.audit.chain import GENESIS, seal, verify
from backend.commands import LAST_NUMBER, CommandEngine
from backend.model.command import CommandState, ReceiptKind
from backend.store import Store
from tests.support import command_site as cs
from tests.support.access_site import CHEAP, PASSWORD, SECRET, STAFF, Office

S = CommandState


@pytest.fixture
def folder(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'linepack.db'}"
    Store.create(url, site="hz", mode="live", clock=cs.ManualClock(), seal=seal).close()
    return url


def _open(url: str, site: cs.Site) -> Store:
    return Store.open(url, site="hz", mode="live", clock=site.clock, seal=seal)


def _engine(store: Store, site: cs.Site, people: People) -> CommandEngine:
    engine = CommandEngine(
        mode="live",
        registry=cs.registry(),
        actuators=cs.actuators(),
        ledger=store,
        call=site.queue.append,
        values=site,
        links=site,
        dispatcher=_Sent(site),
        people=people,
        alarms=site,
        clock=site.clock,
        last_number_setting=store.setting(LAST_NUMBER),
    )
    engine.on_restart(store.commands())
    return engine


class _Sent:
    def __init__(self, site: cs.Site) -> None:
        self._site = site

    def write(self, order: cs.Order, told: object) -> None:
        self._site.disk.sent.append(order)
        self._site.told = told  # type: ignore[assignment]  # the driver's way back


def test_two_people_close_a_valve_and_the_store_holds_it_over_a_restart(folder: str) -> None:
    site = cs.Site()
    store = _open(folder, site)
    store.run(lambda tx: [tx.account(each) for each in STAFF]).result(5)
    people = People(accounts=store.accounts(), ledger=store, clock=site.clock, passwords=Passwords(CHEAP))
    engine = _engine(store, site, people)
    op = people.sign_in(people.check_password("op", PASSWORD), "Desk A")
    sup = people.sign_in(people.check_password("sup", PASSWORD), "Desk S")

    asked = engine.request(op.id, point=cs.COMMAND, action="close", reason="line break")
    identity = asked.content.id
    engine.confirm(op.id, identity, "0417")
    signed = engine.signed_hash(identity)
    engine.check_approval(sup.id, identity, signed_hash=signed)
    office = Office(clock=site.clock)
    proof = people.reauthenticate(
        sup.id,
        people.check_password("sup", PASSWORD),
        office.code(),
        purpose=engine.approval_purpose(identity, signed),
    )
    done = engine.approve(sup.id, identity, signed_hash=signed, proof=proof)
    assert done.state is S.DISPATCHING
    assert store.commands(open_only=True) == (done,)
    site.say(ReceiptKind.SENT)
    site.say(ReceiptKind.ACKED)
    site.clock.tick(5)
    site.field(cs.CLOSED)
    engine.tick()
    (verified,) = store.commands()
    assert verified.state is S.VERIFIED
    assert len(site.disk.sent) == 1
    assert store.setting(LAST_NUMBER) == "1"
    store.close()

    store = _open(folder, site)
    assert store.commands() == (verified,)
    assert next(each for each in store.accounts() if each.login == "sup").totp_last_step > 0
    site.clock.tick(1)
    site.field(cs.CLOSED)
    people = People(accounts=store.accounts(), ledger=store, clock=site.clock, passwords=Passwords(CHEAP))
    engine = _engine(store, site, people)
    op = people.sign_in(people.check_password("op", PASSWORD), "Desk A")
    opened = engine.request(op.id, point=cs.COMMAND, action="open", reason="relight", person_on_site=True)
    assert opened.content.id == "CMD-20260115-000002"
    assert store.commands(open_only=True)[0].content.person_on_site
    assert verify(store.journal(), GENESIS(store.site, store.id)).ok
    kinds = [entry.draft.kind for entry in store.journal()]
    assert kinds.count("command.dispatching") == 1
    store.close()


@pytest.mark.expects_warnings
def test_an_attempt_that_is_claimed_already_is_never_sent(folder: str) -> None:
    site = cs.Site()
    store = _open(folder, site)
    site.run = store.run  # type: ignore[method-assign]  # the rest of the desk, on the real store
    site.start()
    command = site.engine.confirm("s-op", site.close().content.id, "0417")
    store.run(lambda tx: tx.claim(command.content.id, 1)).result(5)
    assert site.approve(command).state is S.APPROVED
    site.tick(31)
    assert site.state(command) is S.EXPIRED
    assert site.disk.sent == []
    assert store.commands()[0].state is S.EXPIRED
    store.close()


def test_secrets_never_reach_the_journal(folder: str) -> None:
    site = cs.Site()
    store = _open(folder, site)
    people = People(accounts=STAFF, ledger=store, clock=site.clock, passwords=Passwords(CHEAP))
    admin = people.sign_in(people.check_password("admin", PASSWORD), "Desk A")
    people.staff.change_password(admin.id, "op", people.hash_password("Another-horse-2", login="op"))
    secret = people.staff.enrol(admin.id, "eng")
    written = repr(list(store.journal()))
    assert "person.password-changed" in written
    for canary in (PASSWORD, "Another-horse-2", SECRET, secret, "argon2"):
        assert canary not in written
    store.close()
