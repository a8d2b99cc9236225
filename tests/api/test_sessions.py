"""Sessions: only their own key makes them, and they end."""

import string
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sessions import LIFETIME, MAX_ENDED, Sessions, SignedIn, is_form_of, seal, unseal
from exporter.auth import Authorizer, Scope, session_key
from exporter.times import DAY, HOUR
from tests.support.daemon import ADMIN_TOKEN, NOW, Clock

OTHER_TOKEN = "another-token-of-an-admin"
KEY = session_key(ADMIN_TOKEN)
ID = "A" * 16
VALUE = seal(ID, NOW + LIFETIME, KEY)
OF_VALUES = string.ascii_letters + string.digits + "._-"


def sessions_of(*tokens: str, clock: Clock | None = None) -> Sessions:
    return Sessions(Authorizer.from_entries({Scope.MANAGE: tokens}), clock or Clock())


def started(sessions: Sessions, token: str = ADMIN_TOKEN) -> str:
    value = sessions.start(token)
    assert value is not None
    return value


@given(st.integers(0, LIFETIME - 1))
def test_a_session_lasts_until_its_time(age: int) -> None:
    session = unseal(VALUE, {KEY: "admin"}, NOW + age)
    assert session is not None
    assert (session.id, session.expires) == (ID, NOW + LIFETIME)


@given(st.integers(LIFETIME, 10 * 365 * DAY))
def test_afterwards_it_is_over(age: int) -> None:
    assert unseal(VALUE, {KEY: "admin"}, NOW + age) is None


def test_a_clock_that_was_years_ahead_makes_none_for_years() -> None:
    assert unseal(VALUE, {KEY: "admin"}, NOW - HOUR) is None
    assert unseal(VALUE, {KEY: "admin"}, NOW - 1) is not None


@given(st.integers(0, len(VALUE) - 1), st.sampled_from(OF_VALUES))
def test_no_character_of_it_can_be_another(at: int, character: str) -> None:
    changed = VALUE[:at] + character + VALUE[at + 1 :]
    assert (unseal(changed, {KEY: "admin"}, NOW) is None) == (changed != VALUE)


@given(st.one_of(st.text(), st.text(OF_VALUES, min_size=60, max_size=100)))
def test_nothing_else_is_a_session(value: str) -> None:
    assert unseal(value, {KEY: "admin"}, NOW) is None


@pytest.mark.parametrize(
    "value",
    [
        f"{VALUE}\n",
        f" {VALUE}",
        VALUE * 100_000,
        VALUE.replace(str(NOW + LIFETIME), f"0{NOW + LIFETIME}"),
        VALUE.replace(str(NOW + LIFETIME), str(NOW + 2 * LIFETIME)),
        f"{ID}.{NOW + LIFETIME}.",
        f"{ID}.{'9' * 10_000}.{'A' * 43}",
    ],
    ids=lambda value: value[:90],
)
def test_what_is_nearly_a_session_is_none(value: str) -> None:
    assert unseal(value, {KEY: "admin"}, NOW) is None


@given(st.binary(min_size=32, max_size=32).filter(lambda key: key != KEY))
def test_another_key_makes_another_session_and_other_forms(key: bytes) -> None:
    assert unseal(VALUE, {key: "other"}, NOW) is None
    assert unseal(VALUE, {}, NOW) is None
    found = unseal(VALUE, {key: "other", KEY: "admin"}, NOW)
    assert found == unseal(VALUE, {KEY: "admin"}, NOW)
    forged = unseal(seal(ID, NOW + LIFETIME, key), {key: "other"}, NOW)
    assert found is not None
    assert forged is not None
    assert not is_form_of(found, forged.form_token)


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", VALUE, VALUE.rpartition(".")[2]])
def test_a_form_of_another_session_is_none_of_this(token: str) -> None:
    session = unseal(VALUE, {KEY: "admin"}, NOW)
    assert session is not None
    assert is_form_of(session, session.form_token)
    assert not is_form_of(session, token)


