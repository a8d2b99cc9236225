"""Sessions of people who signed in with the admin token.

A session is a signed value that a browser keeps; the daemon keeps only which ones were ended before
their time. The key follows from the token, so another token ends all sessions of the old one.
"""

import base64
import hmac
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from exporter.auth import Authorizer, Scope, TokenGrant, session_key
from exporter.times import HOUR, MINUTE, Millis

LIFETIME: Millis = 12 * HOUR

MAX_ENDED = 1000
"""Sessions that are remembered as ended; only who has the admin token makes any."""

_ID_BYTES = 12
_AHEAD: Millis = 5 * MINUTE
"""What the clock may be set back; one that was years ahead makes no session for years."""

_VALUE = re.compile(r"([A-Za-z0-9_-]{16})\.([0-9]{1,15})\.[A-Za-z0-9_-]{43}", re.ASCII)
_OF_VALUE, _OF_FORMS, _OF_NOTICES = "session", "form", "notice"


class Session(NamedTuple):
    """A session; a form of it is sent with its `form_token`, which no other site can know.

    `who` is the name of the token that somebody signed in with.
    """

    id: str
    expires: Millis
    form_token: str
    who: str


def seal(session_id: str, expires: Millis, key: bytes) -> str:
    """Return the value of a session, signed with a key."""
    claim = f"{session_id}.{expires}"
    return f"{claim}.{_signature(_OF_VALUE, claim, key)}"


def unseal(value: str, keys: Mapping[bytes, str], now: Millis) -> Session | None:
    """Return the session of a value; None where none of the keys signed it, or it is over.

    Each key comes with the name of its token.
    """
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    session_id, expires = found[1], int(found[2])
    if not now < expires <= now + LIFETIME + _AHEAD:
        return None
    # All are tried: which one fits is not to be told by the time.
    fitting = [key for key in keys if _equal(value, seal(session_id, expires, key))]
    if not fitting:
        return None
    form_token = _signature(_OF_FORMS, f"{session_id}.{expires}", fitting[0])
    return Session(session_id, expires, form_token, keys[fitting[0]])


class SignedIn:
    """The sessions that were ended before their time, and the keys that are learned. Thread-safe.

    Of an admin token that is configured as its SHA-256 the key is known only once somebody signed
    in with it.
    """

    def __init__(self) -> None:
        self._learned: dict[bytes, TokenGrant] = {}
        self._ended: dict[str, Millis] = {}
        self._lock = threading.Lock()

    def learn(self, key: bytes, grant: TokenGrant) -> None:
        """Remember the key of a token."""
        with self._lock:
            self._learned = self._learned | {key: grant}

    def keys_of(self, authorizer: Authorizer) -> Mapping[bytes, str]:
        """Return the keys of tokens that are valid, each with the name of its token."""
        learned = self._learned.items()
        known = {key: grant.name for key, grant in learned if authorizer.has(grant)}
        return {**authorizer.session_keys, **known}

    def has_ended(self, session: Session) -> bool:
        """Return whether a session was ended."""
        return session.id in self._ended

    def end(self, session: Session, now: Millis) -> None:
        """End a session. Of too many the one that is over first is forgotten."""
        with self._lock:
            kept = {each: until for each, until in self._ended.items() if now < until}
            if len(kept) >= MAX_ENDED:
                del kept[min(kept, key=kept.__getitem__)]
            self._ended = kept | {session.id: session.expires}


class Sessions:
    """Starts, recognizes and ends the sessions of the holders of tokens. Thread-safe."""

    def __init__(
        self,
        authorizer: Authorizer,
        clock: Callable[[], Millis],
        signed_in: SignedIn | None = None,
    ) -> None:
        """Go on from who is signed in already; without it nobody is."""
        self._authorizer = authorizer
        self._clock = clock
        self._signed_in = SignedIn() if signed_in is None else signed_in

    @property
    def can_start(self) -> bool:
        """Whether there is an admin token to sign in with."""
        return self._authorizer.can_manage

    def start(self, token: str) -> str | None:
        """Return the value of a new session; None where it is not an admin token."""
        opening = [each for each in self._authorizer.find(token) if each.opens(Scope.MANAGE)]
        if not opening:
            return None
        key = session_key(token)
        self._signed_in.learn(key, opening[0])
        return seal(secrets.token_urlsafe(_ID_BYTES), self._clock() + LIFETIME, key)

    def read(self, value: str) -> Session | None:
        """Return the session of a value; None where it is none, or over, or was ended."""
        session = unseal(value, self._signed_in.keys_of(self._authorizer), self._clock())
        return None if session is None or self._signed_in.has_ended(session) else session

    def end(self, session: Session) -> None:
        """End a session before its time."""
        self._signed_in.end(session, self._clock())


def is_form_of(session: Session, token: str) -> bool:
    """Return whether a form that came with this token was made for a session."""
    return _equal(token, session.form_token)


def signature_for(session: Session, text: str) -> str:
    """Return what tells that a text was made for a session."""
    return _signature(_OF_NOTICES, text, session.form_token.encode())


def is_signed_for(session: Session, text: str, signature: str) -> bool:
    """Return whether a text was made for a session."""
    return _equal(signature, signature_for(session, text))


def _signature(purpose: str, claim: str, key: bytes) -> str:
    signed = hmac.digest(key, f"{purpose} {claim}".encode(), "sha256")
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
