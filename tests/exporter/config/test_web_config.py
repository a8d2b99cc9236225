"""The web configuration file of Prometheus."""

import sys
from pathlib import Path

import pytest

from exporter.config.web_config import MOST_BYTES, MOST_USERS, parse_web_config

STORED = "$2b$04$w9nuMjRotzUC8INye1MP6OtiRqvNMC/FM7PtZd9j2Q.Vz04mpocvK"
"""Of the password that the tests of users have."""

USERS = f"basic_auth_users:\n  prometheus: {STORED}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "web.yml"


def refusal(file: Path, content: str | bytes) -> str:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match="web") as refused:
        parse_web_config(str(file))
    return str(refused.value)


def test_without_a_file_nobody_has_a_password() -> None:
    assert parse_web_config("") == {}


@pytest.mark.parametrize(
    "more", ["", "http_server_config:\n  http2: false\n", "http_server_config:\n"]
)
def test_the_users_of_a_file_are_known(file: Path, more: str) -> None:
    file.write_text(USERS + more)
    assert parse_web_config(str(file)) == {"prometheus": STORED}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("tls_server_config:\n  cert_file: a\n", "docs/reverse-proxy.md"),
        ("http_server_config:\n  headers:\n    X-Frame-Options: deny\n", "a reverse proxy"),
        ("http_server_config:\n  http3: true\n", "'http3': is unknown"),
        ("http_server_config: yes please\n", "'yes please': is unknown"),
        ("rate_limit:\n  burst: 1\n", "'rate_limit': is unknown"),
        ("7: x\n", "7: is unknown"),
    ],
)
def test_what_the_daemon_cannot_do_is_refused(file: Path, content: str, told: str) -> None:
    assert told in refusal(file, USERS + content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "has no basic_auth_users"),
        ("{}", "has no basic_auth_users"),
        ("- a\n", "has no basic_auth_users"),
        ("basic_auth_users:\n", "must have 1 to 100 users"),
        ("basic_auth_users: {}\n", "must have 1 to 100 users"),
        ("basic_auth_users: [a]\n", "must have 1 to 100 users"),
        (
            "basic_auth_users:\n" + "".join(f"  a{n}: b\n" for n in range(MOST_USERS + 1)),
            "must have 1 to 100 users",
        ),
        (f"basic_auth_users:\n  7: {STORED}\n", "7 must be a name"),
        (f"basic_auth_users:\n  'a:b': {STORED}\n", "'a:b' must be a name without a colon"),
        (f"basic_auth_users:\n  '': {STORED}\n", "'' must be a name"),
        ("basic_auth_users:\n  anna: secret\n", "what 'anna' has is not a bcrypt hash"),
        ("basic_auth_users:\n  anna: [a]\n", "what 'anna' has is not a bcrypt hash"),
        ("basic_auth_users: {a: ", "is not valid YAML in line 1"),
        ("basic_auth_users: !!python/object/apply:os.getcwd []\n", "is not valid YAML in line 1"),
        ("[" * 20_000, "is not valid YAML"),
        (b"basic_auth_users: \xff\n", "is not valid YAML"),
        ("#" * (MOST_BYTES + 1), "is larger than"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    file: Path, content: str | bytes, told: str
) -> None:
    message = refusal(file, content)
    assert str(file) in message
    assert told in message
    assert "secret" not in message


def test_every_fault_of_a_file_is_told_at_once(file: Path) -> None:
    message = refusal(file, "tls_server_config: {}\nbasic_auth_users: {anna: b, otto: c}\n")
    assert all(word in message for word in ("tls_server_config", "anna", "otto"))


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        parse_web_config(str(file))


@pytest.mark.parametrize("library", ["bcrypt", "yaml"])
def test_it_says_how_the_libraries_are_installed(
    file: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    file.write_text(USERS)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ValueError, match=r"install duplistatus-exporter\[web\]"):
        parse_web_config(str(file))
