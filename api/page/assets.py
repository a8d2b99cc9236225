"""GET /page.css and /page.js: what every page loads, told apart by content."""

from importlib import resources

import falcon

from api.page.rendering import answer
from api.responses import GetResource


class Asset(GetResource):
    """A file of this package. A browser asks each time, and gets it only when it is another."""

    to_read = None  # how a page looks is no secret, and one that asks for a token has to look so

    def __init__(self, name: str, media_type: str) -> None:
        self._body = resources.files("api.page").joinpath(name).read_bytes()
        self._media_type = media_type

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the file."""
        answer(req, resp, self._body, self._media_type)
