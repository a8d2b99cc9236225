"""GET /-/healthy and /-/ready: for what starts, stops and watches the daemon."""

import falcon
import msgspec

from api.answers import Readable
from exporter.store import Store

_BODY = msgspec.json.encode({"status": "success", "data": {}})


class Healthy(Readable):
    """The process lives."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer at once."""
        _succeed(resp)


class Ready(Readable):
    """A report could be stored now."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer once a write has reached the disk; 503 where it does not."""
        self._store.probe()
        _succeed(resp)


def _succeed(resp: falcon.Response) -> None:
    resp.content_type = falcon.MEDIA_JSON
    resp.set_header("Cache-Control", "no-cache")
    resp.data = _BODY
