"""Which addresses Apprise can send to, and what is said of the others."""

import logging
import subprocess
import sys

import pytest

from exporter import logs
from exporter.config.notifications import Channel, Digest, Notifications, SecretUrl
from exporter.notifications.channels import problem_of, problems_of
from exporter.schedule.expressions import Cron


@pytest.mark.parametrize(
    "url",
    [
        "ntfy://ntfy.example/backups",
        "mailto://me:secret@mail.example",
        "mailtos://mail.example?smtp=127.0.0.1&from=me@mail.example&to=you@mail.example",
        "jsons://me:secret@127.0.0.1:8000/hook",
        "tgram://123456789:abcdefg_hijklmnop/-1001234567890",
        "https://discord.com/api/webhooks/1234567890/abcdefghijklm",
    ],
)
def test_an_address_of_a_service_is_fine(url: str) -> None:
    assert problem_of(SecretUrl(url)) is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nfty://me:secret@ntfy.example", "does not know this kind of address: write ntfy://"),
        ("https://hc.example/secret", "does not know this kind of address"),
        ("tgram://secret", "cannot use this tgram:// address: it is incomplete, or its service"),
        ("json://[secret", "cannot use this json:// address"),  # 1.9 raises an error
        ("MAILTO://", "cannot use this mailto:// address"),
    ],
)
def test_another_one_is_refused_and_not_shown(
    url: str, told: str, root_log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by the daemon's log: Apprise writes parts of it there."""
    logs.set_up("human", "debug")
    assert root_log.handlers
    problem = problem_of(SecretUrl(url)) or ""
    assert f"Apprise {told}" in problem
    assert "secret" not in problem
    assert capsys.readouterr() == ("", "")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    told = problem_of(SecretUrl("ntfy://ntfy.example/backups"))
    assert told == "notifications need an extra: install duplistatus-exporter[notify]"


def test_every_channel_and_digest_that_cannot_be_used_is_named() -> None:
    good, bad = SecretUrl("ntfy://ntfy.example/backups"), SecretUrl("nfty://ntfy.example/backups")
    notifications = Notifications(
        channels=(Channel("phone", bad), Channel("mail", good)),
        digests=(Digest("monday", bad, Cron("0 8 * * 1")),),
    )
    problems = list(problems_of(notifications))
    assert [problem.partition(": Apprise")[0] for problem in problems] == [
        "notify phone",
        "digest monday",
    ]
    assert list(problems_of(Notifications())) == []


def test_nothing_of_apprise_is_imported_where_nothing_is_configured() -> None:
    program = (
        "import sys; from exporter.cli.notifications import require_usable;"
        "from exporter.cli.main import make_parser; from exporter.config import load;"
        "require_usable(load({}, {}).notifications); make_parser();"
        "sys.exit('apprise' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
