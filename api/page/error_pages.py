"""Errors of pages as HTML, with the messages of the API, for browsers."""

from http import HTTPStatus

import falcon

from api.errors import ApiError
from api.negotiation import wants_html
from api.page.rendering import VERSION, HtmlResource, answer_refused
from exporter.language import gettext

_UNKNOWN = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)

_OF_PROGRAMS = ("/api", "/-", "/metrics")
"""Below these paths nobody reads with a browser."""


class UnknownPathMiddleware:
    """Tells people in a page that a path does not exist, or cannot be asked for.

    What is sent there, such as a report, is answered as programs expect it.
    """

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Replace the body of a 404 or a 405."""
        error = resp.context.get("error")
        if not isinstance(error, ApiError) or isinstance(resource, HtmlResource):
            return
        if error.status in _UNKNOWN and _is_of_people(req):
            message = (
                gettext(error.message) if resource else gettext("There is no page at this address.")
            )
            _answer(req, resp, HtmlResource(), error.status, message)


def _is_of_people(req: falcon.Request) -> bool:
    parts = (req.path == each or req.path.startswith(f"{each}/") for each in _OF_PROGRAMS)
    return req.method in ("GET", "HEAD") and not any(parts)


class HtmlErrorMiddleware:
    """Renders an error of a page for browsers; programs get the JSON.

    Pages say the version of the daemon.
    """

    def __init__(self, version: str) -> None:
        self._version = version

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        """Note the version for whatever page is rendered."""
        req.context[VERSION] = self._version

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
        _answer(req, resp, resource, error.status, gettext(error.message))


def _answer(
    req: falcon.Request, resp: falcon.Response, resource: HtmlResource, status: int, message: str
) -> None:
    """Answer with a page where the client reads one."""
    resp.append_header("Vary", "Accept, Accept-Language")
    if wants_html(req):
        title = gettext(HTTPStatus(status).phrase)
        answer_refused(resp, resource.fault(req, title, message))
