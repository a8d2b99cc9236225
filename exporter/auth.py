"""Authorization: four scopes, and the tokens that grant them.

Of a token only its SHA-256 is kept. Tokens are long and random, so a slow hash would add nothing.
The admin token is created if none is configured: in a file beside the database that only its user
can read.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from exporter.web_users import WebUsers

MIN_TOKEN_LENGTH = 16
"""Characters. A person does not type fewer into a secret; a program's default has 43."""

MAX_NAME_LENGTH = 40
"""Characters of the name of who has an admin token."""

UNNAMED_ADMIN = "admin"
"""Who has an admin token without a name."""

NO_KEYS: Mapping[bytes, str] = MappingProxyType({})

_STORED = "sha256:"
_OF_SESSIONS = b"key of sessions"
_STORED_FORM = re.compile(r"sha256:[0-9a-fA-F]{64}", re.ASCII)
_TOKEN = re.compile(r"[!-~]+", re.ASCII)


class AdminTokenError(Exception):
    """The file of the admin token cannot be used; the text says why and what to do."""


class Scope(Enum):
    """What a token may grant."""

    UPLOAD = "upload"
    READ = "read"
    METRICS = "metrics"
    MANAGE = "manage"


OF_USERS = (Scope.READ, Scope.METRICS)
"""What a user's password opens: browsers send it by themselves, so it changes nothing."""


class TokenGrant(Struct, frozen=True):
    """A token and its scope; an upload token may be valid for one server only.

    An admin token may have the name of who has it.
    """

    scope: Scope
    digest: bytes
    server: str | None = None
    name: str = UNNAMED_ADMIN

    def opens(self, scope: Scope) -> bool:
        """Return whether this grants a scope: an admin token grants all of them."""
        return self.scope in (scope, Scope.MANAGE)


class Authorizer:
    """Maps a secret to its grants. A scope without a token needs none, except to manage."""

    def __init__(
        self,
        grants: Iterable[TokenGrant],
        session_keys: Mapping[bytes, str] = NO_KEYS,
        users: WebUsers | None = None,
    ) -> None:
        self._grants = tuple(grants)
        needed = {grant.scope for grant in self._grants} | {Scope.MANAGE}
        needed |= set() if users is None else set(OF_USERS)
        self._open = frozenset(Scope) - needed
        self.users = users
        """Those with a password, which opens `OF_USERS`; None where nobody has one."""

        self.session_keys = session_keys
        """Those of the admin tokens that are stored as they are sent, each with its name."""

    @classmethod
    def from_entries(
        cls, entries: Mapping[Scope, Iterable[str]], users: WebUsers | None = None
    ) -> "Authorizer":
        """Return the authorizer of validated entries of the configuration."""
        grants = [_grant(scope, entry) for scope, each in entries.items() for entry in each]
        admins = [entry.split(maxsplit=1) for entry in entries.get(Scope.MANAGE, ())]
        plain = [(token, name) for token, *name in admins if not token.startswith(_STORED)]
        return cls(grants, {session_key(token): _name(name) for token, name in plain}, users)

    @property
    def can_manage(self) -> bool:
        """Whether there is an admin token that somebody may know."""
        return any(grant.scope is Scope.MANAGE for grant in self._grants)

    def is_open(self, scope: Scope) -> bool:
        """Return whether a scope needs neither a token nor a user's password."""
        return scope in self._open

    def has(self, grant: TokenGrant) -> bool:
        """Return whether a grant is one of these."""
        return grant in self._grants

    def find(self, secret: str) -> tuple[TokenGrant, ...]:
        """Return the grants of a secret, in a time that does not depend on the secret."""
        digest = _digest(secret)
        return tuple([each for each in self._grants if hmac.compare_digest(each.digest, digest)])


def grants_of_user(user: str) -> tuple[TokenGrant, ...]:
    """Return what the password of a user grants."""
    return tuple(TokenGrant(scope, b"", name=user) for scope in OF_USERS)


def session_key(token: str) -> bytes:
    """Return what sessions of a token's holder are signed with.

    It does not follow from the token's SHA-256: who reads that in a configuration makes no session.
    """
    return hmac.digest(token.encode(errors="surrogatepass"), _OF_SESSIONS, "sha256")


