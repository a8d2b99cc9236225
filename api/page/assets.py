"""GET /page.css and /page.js: the files that every page loads, with an ETag each."""

from importlib import resources

import falcon

from api.page.rendering import answer
from api.responses import GetResource

STYLES = ("page.css", "narrow.css", "print.css")
"""The later ones change what the first says of a wide screen."""


class Asset(GetResource):
    """Files of this package as one. A browser asks each time, and gets it only when it changed."""

    needs_store = False
    to_read = None  # not secret, and the page that asks for a token needs it too

    def __init__(self, media_type: str, *names: str) -> None:
        folder = resources.files("api.page")
        self._body = b"".join(folder.joinpath(name).read_bytes() for name in names)
        self._media_type = media_type

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the files."""
        answer(req, resp, self._body, self._media_type)
