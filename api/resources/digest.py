"""GET /api/digest: what became of the backups in a span, as it is sent to people."""

from collections.abc import Callable

import falcon

from api import query
from api.job_choice import known_tags
from api.responses import GetResource, success
from exporter.model import run_json
from exporter.notifications.digest import Choice, Span, collect, compose_digest
from exporter.notifications.digest.collecting import Sources
from exporter.notifications.rendering import Templates
from exporter.times import Millis


class DigestResource(GetResource):
    """The digest of all backups, or those with some tags: title, plain text, and HTML for mail."""

    def __init__(
        self,
        sources: Sources,
        clock: Callable[[], Millis],
        templates: Templates,
        public_url: str | None,
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._templates = templates
        self._public_url = public_url

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the digest of a span up to now."""
        now = self._clock()
        span = Span(max(now - query.span(req), 0), now)
        choice = Choice(tags=known_tags(req, self._sources.fleet))
        facts = collect(self._sources, span, choice)
        made = compose_digest(facts, self._templates, self._public_url)
        data = {
            "since": run_json.timestamp(span.since),
            "until": run_json.timestamp(span.until),
            "title": made.title,
            "text": made.text,
            "html": made.html,
        }
        success(req, resp, data)
