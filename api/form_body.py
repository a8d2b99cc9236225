"""Forms that a browser sends, read within a limit."""

from urllib.parse import parse_qsl

import falcon

from api.errors import ApiError, invalid

MAX_BYTES = 4096
MAX_TEXT_BYTES = 64 * 1024
"""Of a form with texts of people: of a character a browser sends up to twelve bytes."""

_MAX_FIELDS = 20
_MEDIA_TYPE = "application/x-www-form-urlencoded"


def is_small(req: falcon.Request) -> bool:
    """Return by the head of a request whether it may be a form, of no more than the limit."""
    length = req.content_length
    fits = length is not None and length <= MAX_TEXT_BYTES
    return req.method == "POST" and fits and _is_form(req)


def read(req: falcon.Request, most: int = MAX_BYTES) -> dict[str, str]:
    """Return the fields of a form of at most so many bytes; of one that is given twice the last.

    Raises:
        ApiError: it is no form, too large, or has too many fields.
    """
    if not _is_form(req):
        message = f"A form is sent as {_MEDIA_TYPE}"
        raise ApiError(415, message)
    body = req.bounded_stream.read(most + 1)
    if max(len(body), req.content_length or 0) > most:  # of a large one nothing is read
        message = f"The form is larger than {most} bytes"
        raise ApiError(413, message)
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        message = f"The form must be UTF-8 with at most {_MAX_FIELDS} fields"
        raise invalid(message) from None
    return dict(fields)


def _is_form(req: falcon.Request) -> bool:
    return (req.content_type or "").partition(";")[0].strip().lower() == _MEDIA_TYPE
