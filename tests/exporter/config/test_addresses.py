"""Addresses of notifications: their form, where they are read from, and that nothing shows them."""

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exporter.cli import main
from exporter.config import ConfigError, load
from exporter.config.addresses import parse_channel_url, parse_public_url, parse_web_url
from exporter.config.notifications import SecretUrl
from tests.exporter.config.test_notify_tables import loaded, told

URL = "ntfy://me:secret@ntfy.example/backups"


@pytest.mark.parametrize("text", [URL, f"{URL}\n", f" {URL}\r\n"])
def test_an_address_is_taken_without_what_ends_its_file(text: str) -> None:
    assert parse_channel_url(text) == SecretUrl(URL)


@pytest.mark.parametrize(
    "text", ["https://hc.example/1", "HTTP://[::1]:8000", "https://a:b@c/?d=e"]
)
def test_what_is_pinged_is_an_address_of_the_web(text: str) -> None:
    assert parse_web_url(text) == SecretUrl(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://backups.example", "https://backups.example"),
        ("https://backups.example/", "https://backups.example"),
        ("http://nas:9666/backups/", "http://nas:9666/backups"),
    ],
)
def test_links_lead_to_an_address_without_a_slash_at_its_end(text: str, url: str) -> None:
    assert parse_public_url(text) == url


def test_an_address_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{URL}\n")
    (tmp_path / "web").write_text("https://hc.example/1\n")
    text = f"""
[[notify]]
url_file = "{tmp_path}/url"
[[digest]]
url_file = "{tmp_path}/url"
[heartbeat]
url_file = "{tmp_path}/web"
[[heartbeat.job]]
server = "nas"
backup = "Documents"
url_file = "{tmp_path}/web"
"""
    notifications = loaded(tmp_path, text).notifications
    assert notifications.channels[0].url == notifications.digests[0].url == SecretUrl(URL)
    heartbeat = notifications.heartbeat
    assert heartbeat.url == heartbeat.jobs[0].url == SecretUrl("https://hc.example/1")


def test_an_address_may_be_a_credential_of_systemd(tmp_path: Path) -> None:
    for name in ("notify.phone.url", "digest.monday.url", "notify_url", "digest_url"):
        (tmp_path / name).write_text(f"json://{name}\n")
    (tmp_path / "heartbeat_url").write_text("https://hc.example/1\n")
    text = '[[notify]]\nname = "phone"\n[[digest]]\nname = "monday"'
    given = loaded(tmp_path, text, CREDENTIALS_DIRECTORY=str(tmp_path)).notifications
    assert [each.url.secret for each in given.channels] == [
        "json://notify_url",
        "json://notify.phone.url",
    ]
    assert [each.url.secret for each in given.digests] == [
        "json://digest_url",
        "json://digest.monday.url",
    ]
    assert given.heartbeat.url == SecretUrl("https://hc.example/1")


def test_a_table_wins_over_a_credential(tmp_path: Path) -> None:
    (tmp_path / "notify.phone.url").write_text("json://other")
    text = f'[[notify]]\nname = "phone"\nurl = "{URL}"'
    given = loaded(tmp_path, text, CREDENTIALS_DIRECTORY=str(tmp_path)).notifications
    assert given.channels[0].url == SecretUrl(URL)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "url: the address is empty"),
        (b"\n", "url: the address is empty"),
        (b"secret", "url: the address has no scheme"),
        (b"json://secret\njson://other", "url: the address contains line breaks or control"),
        (b"json://" + b"secret" * 1000, "url: the address is longer than 2000 characters"),
        (b"\xff\xfe", "url_file: PATH cannot be read: it is not UTF-8 text"),
    ],
)
def test_a_file_with_something_else_is_refused(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "url").write_bytes(content)
    (problem,) = told(tmp_path, f'[[notify]]\nurl_file = "{tmp_path}/url"')
    assert problem.startswith(f"notify 1: {expected.replace('PATH', f'{tmp_path}/url')}")
    assert "secret" not in problem


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/missing", "url_file: /missing cannot be read: No such file or directory"),
        ("/", "url_file: / cannot be read: Is a directory"),
        ("a\\u0000b", "url_file: a\0b cannot be read: it is not a file name"),
        ("json://secret", "url_file must name a file: an address belongs into url"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, path: str, expected: str) -> None:
    assert told(tmp_path, f'[[notify]]\nurl_file = "{path}"') == [f"notify 1: {expected}"]


SECRET = "hunter2SECRET"
JUNK = st.text(st.characters(codec="utf-8", exclude_characters='"\\'), max_size=20)
ADDRESSES = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(
        ["", "ntfy://", "mailto://", "https://", "http://[", "foo://", "tgram://", "://"]
    ),
    JUNK,
    st.just(SECRET),
    st.sampled_from(["", "@ntfy.example/", "\u212a@[::1", ":99999/", "/x?", "\n", "x" * 2000]),
    JUNK,
)
"""Addresses of every kind, good and bad, with a secret somewhere."""


OPTIONS = ("notify_url", "digest_url", "heartbeat_url")


def escaped(text: str) -> str:
    return "".join(f"\\U{ord(each):08x}" if not each.isprintable() else each for each in text)


def configured(url: str, key: str) -> str:
    written = f'{key} = "{escaped(url)}"\n'
    if key in OPTIONS:
        return written
    return (
        f"[[notify]]\n{written}[[digest]]\n{written}[heartbeat]\n{written}"
        f'[[heartbeat.job]]\nserver = "nas"\nbackup = "x"\n{written}'
    )


@given(ADDRESSES, st.sampled_from(["url", "url_file", *OPTIONS]))
def test_nothing_that_is_said_of_an_address_repeats_it(url: str, key: str) -> None:
    assume(key != "url_file" or "://" in url)  # else it may well be a file
    with TemporaryDirectory() as folder:
        file = Path(folder, "duplistatus.toml")
        file.write_text(configured(url, key), encoding="utf-8")
        for said in (shown({"config": str(file)}), checked(str(file))):
            assert SECRET not in said


@given(ADDRESSES)
def test_nor_what_is_said_of_a_variable_or_a_file_with_it(url: str) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "url")
        file.write_text(url, encoding="utf-8")
        for name in ("NOTIFY", "DIGEST", "HEARTBEAT"):
            variable = f"DUPLISTATUS_{name}_URL"
            for environment in ({variable: url}, {f"{variable}_FILE": str(file)}):
                assert SECRET not in shown({}, environment)


def shown(flags: dict[str, str | None], environment: dict[str, str] | None = None) -> str:
    """Return what becomes of a configuration: an error, or its value as a developer sees it."""
    try:
        settings = load(flags, environment or {})
    except ConfigError as error:
        return f"{error!r} {error} {error.problems}"
    return f"{settings!r} {settings} {settings.notifications}"


def checked(path: str) -> str:
    """Return what the command says of a file."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        main(["check-config", "--config", path, "--database", f"{path}.none"])
    return out.getvalue() + err.getvalue()
