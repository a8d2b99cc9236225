"""Writes one message about many events, by templates. Pure, but for reading the templates."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from exporter import formatting
from exporter.formatting import DisplayTime
from exporter.notifications import wording
from exporter.notifications.advice import advice
from exporter.notifications.events import Event
from exporter.notifications.facts import Facts
from exporter.notifications.rendering import TemplateError, Templates
from exporter.templating import one_line, short
from exporter.times import Millis

TITLE = "alert.title.txt.jinja"
TEXT = "alert.txt.jinja"
HTML = "alert.html.jinja"

MAX_TITLE = 200
MAX_TEXT = 4000
"""In characters."""

MAX_HTML = 20_000
"""In bytes."""

MAX_NOTICE = 300

MOST_LISTED = 20
_LISTED = (MOST_LISTED, 15, 10, 5, 2, 1)
"""How many events are listed: the first number with which the message is not too large."""


class Context(Struct, frozen=True):
    """What a message says besides its events.

    `public_url` is where the status page is, without a slash at its end; None leaves the link out.
    `notice` is said before the events.
    """

    templates: Templates
    now: Millis
    public_url: str | None = None
    notice: str | None = None


class Composed(NamedTuple):
    """A message: its title, its plain text, and the same in HTML, empty where there is none.

    `fault` says what is wrong with a person's template; the program's own was used instead.
    """

    title: str
    text: str
    html: str
    fault: str | None = None


class ShownEvent(Facts, frozen=True, kw_only=True):
    """What a template gets of an event: what happened to which condition, and the facts."""

    happening: str
    condition: str
    word: str
    severity: str
    label: str
    line: str
    advice: str | None
    until: DisplayTime | None
    lasted: str | None

    @classmethod
    def of(cls, event: Event, now: Millis) -> "ShownEvent":
        """Return an event in words."""
        condition, known = event.condition, asdict(event.facts)
        return cls(
            **known | {"since": _since(event, now)},
            happening=event.happening.value,
            condition=condition.value,
            word=condition.word,
            severity=condition.severity.value,
            label=wording.label(event),
            line=wording.line(event),
            advice=None if event.happening.is_end else advice(condition),
            until=None if event.ended is None else DisplayTime.from_timestamp(event.ended, now),
            lasted=None if event.ended is None else _lasted(event.began, event.ended),
        )


class AlertValues(Struct, frozen=True):
    """What the templates of an alert get.

    `sentence` says all in one sentence; `more` is how many events are not among `events`.
    """

    sentence: str
    notice: str | None
    events: list[ShownEvent]
    more: int
    now: DisplayTime
    url: str | None


def compose(events: Sequence[Event], context: Context) -> Composed:
    """Return the message about events: one or more, in any order.

    A message must not be lost by a faulty template: the program's own stands in for it.
    """
    try:
        return _composed(events, context, context.templates)
    except TemplateError as error:
        return _composed(events, context, Templates())._replace(fault=str(error))


def values(events: Sequence[Event], context: Context, listed: int) -> dict[str, object]:
    """Return what the templates get, with so many of the events."""
    ordered = sorted(events, key=wording.urgency)
    shown = [ShownEvent.of(event, context.now) for event in ordered[:listed]]
    url, notice = context.public_url, context.notice
    found = AlertValues(
        sentence=short(wording.sentence(ordered), MAX_TITLE),
        notice=short(one_line(notice), MAX_NOTICE) if notice else None,
        events=shown,
        more=len(ordered) - len(shown),
        now=DisplayTime.from_timestamp(context.now, context.now),
        url=None if url is None else f"{url}/",
    )
    return asdict(found)


def _composed(events: Sequence[Event], context: Context, templates: Templates) -> Composed:
    tried = (_rendered(values(events, context, listed), templates) for listed in _LISTED)
    fitting = next((each for each in tried if _fits(each)), None)
    return fitting or _cut(_rendered(values(events, context, 1), templates))


def _fits(composed: Composed) -> bool:
    return len(composed.text) <= MAX_TEXT and len(composed.html.encode()) <= MAX_HTML


def _rendered(found: dict[str, object], templates: Templates) -> Composed:
    title = one_line(templates.render(TITLE, found))
    text = templates.render(TEXT, found).strip()
    return Composed(short(title, MAX_TITLE), text, templates.render(HTML, found).strip())


def _cut(composed: Composed) -> Composed:
    """Return what fits of a message by a person's template; a part of HTML is none."""
    html = composed.html if len(composed.html.encode()) <= MAX_HTML else ""
    return composed._replace(text=short(composed.text, MAX_TEXT), html=html)


def _since(event: Event, now: Millis) -> DisplayTime:
    known = None if event.ended is not None else event.facts.since
    return known or DisplayTime.from_timestamp(event.began, now)


def _lasted(began: Millis, ended: Millis) -> str:
    return formatting.length(max(ended - began, 0))
