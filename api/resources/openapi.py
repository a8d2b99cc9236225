"""GET /api/openapi.yaml: the description of the API."""

from importlib import resources

import falcon

from api.responses import GetResource, with_etag


class Contract(GetResource):
    """The description of every route, which is not secret."""

    needs_store = False
    to_read = None

    def __init__(self) -> None:
        self._body = resources.files("api").joinpath("openapi.yaml").read_bytes()

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the file."""
        with_etag(req, resp, self._body, "application/yaml")
