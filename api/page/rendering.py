"""Renders pages: templates that escape, and what a browser may do with them."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import falcon
import jinja2

from api import formatting
from api.negotiation import accepts_gzip
from api.responses import GetResource, with_etag
from exporter.compression import deflate
from exporter.fleet import Fleet
from exporter.store import Store
from exporter.times import Millis

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do for a page: load its style sheet and script from here, and refresh it."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that HTML may not hold, or that would turn the text around them: reports hold any."""

_GZIP = 31
"""zlib's word for a whole gzip member with the largest window."""

_LEVEL = 1


def shown(value: object) -> object:
    """Return what is printed of a value, without invisible characters."""
    if not isinstance(value, str) or value.isprintable() or hasattr(value, "__html__"):
        return value
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)


def short(text: str, most: int = 80) -> str:
    """Return a text that fits into a row; one that is cut ends with dots."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return f"{cut}\N{HORIZONTAL ELLIPSIS}"


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("api.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(short=short, number=formatting.number)
    return environment


_templates = _environment()


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
