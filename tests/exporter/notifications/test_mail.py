"""Mail as it comes to a real server, and as a mail program reads it."""

from contextlib import closing
from email.message import EmailMessage

import pytest

from exporter.notifications.attempts import Sender
from tests.exporter.notifications.messages import message
from tests.support.duplicati.certificate import Certificate
from tests.support.receivers import PASSWORD, MailServer

pytestmark = pytest.mark.not_quick
HTML = "<html><table><tr><td>Döner &amp; Fotos</td><td>überfällig</td></tr></table></html>"
TEXT = "Döner & Fotos   überfällig\nhttps://backups.example/jobs/7"


def _part(mail: EmailMessage, kind: str) -> str:
    """Return the part of a mail that a program shows that prefers this kind."""
    part = mail.get_body((kind,))
    assert part is not None
    assert part.get_content_charset() == "utf-8"
    text: str = part.get_content()
    return text.replace("\r\n", "\n").rstrip("\n")


def test_a_mail_has_the_text_and_the_html_that_were_written(mail_server: MailServer) -> None:
    sent = message("Ünï: 12 backups are overdue 🦆", TEXT, HTML)
    assert Sender()(mail_server.url(), sent) is None
    (mail,) = mail_server.mails
    assert (mail.sender, mail.recipients) == ("backups@home.example", ["anna@home.example"])
    assert mail.message["Subject"] == "Ünï: 12 backups are overdue 🦆"
    assert mail.message.get_content_type() == "multipart/alternative"
    assert (_part(mail.message, "plain"), _part(mail.message, "html")) == (TEXT, HTML)
    assert mail.message.defects == []


def test_without_html_a_mail_is_plain(mail_server: MailServer) -> None:
    assert Sender()(mail_server.url(), message("Title", TEXT)) is None
    (mail,) = mail_server.mails
    assert mail.message.get_content_type() == "text/plain"
    assert _part(mail.message, "plain") == TEXT


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_name_with_line_breaks_adds_no_header(mail_server: MailServer, break_: str) -> None:
    """The name of a backup is whatever a report says."""
    hostile = break_.join(["Docs", "Bcc: eve@evil.example", "X-Evil: yes", "", "body"])
    assert Sender()(mail_server.url(), message(f"{hostile} is overdue", "text", HTML)) is None
    (mail,) = mail_server.mails
    assert mail.message["Subject"] == "Docs Bcc: eve@evil.example X-Evil: yes body is overdue"
    assert (mail.message["Bcc"], mail.message["X-Evil"]) == (None, None)
    assert mail.recipients == ["anna@home.example"]


def test_html_of_many_jobs_is_whole(mail_server: MailServer) -> None:
    table = f"<table>{'<tr><td>Documents of nas</td></tr>' * 3000}</table>"
    assert Sender()(mail_server.url(), message("Digest", "text", table)) is None
    (mail,) = mail_server.mails
    assert _part(mail.message, "html") == table


def test_a_wrong_password_is_told_without_it(mail_server: MailServer) -> None:
    error = Sender()(mail_server.url("very-secret"), message())
    assert error is not None
    assert "535" in error
    assert "secret" not in error
    assert "operator" not in error
    assert mail_server.mails == []


def test_what_the_server_answers_is_told(mail_server: MailServer) -> None:
    mail_server.refusal = f"552 too large, {PASSWORD}"
    error = Sender()(mail_server.url(), message())
    assert error is not None
    assert "552" in error
    assert "too large" in error
    assert PASSWORD not in error


def test_a_server_that_should_encrypt_and_does_not(mail_server: MailServer) -> None:
    error = Sender()(mail_server.secure_url(), message())
    assert error is not None
    assert "STARTTLS" in error
    assert mail_server.mails == []


def test_a_mail_server_must_prove_who_it_is(certificate: Certificate) -> None:
    with closing(MailServer(certificate)) as server:
        error = Sender()(server.secure_url(), message())
        assert error is not None
        assert "CERTIFICATE_VERIFY_FAILED" in error
        assert server.mails == []
        assert Sender()(server.secure_url("verify=no"), message()) is None
        assert len(server.mails) == 1
