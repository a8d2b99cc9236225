"""Questions are answered at once only as long as nothing has to be evaluated, asked or awaited."""

from collections.abc import Callable
from functools import partial

import pytest
from falcon import testing

from api.app import create_app
from api.at_once import AT_ONCE, MOST_QUESTIONS, RECEIVING, AtOnce, Still
from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

KEPT = (
    "/api/summary",
    "/api/status",
    "/api/badge.svg",
    "/api/lastbackup/nas",
    "/api/lastbackups/1",
)
OF_ALL = KEPT[:3]


def always() -> bool:
    return True


def never() -> bool:
    return False


def ask(daemon: Daemon, path: str, query: str = "") -> AtOnce:
    """Ask as a thread does that may wait; return what is known then."""
    known = AtOnce()
    result = daemon.client.simulate_get(
        path, query_string=query, extras={AT_ONCE: partial(known.note, path, query)}
    )
    assert result.status_code == 200
    return known


def use(daemon: Daemon, counting: Callable[[], float]) -> None:
    """Let an app answer whose seconds are counted so."""
    daemon.app = create_app(daemon.services._replace(counting=counting))
    daemon.client = testing.TestClient(daemon.app)


@pytest.fixture
def daemon(daemon: Daemon) -> Daemon:
    """One with a job, whose clocks stand still."""
    use(daemon, lambda: 0.0)
    daemon.upload(duplicati_report(began=NOW - HOUR))
    return daemon


@pytest.mark.parametrize("path", KEPT)
def test_what_was_answered_is_answered_at_once_until_a_report_comes(
    daemon: Daemon, path: str
) -> None:
    known = ask(daemon, path)
    assert known.has(path, "")
    daemon.upload(duplicati_report(began=NOW))
    assert not known.has(path, "")
    assert ask(daemon, path).has(path, "")


@pytest.mark.parametrize("path", OF_ALL)
def test_not_once_a_deadline_has_passed(daemon: Daemon, path: str) -> None:
    known = ask(daemon, path)
    daemon.clock.now += 10 * DAY
    assert not known.has(path, "")


@pytest.mark.parametrize("path", OF_ALL)
def test_not_once_the_disk_is_to_be_asked_again(daemon: Daemon, path: str) -> None:
    seconds = [0.0]
    use(daemon, lambda: seconds[0])
    known = ask(daemon, path)
    assert known.has(path, "")
    seconds[0] = 1.0
    assert not known.has(path, "")


@pytest.mark.parametrize("path", OF_ALL)
def test_who_receives_never_asks_the_disk_even_if_the_answer_has_just_grown_old(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    seconds, asked = [0.0], list[str]()
    use(daemon, lambda: seconds[0])
    ask(daemon, path)
    seconds[0] = 1.0
    monkeypatch.setattr(daemon.store, "check_writable", lambda: asked.append("storage"))
    assert daemon.client.simulate_get(path, extras={RECEIVING: True}).status_code == 200
    assert asked == []
    assert daemon.client.simulate_get(path).status_code == 200
    assert asked == ["storage"]


@pytest.mark.parametrize("path", OF_ALL)
def test_not_while_another_thread_has_the_fleet(daemon: Daemon, path: str) -> None:
    known = ask(daemon, path)
    with daemon.fleet.changing.lock:
        assert not known.has(path, "")
    assert known.has(path, "")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/status", "server=1"),
        ("/api/status", "fail=critical"),
        ("/api/badge.svg", "tag=a"),
        ("/api/jobs", ""),
        ("/metrics", ""),
        ("/", ""),
    ],
)
def test_what_is_worked_out_for_each_question_is_not(daemon: Daemon, path: str, query: str) -> None:
    assert not ask(daemon, path, query).has(path, query)


def test_another_question_is_not_known() -> None:
    known = AtOnce()
    known.note("/api/status", "a=1", always)
    assert known.has("/api/status", "a=1")
    assert not known.has("/api/status", "")
    assert not known.has("/api/summary", "a=1")


@pytest.mark.parametrize(("still", "expected"), [(always, True), (never, False)])
def test_who_answered_says_whether_it_still_is(still: Still, *, expected: bool) -> None:
    known = AtOnce()
    known.note("/", "", still)
    assert known.has("/", "") is expected


def test_neither_many_questions_nor_long_ones_take_memory() -> None:
    known = AtOnce()
    known.note("/" * 500, "", always)
    assert not known.has("/" * 500, "")
    for number in range(MOST_QUESTIONS + 1):
        known.note(str(number), "", always)
    assert [number for number in range(MOST_QUESTIONS + 1) if known.has(str(number), "")] == [
        MOST_QUESTIONS
    ]
