"""Forms that people send with a browser."""

from urllib.parse import urlencode

from api.session_cookie import NAME
from api.sessions import LIFETIME, seal, unseal
from exporter.auth import session_key
from tests.docs import daemon
from tests.docs.case import FORM, HTML, Case, Fault

SIGN_IN = "/sign-in"
_OUT = "/sign-out"
_MUTES = ("/jobs/{jobId}/mute", "/servers/{serverId}/mute")

_KEY = session_key(daemon.ADMIN_TOKEN)
_COOKIE = seal("A" * 16, daemon.NOW + LIFETIME, _KEY)
_SESSION = unseal(_COOKIE, {_KEY: "admin"}, daemon.NOW)
assert _SESSION is not None

_IS_FORM = (("Content-Type", FORM),)
_SIGNED_IN = (*_IS_FORM, ("Cookie", f"{NAME}={_COOKIE}"))
_NO_FORM = (("Content-Type", "application/json"), *_SIGNED_IN[1:])
_TOO_LARGE = b"x" * 5000


def _form(path: str, thing: str = "1", **fields: str) -> Case:
    """Return a form that somebody who is signed in sends."""
    assert _SESSION is not None
    body = urlencode({"form_token": _SESSION.form_token, **fields}).encode()
    url = path.replace("{serverId}", thing).replace("{jobId}", thing)
    return Case(path, url, 303, "POST", _SIGNED_IN, body)


def _tried(token: str, status: int, fault: Fault = Fault.NONE) -> Case:
    body = urlencode({"token": token}).encode()
    return Case(SIGN_IN, SIGN_IN, status, "POST", _IS_FORM, body, fault=fault)


_RIGHT = (_form(_OUT), *(_form(path, **{"for": "3d"}) for path in _MUTES))

FORMS = (
    Case(SIGN_IN, SIGN_IN, content_type=HTML),
    Case(SIGN_IN, "/sign-in?next=/jobs/1", content_type=HTML),
    _tried(daemon.ADMIN_TOKEN, 303),
    _tried("a wrong one", 403),
    _tried(daemon.ADMIN_TOKEN, 429, Fault.GUESSED),
    *(
        case
        for right in (_tried("", 403), *_RIGHT)
        for case in (
            right,
            right._replace(status=400, body=b"\xff"),
            right._replace(status=413, body=_TOO_LARGE),
            right._replace(status=415, headers=_NO_FORM),
        )
    ),
    *(
        case
        for right in _RIGHT
        for case in (
            right._replace(headers=_IS_FORM),
            right._replace(status=403, body=b"form_token=x"),
        )
    ),
    *(
        case
        for path in _MUTES
        for case in (
            _form(path, **{"for": "end"}),
            _form(path, **{"for": "a while"})._replace(status=400),
            _form(path, **{"for": "3d"})._replace(
                url=path.replace("{", "").replace("}", ""), status=400
            ),
            _form(path, **{"for": "3d"})._replace(
                url=path.replace("{jobId}", "99").replace("{serverId}", "99"), status=404
            ),
            _form(path, **{"for": "3d"})._replace(status=500, fault=Fault.BUG),
            _form(path, **{"for": "3d"})._replace(status=503, fault=Fault.DATABASE),
        )
    ),
)
