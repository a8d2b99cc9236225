"""A form that could not be saved, for the page that shows it again."""

from collections.abc import Mapping

import falcon
from msgspec import Struct

_ATTEMPT = "attempt"


class Attempt(Struct, frozen=True):
    """A form as it was sent, and what is wrong with it, also field by field."""

    form: str
    fields: Mapping[str, str]
    message: str
    problems: Mapping[str, str]


def note(req: falcon.Request, attempt: Attempt) -> None:
    """Note it with the request."""
    req.context[_ATTEMPT] = attempt


def attempt_of(req: falcon.Request) -> Attempt | None:
    """Return what was tried with a request; None where a page is only looked at."""
    attempt: Attempt | None = req.context.get(_ATTEMPT)
    return attempt
