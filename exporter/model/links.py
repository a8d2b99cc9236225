"""Addresses that people set to be opened with a browser."""

from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 500


def read_link(text: str) -> str:
    """Return an address that a page may link to: of a web server, without a secret in it.

    Raises:
        ValueError: it is something else; the text says what.
    """
    link = text.strip()
    if not 0 < len(link) <= MAX_LENGTH or not link.isprintable() or " " in link:
        message = f"must be an address of at most {MAX_LENGTH} characters without spaces"
        raise ValueError(message)
    parts = _split(link)
    if "@" in parts.netloc:
        raise ValueError("must not contain a user or a password, for everybody would see it")
    if "?" in link or "#" in link:
        raise ValueError("must not contain ? or #: write https://HOST:8200/PATH")
    return link


def _split(link: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, has_host = urlsplit(""), False
    if not has_host or parts.scheme not in ("http", "https"):
        raise ValueError("must be an address as https://nas.example:8200")
    return parts
