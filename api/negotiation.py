"""What an answer is sent as: its media type and its coding, as the request asks for them."""

from collections.abc import Sequence

import falcon
from falcon import mediatypes


def preferred(accept: str | None, offers: Sequence[str]) -> str:
    """Return what is preferred of the offers: the first of the best, and the first of all for none.

    Browsers name none of them, and no header or one that cannot be read says nothing.
    """
    if not accept:
        return offers[0]
    try:
        return mediatypes.best_match(offers, accept.lower()) or offers[0]
    except falcon.InvalidMediaRange:
        return offers[0]


def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding header takes gzip: by its own name, else by ``*``."""
    entries = (entry.partition(";") for entry in header.lower().replace(" ", "").split(","))
    weights = {coding: parameter for coding, _, parameter in entries}
    weight = next((weights[name] for name in ("gzip", "x-gzip", "*") if name in weights), "q=0")
    return weight.removeprefix("q=").strip("0.") != "" or weight == ""
