"""GET /refused: what was refused and what to do, and the newest of it for other pages."""

import falcon
from msgspec import Struct

from api import query
from api.page.rendering import Page
from exporter import formatting
from exporter.formatting import DisplayTime
from exporter.ingest.refusals import Refusals, is_open
from exporter.language import gettext as _
from exporter.language import ngettext
from exporter.model import Rejected
from exporter.reports.remedies import remedy
from exporter.store import KEPT
from exporter.templating import short
from exporter.times import Millis

LISTED = 50
"""Refused bodies on one page."""

_MAX_BODY_LENGTH = 2000
_MAX_CODED_LENGTH = 4 * _MAX_BODY_LENGTH
"""The most bytes that so many characters take."""

_MAX_REASON_LENGTH = 300


class Refused(Struct, frozen=True):
    """What was refused in the last day: how much of it is open, and the newest of it."""

    told: str
    unsettled: int
    newest: DisplayTime
    sender: str
    reason: str


class Entry(Struct, frozen=True):
    """A refused body as it is listed."""

    id: int
    received: DisplayTime
    sender: str
    reason: str
    remedy: str | None
    content_type: str | None
    size: str
    body: str
    is_cut: bool
    is_open: bool
    settled: DisplayTime | None
    counts: bool


class RefusedPage(Page):
    """All that was refused, newest first."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page."""
        now, last = self._clock(), query.cursor(req)
        found = self._store.rejected(last[1] if last else None, LISTED + 1)
        page = found[:LISTED]
        facts = {
            "now": DisplayTime.from_timestamp(now, now),
            "entries": [_entry(each, now) for each in page],
            "following": query.format_cursor(0, page[-1].id) if found[LISTED:] else None,
            "kept": KEPT,
        }
        self._show(req, resp, "refused", facts)


def of_last_day(refusals: Refusals, now: Millis) -> Refused | None:
    """Return what was refused in the last day; None where nothing was."""
    day = refusals.last_day(now)
    if day is None:
        return None
    unsettled = refusals.open(now)
    newest = day.newest if unsettled is None else unsettled.newest
    still_open = 0 if unsettled is None else unsettled.count
    return Refused(
        told=", ".join([_refused(day.count), *_of_them(still_open, day.count)]),
        unsettled=still_open,
        newest=DisplayTime.from_timestamp(newest.received, now),
        sender=newest.address,
        reason=short(newest.reason, _MAX_REASON_LENGTH),
    )


def _refused(count: int) -> str:
    if count >= KEPT:
        text = _("%(count)s reports or more were refused in the last 24 hours")
        return text % {"count": formatting.number(KEPT)}
    text = ngettext(
        "%(count)s report was refused in the last 24 hours",
        "%(count)s reports were refused in the last 24 hours",
        count,
    )
    return text % {"count": formatting.number(count)}


def _of_them(unsettled: int, refused: int) -> list[str]:
    if unsettled == refused:
        return [_("with none accepted from the same sender since")]
    text = ngettext(
        "%(count)s of them with none accepted from the same sender since",
        "%(count)s of them with none accepted from the same sender since",
        unsettled,
    )
    return [text % {"count": formatting.number(unsettled)}] if unsettled else []


def _entry(rejected: Rejected, now: Millis) -> Entry:
    body = rejected.body[:_MAX_CODED_LENGTH].decode(errors="replace")
    shown = short(body, _MAX_BODY_LENGTH)
    return Entry(
        id=rejected.id,
        received=DisplayTime.from_timestamp(rejected.received, now),
        sender=rejected.address,
        reason=rejected.reason,
        remedy=remedy(rejected.reason),
        content_type=rejected.content_type,
        size=formatting.size(rejected.size),
        body=shown,
        is_cut=shown != body or rejected.size > len(rejected.body[:_MAX_CODED_LENGTH]),
        is_open=is_open(rejected, now),
        settled=None
        if rejected.settled is None
        else DisplayTime.from_timestamp(rejected.settled, now),
        counts=rejected.counts,
    )
