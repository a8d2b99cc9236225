"""Authorization: the scope that a request needs, what its token opens, and for which server."""

import base64
import binascii
import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence

import falcon
from msgspec.structs import replace

from api.basic_users import BasicUsers
from api.client_address import Network, address_of
from api.denials import Denials
from api.errors import ApiError
from api.session_cookie import session_of
from exporter.auth import UNNAMED_ADMIN, Authorizer, Scope, TokenGrant
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.logs import log_fields
from exporter.model import Delivery, Machine, short_name
from exporter.model.audit import Author
from exporter.times import Millis

_BEARER = 'Bearer realm="duplistatus"'
_BASIC = 'Basic realm="duplistatus", charset="UTF-8"'

_GRANTS = "grants"

_MOST_KNOWN = 1000
"""Valid tokens may be sent in many ways, among much that does not matter."""

_log = logging.getLogger(__name__)


class AuthMiddleware:
    """Admits requests. By default a resource needs a token to read, and the admin's to change.

    It names another scope in `to_read` or `to_change` where it needs one; None is public, to change
    something for forms that check themselves who sends them. Who is signed in may read a page.
    """

    def __init__(
        self,
        authorizer: Authorizer,
        self_metrics: SelfMetrics,
        trusted_proxies: Sequence[Network],
        denials: Denials,
        users: BasicUsers,
    ) -> None:
        self._authorizer = authorizer
        self._self_metrics = self_metrics
        self._trusted = trusted_proxies
        self._denials = denials
        self._users = users
        self._known: dict[bytes, tuple[TokenGrant, ...]] = {}

    def process_resource(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        params: dict[str, object],
    ) -> None:
        """Admit a request to a resource that has its method; Falcon refuses the others.

        Raises:
            ApiError: 401, 403 or 429.
        """
        scope = _scope(req, resource)
        if scope is None or self._authorizer.is_open(scope):
            return
        if not hasattr(resource, f"on_{req.method.lower()}"):
            return
        if scope is Scope.READ and session_of(req):
            return
        try:
            req.context[_GRANTS] = self._opening(req, scope)
        except ApiError as denial:
            self._note_denied(req, scope, denial)
            raise

    def _opening(self, req: falcon.Request, scope: Scope) -> tuple[TokenGrant, ...]:
        """Return the grants that open a scope, of a token or of a user.

        Raises:
            ApiError: there is none.
        """
        sent = _digest_of_sent(req, scope)
        known = self._known.get(sent)
        if known is not None:
            return known
        grants = _grants_in(req, scope, self._authorizer)
        opening = tuple(grant for grant in grants if grant.opens(scope))
        if opening:
            self._keep(sent, opening)
            return opening
        opening = self._users.grants(req, scope, self._authorizer, _basic(req))
        if not opening:
            raise _denial(scope, req, known=bool(grants))
        return opening

    def _keep(self, sent: bytes, opening: tuple[TokenGrant, ...]) -> None:
        """Keep what a valid token opens; an invalid one is looked up in full each time."""
        if len(self._known) >= _MOST_KNOWN:
            self._known = {}
        self._known[sent] = opening

    def _note_denied(self, req: falcon.Request, scope: Scope, denial: ApiError) -> None:
        """Count it and log the sender; not the address, which may contain a token."""
        self._self_metrics.count_denied(scope)
        sender = address_of(req, self._trusted)
        if scope is Scope.UPLOAD:
            self._denials.note(sender, denial.message)
        _log.warning("request denied", extra=log_fields(scope=scope.value, sender=sender))


def grants_of(req: falcon.Request) -> tuple[TokenGrant, ...]:
    """Return what admitted a request; nothing where no token is needed."""
    grants: tuple[TokenGrant, ...] | None = req.context.get(_GRANTS)
    return grants or ()


def author_of(req: falcon.Request, now: Millis) -> Author:
    """Return who makes a change now: the name of the admin token that came with the request."""
    names = [grant.name for grant in grants_of(req) if grant.scope is Scope.MANAGE]
    return Author(names[0] if names else UNNAMED_ADMIN, now)


