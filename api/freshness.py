"""Middleware that keeps answers fresh: each includes all that any daemon acknowledged before.

Several daemons may share a store. If the store cannot say what the others did, the request is
refused: "all fine" from a daemon that is cut off would be the worst answer.
"""

import falcon

from exporter.store import Store

_PATIENCE_SECONDS = 5.0
"""How long a request waits for a database that is away."""

_SPARE_SECONDS = 1.0
_MIN_SECONDS = 0.2
_SCRAPE_TIMEOUT = "HTTP_X_PROMETHEUS_SCRAPE_TIMEOUT_SECONDS"
"""X-Prometheus-Scrape-Timeout-Seconds, as WSGI has it: how long Prometheus waits for each scrape:
https://prometheus.io/docs/instrumenting/writing_exporters/#collectors."""


class FreshnessMiddleware:
    """Makes the store catch up before each request that reads it; uploads need not wait."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, str]
    ) -> None:
        """Wait for what other daemons acknowledged.

        Raises:
            StoreUnavailableError: the store does not answer in time.
        """
        if getattr(resource, "needs_store", True):
            catch_up(self._store, req)


def catch_up(store: Store, req: falcon.Request) -> None:
    """Wait until everything is known that was acknowledged before a request.

    Raises:
        StoreUnavailableError: the store does not answer within the timeout of the request.
    """
    store.catch_up(_patience(req))


def _patience(req: falcon.Request) -> float:
    header = req.env.get(_SCRAPE_TIMEOUT)
    if header is None:
        return _PATIENCE_SECONDS
    try:
        given = float(header)
    except ValueError:
        return _PATIENCE_SECONDS
    return min(max(given - _SPARE_SECONDS, _MIN_SECONDS), 60.0) if given > 0 else _PATIENCE_SECONDS
