"""When a digest is due, what its span is, and that it is sent once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.config.notifications import Digest, SecretUrl
from exporter.model.notifications import MessageKind
from exporter.notifications.digest import (
    MAX_SPAN,
    Choice,
    Composed,
    Digests,
    Span,
    next_digest,
    span_of,
)
from exporter.schedule.expressions import Cron
from exporter.times import DAY, HOUR, MINUTE, Millis, parse_timestamp

MONDAYS = Cron("0 8 * * 1", "Europe/Berlin")
DAILY = Cron("0 8 * * *", "UTC")
MONDAY = parse_timestamp("2026-01-12T07:00:00Z")
WEEK = 7 * DAY


def digest(name: str = "monday", at: Cron = MONDAYS, **choice: tuple[str, ...]) -> Digest:
    return Digest(name, SecretUrl("mailto://user:secret@example.com"), at, **choice)


class Composer:
    """Remembers what digests were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Span, Choice]] = []

    def __call__(self, span: Span, choice: Choice) -> Composed:
        self.asked.append((span, choice))
        return Composed("title", "text", "<html>")


def digests(*configured: Digest, started: Millis = MONDAY - DAY) -> tuple[Digests, Composer]:
    composer = Composer()
    return Digests(configured, composer, started), composer


@pytest.mark.parametrize(
    ("at", "last", "due"),
    [
        (MONDAYS, "2026-01-12T06:59:59Z", "2026-01-12T07:00:00Z"),
        (MONDAYS, "2026-01-12T07:00:00Z", "2026-01-19T07:00:00Z"),
        (MONDAYS, "2026-01-15T12:00:00Z", "2026-01-19T07:00:00Z"),
        (MONDAYS, "2026-03-24T12:00:00Z", "2026-03-30T06:00:00Z"),  # summer time
        (DAILY, "2026-01-12T08:00:00Z", "2026-01-13T08:00:00Z"),
        (Cron("0 8 1 * *"), "2026-01-12T08:00:00Z", "2026-02-01T08:00:00Z"),
        (Cron("0 0 29 2 *"), "2026-01-12T08:00:00Z", "2028-02-29T00:00:00Z"),
        (Cron("30 2 * * *", "Europe/Berlin"), "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
    ],
)
def test_the_next_one_is_the_calendars_next_start(at: Cron, last: str, due: str) -> None:
    assert next_digest(at, parse_timestamp(last)) == parse_timestamp(due)


@pytest.mark.parametrize(
    ("at", "last", "now", "since"),
    [
        (MONDAYS, MONDAY - WEEK, MONDAY + MINUTE, MONDAY - WEEK),
        (MONDAYS, MONDAY - 3 * WEEK, MONDAY, MONDAY - 3 * WEEK),
        (MONDAYS, MONDAY - 500 * DAY, MONDAY, MONDAY - MAX_SPAN),
        (MONDAYS, None, MONDAY, MONDAY - WEEK),
        (MONDAYS, None, MONDAY + MINUTE, MONDAY + MINUTE - WEEK),
        (DAILY, None, MONDAY, MONDAY - DAY),
        (Cron("0 0 29 2 *"), None, MONDAY, MONDAY - MAX_SPAN),
    ],
)
def test_the_span_begins_at_the_last_one(
    at: Cron, last: Millis | None, now: Millis, since: Millis
) -> None:
    assert span_of(at, last, now) == Span(since, now)


def test_a_digest_is_sent_once_when_it_is_due() -> None:
    sender, composer = digests(digest(servers=("laptop-*",), backups=("P*",)))
    marks: dict[str, Millis] = {}
    assert sender.next_at(MONDAY - 1, marks) == MONDAY
    assert sender.due(MONDAY - 1, marks) == []
    now = MONDAY + MINUTE
    ((message, mark, value),) = sender.due(now, marks)
    assert (mark, value) == ("digest:monday", now)
    assert (message.channel, message.kind) == ("digest:monday", MessageKind.DIGEST)
    assert (message.title, message.text, message.html) == ("title", "text", "<html>")
    assert (message.created, message.next_attempt, message.outcome) == (now, now, None)
    assert composer.asked == [(Span(now - WEEK, now), Choice(("laptop-*",), ("P*",)))]
    marks[mark] = value
    assert sender.due(now, marks) == []
    assert sender.next_at(now, marks) == MONDAY + WEEK


def test_a_daemon_that_was_away_sends_one_of_all_that_time() -> None:
    sender, composer = digests(digest(), started=MONDAY + 3 * WEEK + HOUR)
    marks = {"digest:monday": MONDAY}
    now = MONDAY + 3 * WEEK + HOUR
    assert sender.next_at(now, marks) == MONDAY + WEEK
    ((_, mark, value),) = sender.due(now, marks)
    assert composer.asked[0][0] == Span(MONDAY, now)
    assert sender.due(now, {mark: value}) == []
    assert sender.next_at(now, {mark: value}) == MONDAY + 4 * WEEK


def test_one_that_was_never_sent_is_not_due_at_the_start() -> None:
    sender, _ = digests(digest(), started=MONDAY + HOUR)
    assert sender.due(MONDAY + HOUR, {}) == []
    assert sender.next_at(MONDAY + HOUR, {}) == MONDAY + WEEK


def test_a_clock_that_is_set_back_a_little_sends_nothing_twice() -> None:
    sender, _ = digests(digest())
    marks = {"digest:monday": MONDAY}
    assert sender.due(MONDAY - MINUTE, marks) == []
    assert sender.due(MONDAY, marks) == []
    assert sender.due(MONDAY + WEEK, marks) != []


def test_a_mark_of_a_wrong_clock_stops_no_digest() -> None:
    sender, composer = digests(digest())
    marks = {"digest:monday": MONDAY + 400 * DAY}
    assert sender.next_at(MONDAY - HOUR, marks) == MONDAY
    assert len(sender.due(MONDAY, marks)) == 1
    assert composer.asked[0][0] == Span(MONDAY - WEEK, MONDAY)


def test_each_digest_has_its_own_calendar() -> None:
    sender, _ = digests(digest(), digest("daily", DAILY), started=MONDAY - HOUR)
    assert sender.next_at(MONDAY - HOUR, {}) == MONDAY
    assert [each.mark for each in sender.due(MONDAY, {})] == ["digest:monday"]
    due = sender.due(MONDAY + HOUR, {})
    assert [each.mark for each in due] == ["digest:monday", "digest:daily"]


def test_without_digests_none_is_due() -> None:
    sender, _ = digests()
    assert (sender.due(MONDAY, {}), sender.next_at(MONDAY, {})) == ([], None)


@given(st.lists(st.integers(1, 20 * DAY), max_size=60))
def test_spans_follow_one_another_without_gap_or_overlap(pauses: list[Millis]) -> None:
    """Whenever the daemon looks, every moment since the first digest is in exactly one."""
    sender, composer = digests(digest(), digest("daily", DAILY))
    marks, now = {"digest:monday": MONDAY, "digest:daily": MONDAY}, MONDAY
    for pause in pauses:
        now += pause
        for each in sender.due(now, marks):
            start = marks[each.mark]
            assert Span(start, now) in [span for span, _ in composer.asked]
            marks[each.mark] = each.value
        following = sender.next_at(now, marks)
        assert following is not None
        assert following > now