def enforce_server_scope(
    delivery: Delivery, machine: Machine, grants: Iterable[TokenGrant], fleet: Fleet
) -> Delivery:
    """Return the delivery, bound to the server that its token is for, where it is for one.

    A machine-id finds its server whatever its name is, so it has to be that server's too.

    Raises:
        ApiError: the report is of another server.
    """
    allowed = sorted({short_name(grant.server or "") for grant in grants})
    if not allowed or "" in allowed:
        return delivery
    claimed = delivery.server or machine.name or allowed[0]
    owner = fleet.server_by_machine_id(machine.machine_id) if machine.machine_id else None
    foreign = [name for name in (claimed, owner.name if owner else claimed) if name not in allowed]
    if foreign or (owner is not None and owner.name != claimed):
        message = f"This token is for reports of {' and '.join(allowed)} only"
        raise ApiError(403, f"{message}: give the sender one for its own server, or one for all")
    return replace(delivery, server=claimed, bound=True)


def is_admitted(authorizer: Authorizer, req: falcon.Request) -> bool:
    """Return whether a request that reached no resource may send a report."""
    scope = Scope.UPLOAD
    granted = _grants_in(req, scope, authorizer)
    return authorizer.is_open(scope) or any(grant.opens(scope) for grant in granted)


def hide_secrets(req: falcon.Request, text: bytes) -> bytes:
    """Return a text without the secrets that came with the request."""
    for secret in _secrets(req, Scope.UPLOAD):
        text = text.replace(secret.encode(errors="surrogatepass"), b"(token)")
    return text


def _scope(req: falcon.Request, resource: object) -> Scope | None:
    if req.method in ("GET", "HEAD"):
        read: Scope | None = getattr(resource, "to_read", Scope.READ)
        return read
    change: Scope | None = getattr(resource, "to_change", Scope.MANAGE)
    return change


def _digest_of_sent(req: falcon.Request, scope: Scope) -> bytes:
    """Return a digest of all that may hold a token in a scope.

    What a dictionary does with it tells nothing of a token: who does not know one cannot choose
    the bytes of a digest.
    """
    sent = req.env.get("HTTP_AUTHORIZATION") or ""
    parameter = (req.get_param("token") or "") if scope is Scope.UPLOAD else ""
    text = f"{scope.value}\n{len(sent)}\n{sent}\n{parameter}"
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _grants_in(req: falcon.Request, scope: Scope, authorizer: Authorizer) -> list[TokenGrant]:
    """Return what the secrets of a request open.

    A browser sends a password by itself, also when another site makes it send a request: so none
    changes anything, and the admin's, which people type to see the page, sends no report.
    """
    sent = [each for secret in _sent(req, scope) for each in authorizer.find(secret)]
    typed = [each for secret in _typed(req, scope) for each in authorizer.find(secret)]
    if scope is Scope.UPLOAD:
        typed = [each for each in typed if each.scope is not Scope.MANAGE]
    return sent + typed


def _secrets(req: falcon.Request, scope: Scope) -> Iterator[str]:
    """Yield what may be a token."""
    yield from _sent(req, scope)
    yield from _typed(req, scope)


def _sent(req: falcon.Request, scope: Scope) -> Iterator[str]:
    """Yield what a program sends. Duplicati cannot set a header: it has the token in the URL."""
    scheme, _, sent = (req.get_header("Authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        yield from _if_any(sent)
    if scope is Scope.UPLOAD:
        yield from _if_any(req.get_param("token") or "")


def _typed(req: falcon.Request, scope: Scope) -> Iterator[str]:
    """Yield the password, in the scopes where one is accepted."""
    if scope is not Scope.MANAGE:
        yield from _if_any(_basic(req)[1])


def _if_any(text: str) -> Iterator[str]:
    if text.strip():
        yield text.strip()


def _basic(req: falcon.Request) -> tuple[str, str]:
    """Return the name and the password that a browser sends; both are empty where it sends none."""
    scheme, _, sent = (req.get_header("Authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(sent, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return name, password


def _denial(scope: Scope, req: falcon.Request, *, known: bool) -> ApiError:
    challenge = _BEARER if scope is Scope.MANAGE else f"{_BASIC}, {_BEARER}"
    if scope is Scope.MANAGE:
        known = known or any(_secrets(req, scope))
        needed, how = "the admin token", "Authorization: Bearer TOKEN"
    else:
        needed = f"a token for {scope.value}"
        how = "Authorization: Bearer TOKEN or as the password of Basic"
        how += " (an upload token), or as ?token=TOKEN" if scope is Scope.UPLOAD else ""
    if known and scope is Scope.MANAGE:
        return ApiError(403, "Invalid admin token")
    if known:
        return ApiError(403, f"This token is not valid for {scope.value}")
    message = f"Authentication required: send {needed} as {how}"
    return ApiError(401, message, headers={"WWW-Authenticate": challenge})
