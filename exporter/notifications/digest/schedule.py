"""When a digest is sent, and what of: a daemon that was away sends one, not several."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from exporter.config.notifications import Digest
from exporter.model.notifications import Message, MessageKind
from exporter.notifications.addressees import channel_of_digest
from exporter.notifications.digest.collecting import Choice, Sources, collect
from exporter.notifications.digest.composing import Composed, compose_digest
from exporter.notifications.digest.span import MAX_SPAN, Span
from exporter.notifications.rendering import Templates
from exporter.schedule.expressions import Cron
from exporter.times import Millis


class DueDigest(NamedTuple):
    """The message of a digest, and the mark that says that it was sent, stored with it."""

    message: Message
    mark: str
    value: Millis


Compose = Callable[[Span, Choice], Composed]
"""Returns the digest of a span for some jobs."""


def next_digest(at: Cron, last_sent: Millis) -> Millis:
    """Return when the digest after the last one is due."""
    return at.after(last_sent)


def span_of(at: Cron, last_sent: Millis | None, now: Millis) -> Span:
    """Return the span of a digest that is sent now.

    It starts at the last one, at most a year ago. The first one has the calendar's usual interval.
    """
    due = at.before(now + 1)
    since = now - (due - at.before(due)) if last_sent is None else last_sent
    return Span(max(since, now - MAX_SPAN), now)


def composer(sources: Sources, templates: Templates, public_url: str | None) -> Compose:
    """Return what composes digests."""

    def compose(span: Span, choice: Choice) -> Composed:
        return compose_digest(collect(sources, span, choice), templates, public_url)

    return compose


class Digests:
    """The configured digests. `marks` are those of the outbox: ``digest:NAME`` is the last one."""

    def __init__(self, configured: Sequence[Digest], compose: Compose, started: Millis) -> None:
        """Keep the digests.

        Args:
            configured: which ones there are.
            compose: makes one.
            started: when the daemon started; a digest that was never sent is due from then on.
        """
        self._configured = configured
        self._compose = compose
        self._started = started

    def due(self, now: Millis, marks: Mapping[str, Millis]) -> list[DueDigest]:
        """Return the digests that are to be sent now.

        Raises:
            StoreUnavailableError: the store does not answer.
        """
        return [
            self._digest(each, now, marks)
            for each in self._configured
            if self._next(each, now, marks) <= now
        ]

    def next_at(self, now: Millis, marks: Mapping[str, Millis]) -> Millis | None:
        """Return when the next digest is due, or was if it is due now; None without any."""
        return min((self._next(each, now, marks) for each in self._configured), default=None)

    def _next(self, digest: Digest, now: Millis, marks: Mapping[str, Millis]) -> Millis:
        last = _last(digest, now, marks)
        return next_digest(digest.at, self._started if last is None else last)

    def _digest(self, digest: Digest, now: Millis, marks: Mapping[str, Millis]) -> DueDigest:
        span = span_of(digest.at, _last(digest, now, marks), now)
        made = self._compose(span, Choice(digest.servers, digest.backups, digest.tags))
        name = channel_of_digest(digest)
        message = Message(
            channel=name,
            kind=MessageKind.DIGEST,
            created=now,
            title=made.title,
            text=made.text,
            html=made.html,
            next_attempt=now,
        )
        return DueDigest(message, name, now)


def _last(digest: Digest, now: Millis, marks: Mapping[str, Millis]) -> Millis | None:
    """Return when a digest was last sent; None if never.

    One later than the next is due is of a wrong clock; one a little ahead keeps it from being sent
    twice when a clock is set back.
    """
    last = marks.get(channel_of_digest(digest))
    return None if last is None or last > digest.at.after(now) else last
