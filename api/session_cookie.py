"""The cookie of a session. It counts on pages and their forms alone, never for the API."""

from collections.abc import Sequence

import falcon

from api.client_address import Network, url_of
from api.sessions import LIFETIME, Session, Sessions
from exporter.times import SECOND

NAME = "duplistatus_session"

_SESSION = "session"
_SITE = "Strict"


class SessionMiddleware:
    """Finds out who is signed in, for the resources that take sessions."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, str]
    ) -> None:
        """Look at the cookie."""
        if getattr(resource, "takes_session", False):
            req.context[_SESSION] = self._sessions.read(req.cookies.get(NAME, ""))


def session_of(req: falcon.Request) -> Session | None:
    """Return the session that a request is of; None for somebody who is not signed in."""
    session: Session | None = req.context.get(_SESSION)
    return session


def give(
    req: falcon.Request, resp: falcon.Response, value: str, trusted: Sequence[Network]
) -> None:
    """Let the browser keep a session; where it came by TLS it sends it by TLS alone."""
    resp.set_cookie(
        NAME,
        value,
        max_age=LIFETIME // SECOND,
        path=path_of(req),
        secure=came_by_tls(req, trusted),
        http_only=True,
        same_site=_SITE,
    )


def came_by_tls(req: falcon.Request, trusted: Sequence[Network]) -> bool:
    """Return whether a cookie is to be sent by TLS alone, because its request came by TLS."""
    return url_of(req, trusted).startswith("https://")


def take(req: falcon.Request, resp: falcon.Response) -> None:
    """Let the browser forget its session."""
    resp.unset_cookie(NAME, path=path_of(req), same_site=_SITE)


def path_of(req: falcon.Request) -> str:
    """Return which pages a cookie is for: two daemons of one host have one each."""
    return req.root_path or "/"
