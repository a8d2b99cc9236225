"""Renders pages: templates that escape, and what a browser may do with them."""

from collections.abc import Callable
from typing import Any

import falcon
import jinja2

from api.negotiation import accepts_gzip
from api.responses import GetResource, with_etag
from exporter import templating
from exporter.compression import deflate
from exporter.fleet import Fleet
from exporter.store import Store
from exporter.times import Millis

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do for a page: load its style sheet and script from here, and refresh it."""

_GZIP = 31
"""zlib's word for a whole gzip member with the largest window."""

_LEVEL = 1


_templates = templating.environment(jinja2.PackageLoader("api.page"))


def render(template: str, facts: dict[str, Any]) -> bytes:
    """Return a page."""
    return _templates.get_template(f"{template}.html.jinja").render(facts).encode()


def answer(req: falcon.Request, resp: falcon.Response, body: bytes, media_type: str) -> None:
    """Answer a GET with what a browser shows, as gzip where it accepts that."""
    resp.set_headers({"Content-Security-Policy": POLICY, "Vary": "Accept, Accept-Encoding"})
    if accepts_gzip(req.get_header("Accept-Encoding") or ""):
        resp.set_header("Content-Encoding", "gzip")
        packer = deflate.compressobj(_LEVEL, deflate.DEFLATED, _GZIP)
        body = packer.compress(body) + packer.flush()
    with_etag(req, resp, body, media_type)


class Page(GetResource):
    """A resource for humans: its errors are pages, too, for browsers."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def _show(
        self, req: falcon.Request, resp: falcon.Response, template: str, facts: dict[str, Any]
    ) -> None:
        answer(req, resp, render(template, facts), falcon.MEDIA_HTML)
