"""Daemons that share a database: one of them tells, and another one goes on."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process.test_notifications import FAILED, RECOVERED
from tests.support.postgres_fixtures import postgres_server, postgres_url
from tests.support.process.daemon import Daemon
from tests.support.process.notified import QUICK, Notifying, channel, gets, settled, titles
from tests.support.process.waiting import eventually
from tests.support.receivers import Receiver, hang, receiver, status

__all__ = ["postgres_server", "postgres_url", "receiver"]

pytestmark = pytest.mark.not_quick
HASTY = f"""{QUICK}
from exporter.store.postgres import housekeeping
housekeeping.LEASE_SECONDS, housekeeping._EVERY_SECONDS = 3.0, 0.3
"""
"""The lease of the daemon that leads is not 30 s but 3."""


class Pair:
    """Two daemons; the first one leads."""

    def __init__(self, folder: Path, url: str, receiver: Receiver, stack: ExitStack) -> None:
        self._made = []
        self.daemons: list[Daemon] = []
        for name in ("one", "other"):
            (folder / name).mkdir()
            config = channel(receiver.url("json"))
            made = Notifying(folder / name, config, "--database", url, launcher=HASTY)
            self._made.append(made)
            self.daemons.append(stack.enter_context(made.start()))

    def report(self, place: int, status: str, backup: str = "Documents") -> None:
        """Upload a report to one of them."""
        self._made[0].report(self.daemons[place], status, backup)


@pytest.fixture
def pair(tmp_path: Path, postgres_url: str, receiver: Receiver) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield Pair(tmp_path, postgres_url, receiver, stack)


def test_one_of_two_tells_whichever_takes_the_report(pair: Pair, receiver: Receiver) -> None:
    pair.report(1, "Error")
    gets(receiver, FAILED)
    pair.report(0, "Success")
    gets(receiver, FAILED, RECOVERED)
    settled(pair.daemons[1])
    assert titles(receiver) == [FAILED, RECOVERED]


def test_another_one_goes_on_where_the_first_was_killed(pair: Pair, receiver: Receiver) -> None:
    pair.report(0, "Error")
    gets(receiver, FAILED)
    settled(pair.daemons[0])
    pair.report(0, "Success")
    pair.daemons[0].kill()
    gets(receiver, FAILED, RECOVERED)
    pair.report(1, "Error", "Photos")
    gets(receiver, FAILED, RECOVERED, "nas / Photos failed")
    settled(pair.daemons[1])
    assert len(receiver.posts) == 3


def test_a_message_that_waits_is_taken_over(pair: Pair, receiver: Receiver) -> None:
    receiver.answer = hang
    pair.report(1, "Error")
    eventually(lambda: receiver.posts, "an attempt that hangs", 20)
    pair.daemons[0].kill()
    receiver.answer = status(200)
    receiver.posts.clear()
    gets(receiver, FAILED)
    settled(pair.daemons[1])
    assert titles(receiver) == [FAILED]
