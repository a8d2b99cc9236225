"""The media type, the coding and the language of an answer, as the request asks for them."""

from collections.abc import Sequence
from functools import lru_cache

import babel
import falcon
from falcon import mediatypes

_HTML = "text/html"
_MOST_LANGUAGES = 20
"""A browser asks for a few; the rest of a header is not read."""


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


@lru_cache(maxsize=256)
def preferred_language(header: str, offers: Sequence[str]) -> str:
    """Return the language that an Accept-Language header prefers; the first offer without one.

    A variant is served by its language: ``pt-BR`` by ``pt``.
    """
    asked = [_language(entry) for entry in header.split(",", _MOST_LANGUAGES)[:_MOST_LANGUAGES]]
    wanted = [tag for tag, weight in sorted(asked, key=lambda each: -each[1]) if weight > 0]
    return babel.negotiate_locale(wanted, offers, sep="-") or offers[0]


def _language(entry: str) -> tuple[str, float]:
    """Return the tag of an entry and its weight; one that cannot be read is not asked for."""
    tag, _, parameter = entry.replace(" ", "").partition(";")
    weight = parameter.lower().removeprefix("q=") or "1"
    try:
        return tag.lower(), float(weight) if tag.replace("-", "").isalnum() else 0.0
    except ValueError:
        return tag, 0.0
