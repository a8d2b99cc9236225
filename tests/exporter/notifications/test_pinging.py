"""One request to another service, and all that may be wrong with that."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.config.notifications import SecretUrl
from exporter.notifications.pinging import MAX_BODY_BYTES, ping, shortened
from tests.exporter.notifications.pinged import (
    Answer,
    Service,
    drips,
    hangs,
    says,
    sends,
)
from tests.support.duplicati.certificate import Certificate, make_certificate
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually

TOKEN = "0b5e7a3c-secret"


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def ended() -> bool:
    """Whether no request goes on."""
    return not [thread for thread in threading.enumerate() if thread.name == "ping"]


@pytest.mark.parametrize(
    ("path", "suffix", "asked"),
    [
        ("", "", "/"),
        (f"/{TOKEN}", "", f"/{TOKEN}"),
        (f"/{TOKEN}", "/start?rid=1", f"/{TOKEN}/start?rid=1"),
        (f"/{TOKEN}", "?rid=1", f"/{TOKEN}?rid=1"),
        (f"/{TOKEN}/", "/fail", f"/{TOKEN}/fail"),
        (f"/{TOKEN}?create=1", "/fail?rid=1", f"/{TOKEN}/fail?create=1&rid=1"),
        (f"/{TOKEN}#there", "/fail", f"/{TOKEN}/fail"),
        ("/api/push/T?status=up&msg=OK&ping=", "", "/api/push/T?status=up&msg=OK&ping="),
        ("/p/KEY/ID?state=complete", "", "/p/KEY/ID?state=complete"),
    ],
)
def test_a_suffix_comes_after_the_path_and_its_query_after_the_query(
    service: Service, path: str, suffix: str, asked: str
) -> None:
    assert ping(SecretUrl(f"{service.url}{path}"), suffix) is None
    assert [(each.method, each.path, each.body) for each in service.pings] == [("GET", asked, "")]


def test_a_body_is_posted_as_text(service: Service) -> None:
    assert ping(SecretUrl(f"{service.url}/{TOKEN}"), "/fail", "Größe: 3\nend") is None
    (got,) = service.pings
    assert (got.method, got.body) == ("POST", "Größe: 3\nend")
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["user-agent"] == "duplistatus"


def test_of_a_long_body_only_the_start_is_sent(service: Service) -> None:
    assert ping(SecretUrl(service.url), body="ä" * MAX_BODY_BYTES) is None
    assert service.pings[0].body == "ä" * (MAX_BODY_BYTES // 2)


@given(st.text(st.characters(), max_size=MAX_BODY_BYTES * 2))
def test_a_shortened_body_is_the_start_of_it_in_utf_8(body: str) -> None:
    sent = shortened(body)
    assert len(sent) <= MAX_BODY_BYTES
    assert body.encode(errors="replace").decode().startswith(sent.decode())


def test_a_password_of_the_address_is_sent_in_a_header(service: Service) -> None:
    url = service.url.replace("//", "//me:p%40ss@")
    assert ping(SecretUrl(url)) is None
    assert service.pings[0].headers["authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize(
    "answer",
    [
        says(200, b"OK"),
        says(201),
        says(204),
        says(200, b"x" * 100_000),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nOK"),
        sends(b"HTTP/1.0 200 OK\r\n\r\n"),
    ],
)
def test_any_answer_of_success_accepts_it(service: Service, answer: Answer) -> None:
    service.answer = answer
    assert ping(SecretUrl(service.url)) is None
    assert len(service.pings) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (says(500, TOKEN.encode()), "answers 500"),
        (says(404), "answers 404"),
        (says(200, b"OK (not found)"), "knows no such check"),
        (says(200, b"OK (rate limited)\n"), "is asked too often"),
        (sends(b""), "ends the connection"),
        (sends(b"HTTP/1.1 2"), "ends the connection"),
        (sends(b"220 mail.example ESMTP\r\n"), "ends the connection"),
        (sends(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), "ends the connection"),
    ],
)
def test_what_is_not_accepted_is_named_with_its_host_alone(
    service: Service, answer: Answer, problem: str
) -> None:
    service.answer = answer
    told = ping(SecretUrl(f"{service.url}/{TOKEN}"), "/fail")
    assert told is not None
    assert told.startswith(f"{service.host} {problem}")
    assert TOKEN not in told
    assert len(service.pings) == 1


@pytest.mark.parametrize(
    "answer", [hangs(), hangs(b"HTTP/1.1 200 OK\r\n"), drips], ids=["hangs", "within", "drips"]
)
def test_one_that_does_not_answer_is_given_up(service: Service, answer: Answer) -> None:
    service.answer = answer
    began = time.monotonic()
    assert ping(SecretUrl(service.url), seconds=0.3) == (
        f"{service.host} does not answer within 0.3 seconds"
    )
    assert time.monotonic() - began < 5
    eventually(ended, "the end of the request")


def test_one_that_drips_by_tls_is_given_up_too(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with Service(certificate) as service:
        service.answer = drips
        told = ping(SecretUrl(service.url), seconds=0.5)
        assert told == f"{service.host} does not answer within 0.5 seconds"
        eventually(ended, "the end of the request")


def test_a_redirect_is_not_followed(service: Service) -> None:
    with Service() as other:
        service.answer = says(302, Location=f"{other.url}/stolen")
        told = ping(SecretUrl(f"{service.url}/{TOKEN}"))
        assert told is not None
        assert told.startswith(f"{service.host} answers 302, a redirect")
        assert other.pings == []


def test_a_port_where_nobody_listens_is_named() -> None:
    port = free_port()
    told = ping(SecretUrl(f"http://127.0.0.1:{port}/{TOKEN}"))
    assert told == f"127.0.0.1:{port} cannot be reached: Connection refused"


def test_a_name_that_does_not_exist_is_named() -> None:
    told = ping(SecretUrl(f"http://nowhere.invalid/{TOKEN}"))
    assert told == "nowhere.invalid cannot be found: is the name right, and does DNS work?"


def test_a_certificate_that_is_not_trusted_is_refused(certificate: Certificate) -> None:
    with Service(certificate) as service:
        told = ping(SecretUrl(f"{service.url}/{TOKEN}"))
        assert service.pings == []
    assert told is not None
    assert "a certificate that is not trusted: self-signed certificate" in told
    assert TOKEN not in told


def test_a_certificate_that_the_system_trusts_is_accepted(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    with Service(certificate) as service:
        assert ping(SecretUrl(f"{service.url}/{TOKEN}")) is None
        assert service.paths == [f"/{TOKEN}"]


def test_one_that_does_not_speak_tls_is_named(service: Service) -> None:
    told = ping(SecretUrl(service.url.replace("http", "https")))
    assert told == f"{service.host} cannot be reached by TLS: {reason()}"


def reason() -> str:
    """Return OpenSSL's own word for an answer that is not TLS; it differs by version."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    incoming.write(b"HTTP/1.1 400 Bad request syntax\r\n")
    with pytest.raises(ssl.SSLError) as raised:
        tls.do_handshake()
    return str(raised.value.reason)


