"""Forms of pages: each is a POST that changes one thing and leads back to the page that shows it.

A new one is a subclass of `Form` with a route below that of its page, and a `<form>` there with the
macro `form_token` of `_forms.html.jinja`. What it destroys it has to ask for again.
"""

from collections.abc import Mapping

import falcon
from falcon import uri

from api import form_body, local_path
from api.errors import ApiError
from api.page.forms.sign_in import sign_in_address
from api.page.rendering import HtmlResource
from api.responses import see_other
from api.session_cookie import session_of
from api.sessions import Session, is_form_of

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field


class Form(HtmlResource):
    """A form that somebody who is signed in may send."""

    to_change = None  # `on_post` checks the session
    takes_forms = True

    def on_post(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Make the change and lead to the page that shows it, or to where one signs in.

        Raises:
            ApiError: the form is invalid, or not of this session.
        """
        shown, session = _page(req), session_of(req)
        if session is None:
            see_other(resp, sign_in_address(shown))
            return
        fields = form_body.read(req)
        if not is_form_of(session, fields.get(FORM_TOKEN, "")):
            message = "This form was not made for this session: open the page again"
            raise ApiError(403, message)
        self._change(session, fields, **params)
        see_other(resp, shown)

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> None:
        """Make the change.

        Raises:
            ApiError: the fields are invalid, or what the path names does not exist.
        """
        raise NotImplementedError


def _page(req: falcon.Request) -> str:
    """Return the address of the page that a form is of: the path above its own."""
    return local_path.local(uri.encode(req.path.rpartition("/")[0]) or "/")
