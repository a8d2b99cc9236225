"""Errors of pages as HTML, with the messages of the API, for browsers."""

from http import HTTPStatus

import falcon

from api.errors import ApiError
from api.page.rendering import POLICY, SENDS_ORIGIN, HtmlResource

_HTML = "text/html"


class HtmlErrorMiddleware:
    """Renders an error of a page for browsers; programs get the JSON."""

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Replace the body of an error."""
        error = resp.context.get("error")
        if not isinstance(resource, HtmlResource) or not isinstance(error, ApiError):
            return
        if req.method not in ("GET", "HEAD") and not resource.takes_forms:
            return  # a report that came to a page's address
        resp.append_header("Vary", "Accept")
        if _HTML in (req.get_header("Accept") or ""):
            title = HTTPStatus(error.status).phrase
            resp.data = resource.fault(req, title, error.message)
            resp.content_type = falcon.MEDIA_HTML
            resp.set_headers({"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})
            resp.set_header(*SENDS_ORIGIN)