def test_a_handshake_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        told = ping(SecretUrl(url), seconds=0.3)
        assert told is not None
        assert told.endswith("does not answer within 0.3 seconds")
        eventually(ended, "the end of the request")


def test_the_systems_proxy_is_asked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", service.url.replace("//", "//me:pass@"))
    monkeypatch.setenv("no_proxy", "localhost")
    assert ping(SecretUrl("http://hc.example/uuid"), "/start") is None
    assert service.paths == ["http://hc.example/uuid/start"]
    assert service.pings[0].headers["proxy-authorization"] == "Basic bWU6cGFzcw=="


def test_a_proxy_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://me:{TOKEN}@127.0.0.1:{free_port()}")
    told = ping(SecretUrl(f"https://hc.example/{TOKEN}"))
    assert told == (
        "hc.example cannot be reached through the proxy that http_proxy or https_proxy names"
    )


@pytest.mark.parametrize(
    "url",
    [
        f"ftp://hc.example/{TOKEN}",
        f"hc.example/{TOKEN}",
        f"http://[::1/{TOKEN}",
        f"http://hc.example:x/{TOKEN}",
        f"http:///{TOKEN}",
        f"http://{'a' * 70}.example/{TOKEN}",
        "",
    ],
)
def test_an_address_that_cannot_be_asked_is_a_problem_and_no_error(url: str) -> None:
    told = ping(SecretUrl(url))
    assert told
    assert TOKEN not in told


@given(st.text(min_size=9).map(lambda text: f"{TOKEN}{text}"))
def test_no_problem_contains_a_secret_of_the_address(secret: str) -> None:
    for url in (f"http://127.0.0.1:9/{secret}", f"http://127.0.0.1:9/?key={secret}"):
        assert TOKEN not in (ping(SecretUrl(url), f"/{secret}") or "")


def test_no_secret_is_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    service.answer = says(500)
    ping(SecretUrl(f"{service.url}/{TOKEN}"))
    assert TOKEN not in caplog.text
