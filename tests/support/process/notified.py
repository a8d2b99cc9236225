"""Daemons that notify, with shorter times than people want."""

import sys
from collections.abc import Mapping
from pathlib import Path

from exporter.config.notifications import SecretUrl
from exporter.times import MINUTE, now
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually
from tests.support.receivers import Receiver
from tests.support.reports_builder import duplicati_report

QUICK = """
import sys
from exporter.notifications import attempts, courier, faults, loop, pauses, storage_alarm, tracker
from exporter.store.sqlite import connection
connection._BUSY_SECONDS = 0.05
tracker.TOGETHER = 300
loop._PAUSE_SECONDS, loop.LOOK_SECONDS = 0.05, 0.5
courier._CLAIM, courier._LOOK_SECONDS = 12_000, 0.2
pauses._PAUSES, pauses.LONGEST_PAUSE = (200,) * 6, 12_000
storage_alarm.HOLD = 0
faults.PROBED_EVERY_SECONDS = 1.0
"""
"""What takes 30 s is 0.3 s, what is looked at every 10 s is 0.5 s, a pause between attempts 0.2 s;
what another daemon began is taken over after 12 s, not a minute."""

RUN = "from exporter.cli import main; sys.exit(main())"
_SECONDS = 30.0


_started: list[Daemon] = []


class Notifying:
    """A daemon in a folder whose channels are receivers of a test; it can be started again."""

    def __init__(self, folder: Path, config: str, *flags: str, launcher: str = QUICK) -> None:
        self.folder = folder
        self.config = config
        self.flags = flags
        self.launcher = launcher
        self.variables: Mapping[str, str] = {}
        self._runs = 0

    def start(self) -> Daemon:
        """Start it with its configuration."""
        path = self.folder / "told.toml"
        path.write_text(self.config, encoding="utf-8")
        command = [sys.executable, "-c", self.launcher + RUN]
        flags = (*ANY_PORT, "--config", str(path), *self.flags)
        daemon = Daemon(self.folder, *flags, command=command, variables=self.variables)
        _started.append(daemon)
        return daemon

    def report(self, daemon: Daemon, status: str, backup: str = "Documents") -> None:
        """Upload a report of a run that ends now."""
        self._runs += 1
        began = now() - 30 * MINUTE + self._runs * 2000
        body = duplicati_report(began=began, status=status, backup=backup, duration=1000)
        daemon.upload(body)


def end_all() -> None:
    """End what was started, also where a test failed before it ended it."""
    while _started:
        _started.pop().kill()


def channel(url: SecretUrl, name: str = "hook", **more: str) -> str:
    """Return the table of a channel that is told of failures unless `more` says otherwise."""
    values = {"name": f'"{name}"', "url": f'"{url.secret}"', "on": '["failing"]', **more}
    lines = [f"{key} = {value}" for key, value in values.items()]
    return "\n".join(["[[notify]]", *lines, ""])


def titles(receiver: Receiver) -> list[str]:
    """Return the titles that came."""
    return [post.json["title"] for post in receiver.posts]


def gets(receiver: Receiver, *expected: str) -> None:
    """Wait for so many messages, and see that they have these titles."""
    eventually(lambda: len(receiver.posts) >= len(expected), str(expected), _SECONDS)
    assert titles(receiver) == list(expected), titles(receiver)


def settled(daemon: Daemon) -> None:
    """Wait until nothing waits for a channel any more."""
    eventually(
        lambda: not any(each["waiting"] for each in daemon.data("/api/notifications")["channels"]),
        "an empty outbox",
        _SECONDS,
    )
