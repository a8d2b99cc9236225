"""GET and POST /sign-in, POST /sign-out: who has the admin token may change things on the page."""

import logging
from collections.abc import Sequence
from urllib.parse import quote

import falcon

from api import form_body, local_path, session_cookie
from api.client_address import Network, address_of
from api.errors import ApiError
from api.page.rendering import HtmlResource, frame, render, show
from api.responses import GetResource, see_other
from api.sessions import Sessions
from api.throttle import WINDOW, Throttle
from exporter.auth import Scope
from exporter.exposition.self_metrics import SelfMetrics
from exporter.language import marked
from exporter.logs import log_fields
from exporter.times import SECOND

_RETRY_LATER = {"Retry-After": str(WINDOW // SECOND)}

_log = logging.getLogger(__name__)


def sign_in_address(following: str) -> str:
    """Return where one signs in to be led to a page then."""
    return f"/sign-in?next={quote(following, safe='/')}"


class SignIn(GetResource, HtmlResource):
    """A form with one field, the admin token. Wrong ones are throttled."""

    to_read = None
    to_change = None  # the token is in the form
    needs_store = False
    takes_forms = True

    def __init__(
        self,
        sessions: Sessions,
        throttle: Throttle,
        self_metrics: SelfMetrics,
        trusted: Sequence[Network],
    ) -> None:
        self._sessions = sessions
        self._throttle = throttle
        self._self_metrics = self_metrics
        self._trusted = trusted

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the form."""
        show(req, resp, "sign_in", self._facts(req))

    def on_post(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Start a session, and lead back to where one came from.

        Raises:
            ApiError: it is not the admin token, or too many wrong ones came.
        """
        token, sender = form_body.read(req).get("token", ""), address_of(req, self._trusted)
        if not self._throttle.admits(sender):
            self._note_refused(sender)
            raise ApiError(
                429, marked("Too many wrong tokens: wait a minute"), headers=_RETRY_LATER
            )
        value = self._sessions.start(token.strip())
        if value is None:
            self._note_refused(sender)
            raise ApiError(403, marked("This is not the admin token"))
        self._throttle.forgive(sender)
        session_cookie.give(req, resp, value, self._trusted)
        _log.info("signed in", extra=log_fields(session=value.partition(".")[0], sender=sender))
        see_other(resp, _following(req))

    def fault(self, req: falcon.Request, title: str, message: str) -> bytes:
        """Return the form with what is wrong."""
        return render("sign_in", {**frame(req), **self._facts(req), "message": message})

    def _facts(self, req: falcon.Request) -> dict[str, object]:
        return {"here": _following(req), "possible": self._sessions.can_start, "message": None}

    def _note_refused(self, sender: str) -> None:
        self._self_metrics.count_denied(Scope.MANAGE)
        _log.warning("sign-in refused", extra=log_fields(sender=sender))


def _following(req: falcon.Request) -> str:
    return local_path.local(req.get_param("next") or "/")
