"""Forms of pages: each is a POST that changes one thing and leads to the page that shows it.

A new one is a subclass of `Form`, or of `TypedForm` where people type something, or of `Asking`
where it destroys something. Its route is below that of its page, and its `<form>` has the macro
`form_token` of `_forms.html.jinja`.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar, NamedTuple

import falcon
from falcon import uri

from api import form_body, local_path, session_cookie
from api.client_address import Network
from api.errors import ApiError, not_found
from api.page import notices
from api.page.forms.sign_in import sign_in_address
from api.page.rendering import HtmlResource, show
from api.responses import GetResource, see_other
from api.session_cookie import session_of
from api.sessions import Session, is_form_of
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.ingest.refusals import Refusals
from exporter.language import gettext as _
from exporter.model import Server
from exporter.model.audit import Author
from exporter.store import Store, UnknownIdError
from exporter.times import Millis

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field


class FormServices(NamedTuple):
    """What forms change, and what they need for that."""

    store: Store
    fleet: Fleet
    refusals: Refusals
    clock: Callable[[], Millis]
    trusted: Sequence[Network]

    def author(self, session: Session) -> Author:
        """Return who makes a change now."""
        return Author(session.who, self.clock())

    def job(self, job_id: int) -> JobView:
        """Return a job. Raises `UnknownIdError`."""
        view = self.fleet.job(job_id)
        if view is None:
            raise UnknownIdError("Job not found")
        return view

    def server(self, server_id: int) -> Server:
        """Return a server. Raises `UnknownIdError`."""
        server = self.fleet.server(server_id)
        if server is None:
            raise UnknownIdError("Server not found")
        return server


class Done(NamedTuple):
    """What was changed, in a sentence, and the page that shows it; None for the form's own."""

    told: str | None
    shown: str | None = None


class Form(HtmlResource):
    """A form that somebody who is signed in may send."""

    to_change = None  # `on_post` checks the session
    takes_forms = True
    max_bytes: ClassVar[int] = form_body.MAX_BYTES

    def __init__(self, services: FormServices) -> None:
        self._services = services

    def on_post(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Make the change and lead to the page that shows it, or to where one signs in.

        Raises:
            ApiError: the form is invalid, or not of this session, or its subject is gone.
        """
        session = session_of(req)
        if session is None:
            self._send_to_sign_in(req, resp)
            return
        fields = self._read(req)
        try:
            done = self._checked(session, fields, **params)
        except UnknownIdError as error:
            raise _gone(str(error)) from None
        except ApiError as error:
            self._refuse(req, resp, fields, error, **params)
            return
        if done.told:
            secure = session_cookie.came_by_tls(req, self._services.trusted)
            notices.give(req, resp, session, done.told, secure=secure)
        see_other(resp, done.shown or page_of(req))

    def fault(self, req: falcon.Request, title: str, message: str) -> bytes:
        """Return the page of an error; what is gone is told in plain words."""
        gone = title == HTTPStatus.NOT_FOUND.phrase
        return super().fault(req, _("It is no longer there") if gone else title, message)

    def _read(self, req: falcon.Request) -> dict[str, str]:
        return form_body.read(req, self.max_bytes)

    def _checked(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        if not is_form_of(session, fields.get(FORM_TOKEN, "")):
            message = "This form was not made for this session: open the page again"
            raise ApiError(403, message)
        return self._change(session, fields, **params)

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        """Make the change.

        Raises:
            ApiError: the fields are invalid.
            UnknownIdError: what the path names does not exist.
        """
        raise NotImplementedError

    def _send_to_sign_in(self, req: falcon.Request, resp: falcon.Response) -> None:
        see_other(resp, sign_in_address(page_of(req)))

    def _refuse(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        fields: Mapping[str, str],
        error: ApiError,
        **params: str,
    ) -> None:
        """Answer that a form is invalid."""
        raise error


class Asking(GetResource, Form):
    """A form on a page of its own, which says what the change destroys."""

    to_read = None  # `on_get` checks the session
    template: ClassVar[str]

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Ask, or lead to where one signs in.

        Raises:
            ApiError: what would be changed is not there.
        """
        if session_of(req) is None:
            see_other(resp, sign_in_address(local_path.of(req)))
            return
        try:
            facts = self._asked(req, **params)
        except UnknownIdError as error:
            raise _gone(str(error)) from None
        own = local_path.local(uri.encode(req.path))
        show(req, resp, self.template, {"action": own, "back": page_of(req)} | facts)

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        """Return what the page says. Raises `UnknownIdError`."""
        raise NotImplementedError


def page_of(req: falcon.Request) -> str:
    """Return the address of the page that a form is of: the path above its own."""
    return local_path.local(uri.encode(req.path.rpartition("/")[0]) or "/")


def _gone(message: str) -> ApiError:
    return not_found(f"{message}: it was deleted or merged meanwhile, and nothing was changed")
