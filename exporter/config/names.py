"""Names of channels and digests: given by a person, or the scheme of the address."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from exporter.config.notifications import Channel, Digest

DEFAULT = "default"
"""What the option `notify_url` makes a channel of, and `digest_url` a digest."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_Named = TypeVar("_Named", bound=Channel | Digest)


def parse_name(text: str) -> str:
    """Parse a name, which is also part of a credential's file name."""
    if _NAME.fullmatch(text) is None:
        # It may be an address in the wrong place, so it is not shown.
        raise ValueError("it must be of 1 to 64 letters, digits and any of - _ .")
    return text


def credential_of(kind: str, name: str, folder: Path | None) -> Path | None:
    """Return where systemd would put the address of what has a name."""
    return folder / f"{kind}.{name}.url" if name and folder else None


def name_all(kind: str, tables: Sequence[_Named]) -> tuple[tuple[_Named, ...], list[str]]:
    """Name those without a name by the scheme of their address.

    Returns:
        All with their names, and a problem for each name that is given twice.
    """
    given = Counter(table.name for table in tables if table.name)
    problems = [
        f"{kind}: {count} tables are called {name}: give each a name of its own"
        for name, count in given.items()
        if count > 1
    ]
    taken = {*given, DEFAULT}
    return tuple(table if table.name else _named(table, taken) for table in tables), problems


def _named(table: _Named, taken: set[str]) -> _Named:
    scheme = table.url.scheme
    numbered = (f"{scheme}-{number}" for number in range(2, len(taken) + 3))
    name = next(name for name in (scheme, *numbered) if name not in taken)
    taken.add(name)
    return replace(table, name=name)
