"""Signing in and out, proving again, locks, and rights that end at once."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access import AccessPolicy, PasswordCheck
from backend.errors import ConfigError, RefusedError
from backend.model.person import AccountStatus, Right, Role
from tests.support.access_site import PASSWORD, SECRET, STAFF, Office, account

SENTENCE = "name or password is not right, or the account is locked"


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_right_password_starts_a_session_that_is_journaled(office: Office) -> None:
    session = office.sign_in(" OP ", desk="Desk A")
    assert (session.login, session.person, session.role, session.workstation) == ("op", "p-op", Role.OPERATOR, "Desk A")
    assert office.people.session(session.id) == session
    (entry,) = office.journal
    assert (entry.kind, entry.subject, entry.person, entry.session) == ("person.sign-in", "op", "p-op", session.id)


def test_a_look_alike_spelling_is_the_same_login(office: Office) -> None:
    assert office.sign_in("ｓｕｐ").login == "sup"


REFUSED = {
    "unknown": ("nobody", PASSWORD, "unknown login"),
    "wrong password": ("op", "wrong", "wrong password"),
    "disabled": ("gone", PASSWORD, "account not active"),
    "disabled and wrong": ("gone", "wrong", "account not active"),
    "held": ("held", PASSWORD, "account not active"),
    "locked": ("locked", PASSWORD, "account locked"),
    "locked and wrong": ("locked", "wrong", "account locked"),
    "empty": ("", "", "unknown login"),
}


@pytest.mark.parametrize("name", REFUSED, ids=list(REFUSED))
def test_the_sentence_is_the_same_and_only_the_journal_knows_why(name: str) -> None:
    login, password, why = REFUSED[name]
    clock = Office().clock
    locked = account("locked", Role.OPERATOR, failures=5, locked_until=clock.wall_us() + 600_000_000)
    office = Office((*STAFF, locked), clock=clock)
    with pytest.raises(RefusedError) as refused:
        office.sign_in(login, password)
    assert str(refused.value) == SENTENCE
    assert office.kinds() == ["person.sign-in-refused"]
    assert office.why() == why


def test_what_was_typed_as_an_unknown_login_is_not_kept(office: Office) -> None:
    with pytest.raises(RefusedError):
        office.sign_in("My-secret-pass-1", "x")
    assert office.journal[-1].subject == "unknown"
    assert "My-secret" not in repr(office.journal)


# -- locks -----------------------------------------------------------------------------------------------------------


def _fail(office: Office, login: str, desk: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(RefusedError, match=SENTENCE):
            office.sign_in(login, "wrong", desk)


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(office: Office) -> None:
    for number in range(5):
        _fail(office, "op", f"Desk {number}")
    assert office.kinds()[-2:] == ["person.sign-in-refused", "person.locked"]
    assert office.people.accounts()[5].status is AccountStatus.LOCKED
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("op", desk="Desk 9")
    office.clock.tick(15 * 60 - 1)
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("op", desk="Desk 8")
    office.clock.tick(1)
    assert office.sign_in("op", desk="Desk 7").login == "op"
    assert office.rows["op"].failures == 0


def test_four_wrong_ones_and_a_right_one_begin_anew(office: Office) -> None:
    _fail(office, "op", "Desk A", 4)
    office.sign_in("op")
    _fail(office, "op", "Desk A", 4)
    assert office.sign_in("op").login == "op"


def test_five_wrong_logins_lock_the_workstation_for_everyone_there(office: Office) -> None:
    for login in ("a", "b", "op", "c", "sup"):
        _fail(office, login, "Desk A")
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("eng", desk="Desk A")
    assert office.why() == "workstation locked"
    assert office.sign_in("eng", desk="Desk B").login == "eng"
    office.clock.tick(15 * 60)
    assert office.sign_in("op", desk="Desk A").login == "op"


def test_a_locked_workstation_does_not_count_against_accounts(office: Office) -> None:
    _fail(office, "nobody", "Desk A", 5)
    _fail(office, "op", "Desk A", 10)
    assert office.rows["op"].failures == 0
    assert office.sign_in("op", desk="Desk B").login == "op"


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_wall_clock_that_jumps_neither_opens_nor_lengthens_a_lock(office: Office, jump: float) -> None:
    for number in range(5):
        _fail(office, "op", f"Desk {number}")
    office.clock.jump(jump)
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("op", desk="Desk 9")
    office.clock.tick(15 * 60)
    assert office.sign_in("op", desk="Desk 7").login == "op"


def test_a_lock_and_a_count_outlive_the_process(office: Office) -> None:
    for number in range(5):
        _fail(office, "op", f"Desk {number}")
    _fail(office, "sup", "Desk 8", 4)
    office.clock.tick(60)
    later = office.restart()
    with pytest.raises(RefusedError):
        later.sign_in("op")
    assert later.why() == "account locked"
    later.clock.tick(14 * 60)
    assert later.sign_in("op").login == "op"
    _fail(later, "sup", "Desk 8")
    with pytest.raises(RefusedError):
        later.sign_in("sup")
    assert later.why() == "account locked"


def test_passwords_checked_side_by_side_are_still_counted_one_by_one(office: Office) -> None:
    wrong = [office.people.check_password("op", f"guess-{number}") for number in range(5)]
    right = office.people.check_password("op", PASSWORD)
    for number, check in enumerate(wrong):
        with pytest.raises(RefusedError):
            office.people.sign_in(check, f"Desk {number}")
    with pytest.raises(RefusedError):
        office.people.sign_in(right, "Desk 9")
    assert office.why() == "account locked"


ACTS = st.lists(st.tuples(st.sampled_from(["op", "sup"]), st.booleans(), st.sampled_from([0.0, 400.0])), max_size=30)


@settings(max_examples=60)
@given(acts=ACTS)
def test_any_mix_of_attempts_locks_by_the_plain_count(acts: list[tuple[str, bool, float]]) -> None:
    office = Office()
    wrong = {"op": 0, "sup": 0}
    locked_at = {"op": -1e9, "sup": -1e9}
    for number, (login, right, wait) in enumerate(acts):
        office.clock.tick(wait)
        now = office.clock.mono()
        was_locked = now < locked_at[login] + 900.0
        let_in = right and not was_locked
        check = PasswordCheck(login=login, right=right, against=office.rows[login].password_hash, mono=now)
        _try(office, check, f"Desk {number}")
        assert (office.kinds()[-1] == "person.sign-in") == let_in
        wrong[login] = {True: 0, False: wrong[login]}[let_in or (locked_at[login] > 0 and not was_locked)]
        locked_at[login] = {True: -1e9, False: locked_at[login]}[let_in or not was_locked]
        wrong[login] += int(not right and not was_locked)
        locked_at[login] = {True: now, False: locked_at[login]}[wrong[login] >= 5 and not was_locked]


def _try(office: Office, check: PasswordCheck, desk: str) -> None:
    with contextlib.suppress(RefusedError):
        office.people.sign_in(check, desk)


# -- a check is good now, for this password --------------------------------------------------------------------------


def test_a_check_grows_old(office: Office) -> None:
    check = office.people.check_password("op", PASSWORD)
    office.clock.tick(31)
    with pytest.raises(RefusedError):
        office.people.sign_in(check, "Desk A")
    assert office.why() == "check too old"


def test_a_check_of_a_password_that_was_changed_meanwhile_is_worth_nothing(office: Office) -> None:
    check = office.people.check_password("op", PASSWORD)
    admin = office.sign_in("admin", desk="Desk Z")
    office.people.staff.change_password(admin.id, "op", office.people.hash_password("Another-horse-2", login="op"))
    with pytest.raises(RefusedError):
        office.people.sign_in(check, "Desk A")
    assert office.why() == "password changed meanwhile"


def test_the_code_is_asked_for_at_sign_in_when_the_policy_says_so() -> None:
    office = Office(policy=AccessPolicy(code_at_sign_in=True))
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("op")
    assert office.why() == "wrong code"
    office.sign_in("op", code=office.code())
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("op", code=office.code())
    assert office.sign_in("eng").login == "eng"


# -- proving again ---------------------------------------------------------------------------------------------------


def test_a_proof_needs_the_password_and_an_unused_code_and_says_for_what(office: Office) -> None:
    session = office.sign_in("sup")
    check = office.people.check_password("sup", PASSWORD)
    proof = office.people.reauthenticate(session.id, check, office.code(), purpose="approve CMD-1 ab")
    assert (proof.session, proof.person, proof.purpose) == (session.id, "p-sup", "approve CMD-1 ab")
    assert (proof.second_factor, proof.mono) == (True, office.clock.mono())
    assert office.rows["sup"].totp_last_step == office.clock.wall_us() // 30_000_000
    assert dict(office.journal[-1].fields) == {"purpose": "approve CMD-1 ab", "second_factor": True}
    with pytest.raises(RefusedError, match="password or code is not right"):
        office.people.reauthenticate(session.id, check, office.code(), purpose="approve CMD-2 cd")
    assert office.why() == "wrong code"


def test_a_used_code_stays_used_over_a_restart_and_a_clock_set_back(office: Office) -> None:
    session = office.sign_in("sup")
    code = office.code()
    office.people.reauthenticate(session.id, office.people.check_password("sup", PASSWORD), code, purpose="x")
    later = office.restart()
    later.clock.jump(-20)
    session = later.sign_in("sup")
    with pytest.raises(RefusedError):
        later.people.reauthenticate(session.id, later.people.check_password("sup", PASSWORD), code, purpose="x")


@pytest.mark.parametrize(("shift", "good"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_codes_of_neighbouring_steps_only(office: Office, shift: int, good: bool) -> None:
    session = office.sign_in("sup")
    check = office.people.check_password("sup", PASSWORD)
    try:
        office.people.reauthenticate(session.id, check, office.code(shift), purpose="x")
    except RefusedError:
        assert office.why() == "wrong code"
    assert (office.kinds()[-1] == "person.reauthenticated") == good


def test_someone_without_a_second_factor_gets_a_proof_that_says_so(office: Office) -> None:
    session = office.sign_in("eng")
    check = office.people.check_password("eng", PASSWORD)
    assert not office.people.reauthenticate(session.id, check, "123456", purpose="x").second_factor


def test_guessing_codes_or_passwords_in_a_session_locks_the_account_but_keeps_the_session(office: Office) -> None:
    session = office.sign_in("sup")
    for number in range(5):
        check = office.people.check_password("sup", {0: PASSWORD, 1: "wrong"}[number % 2])
        with pytest.raises(RefusedError):
            office.people.reauthenticate(session.id, check, "000000", purpose="x")
    with pytest.raises(RefusedError):
        office.people.reauthenticate(
            session.id, office.people.check_password("sup", PASSWORD), office.code(), purpose="x"
        )
    assert office.why() == "account locked"
    assert office.people.may(session.id, Right.ALARM_ACK)


def test_nobody_proves_with_another_login(office: Office) -> None:
    session = office.sign_in("op")
    check = office.people.check_password("sup", PASSWORD)
    with pytest.raises(RefusedError):
        office.people.reauthenticate(session.id, check, office.code(), purpose="x")
    assert office.why() == "another login"
    assert office.rows["sup"].failures == 0
    with pytest.raises(RefusedError, match="signed out"):
        office.people.reauthenticate("nowhere", check, office.code(), purpose="x")


# -- sessions and rights ---------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_even_twice(office: Office) -> None:
    session = office.sign_in("op")
    office.people.sign_out(session.id)
    office.people.sign_out(session.id)
    assert office.people.session(session.id) is None
    assert office.people.rights(session.id) == frozenset()
    assert office.kinds() == ["person.sign-in", "person.sign-out"]


def test_an_unknown_session_may_nothing(office: Office) -> None:
    assert not any(office.people.may("made-up", right) for right in Right)


def test_a_stored_login_that_nobody_could_type_is_refused_at_start() -> None:
    with pytest.raises(ConfigError, match="the login OP must be stored as op"):
        Office((account("OP", Role.OPERATOR),))


def test_person_may_looks_at_all_active_accounts_of_the_person() -> None:
    office = Office(
        (
            account("one", Role.ENGINEER, person="p"),
            account("two", Role.SUPERVISOR, person="p"),
            account("three", Role.AUDITOR, person="p", status=AccountStatus.DISABLED),
        )
    )
    assert office.people.person_may("p", Right.CMD_APPROVE)
    assert office.people.person_may("p", Right.CONFIG_EDIT)
    assert not office.people.person_may("p", Right.JOURNAL_READ)
    assert not office.people.person_may("q", Right.VIEW)


def test_accounts_are_shown_without_secrets(office: Office) -> None:
    views = office.people.accounts()
    assert [view.login for view in views] == sorted(each.login for each in STAFF)
    assert "argon2" not in repr(views)
    assert SECRET not in repr(views)
    assert {view.login for view in views if view.second_factor} == {"op", "sup"}


# -- the journal fails -----------------------------------------------------------------------------------------------


def test_without_a_journal_nobody_signs_in(office: Office) -> None:
    office.broken = True
    with pytest.raises(RefusedError, match="not saved, nothing was changed: disk is full"):
        office.sign_in("op")
    assert office.people.session("id-1") is None


@pytest.mark.expects_warnings
def test_without_a_journal_wrong_attempts_still_count_and_sessions_still_end(office: Office) -> None:
    session = office.sign_in("sup")
    office.broken = True
    for number in range(5):
        _fail(office, "op", f"Desk {number}")
    office.people.sign_out(session.id)
    assert office.people.session(session.id) is None
    office.broken = False
    with pytest.raises(RefusedError, match=SENTENCE):
        office.sign_in("op", desk="Desk 9")
    assert office.why() == "account locked"


def test_a_code_shown_while_the_journal_is_down_is_used_up_all_the_same(office: Office) -> None:
    session = office.sign_in("sup")
    check = office.people.check_password("sup", PASSWORD)
    office.broken = True
    with pytest.raises(RefusedError, match="not saved"):
        office.people.reauthenticate(session.id, check, office.code(), purpose="x")
    office.broken = False
    with pytest.raises(RefusedError, match="password or code"):
        office.people.reauthenticate(session.id, check, office.code(), purpose="x")


# -- many guesses ----------------------------------------------------------------------------------------------------


def test_guessing_over_accounts_and_terminals_gets_five_tries_a_quarter_of_an_hour(office: Office) -> None:
    """F54, with the passwords already checked: what counts is how many answers an attacker gets."""
    for number, login in itertools.product(range(300), ("op", "sup", "nobody")):
        check = PasswordCheck(login=login, right=False, against=_stored(office, login), mono=office.clock.mono())
        _try(office, check, f"Desk {number}")
    answers = [draft for draft in office.journal if ("why", "wrong password") in draft.fields]
    assert len(answers) == 10
    assert office.kinds().count("person.locked") == 2


def _stored(office: Office, login: str) -> str:
    return office.rows.get(login, replace(STAFF[0], password_hash="")).password_hash
