"""What a form has changed, told once on the page that it leads to.

The browser carries the text there in a cookie; it is signed for the session, so that nobody else
can put words on a page. Nothing of it is in an address.
"""

import base64
import re

import falcon

from api.session_cookie import path_of
from api.sessions import Session, is_signed_for, signature_for
from exporter.templating import plain
from exporter.times import MINUTE, SECOND

NAME = "duplistatus_notice"

MAX_LENGTH = 300
"""Characters; a browser keeps cookies of 4096 bytes."""

_MAX_AGE = MINUTE // SECOND
_SITE = "Strict"
_VALUE = re.compile(r"([A-Za-z0-9_=-]{1,2000})\.([A-Za-z0-9_-]{43})", re.ASCII)


def give(
    req: falcon.Request, resp: falcon.Response, session: Session, text: str, *, secure: bool
) -> None:
    """Let the browser carry a text to the next page of a session."""
    written = plain(text, MAX_LENGTH).encode(errors="replace")
    carried = base64.urlsafe_b64encode(written).decode()
    resp.set_cookie(
        NAME,
        f"{carried}.{signature_for(session, carried)}",
        max_age=_MAX_AGE,
        path=path_of(req),
        secure=secure,
        http_only=True,
        same_site=_SITE,
    )


def take(req: falcon.Request, resp: falcon.Response, session: Session | None) -> str | None:
    """Return what the browser carries for a session, and let it forget that."""
    value = req.cookies.get(NAME)
    if value is None:
        return None
    resp.unset_cookie(NAME, path=path_of(req), same_site=_SITE)
    found = _VALUE.fullmatch(value)
    if session is None or found is None or not is_signed_for(session, found[1], found[2]):
        return None
    return base64.urlsafe_b64decode(found[1]).decode()