def read_entries(text: str) -> tuple[str, ...]:
    """Return the entries of an option: one a line, or separated by commas in one line.

    Raises:
        ValueError: an entry is not a token, named by its number only; or there is none at all.
    """
    parts = text.splitlines() if "\n" in text else text.split(",")
    entries = tuple(part.strip() for part in parts if part.strip())
    if text and not entries:
        raise ValueError("contains no token; remove it to require none")
    for number, entry in enumerate(entries, 1):
        _check(number, entry)
    return entries


def read_tokens(text: str) -> tuple[str, ...]:
    """Return the entries of an option whose tokens are not bound to a server, as `read_entries`."""
    entries = read_entries(text)
    for number, entry in enumerate(entries, 1):
        if len(entry.split()) > 1:
            message = (
                f"entry {number} must be at least {MIN_TOKEN_LENGTH} printable ASCII characters"
            )
            raise ValueError(f"{message} without spaces")
    return entries


def read_admin_tokens(text: str) -> tuple[str, ...]:
    """Return the entries of admin tokens, each of which may be followed by a name.

    Raises:
        ValueError: an entry is not a token, or its name is too long; named by its number only.
    """
    entries = read_entries(text)
    for number, entry in enumerate(entries, 1):
        _, *name = entry.split(maxsplit=1)
        if not _name(name).isprintable() or len(_name(name)) > MAX_NAME_LENGTH:
            message = f"the name in entry {number} must be at most {MAX_NAME_LENGTH} characters"
            raise ValueError(message)
    return entries


def plain_token(entries: Iterable[str]) -> str | None:
    """Return the first token that is stored as it is sent."""
    tokens = (entry.split(maxsplit=1)[0] for entry in entries)
    return next((token for token in tokens if not token.startswith(_STORED)), None)


def sendable_token(entries: Iterable[str], server: str) -> str | None:
    """Return an upload token that is stored as it is sent: a server's own before one of all."""
    parts = [entry.split(maxsplit=1) for entry in entries if not entry.startswith(_STORED)]
    own = [token for token, *bound in parts if bound == [server]]
    return next(iter([*own, *(token for token, *bound in parts if not bound)]), None)


def path_beside(database: Path) -> Path:
    """Return the path of a database's token file."""
    return database.with_name(f"{database.name}.admin-token")


def load_or_make(database: Path) -> str:
    """Return the token of a database, created if missing.

    Raises:
        AdminTokenError: the file cannot be created or read, or is empty.
    """
    path = path_beside(database)
    try:
        _make(path)
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be used for the admin token ({error})"
        todo = "give this user access to it, free disk space, or remove it"
        raise AdminTokenError(f"{message}: {todo}") from error
    if not token:
        message = f"{path} is empty: remove it, and the next start creates a new admin token"
        raise AdminTokenError(message)
    return token


def _make(path: Path) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        with os.fdopen(file, "w", encoding="ascii") as opened:
            opened.write(f"{secrets.token_urlsafe(32)}\n")
    except OSError:
        path.unlink()  # an empty one would stop the next start, too
        raise


def _check(number: int, entry: str) -> None:
    token = entry.split(maxsplit=1)[0]
    if token.startswith(_STORED):
        if _STORED_FORM.fullmatch(token) is None:
            message = f"entry {number} must have 64 hexadecimal digits after {_STORED}"
            raise ValueError(message)
    elif len(token) < MIN_TOKEN_LENGTH or _TOKEN.fullmatch(token) is None:
        message = f"entry {number} must be at least {MIN_TOKEN_LENGTH} printable ASCII characters"
        raise ValueError(f"{message} without spaces")


def _grant(scope: Scope, entry: str) -> TokenGrant:
    token, *more = entry.split(maxsplit=1)
    stored = token.startswith(_STORED)
    digest = bytes.fromhex(token.removeprefix(_STORED)) if stored else _digest(token)
    if scope is Scope.MANAGE:
        return TokenGrant(scope, digest, name=_name(more))
    return TokenGrant(scope, digest, more[0] if more else None)


def _name(given: Sequence[str]) -> str:
    return given[0] if given else UNNAMED_ADMIN


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
