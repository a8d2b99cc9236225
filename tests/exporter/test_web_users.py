"""The users of a web configuration file."""

import sys

import bcrypt
import pytest

from exporter.web_users import WebUsers, fault_of

PASSWORD = "a password: with a colon, and ü"


def hash_of(password: str, cost: int = 4) -> str:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(cost)).decode()


@pytest.fixture
def users() -> WebUsers:
    return WebUsers({"prometheus": hash_of(PASSWORD), "anna": hash_of("x" * 72)})


def test_a_user_is_known_by_the_password(users: WebUsers) -> None:
    assert users.check("prometheus", PASSWORD)
    assert not users.check("prometheus", f"{PASSWORD}!")
    assert not users.check("anna", PASSWORD)
    assert not users.check("nobody", PASSWORD)


def test_somebody_unknown_has_no_password_even_that_of_another(users: WebUsers) -> None:
    for user in ("", "nobody", "prometheus\0", "Prometheus"):
        assert not users.check(user, PASSWORD)


def test_what_hashes_were_not_made_of_counts_as_wrong(users: WebUsers) -> None:
    for password in ("", "\0", f"{PASSWORD}\0", "\ud800", "x" * 100_000):
        assert not users.check("prometheus", password)


def test_of_a_long_password_only_what_a_hash_holds_counts(users: WebUsers) -> None:
    assert users.check("anna", "x" * 72)
    assert users.check("anna", "x" * 73)
    assert not users.check("anna", "x" * 71)


def test_what_came_of_a_check_is_remembered(users: WebUsers) -> None:
    assert users.remembered("prometheus", PASSWORD) is None
    users.check("prometheus", PASSWORD)
    users.check("prometheus", "wrong")
    assert users.remembered("prometheus", PASSWORD) is True
    assert users.remembered("prometheus", "wrong") is False
    assert users.remembered("prometheu", f"s{PASSWORD}") is None


def test_guesses_displace_no_user_and_do_not_pile_up(
    users: WebUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    users.check("prometheus", PASSWORD)
    monkeypatch.setattr(bcrypt, "checkpw", lambda *_: False)
    for number in range(1000):
        users.check("prometheus", str(number))
    assert users.remembered("prometheus", PASSWORD) is True
    assert users.remembered("prometheus", "0") is None
    assert users.remembered("prometheus", "999") is False


def test_somebody_unknown_is_checked_for_as_long(
    users: WebUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda _, stored: checked.append(stored))
    users.check("nobody", PASSWORD)
    assert len(checked) == 1


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("", "is not a bcrypt hash"),
        ("secret", "is not a bcrypt hash"),
        ("$2b$10$" + "." * 52, "is not a bcrypt hash"),
        ("$2b$10$" + "." * 53 + "\n", "is not a bcrypt hash"),
        ("$2b$31$" + "." * 53, "has a cost of 31"),
        ("$2b$03$" + "." * 53, "has a cost of 3"),
    ],
)
def test_what_is_no_hash_is_told(stored: str, told: str) -> None:
    assert told in (fault_of(stored) or "")


@pytest.mark.parametrize("kind", ["2a", "2b", "2y"])
def test_each_kind_of_hash_is_taken_as_programs_write_it(kind: str) -> None:
    stored = hash_of(PASSWORD).replace("$2b$", f"${kind}$")
    assert fault_of(stored) is None
    assert WebUsers({"a": stored}).check("a", PASSWORD)


def test_it_says_how_the_library_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = hash_of("b")
    monkeypatch.setitem(sys.modules, "bcrypt", None)
    with pytest.raises(ValueError, match=r"duplistatus-exporter\[web\]"):
        WebUsers({"a": stored})
