"""Middleware that finds out for whom a page is: the language of the browser, and a time zone."""

from zoneinfo import ZoneInfo

import falcon

from api.negotiation import preferred_language
from exporter.language import DEFAULT_READER, LANGUAGES, Reader, set_reader

_FOR_PROGRAMS = ("/api/", "/-/", "/metrics")


class ReaderMiddleware:
    """Answers pages in the language of who reads them, and all else in English and UTC.

    It is the first one, so that also what refuses a request does so, and it is the last that sees
    an answer: threads are used again.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the reader of a page."""
        if not req.path.startswith(_FOR_PROGRAMS):
            accepted = req.get_header("Accept-Language") or ""
            set_reader(Reader(preferred_language(accepted, LANGUAGES), self._zone))

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Forget the reader."""
        set_reader(DEFAULT_READER)
