"""Decides by the head of a request, before the app sees it, whether its body is read at all.

Of reports that are far too large the beginning is kept.
"""

import logging
from collections.abc import Callable, Mapping

import falcon

from api import form_body
from api.auth import is_admitted
from api.reception import Kind, Reception
from api.resources import upload
from api.sites import Sites
from exporter.auth import Authorizer, Scope
from exporter.exposition.families.daemon import UploadOutcome
from exporter.exposition.self_metrics import SelfMetrics
from exporter.store import StoreUnavailableError

HEAD_BYTES = 16 * 1024
"""Kept of a report that is far too large: enough to see its backup, and what is so long in it."""

_log = logging.getLogger(__name__)


class Oversized:
    """Counts, logs and keeps reports that are refused for their size before they are read."""

    def __init__(
        self,
        reception: Reception,
        authorizer: Authorizer,
        sites: Sites,
        self_metrics: SelfMetrics,
        kinds: Mapping[str, Kind],
    ) -> None:
        """Look at requests to the paths in `kinds`, each with the kind of report it accepts."""
        self._reception = reception
        self._authorizer = authorizer
        self._sites = sites
        self._self_metrics = self_metrics
        self._kinds = kinds

    def admits(self, head: Callable[[], falcon.Request]) -> bool:
        """Return whether the sender may send any body; `head` is called only if it is needed.

        Anybody may send a form of the page: it is small, and what it holds says who sends it.
        """
        if self._authorizer.is_open(Scope.UPLOAD):
            return True
        req = head()
        return is_admitted(self._authorizer, req) or self._is_form_of_page(req)

    def _is_form_of_page(self, req: falcon.Request) -> bool:
        of_api = req.path.startswith("/api/") or (req.path.rstrip("/") or "/") in self._kinds
        return not of_api and form_body.is_small(req)

    def note(self, req: falcon.Request, seconds: float) -> None:
        """Record a request that was refused so many seconds after it started, if it is a report."""
        kind = self._kinds.get(req.path.rstrip("/") or "/")
        posts = req.method in ("POST", "PUT") and not self._sites.is_foreign(req)
        if kind is None or not posts or not is_admitted(self._authorizer, req):
            return
        if kind is upload.KIND:
            self._self_metrics.observe_upload(UploadOutcome.REJECTED, seconds)
        try:
            self._reception.refuse_unread(req, kind, req.stream.read(HEAD_BYTES))
        except StoreUnavailableError as error:
            _log.error("a report that is too large could not be kept: %s", error)