def test_only_an_admin_token_starts_one() -> None:
    sessions = sessions_of(ADMIN_TOKEN)
    for token in ("", "wrong", OTHER_TOKEN, f"{ADMIN_TOKEN}x", "\ud800", session_key("").hex()):
        assert sessions.start(token) is None
    reading = Authorizer.from_entries({Scope.READ: [OTHER_TOKEN], Scope.MANAGE: [ADMIN_TOKEN]})
    assert Sessions(reading, Clock()).start(OTHER_TOKEN) is None


def test_a_session_is_of_the_token_that_started_it() -> None:
    both = sessions_of(ADMIN_TOKEN, OTHER_TOKEN)
    value = started(both, OTHER_TOKEN)
    assert both.read(value) is not None
    assert sessions_of(OTHER_TOKEN).read(value) is not None
    assert sessions_of(ADMIN_TOKEN).read(value) is None


def test_who_reads_the_sha_256_of_a_token_makes_no_session() -> None:
    plain, stored = (
        Authorizer.from_entries({Scope.MANAGE: [entry]})
        for entry in (ADMIN_TOKEN, "sha256:" + _sha256(ADMIN_TOKEN))
    )
    daemon = Sessions(stored, Clock())
    for key in (bytes.fromhex(_sha256(ADMIN_TOKEN)), session_key(_sha256(ADMIN_TOKEN))):
        assert daemon.read(seal(ID, NOW + LIFETIME, key)) is None
    value = started(Sessions(plain, Clock()))
    assert daemon.read(value) is None
    assert started(daemon) is not None
    assert daemon.read(value) is not None, "the token was typed here, so its key is known"


def under(entries: str, known: SignedIn) -> Sessions:
    """Return the sessions after a change of the admin tokens."""
    return Sessions(Authorizer.from_entries({Scope.MANAGE: [entries]}), Clock(), known)


def test_with_other_tokens_only_the_sessions_of_those_that_stay_go_on() -> None:
    known = SignedIn()
    value = started(under(ADMIN_TOKEN, known))
    assert under(ADMIN_TOKEN, known).read(value) is not None
    assert under(OTHER_TOKEN, known).read(value) is None


def test_a_session_that_was_ended_stays_ended_with_other_tokens() -> None:
    known = SignedIn()
    sessions = under(ADMIN_TOKEN, known)
    value = started(sessions)
    session = sessions.read(value)
    assert session is not None
    sessions.end(session)
    assert under(ADMIN_TOKEN, known).read(value) is None


def test_the_key_of_a_token_that_is_stored_as_its_sha_256_stays_known_while_it_is_valid() -> None:
    known, stored = SignedIn(), f"sha256:{_sha256(ADMIN_TOKEN)}"
    value = started(under(stored, known))
    assert under(stored, known).read(value) is not None
    assert under(OTHER_TOKEN, known).read(value) is None
    assert under(f"sha256:{_sha256(OTHER_TOKEN)}", known).read(value) is None


def test_an_ended_session_stays_ended() -> None:
    clock = Clock()
    sessions = sessions_of(ADMIN_TOKEN, clock=clock)
    value, other = started(sessions), started(sessions)
    session = sessions.read(value)
    assert session is not None
    sessions.end(session)
    clock.now += LIFETIME - 1
    assert sessions.read(value) is None
    assert sessions.read(other) is not None


def test_of_many_ended_sessions_the_newest_are_remembered() -> None:
    clock = Clock()
    sessions = sessions_of(ADMIN_TOKEN, clock=clock)
    values = []
    for _ in range(MAX_ENDED + 1):
        clock.now += 1
        values.append(started(sessions))
        session = sessions.read(values[-1])
        assert session is not None
        sessions.end(session)
    assert [sessions.read(value) is None for value in values] == [False] + [True] * MAX_ENDED


def _sha256(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def test_a_session_has_the_name_of_the_token_it_was_started_with() -> None:
    entries = [f"{ADMIN_TOKEN} Ada", f"sha256:{_sha256(OTHER_TOKEN)} Grace"]
    sessions = Sessions(Authorizer.from_entries({Scope.MANAGE: entries}), lambda: NOW)
    for token, name in ((ADMIN_TOKEN, "Ada"), (OTHER_TOKEN, "Grace")):
        value = sessions.start(token)
        assert value is not None
        session = sessions.read(value)
        assert session is not None
        assert session.who == name
