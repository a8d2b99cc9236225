"""The web configuration file of Prometheus and its exporters.

Its form: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md. Of
it the daemon takes the users. What it cannot do is refused, so that nobody believes it is done.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from exporter.config.parsers import parse_path
from exporter.web_users import MISSING, fault_of, require_library

MOST_BYTES = 64 * 1024
MOST_USERS = 100

_USERS = "basic_auth_users"
_HTTP = "http_server_config"
_REFUSED = {
    "tls_server_config": "the daemon does not speak TLS: let a reverse proxy do it, as"
    " docs/reverse-proxy.md shows",
}
_REFUSED_OF_HTTP = {
    "headers": "the daemon sets its own headers: let a reverse proxy add others",
}
_IGNORED_OF_HTTP = "http2"
"""Prometheus speaks it with TLS only, so without TLS either value is true."""


def parse_web_config(text: str) -> Mapping[str, str]:
    """Return the users of a file with their hashes; nobody for no file.

    Raises:
        ValueError: the file cannot be read or used; the text names every fault of it.
    """
    if not text:
        return {}
    path = parse_path(text)
    content = _read(path)
    problems = list(_problems(content))
    if problems:
        message = f"{path}: {'; '.join(problems)}"
        raise ValueError(message)
    require_library()
    users: dict[str, str] = content[_USERS]
    return users


def _read(path: Path) -> Mapping[Any, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise ValueError(message) from None
    if len(data) > MOST_BYTES:
        message = f"{path} is larger than {MOST_BYTES} bytes"
        raise ValueError(message)
    content = _parsed(data, path)
    if not isinstance(content, dict):
        message = f"{path} has no {_USERS}"
        raise ValueError(message)
    return content


def _parsed(data: bytes, path: Path) -> object:
    yaml = _library()
    try:
        content: object = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        message = f"{path} is not valid YAML{where}"
        raise ValueError(message) from None
    return content


def _library() -> ModuleType:
    try:
        import yaml  # noqa: PLC0415 - only who has such a file needs it
    except ImportError:
        raise ValueError(MISSING) from None
    return yaml


def _problems(content: Mapping[Any, Any]) -> Iterator[str]:
    for key, value in content.items():
        if key == _USERS:
            yield from _of_users(value)
        elif key == _HTTP:
            yield from _of_http(value)
        else:
            yield f"{_shown(key)}: {_REFUSED.get(str(key), 'is unknown')}"
    if _USERS not in content:
        yield f"has no {_USERS}"


def _of_users(users: object) -> Iterator[str]:
    if not isinstance(users, dict) or not 0 < len(users) <= MOST_USERS:
        yield f"{_USERS} must have 1 to {MOST_USERS} users, each with its hash"
        return
    for user, stored in users.items():
        if not isinstance(user, str) or not user or ":" in user:
            yield f"{_USERS}: {_shown(user)} must be a name without a colon, in quotes"
        elif fault := fault_of(stored if isinstance(stored, str) else ""):
            yield f"{_USERS}: what {_shown(user)} has {fault}"


def _of_http(http: object) -> Iterator[str]:
    for key in http if isinstance(http, dict) else (http,):
        if key not in (_IGNORED_OF_HTTP, None):
            yield f"{_HTTP}: {_shown(key)}: {_REFUSED_OF_HTTP.get(str(key), 'is unknown')}"


def _shown(key: object) -> str:
    return repr(key)[:100]
