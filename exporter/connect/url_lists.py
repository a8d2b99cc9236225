"""Options of Duplicati that hold several addresses: ours is added to them, and taken out. Pure.

All else of such a text stays as it is, to the space. An address of this daemon with a query of its
own, such as ``?server=NAME``, is a person's: it stays too, and ours beside it would post each run
twice.
"""

import re
from urllib.parse import parse_qsl, urlsplit

_TOKEN = "token"  # noqa: S105 - the name of a parameter


def with_ours(text: str, ours: str, separators: str) -> str:
    """Return a list of addresses with ours, in the place of a former form of it.

    It stays as it is where a person's address leads here.

    Args:
        text: the addresses; empty for none.
        ours: the address to add. A former one differs by its token only.
        separators: the characters that may stand between two; the first is written.
    """
    if not text.strip():
        return ours
    if not has_ours(text, ours, separators):
        return text if persons(text, ours, separators) else f"{text}{separators[0]}{ours}"
    parts = _split(text, separators)
    first = next(at for at, each in enumerate(parts) if is_same(each, ours))
    parts[first] = ours
    return "".join(parts[: first + 1]) + _without("".join(parts[first + 1 :]), ours, separators)


def without_ours(text: str, ours: str, separators: str) -> str:
    """Return a list of addresses without ours, whatever its token; empty where none is left."""
    parts = _split(text, separators)
    if is_same(parts[0], ours):
        return without_ours("".join(parts[2:]), ours, separators) if parts[2:] else ""
    return _without(text, ours, separators)


def has_ours(text: str, ours: str, separators: str) -> bool:
    """Return whether a list of addresses has ours, whatever its token."""
    return any(is_same(each, ours) for each in _split(text, separators))


def persons(text: str, ours: str, separators: str) -> list[str]:
    """Return the addresses that lead to the place of ours with a query of their own."""
    here = [each for each in _split(text, separators) if _place(each) == _place(ours)]
    return [each.strip() for each in here if not is_same(each, ours)]


def is_same(one: str, other: str) -> bool:
    """Return whether two addresses differ by their token only."""
    return _place(one) == _place(other) and _query(one) == _query(other)


def token_of(url: str) -> str | None:
    """Return the token in an address."""
    return dict(_parameters(url)).get(_TOKEN)


def _without(text: str, ours: str, separators: str) -> str:
    """Return a text without our addresses that follow a separator, which goes with them."""
    first, *rest = _split(text, separators)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return first + "".join(mark + each for mark, each in pairs if not is_same(each, ours))


def _place(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", "", url
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")


def _query(url: str) -> list[tuple[str, str]]:
    return [each for each in _parameters(url) if each[0] != _TOKEN]


def _parameters(url: str) -> list[tuple[str, str]]:
    _, _, query = url.strip().partition("#")[0].partition("?")
    return parse_qsl(query, keep_blank_values=True)


def _split(text: str, separators: str) -> list[str]:
    """Return the addresses, with what separates them between."""
    return re.split(f"([{re.escape(separators)}])", text)
