"""Addresses of the notifications: their form, and the place that each is read from.

Most contain a password, so no error here repeats any of one. Whether Apprise knows an address says
`exporter.notifications.channels`.
"""

import re
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

from exporter.config.notifications import SecretUrl
from exporter.config.table import Table

URL_KEYS = ("url", "url_file")
"""Of a table that has an address: one of them is given."""

UNKNOWN = SecretUrl("")
"""Stands for an address that is wrong, so that all else in its table can be read."""

_MAX_LENGTH = 2000
_FORM = re.compile(r"[a-z0-9]{1,32}://.", re.IGNORECASE | re.ASCII)
"""The scheme as Apprise has it, and something behind it."""


def parse_channel_url(text: str) -> SecretUrl:
    """Parse an address as Apprise has them, by its form only.

    A file that holds one usually ends with a line break, which is not part of it.
    """
    url = text.strip()
    if not url:
        raise ValueError("the address is empty")
    if len(url) > _MAX_LENGTH:
        message = f"the address is longer than {_MAX_LENGTH} characters"
        raise ValueError(message)
    if not url.isprintable():
        raise ValueError("the address contains line breaks or control characters: give only one")
    if _FORM.match(url) is None:
        raise ValueError("the address has no scheme: write it as ntfy://HOST/TOPIC")
    return SecretUrl(url)


def parse_web_url(text: str) -> SecretUrl:
    """Parse an address that is pinged: http or https."""
    url = parse_channel_url(text)
    _split(url.secret, "https://HOST/PATH")
    return url


def parse_public_url(text: str) -> str:
    """Parse the address that people open; a slash at its end is removed."""
    url = parse_channel_url(text).secret
    parts = _split(url, "https://backups.example")
    if "@" in parts.netloc:
        raise ValueError("the address contains a user or a password, which would be in messages")
    if "?" in url or "#" in url or " " in url:
        raise ValueError("the address contains more than a path: write https://backups.example")
    return url.rstrip("/")


def read_channel_url(table: Table, credential: Path | None) -> SecretUrl | None:
    """Return the address of a channel, None where it is missing or wrong."""
    return table.parse("url", read_url(table, credential), parse_channel_url, None)


def read_url(table: Table, credential: Path | None = None) -> str:
    """Return the address of a table, its file or else a credential of systemd.

    The text is empty where there is none, which the table's problems then say.
    """
    if all(key in table.entry for key in URL_KEYS):
        table.problems.append("url and url_file are both given: keep one")
        return ""
    if "url_file" in table.entry:
        return _read_named_file(table)
    if "url" in table.entry:
        return table.text("url")
    if credential is not None and credential.is_file():
        return read_secret_file(table, credential, f"credential {credential.name}")
    table.problems.append("url is missing: give url or url_file")
    return ""


def _read_named_file(table: Table) -> str:
    path = table.text("url_file")
    if "://" in path:
        table.problems.append("url_file must name a file: an address belongs into url")
        return ""
    return read_secret_file(table, Path(path).expanduser(), "url_file") if path else ""


def read_secret_file(table: Table, path: Path, source: str) -> str:
    """Return the content of a file, but no more than shows that it is too long.

    The text is empty where it cannot be read, which the table's problems then say.
    """
    try:
        with path.open(encoding="utf-8") as file:
            # An empty file counts as given: it is not the address that it was to be.
            return file.read(2 * _MAX_LENGTH) or "\n"
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    except OSError as error:
        problem = str(error.strerror)
    except ValueError:
        problem = "it is not a file name"
    table.problems.append(f"{source}: {path} cannot be read: {problem}")
    return ""


def _split(url: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        _refuse(example)  # outside of the handler: its own text repeats the address
    return _refuse(example)


def _refuse(example: str) -> NoReturn:
    message = f"is not an address of the web: write it as {example}"
    raise ValueError(message) from None
