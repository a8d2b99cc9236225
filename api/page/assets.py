"""GET /page.css and /page.js: the files that every page loads, with an ETag each."""

from importlib import resources

import falcon

from api.page.rendering import answer
from api.responses import GetResource


class Asset(GetResource):
    """A file of this package. A browser asks each time, and gets it only when it changed."""

    needs_store = False
    to_read = None  # not secret, and the page that asks for a token needs it too

    def __init__(self, name: str, media_type: str) -> None:
        self._body = resources.files("api.page").joinpath(name).read_bytes()
        self._media_type = media_type

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the file."""
        answer(req, resp, self._body, self._media_type)
