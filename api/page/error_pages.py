"""Errors of pages, as pages: the words of the API, for who asks with a browser."""

from http import HTTPStatus

import falcon

from api.errors import ApiError
from api.page.rendering import POLICY, Page, render

_HTML = "text/html"


class HtmlErrorMiddleware:
    """Puts an error of a page into words that a browser shows; programs get the JSON."""

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Replace the body of an error."""
        error = resp.context.get("error")
        if not isinstance(resource, Page) or not isinstance(error, ApiError):
            return
        if req.method not in ("GET", "HEAD"):
            return  # a report that came to a page's address
        resp.append_header("Vary", "Accept")
        if _HTML in (req.get_header("Accept") or ""):
            title = HTTPStatus(error.status).phrase
            resp.data = render("fault", {"title": title, "message": error.message})
            resp.content_type = falcon.MEDIA_HTML
            resp.set_header("Content-Security-Policy", POLICY)
