"""The security headers of every answer, and which pages of other sites may read one."""

from collections.abc import Collection

import falcon

EMBEDDING = "Cross-Origin-Resource-Policy"
"""Whether pages of other sites may show an answer without reading it."""

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    EMBEDDING: "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""An answer that a browser renders sets a policy of its own, with what it needs."""

_READABLE = "ETag, Retry-After, WWW-Authenticate"
_SENDABLE = "Authorization, If-None-Match"
_GRANTED = ("GET", "HEAD")
_PREFLIGHT_SECONDS = "600"


_EACH = tuple((name.lower(), value) for name, value in SECURITY.items())


class SecurityHeadersMiddleware:
    """Adds the headers that all answers have."""

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the headers that hold unless an answer sets others."""
        resp.set_headers(_EACH)


class SharingMiddleware:
    """Lets pages of other sites read answers: those of the origins that are allowed, if any."""

    def __init__(self, allowed_origins: Collection[str]) -> None:
        self._allowed = allowed_origins

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Add the headers that depend on the page that sent the request."""
        resp.append_header("Vary", "Origin")
        origin = req.get_header("Origin")
        if origin is not None and origin in self._allowed:
            _allow(req, resp, origin)


def _allow(req: falcon.Request, resp: falcon.Response, origin: str) -> None:
    asked = req.get_header("Access-Control-Request-Method") if req.method == "OPTIONS" else None
    if asked is not None and asked not in _GRANTED:
        return  # without an origin no method is granted; POST need not be named
    resp.set_header("Access-Control-Allow-Origin", origin)
    resp.set_header("Access-Control-Expose-Headers", _READABLE)
    resp.set_header(EMBEDDING, "cross-origin")
    if asked is not None:
        resp.set_header("Access-Control-Allow-Methods", "GET")
        resp.set_header("Access-Control-Allow-Headers", _SENDABLE)
        resp.set_header("Access-Control-Max-Age", _PREFLIGHT_SECONDS)
