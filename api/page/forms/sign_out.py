"""POST /sign-out: ends a session."""

import logging
from collections.abc import Mapping

import falcon

from api import session_cookie
from api.page.forms.form import Done, Form, FormServices
from api.sessions import Session, Sessions
from exporter.logs import log_fields

_log = logging.getLogger(__name__)


class SignOut(Form):
    """Ends the session, of which the browser forgets its cookie."""

    needs_store = False

    def __init__(self, services: FormServices, sessions: Sessions) -> None:
        super().__init__(services)
        self._sessions = sessions

    def on_post(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """End the session."""
        super().on_post(req, resp, **params)
        session_cookie.take(req, resp)

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        self._sessions.end(session)
        _log.info("signed out", extra=log_fields(session=session.id))
        return Done(None)
