"""Forms in which people type: what they typed is shown again wherever it could not be saved."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Protocol

import falcon

from api import form_body
from api.errors import ApiError
from api.negotiation import wants_html
from api.page import attempts
from api.page.attempts import Attempt
from api.page.forms.form import Form, FormServices, page_of
from api.page.rendering import frame, render, show_refused
from exporter.language import marked

_TYPED = "typed"
_SIGNED_OUT = marked("Nothing was saved, because you are no longer signed in")
_STALE = marked(
    "You signed in again after this form was opened: see whether it is right, and send it again"
)


class Redrawn(Protocol):
    """A page that a form is on."""

    template: str

    def facts(self, req: falcon.Request, **params: str) -> dict[str, Any]:
        """Return what the page shows."""
        ...


class TypedForm(Form):
    """A form with texts. One that is invalid is shown again on its page, beside what is wrong."""

    max_bytes = form_body.MAX_TEXT_BYTES
    name: ClassVar[str]
    labels: ClassVar[Mapping[str, str]]
    """What people type, by the names of the fields."""

    def __init__(self, services: FormServices, page: Redrawn) -> None:
        super().__init__(services)
        self._page = page

    def fault(self, req: falcon.Request, title: str, message: str) -> bytes:
        """Return the page of an error, with what was typed."""
        typed: dict[str, str] | None = req.context.get(_TYPED)
        if not typed:
            return super().fault(req, title, message)
        facts = {"title": title, "message": message, "typed": typed, "page": page_of(req)}
        return render("unsent", frame(req) | facts)

    def _read(self, req: falcon.Request) -> dict[str, str]:
        sent = super()._read(req)
        # A browser ends a line with two characters.
        fields = {name: text.replace("\r\n", "\n") for name, text in sent.items()}
        typed = {label: fields.get(field, "") for field, label in self.labels.items()}
        req.context[_TYPED] = {label: text for label, text in typed.items() if text.strip()}
        return fields

    def _send_to_sign_in(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._read(req)
        if req.context[_TYPED]:
            raise ApiError(403, _SIGNED_OUT)
        super()._send_to_sign_in(req, resp)

    def _refuse(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        fields: Mapping[str, str],
        error: ApiError,
        **params: str,
    ) -> None:
        is_stale = error.status == HTTPStatus.FORBIDDEN
        if not wants_html(req) or not (is_stale or error.details):
            raise error
        problems = {problem.field: problem.message for problem in error.details}
        message = _STALE if is_stale else error.message
        attempts.note(req, Attempt(self.name, fields, message, problems))
        facts = self._page.facts(req, **params)
        show_refused(req, resp, error.status, self._page.template, facts)
