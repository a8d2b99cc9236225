"""Forms that people send with a browser."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from api.form_body import MAX_TEXT_BYTES
from api.page.keys import key_of
from api.session_cookie import NAME
from api.sessions import LIFETIME, seal, unseal
from exporter.auth import session_key
from tests.docs import daemon
from tests.docs.case import FORM, HTML, Case, Fault

SIGN_IN = "/sign-in"
OUT = "/sign-out"

_KEY = session_key(daemon.ADMIN_TOKEN)
_COOKIE = seal("A" * 16, daemon.NOW + LIFETIME, _KEY)
_SESSION = unseal(_COOKIE, {_KEY: "admin"}, daemon.NOW)
assert _SESSION is not None

_IS_FORM = (("Content-Type", FORM),)
_COOKIES = (("Cookie", f"{NAME}={_COOKIE}"),)
_SIGNED_IN = (*_IS_FORM, *_COOKIES)
_NO_FORM = (("Content-Type", "application/json"), *_COOKIES)
_TOO_LARGE = b"x" * (MAX_TEXT_BYTES + 1)


class _Form(NamedTuple):
    """A form, filled in rightly and wrongly; people type into one that is `typed`.

    One that `asks` has a page of its own, with a query. Of a `common` one there is no other.
    """

    path: str
    right: Mapping[str, str] = {}
    wrong: Mapping[str, str] | None = None
    typed: bool = False
    asks: str | None = None
    common: bool = False

    def sent(self, fields: Mapping[str, str], thing: str = "1") -> Case:
        """Return the form as somebody who is signed in sends it."""
        assert _SESSION is not None
        body = urlencode({"form_token": _SESSION.form_token, **fields}).encode()
        return Case(self.path, self._url(thing), 303, "POST", _SIGNED_IN, body)

    def _url(self, thing: str) -> str:
        return self.path.replace("{serverId}", thing).replace("{jobId}", thing)

    def cases(self) -> Iterator[Case]:
        right = self.sent(self.right)
        yield right
        yield right._replace(status=400, body=b"\xff")
        yield right._replace(status=403, body=b"form_token=x")
        yield right._replace(status=413, body=_TOO_LARGE)
        yield right._replace(status=415, headers=_NO_FORM)
        yield right._replace(headers=_IS_FORM, status=403 if self.typed else 303)
        if self.wrong is not None:
            yield self.sent(self.wrong)._replace(status=400)
        if self.path != OUT:
            yield right._replace(status=500, fault=Fault.BUG)
            yield right._replace(status=503, fault=Fault.DATABASE)
        if not self.common:
            yield self.sent(self.right, "x")._replace(status=400)
            yield self.sent(self.right, "99")._replace(status=404)
        if self.asks is not None:
            yield from self._asked(self.asks)

    def _asked(self, query: str) -> Iterator[Case]:
        shown = Case(self.path, self._url("1") + query, headers=_COOKIES, content_type=HTML)
        yield shown
        yield shown._replace(status=303, headers=())
        yield shown._replace(status=500, fault=Fault.BUG)
        if self.common:
            yield shown._replace(status=503, fault=Fault.DATABASE)
        else:
            yield shown._replace(url=self._url("x") + query, status=400)
            yield shown._replace(url=self._url("99") + query, status=404)


def _tried(token: str, status: int, fault: Fault = Fault.NONE) -> Case:
    body = urlencode({"token": token}).encode()
    return Case(SIGN_IN, SIGN_IN, status, "POST", _IS_FORM, body, fault=fault)


_JOB, _SERVER, _REFUSED = "/jobs/{jobId}", "/servers/{serverId}", "/refused"
_MUTE, _NEVER = {"for": "3d"}, {"for": "a while"}
_SCHEDULE = {
    "kind": "cron",
    "every": "12h",
    "cron": "0 3 * * 1-5",
    "zone": "UTC",
    "tolerance": "2h",
}
_SETTINGS = {"alias": "NAS", "note": "new", "tags": "nas", "url": "https://nas.example:8200"}
_FORMER, _COPY = {"former": key_of("Pictures")}, {"copy": key_of("file:///mnt/copy")}
_OF_COPY = f"?copy={_COPY['copy']}"

_FORMS = (
    _Form(OUT, common=True),
    _Form(f"{_JOB}/mute", _MUTE, _NEVER),
    _Form(f"{_JOB}/schedule", _SCHEDULE, {**_SCHEDULE, "tolerance": "long"}, typed=True),
    _Form(f"{_JOB}/tags", {"tags": "nas, prod"}, {"tags": "no!"}, typed=True),
    _Form(f"{_JOB}/pause", {"to": "pause"}, {"to": ""}),
    _Form(f"{_JOB}/clear"),
    _Form(f"{_JOB}/separate", _FORMER, asks=""),
    _Form(f"{_JOB}/forget-copy", _COPY, asks=_OF_COPY),
    _Form(f"{_JOB}/delete", asks=""),
    _Form(f"{_SERVER}/mute", _MUTE, _NEVER),
    _Form(f"{_SERVER}/settings", _SETTINGS, {**_SETTINGS, "url": "file:///etc"}, typed=True),
    _Form(f"{_SERVER}/not-a-duplicate"),
    _Form(f"{_SERVER}/merge", {"other": "2"}, {"other": "1"}, asks="?other=2"),
    _Form(f"{_SERVER}/delete", asks=""),
    _Form(f"{_REFUSED}/clear", {"id": "1"}, {"id": "x"}, common=True),
    _Form(f"{_REFUSED}/clear-all", {"newest": "2"}, asks="", common=True),
)

FORMS = (
    Case(SIGN_IN, SIGN_IN, content_type=HTML),
    Case(SIGN_IN, "/sign-in?next=/jobs/1", content_type=HTML),
    _tried(daemon.ADMIN_TOKEN, 303),
    _tried("a wrong one", 403),
    _tried(daemon.ADMIN_TOKEN, 429, Fault.GUESSED),
    _tried("", 403),
    _tried("", 400)._replace(body=b"\xff"),
    _tried("", 413)._replace(body=_TOO_LARGE),
    _tried("", 415)._replace(headers=_NO_FORM),
    *(case for form in _FORMS for case in form.cases()),
    _Form(f"{_JOB}/mute").sent({"for": "end"}),
    _Form(f"{_SERVER}/mute").sent({"for": "end"}),
    _Form(f"{_REFUSED}/clear").sent({"id": "99"})._replace(status=404),
    Case("/audit", "/audit", headers=_COOKIES, content_type=HTML),
    Case("/audit", "/audit", 303),
    Case("/audit", "/audit?cursor=x", 400, headers=_COOKIES),
    Case("/audit", "/audit", 500, headers=_COOKIES, fault=Fault.BUG),
    Case("/audit", "/audit", 503, headers=_COOKIES, fault=Fault.DATABASE),
)
