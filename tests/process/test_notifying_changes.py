"""Notifications where the configuration or the installation changed, and who may see what."""

from pathlib import Path

import pytest

from exporter.config.notifications import SecretUrl
from tests.process.test_notifications import FAILED
from tests.support.process import commands
from tests.support.process.daemon import Daemon
from tests.support.process.notified import (
    QUICK,
    Notifying,
    channel,
    gets,
    settled,
    titles,
)
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually
from tests.support.receivers import Answer, Receiver, hang, raw, receiver, status

__all__ = ["receiver"]

pytestmark = pytest.mark.not_quick
SECRETS = ("hunter2user", "hunter2pass", "tok3n-in-path", "tok3n-in-query", "tok3n-in-header")


def attempted(daemon: Daemon) -> str:
    """Wait until an attempt failed; return why."""

    def error() -> str | None:
        found = daemon.data("/api/notifications")["notifications"]
        return found[0]["lastError"] if found else None

    return str(eventually(error, "an attempt that failed", 30))


@pytest.mark.parametrize("renamed", [False, True], ids=["removed", "renamed"])
def test_what_waits_for_a_channel_that_is_gone_is_given_up(
    tmp_path: Path, receiver: Receiver, *, renamed: bool
) -> None:
    receiver.answer = status(500)
    notifying = Notifying(tmp_path, channel(receiver.url("json"), "old"))
    with notifying.start() as daemon:
        notifying.report(daemon, "Error")
        attempted(daemon)
    receiver.posts.clear()
    receiver.answer = status(200)
    notifying.config = channel(receiver.url("json"), "new") if renamed else ""
    with notifying.start() as daemon:
        if renamed:
            gets(receiver, FAILED)
            settled(daemon)
        assert daemon.get("/notifications").status_code == 200
        states = [each["state"] for each in daemon.data("/api/notifications")["notifications"]]
        assert states == (["sent", "given_up"] if renamed else ["waiting"])
        assert titles(receiver) == [FAILED] * renamed


def test_a_broken_template_is_replaced_by_the_own_one_and_logged_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "alert.txt.jinja").write_text("{{ 1 / 0 }}")
    notifying = Notifying(tmp_path, f'templates = "{templates}"\n{channel(receiver.url("json"))}')
    with notifying.start() as daemon:
        notifying.report(daemon, "Error")
        gets(receiver, FAILED)
        notifying.report(daemon, "Error", "Photos")
        gets(receiver, FAILED, "nas / Photos failed")
        logged = [each for each in daemon.events() if each["level"] == "warning"]
        assert ["a template" in each["event"] for each in logged] == [True]
    assert "Condition: failing" in receiver.posts[0].json["message"]


HIDDEN = 'import sys; sys.modules["apprise"] = None\n'


def test_without_the_extra_no_daemon_starts_that_could_not_tell(tmp_path: Path) -> None:
    url = SecretUrl("json://127.0.0.1:1/tok3n-in-path")
    notifying = Notifying(tmp_path, channel(url), launcher=HIDDEN + QUICK)
    with pytest.raises(AssertionError, match=r"install duplistatus-exporter\[notify\]") as refused:
        notifying.start()
    assert "tok3n" not in str(refused.value)


FAULTS: dict[str, Answer] = {
    "hang": hang,
    "500": status(500, b"no tok3n-in-path for hunter2user:hunter2pass"),
    "403": status(403, b"tok3n-in-query"),
    "half": raw(b"HTTP/1.1 2"),
    "nonsense": raw(b"tok3n-in-path hunter2pass\r\n\r\n"),
    "redirect": raw(b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:1/tok3n-in-path\r\n\r\n"),
    "refused": status(200),
}


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_shows_a_secret_of_an_address(
    tmp_path: Path, receiver: Receiver, name: str
) -> None:
    port = free_port() if name == "refused" else receiver.port
    place = f"127.0.0.1:{port}/tok3n-in-path"
    query = "-key=tok3n-in-query&+X-Auth=tok3n-in-header"
    url = SecretUrl(f"json://hunter2user:hunter2pass@{place}?{query}")
    receiver.answer = FAULTS[name]
    quick = f"{QUICK}attempts.Sender.__init__.__defaults__ = (2.0, attempts._PROGRAM)\n"
    notifying = Notifying(tmp_path, channel(url), "--log-level", "debug", launcher=quick)
    with notifying.start() as daemon:
        notifying.report(daemon, "Error")
        assert attempted(daemon)
        paths = ("/api/notifications", "/notifications", "/", "/api/health", "/metrics")
        shown = [daemon.get(path).text for path in paths]
        checked = commands.run("check-config", "--config", str(tmp_path / "told.toml"))
        tested = commands.run("notify", "test", "--config", str(tmp_path / "told.toml"))
        listed = commands.run("notifications", "--database", str(tmp_path / "duplistatus.sqlite"))
        for done in (checked, tested, listed):
            shown += [done.stdout, done.stderr]
        assert daemon.stop() == 0
    shown.append(daemon.log.read_text())
    assert "hook" in shown[0]
    assert [(secret, text) for secret in SECRETS for text in shown if secret in text] == []
