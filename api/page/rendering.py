"""Renders pages: templates that escape, and what a browser may do with them."""

from collections.abc import Callable
from typing import Any

import falcon
import jinja2

from api import local_path
from api.negotiation import accepts_gzip
from api.page import favicons, notices
from api.page.attempts import attempt_of
from api.responses import GetResource, with_etag
from api.session_cookie import session_of
from exporter import templating
from exporter.compression import deflate
from exporter.fleet import Fleet
from exporter.language import reader
from exporter.store import Store
from exporter.times import Millis

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do for a page: load its style sheet and script from here, and refresh it."""

SENDS_ORIGIN = ("Referrer-Policy", "same-origin")
"""A browser names the origin of a form only to whom it would name the page:
https://fetch.spec.whatwg.org/#append-a-request-origin-header. Without TLS nothing else tells that
a form is of our own page."""

_NOT_KEPT = ("Cache-Control", "no-store")
"""After somebody signed out the button Back shows nothing that only they may read."""

VERSION = "version"
"""The key of the daemon's version in the context of a request."""

_GZIP = 31
"""zlib's word for a whole gzip member with the largest window."""

_LEVEL = 1


_templates = templating.environment(jinja2.PackageLoader("api.page"))
templating.speak(_templates)


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


class HtmlResource:
    """A resource for humans, who may be signed in: its errors are pages, too, for browsers."""

    takes_session = True
    takes_forms = False

    def fault(self, req: falcon.Request, title: str, message: str) -> bytes:
        """Return the page of an error."""
        return render("fault", {**frame(req), "title": title, "message": message})


class Page(GetResource, HtmlResource):
    """A page of what is known of the fleet."""

    def __init__(self, store: Store, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    def _show(
        self, req: falcon.Request, resp: falcon.Response, template: str, facts: dict[str, Any]
    ) -> None:
        show(req, resp, template, facts)


def show(req: falcon.Request, resp: falcon.Response, template: str, facts: dict[str, Any]) -> None:
    """Answer a GET with a page."""
    notice = notices.take(req, resp, session_of(req))
    answer(req, resp, render(template, frame(req) | {"notice": notice} | facts), falcon.MEDIA_HTML)
    resp.append_header("Vary", "Accept-Language, Cookie")
    resp.set_header(*SENDS_ORIGIN)
    if session_of(req) is not None:
        resp.set_header(*_NOT_KEPT)


def show_refused(
    req: falcon.Request, resp: falcon.Response, status: int, template: str, facts: dict[str, Any]
) -> None:
    """Answer a form that cannot be taken with the page that it is on."""
    resp.status = status
    answer_refused(resp, render(template, frame(req) | facts))


def answer_refused(resp: falcon.Response, page: bytes) -> None:
    """Answer with the page of an error."""
    resp.data = page
    resp.content_type = falcon.MEDIA_HTML
    resp.set_header("Content-Security-Policy", POLICY)
    resp.set_header(*_NOT_KEPT)
    resp.set_header(*SENDS_ORIGIN)


def frame(req: falcon.Request) -> dict[str, Any]:
    """Return what every page says: who is signed in, where links begin, what came of a form.

    A page that knows the state has an icon of its own, and a count in its title.
    """
    return {
        "session": session_of(req),
        "here": local_path.of(req),
        "root": req.root_path,
        "language": reader().language,
        "zone": reader().zone.key,
        "notice": None,
        "attempt": attempt_of(req),
        "version": req.context.get(VERSION),
        "favicon": favicons.UNKNOWN,
        "troubled": 0,
    }
