"""Composes a digest: its title, its plain text and its HTML for mail."""

import logging
from typing import NamedTuple

from exporter.logs import log_fields
from exporter.notifications.digest.facts import DigestFacts
from exporter.notifications.digest.shown import show
from exporter.notifications.rendering import TemplateError, Templates
from exporter.templating import plain

TITLE = "digest.title.txt.jinja"
TEXT = "digest.txt.jinja"
HTML = "digest.html.jinja"

MAX_BYTES = 90_000
"""Gmail cuts a mail after 102 kB, and some of that is its headers and its encoding."""

MAX_TITLE = 200

_ROWS = (60, 40, 25, 15, 8, 3, 0)
"""Jobs in the tables: the most with which it is not too large."""

_log = logging.getLogger(__name__)


class Composed(NamedTuple):
    """A digest as it is sent."""

    title: str
    text: str
    html: str


def compose_digest(
    facts: DigestFacts, templates: Templates, public_url: str | None = None
) -> Composed:
    """Return a digest; by the program's own templates where people's are wrong."""
    try:
        return _fitting(facts, templates, public_url)
    except TemplateError as error:
        _log.error("digest made without a wrong template", extra=log_fields(error=str(error)))
        return _fitting(facts, Templates(), public_url)


def _fitting(facts: DigestFacts, templates: Templates, public_url: str | None) -> Composed:
    """Return a digest of as many rows as a mail may have; at last of none."""
    composed = _composed(facts, templates, public_url, _ROWS[0])
    for rows in _ROWS[1:]:
        if max(len(part.encode()) for part in composed) <= MAX_BYTES:
            break
        composed = _composed(facts, templates, public_url, rows)
    return composed


def _composed(
    facts: DigestFacts, templates: Templates, public_url: str | None, rows: int
) -> Composed:
    values = {"digest": show(facts, rows, public_url)}
    title = plain(templates.render(TITLE, values), MAX_TITLE)
    text = templates.render(TEXT, values)
    return Composed(title, text, templates.render(HTML, values))
