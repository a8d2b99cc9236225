"""duplistatus notify test, with real receivers."""

from pathlib import Path

import pytest

from exporter.cli.api_client import ClientError
from exporter.cli.commands.notify import send_tests
from exporter.config.notifications import Channel, Digest, Notifications
from exporter.notifications.attempts import Sender
from exporter.schedule.expressions import Cron, parse_schedule
from tests.exporter.cli.conftest import Commands
from tests.support.receivers import MailServer, Receiver, mail_server, receiver, status

__all__ = ["mail_server", "receiver"]


def _monday() -> Cron:
    schedule = parse_schedule("cron 0 8 * * 1 Europe/Berlin")
    assert isinstance(schedule, Cron)
    return schedule


@pytest.fixture
def notifications(receiver: Receiver, mail_server: MailServer) -> Notifications:
    return Notifications(
        channels=(
            Channel("phone", receiver.url("ntfy", "very-secret")),
            Channel("hook", receiver.url("json", "very-secret")),
        ),
        digests=(Digest("monday", mail_server.url(), _monday()),),
    )


def test_each_channel_and_digest_gets_one(
    notifications: Notifications,
    receiver: Receiver,
    mail_server: MailServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert send_tests(notifications, None, Sender()) == 0
    assert capsys.readouterr().out == "phone: sent\nhook: sent\nmonday: sent\n"
    assert {post.json["title"] for post in receiver.posts} == {"Test message from duplistatus"}
    assert "the channel phone" in receiver.posts[0].json["message"]
    (mail,) = mail_server.mails
    assert mail.message["Subject"] == "Test message from duplistatus"


@pytest.mark.parametrize(("name", "came"), [("phone", (1, 0)), ("monday", (0, 1))])
def test_one_can_be_named(
    notifications: Notifications,
    receiver: Receiver,
    mail_server: MailServer,
    name: str,
    came: tuple[int, int],
) -> None:
    assert send_tests(notifications, name, Sender()) == 0
    assert (len(receiver.posts), len(mail_server.mails)) == came


def test_what_failed_is_told_and_the_others_are_sent(
    notifications: Notifications,
    receiver: Receiver,
    mail_server: MailServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    receiver.answer = status(500)
    assert send_tests(notifications, None, Sender()) == 1
    phone, hook, monday = capsys.readouterr().out.splitlines()
    assert phone.startswith("phone: failed: not accepted: ")
    assert hook.startswith("hook: failed: not accepted: ")
    assert "500" in hook
    assert "very-secret" not in phone + hook
    assert monday == "monday: sent"
    assert len(mail_server.mails) == 1


def test_a_name_that_nobody_has_is_refused_with_those_there_are(
    notifications: Notifications,
) -> None:
    with pytest.raises(ClientError, match="no channel or digest fax: name one of phone, hook, mon"):
        send_tests(notifications, "fax", Sender())


def test_without_a_channel_it_is_said_what_to_add(command: Commands) -> None:
    told = command.refusal("notify", "test")
    assert "there is no channel: add a [[notify]] or [[digest]] table" in told


def test_the_configuration_must_be_right(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("nonsense = 1", encoding="utf-8")
    told = command.refusal("notify", "test", "--config", str(tmp_path / "wrong.toml"))
    assert "nonsense is unknown" in told
