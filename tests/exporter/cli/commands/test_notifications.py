"""What waits for people to be told is listed first, with the reason."""

import json
import re
import threading
from collections.abc import Iterator

import pytest

from api.server.http_server import HttpServer
from api.server.listening import listen
from api.server.site import Site
from exporter.model.notifications import MessageOutcome
from exporter.times import HOUR, MINUTE, format_timestamp
from tests.exporter.cli.conftest import Commands
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.messages import REFUSED, ended, put, tried, waiting

HEADERS = [
    "ID",
    "CHANNEL",
    "STATE",
    "CREATED",
    "TITLE",
    "ATTEMPTS",
    "NEXT ATTEMPT",
    "LAST ERROR",
]


@pytest.fixture
def served(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon that answers on a port, as commands find it by its database."""
    monkeypatch.setenv("DUPLISTATUS_DATABASE", str(daemon.path))
    monkeypatch.setenv("DUPLISTATUS_ADMIN_TOKEN", ADMIN_TOKEN)
    with listen("127.0.0.1", 0) as listening:
        daemon.store.announce(f"http://127.0.0.1:{listening.getsockname()[1]}")
        services = daemon.services
        server = HttpServer(Site(daemon.app), listening, services.limits, services.self_metrics)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield daemon
        finally:
            server.stop()
            thread.join()


def rows(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines()]


def listed(command: Commands) -> list[int]:
    return [each["id"] for each in json.loads(command.output("notifications", "--json"))]


@pytest.mark.usefixtures("served")
def test_where_nobody_was_told_anything_there_are_only_the_headers(command: Commands) -> None:
    assert rows(command.output("notifications")) == [HEADERS]
    assert listed(command) == []


def test_what_waits_longest_comes_first_and_then_what_ended_last(
    served: Daemon, command: Commands
) -> None:
    put(
        served.outbox,
        ended("phone", NOW - 4 * HOUR, MessageOutcome.GIVEN_UP),
        tried("phone", NOW - 3 * HOUR),
        ended("monday", NOW - 2 * HOUR, MessageOutcome.SENT),
        waiting("phone", NOW - HOUR),
    )
    assert listed(command) == [2, 4, 3, 1]
    head, first, *_ = rows(command.output("notifications"))
    assert head == HEADERS
    assert first == [
        "2",
        "phone",
        "waiting",
        format_timestamp(NOW - 3 * HOUR),
        "Photos of nas is overdue",
        "2",
        format_timestamp(NOW - 3 * HOUR + 5 * MINUTE),
        REFUSED,
    ]


def test_all_that_waits_is_listed_and_of_the_others_the_newest_fifty(
    served: Daemon, command: Commands
) -> None:
    sent = [ended("phone", NOW + number, MessageOutcome.SENT) for number in range(60)]
    put(served.outbox, *(waiting("phone", NOW) for _ in range(1100)), *sent)
    assert listed(command) == [*range(1, 1101), *range(1160, 1110, -1)]


def test_what_a_channel_answers_is_cut_and_moves_no_cursor(
    served: Daemon, command: Commands
) -> None:
    put(served.outbox, tried("phone", NOW, "\x1b[2J" + "x" * 500))
    text = command.output("notifications")
    assert "\x1b" not in text
    assert len(rows(text)[1][-1]) < 100
    (entry,) = json.loads(command.output("notifications", "--json"))
    assert len(entry["lastError"]) == 504
