"""What the routes of reports have in common: reading a body, and keeping a refused one."""

import logging
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import falcon

from api.auth import hide_secrets
from api.client_address import RequestOrigin
from api.errors import ApiError, invalid
from exporter.exposition.self_metrics import SelfMetrics
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.limits import Limit, Limits
from exporter.logs import log_fields
from exporter.model import Delivery, Rejected, Run
from exporter.reports import ReportError
from exporter.reports.fields import MAX_NAME
from exporter.reports.likeness import looks_like_report
from exporter.store import StoreUnavailableError

_BUG = "Internal error on this report: please report it, with the traceback from the log"

_log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


class WouldWaitError(Exception):
    """More than the report itself is to be stored."""


class Posted(NamedTuple):
    """A body that came to a route of reports, and how."""

    req: falcon.Request
    delivery: Delivery
    body: bytes


class Kind(NamedTuple):
    """A kind of report: the message to its sender, and to the log, when one is refused.

    `live` ones come again soon: only the newest refused one of a sender is kept.
    """

    invalid: str
    refused: str
    live: bool = False


class Reception:
    """Receives bodies that are posted as reports."""

    def __init__(
        self,
        self_metrics: SelfMetrics,
        origin: RequestOrigin,
        limits: Limits,
        refusals: Refusals,
        timekeeper: Timekeeper,
    ) -> None:
        self._self_metrics = self_metrics
        self._origin = origin
        self._limits = limits
        self.refusals = refusals
        self._timekeeper = timekeeper

    def receive(self, req: falcon.Request) -> Posted:
        """Read what was posted, up to one byte more than is taken."""
        body = req.bounded_stream.read(self._limits.max_upload_bytes + 1)
        return Posted(req, self._origin.delivery(req), body)

    def receive_at_once(self, req: falcon.Request) -> Posted:
        """Return the same where it can be recorded without more that waits for the store.

        Raises:
            ApiError: the request cannot contain a report.
            WouldWaitError: it has to wait.
        """
        posted = self.receive(req)
        if self._is_too_large(posted):  # it is counted when it is refused
            raise WouldWaitError
        self._validate_request(posted)
        if not self._timekeeper.is_calm() or not self.refusals.has_taken(posted.delivery.address):
            raise WouldWaitError
        return posted

    def timed(self, delivery: Delivery, run: Run) -> Delivery:
        """Return how the report of a run came, with a plausible time of arrival."""
        return self._timekeeper.arrived(delivery, run.began if run.ended is None else run.ended)

    def judged(self, posted: Posted, kind: Kind, work: Callable[[], Outcome]) -> Outcome:
        """Return what comes of a body; keep one that the work refuses, so that people see it.

        Raises:
            ApiError: it is refused.
        """
        try:
            self._validate_request(posted)
            return work()
        except ReportError as error:
            self._keep(posted, kind, 400, str(error))
            raise invalid(kind.invalid, *error.problems) from error
        except ApiError as error:
            self._keep(posted, kind, error.status, error.message)
            raise
        except StoreUnavailableError:
            raise
        except Exception:
            self._keep(posted, kind, 500, _BUG)
            raise

    def refuse_unread(self, req: falcon.Request, kind: Kind, head: bytes) -> None:
        """Log that a body was refused by its length alone, and keep its beginning.

        An empty beginning is kept where its sender is known; a scanner sends no more than that.
        """
        posted = Posted(req, self._origin.delivery(req), head)
        if head or self.refusals.knows(posted.delivery.address):
            self._keep(posted, kind, 413, too_large(self._limits))
        else:
            _log_refused(posted, kind, too_large(self._limits))

    def refuse_stray(self, req: falcon.Request, kind: Kind, status: int, reason: str) -> None:
        """Keep what was sent to a path that accepts no reports, where it looks like one."""
        posted = self.receive(req)
        if looks_like_report(posted.body):
            self._keep(posted, kind, status, reason)

    def _validate_request(self, posted: Posted) -> None:
        """Check that the request can contain a report."""
        coding = posted.req.env.get("HTTP_CONTENT_ENCODING", "identity")
        if coding.lower() != "identity":
            message = f"A body coded as {coding[:40]} is not supported: send it uncompressed"
            raise ApiError(415, message)
        if self._is_too_large(posted):
            self._self_metrics.count_limit_hit(Limit.UPLOAD_BYTES)
            raise ApiError(413, too_large(self._limits))

    def _is_too_large(self, posted: Posted) -> bool:
        return len(posted.body) > self._limits.max_upload_bytes

    def _keep(self, posted: Posted, kind: Kind, status: int, reason: str) -> None:
        req, delivery = posted.req, posted.delivery
        _log_refused(posted, kind, reason)
        rejected = Rejected(
            received=delivery.received,
            address=delivery.address,
            reason=reason,
            content_type=_content_type(req),
            size=_size(posted),
            body=hide_secrets(req, posted.body),
            live=kind.live,
        )
        self.refusals.refuse(rejected, status)


def too_large(limits: Limits) -> str:
    """Return why a body is refused for its size, and what to do."""
    message = f"The report is larger than max_upload_bytes, {limits.max_upload_bytes}"
    return f"{message}: bound its log with --send-http-max-log-lines, or raise that setting"


def _log_refused(posted: Posted, kind: Kind, reason: str) -> None:
    fields = log_fields(reason=reason, sender=posted.delivery.address, bytes=_size(posted))
    _log.warning(kind.refused, extra=fields)


def _size(posted: Posted) -> int:
    return posted.req.content_length or len(posted.body)


def _content_type(req: falcon.Request) -> str | None:
    text = hide_secrets(req, (req.content_type or "").encode(errors="surrogatepass"))
    return text[:MAX_NAME].decode(errors="replace") or None
