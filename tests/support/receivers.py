"""What takes messages, on loopback: a mail server, and a web server with every fault."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from exporter.config.notifications import SecretUrl
from tests.support.duplicati.certificate import Certificate
from tests.support.process.ports import free_port

USER, PASSWORD = "operator", "hunter2-of-the-mail"
LOOPBACK = "127.0.0.1"


class Post(NamedTuple):
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, str]:
        """Return what it says."""
        said: dict[str, str] = json.loads(self.body)
        return said


Answer = Callable[["Receiver", BaseHTTPRequestHandler], None]


class Receiver:
    """A web server that notes each request and answers it as it is told."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        self.posts: list[Post] = []
        self.answer: Answer = status(200)
        self.over = threading.Event()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        self._server.daemon_threads = True
        if certificate is not None:
            context = _tls(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients break off
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self._server.server_address[1])

    def url(self, scheme: str, path: str = "hook") -> SecretUrl:
        """Return its address for Apprise."""
        return SecretUrl(f"{scheme}://{LOOPBACK}:{self.port}/{path}")

    def close(self) -> None:
        """End it, and whatever hangs."""
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            receiver.posts.append(Post(self.path, dict(self.headers.items()), body))
            with suppress(OSError):
                receiver.answer(receiver, self)

        do_GET = do_POST  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def status(code: int, body: bytes = b"{}") -> Answer:
    """Answer whole."""

    def answer(_receiver: Receiver, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang(receiver: Receiver, _handler: BaseHTTPRequestHandler) -> None:
    """Never answer."""
    receiver.over.wait()


def raw(text: bytes) -> Answer:
    """Answer with these bytes, then close the connection."""

    def answer(_receiver: Receiver, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(text)
        handler.connection.shutdown(socket.SHUT_RDWR)

    return answer


def drip(receiver: Receiver, handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte at a time, without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not receiver.over.wait(0.05):
        handler.wfile.write(b"x")


def flood(_receiver: Receiver, handler: BaseHTTPRequestHandler) -> None:
    """Answer as fast as can be read, without an end."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        handler.wfile.write(bytes(1024 * 1024))


def _tls(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.path, certificate.key)
    return context


class Mail(NamedTuple):
    """A mail that came: from whom, to whom, and what it is."""

    sender: str
    recipients: list[str]
    message: EmailMessage


class MailServer:
    """A mail server that wants to know who sends, and keeps what comes."""

    def __init__(self, certificate: Certificate | None = None) -> None:
        self.mails: list[Mail] = []
        self.refusal: str | None = None
        self._controller = Controller(
            self,
            hostname=LOOPBACK,
            port=free_port(),
            authenticator=_authenticate,
            auth_require_tls=False,
            tls_context=None if certificate is None else _tls(certificate),
        )
        self._controller.start()

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or refuse it."""
        if not session.authenticated:
            return "530 who are you"
        if self.refusal is not None:
            return self.refusal
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(str(envelope.mail_from), [*envelope.rcpt_tos], message))
        return "250 OK"

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._controller.port

    def url(self, password: str = PASSWORD) -> SecretUrl:
        """Return its address for Apprise, without TLS."""
        place = f"{LOOPBACK}:{self.port}?from=backups@home.example&to=anna@home.example"
        return SecretUrl(f"mailto://{USER}:{password}@{place}&smtp={LOOPBACK}&mode=insecure")

    def secure_url(self, *options: str) -> SecretUrl:
        """Return its address for Apprise with STARTTLS."""
        plain = self.url().secret.replace("mailto:", "mailtos:").replace("insecure", "starttls")
        return SecretUrl("&".join([plain, *options]))

    def close(self) -> None:
        """End it."""
        self._controller.stop()


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def receiving(certificate: Certificate | None = None) -> Iterator[Receiver]:
    """Run a web server meanwhile."""
    receiver = Receiver(certificate)
    try:
        yield receiver
    finally:
        receiver.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()
