"""The Duplicati servers to pull from, and how each is named and authenticated."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

_SECRETS = ("password_file", "token_file")
_TEXTS = ("url", *_SECRETS, "name", "fingerprint", "ca_file")
KEYS = (*_TEXTS, "insecure")
"""Of a ``[[pull]]`` table."""

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class PullTarget(Struct, frozen=True):
    """A server of Duplicati.

    `name` is what it is called in messages and metrics. A `fingerprint` pins its certificate:
    SHA-256 in 64 hexadecimal digits. `insecure` trusts any certificate. Of `password_file` and
    `token_file` there is at most one.
    """

    url: str
    name: str
    password_file: Path | None = None
    token_file: Path | None = None
    fingerprint: str | None = None
    ca_file: Path | None = None
    insecure: bool = False

    @property
    def trust(self) -> str:
        """Which certificate is trusted, in words."""
        if self.url.startswith("http:"):
            return "without TLS"
        if self.insecure:
            return "any certificate is trusted"
        if self.fingerprint is not None:
            return f"the certificate {self.fingerprint} is trusted"
        trusted = "the system" if self.ca_file is None else self.ca_file
        return f"the CA certificates of {trusted} are trusted"


def make_target(  # noqa: PLR0913 - a field each
    url: str,
    *,
    name: str = "",
    password_file: str = "",
    token_file: str = "",
    fingerprint: str = "",
    ca_file: str = "",
    insecure: bool = False,
) -> PullTarget:
    """Return a target from what a person wrote; an empty text means not given.

    Raises:
        ValueError: the address or the fingerprint is invalid, or options contradict each other.
    """
    address, pin = _read_url(url), _read_fingerprint(fingerprint)
    if insecure and (pin or ca_file):
        raise ValueError("insecure trusts any certificate: remove it, or fingerprint and ca_file")
    if address.scheme == "http" and (insecure or pin or ca_file):
        raise ValueError("an address with http:// has no certificate: write https://")
    return PullTarget(
        url=address.geturl(),
        name=name or address.netloc,
        password_file=_path(password_file),
        token_file=_path(token_file),
        fingerprint=pin or None,
        ca_file=_path(ca_file),
        insecure=insecure,
    )


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def read_targets(value: object) -> tuple[tuple[PullTarget, ...], list[str]]:
    """Read the ``[[pull]]`` tables of a configuration file.

    Returns:
        The targets, and their problems, a line each.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return (), ["pull must be tables, each started by a line [[pull]]"]
    targets, problems = [], []
    for number, entry in enumerate(value, 1):
        target, wrong = _read_target(entry)
        targets += [] if target is None else [target]
        problems += [f"pull {number}: {problem}" for problem in wrong]
    return tuple(targets), problems + _ambiguous(targets)


def _read_target(entry: dict[str, object]) -> tuple[PullTarget | None, list[str]]:
    problems = [
        f"{key} is unknown; expected one of {', '.join(KEYS)}" for key in entry if key not in KEYS
    ]
    texts = {key: value for key in _TEXTS if isinstance(value := entry.get(key), str) and value}
    problems += [
        f"{key} must be a string that is not empty"
        for key in _TEXTS
        if key in entry and key not in texts
    ]
    problems += _missing(entry)
    insecure = entry.get("insecure", False)
    if not isinstance(insecure, bool):
        problems.append("insecure must be true or false")
    if "url" not in texts:
        return None, problems
    try:
        return make_target(**texts, insecure=insecure is True), problems
    except ValueError as error:
        return None, [*problems, str(error)]


def _missing(entry: dict[str, object]) -> list[str]:
    given = [key for key in _SECRETS if key in entry]
    problems = [] if "url" in entry else ["url is missing"]
    if not given:
        problems.append("password_file is missing, or token_file")
    if len(given) > 1:
        problems.append(f"{' and '.join(given)}: keep one of them")
    return problems


def _ambiguous(targets: list[PullTarget]) -> list[str]:
    """Return the problems of targets whose names are the same in messages and metrics."""
    names = Counter(target.name for target in targets)
    return [
        f"pull: {count} tables are called {name}: give each a name of its own"
        for name, count in names.items()
        if count > 1
    ]


def _read_url(text: str) -> SplitResult:
    """Parse an address; its trailing slash is removed."""
    try:
        url = urlsplit(text.strip())
    except ValueError:
        url = urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname or not _has_port(url):
        message = f"{_shown(url, text)!r} is not an address of a server: write https://nas:8200"
        raise ValueError(message)
    if url.username is not None or url.password is not None:
        raise ValueError("the address contains a user or a password: put the password into a file")
    if url.query or url.fragment:
        message = f"{text!r} contains more than an address: write {url.scheme}://{url.netloc}"
        raise ValueError(message)
    return url._replace(path=url.path.rstrip("/"))


def _shown(url: SplitResult, text: str) -> str:
    """Return an address that may be shown: the part before an @ may be a password."""
    return url.netloc.rpartition("@")[2] if "@" in text else text


def _has_port(url: SplitResult) -> bool:
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False


def _read_fingerprint(text: str) -> str:
    digits = text.replace(":", "").replace(" ", "").lower()
    if text and _FINGERPRINT.fullmatch(digits) is None:
        message = f"{text[:100]!r} is not a SHA-256 fingerprint: write 64 hexadecimal digits"
        raise ValueError(message)
    return digits
