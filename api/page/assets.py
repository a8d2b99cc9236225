"""GET /page.css, /page.js and the icons: the files that pages load, with an ETag each."""

from importlib import resources

import falcon

from api.errors import not_found
from api.headers import EMBEDDING
from api.page import favicons
from api.page.rendering import answer
from api.responses import GetResource

STYLES = ("page.css", "narrow.css", "print.css")
"""The later ones change what the first says of a wide screen."""

_KEPT = ("Cache-Control", "public, max-age=604800")
"""Icons change so seldom that nobody need ask for a week."""


def add_assets(app: falcon.App[falcon.Request, falcon.Response]) -> None:
    """Let an app answer with them."""
    app.add_route("/page.css", Asset("text/css; charset=utf-8", *STYLES))
    app.add_route("/page.js", Asset("text/javascript; charset=utf-8", "page.js"))
    for address in ("/favicon-{state}.svg", "/favicon.ico"):
        app.add_route(address, Favicon())
    app.add_route("/icon.svg", Icon("image/svg+xml", "icon.svg"))


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


class Favicon(GetResource):
    """The icon for a state; browsers that look at no page ask for one without any."""

    needs_store = False
    to_read = None

    def __init__(self) -> None:
        self._icons = {
            name: Asset("image/svg+xml", f"favicon-{name}.svg") for name in favicons.NAMES
        }

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the icon."""
        icon = self._icons.get(params.get("state", favicons.UNKNOWN))
        if icon is None:
            raise not_found("No such icon")
        icon.on_get(req, resp)
        resp.set_header(*_KEPT)


class Icon(Asset):
    """The icon of the program, for the pages of others that have a link to it."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the icon."""
        super().on_get(req, resp, **params)
        resp.set_header(*_KEPT)
        resp.set_header(EMBEDDING, "cross-origin")
