"""The media type and the coding of an answer, as the request asks for them."""

from collections.abc import Sequence

import falcon
from falcon import mediatypes

_HTML = "text/html"


def preferred(accept: str | None, offers: Sequence[str]) -> str:
    """Return the preferred one of the offers; the first where none is preferred.

    Browsers name none of them; a missing or invalid header counts as no preference.
    """
    if not accept:
        return offers[0]
    try:
        return mediatypes.best_match(offers, accept.lower()) or offers[0]
    except falcon.InvalidMediaRange:
        return offers[0]


def wants_html(req: falcon.Request) -> bool:
    """Return whether a browser asks, which shows a page to a person."""
    return _HTML in (req.get_header("Accept") or "")


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding header accepts gzip: by its name, else by ``*``."""
    entries = (entry.partition(";") for entry in header.lower().replace(" ", "").split(","))
    weights = {coding: parameter for coding, _, parameter in entries}
    weight = next((weights[name] for name in ("gzip", "x-gzip", "*") if name in weights), "q=0")
    return weight.removeprefix("q=").strip("0.") != "" or weight == ""
