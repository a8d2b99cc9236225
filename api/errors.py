"""The body of every error, which is JSON whatever the request accepts.

``{"status": "error", "error": KIND, "message": TEXT}``, and `details` where fields are wrong.
"""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import falcon
import msgspec

from exporter.reports import Problem
from exporter.store import StoreUnavailableError, UnknownIdError

RETRY_AFTER_SECONDS = 10
RETRY_LATER = {"Retry-After": "3600"}
"""For errors that last until a person does something."""

KINDS: Mapping[int, str] = {
    400: "ValidationError",
    401: "AuthenticationError",
    403: "ForbiddenError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    408: "RequestTimeoutError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    421: "MisdirectedRequestError",
    429: "TooManyRequestsError",
    431: "RequestHeaderFieldsTooLargeError",
    500: "InternalError",
    501: "NotImplementedError",
    503: "ServiceUnavailableError",
}

_log = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer other than success."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: Iterable[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = tuple(details)
        self.headers = headers or {}


def invalid(message: str, *details: Problem) -> ApiError:
    """Return the error of an invalid request."""
    return ApiError(400, message, details=details)


def not_found(message: str) -> ApiError:
    """Return the error of something that does not exist."""
    return ApiError(404, message)


def unavailable(message: str) -> ApiError:
    """Return the error of a temporary failure."""
    return ApiError(503, message, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def body(status: int, message: str, details: Iterable[Problem] = ()) -> bytes:
    """Write an error's body."""
    error: dict[str, object] = {
        "status": "error",
        "error": KINDS.get(status, "InternalError"),
        "message": message,
    }
    listed = [{"field": problem.field, "message": problem.message} for problem in details]
    if listed:
        error["details"] = listed
    return msgspec.json.encode(error)


_Handler = Callable[[falcon.Request, falcon.Response, Exception, Any], None]


def register(app: falcon.App[falcon.Request, falcon.Response]) -> None:
    """Register the error handlers of an app."""
    for kind, handle in _HANDLERS.items():
        app.add_error_handler(kind, _letting_go(handle))


def _letting_go(handle: _Handler) -> _Handler:
    """Return a handler that afterwards releases all that the error refers to.

    By its traceback an error refers to the frames that it passed, with the body of the request in
    them, and they refer to the error: that cycle would stay until Python collects it, much later.
    """

    def handled(
        req: falcon.Request, resp: falcon.Response, error: Exception, params: object
    ) -> None:
        try:
            handle(req, resp, error, params)
        finally:
            _forget(error)

    return handled


def _forget(error: BaseException | None) -> None:
    while error is not None and error.__traceback__ is not None:
        traceback.clear_frames(error.__traceback__)
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _answer(resp: falcon.Response, error: ApiError) -> None:
    resp.context["error"] = error  # a page says it in other words
    resp.status = error.status
    resp.data = body(error.status, error.message, error.details)
    resp.content_type = falcon.MEDIA_JSON
    for name, value in error.headers.items():
        resp.set_header(name, value)


def _api_error(
    _req: falcon.Request, resp: falcon.Response, error: Exception, _params: object
) -> None:
    if not isinstance(error, ApiError):
        raise error
    _answer(resp, error)


def _store_unavailable(
    _req: falcon.Request, resp: falcon.Response, error: Exception, _params: object
) -> None:
    _log.error("the database is unavailable: %s", error)
    _answer(resp, unavailable("The database is unavailable; try again later"))


def _unknown_id(
    _req: falcon.Request, resp: falcon.Response, error: Exception, _params: object
) -> None:
    _answer(resp, not_found(str(error)))


def _falcon_error(
    req: falcon.Request, resp: falcon.Response, error: Exception, _params: object
) -> None:
    """Answer what Falcon itself refuses: unknown paths, wrong methods, invalid requests."""
    if not isinstance(error, falcon.HTTPError):
        raise error
    status = error.status_code
    headers = dict(error.headers or {})
    if status == HTTPStatus.NOT_FOUND:
        message = f"No such path; GET {req.root_path}/api/openapi.yaml lists them"
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        message = f"{req.method} is not allowed here; allowed are {headers.get('Allow', '')}"
    else:
        message = error.description or error.title or "The request cannot be answered"
    _answer(resp, ApiError(status, message, headers=headers))


def _bug(req: falcon.Request, resp: falcon.Response, error: Exception, _params: object) -> None:
    _log.error("%s %s failed", req.method, req.path, exc_info=error)
    _answer(resp, ApiError(500, "Internal error; see the log for the traceback"))


_HANDLERS: Mapping[type[Exception], _Handler] = {
    Exception: _bug,
    falcon.HTTPError: _falcon_error,
    StoreUnavailableError: _store_unavailable,
    UnknownIdError: _unknown_id,
    ApiError: _api_error,
}
