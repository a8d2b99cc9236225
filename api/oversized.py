"""What the head of a request decides before the app sees it: whether its body is read at all.

Reports that are far too large are kept by their beginnings.
"""

import logging
from collections.abc import Callable, Mapping

import falcon

from api.auth import is_admitted
from api.reception import Kind, Reception
from api.resources import activity, upload
from api.sites import Sites
from exporter.auth import Authorizer, Scope
from exporter.exposition.families.daemon import UploadOutcome
from exporter.exposition.self_metrics import SelfMetrics
from exporter.store import StoreUnavailableError

HEAD_BYTES = 16 * 1024
"""Of a report that is far too large: enough to see which backup it is of, and what is so long."""

_KINDS: Mapping[str, Kind] = {
    "/api/upload": upload.KIND,
    "/upload": upload.KIND,
    "/": upload.KIND,
    "/api/activity": activity.KIND,
}

_log = logging.getLogger(__name__)


class Oversized:
    """Counts, tells and keeps that a report was refused so, where it is one."""

    def __init__(
        self, reception: Reception, authorizer: Authorizer, sites: Sites, self_metrics: SelfMetrics
    ) -> None:
        self._reception = reception
        self._authorizer = authorizer
        self._sites = sites
        self._self_metrics = self_metrics

    def admits(self, head: Callable[[], falcon.Request]) -> bool:
        """Tell whether who sends a request may send any body; its head is asked for at need."""
        return self._authorizer.is_open(Scope.UPLOAD) or is_admitted(self._authorizer, head())

    def note(self, req: falcon.Request, seconds: float) -> None:
        """Look at the head of a request that was refused so many seconds after it began."""
        kind = _KINDS.get(req.path.rstrip("/") or "/")
        posts = req.method in ("POST", "PUT") and not self._sites.is_foreign(req)
        if kind is None or not posts or not is_admitted(self._authorizer, req):
            return
        if kind is upload.KIND:
            self._self_metrics.observe_upload(UploadOutcome.REJECTED, seconds)
        try:
            self._reception.refuse_unread(req, kind, req.stream.read(HEAD_BYTES))
        except StoreUnavailableError as error:
            _log.error("a report that is too large could not be kept: %s", error)
