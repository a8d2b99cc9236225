"""GET /-/healthy and /-/ready: probes for what starts, stops and monitors the daemon."""

import falcon

from api.errors import unavailable
from api.responses import GetResource, success
from exporter.notifications.faults import storage_problem
from exporter.store import Store


class Healthy(GetResource):
    """The process lives."""

    needs_store = False
    to_read = None  # what starts and monitors the daemon has no token

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer at once."""
        success(req, resp, {})


class Ready(GetResource):
    """A report could be stored now."""

    needs_store = False
    to_read = None

    def __init__(self, store: Store) -> None:
        self._store = store

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer once a write has reached the disk; 503 where it does not, with the reason."""
        fault = storage_problem(self._store)
        if fault is not None:
            raise unavailable(f"Reports cannot be stored: {fault}")
        success(req, resp, {})
