"""Errors of pages as HTML, with the messages of the API, for browsers."""

from http import HTTPStatus

import falcon

from api.errors import ApiError
from api.negotiation import wants_html
from api.page.rendering import HtmlResource, answer_refused
from exporter.language import gettext


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
        resp.append_header("Vary", "Accept, Accept-Language")
        if wants_html(req):
            title = gettext(HTTPStatus(error.status).phrase)
            answer_refused(resp, resource.fault(req, title, gettext(error.message)))
