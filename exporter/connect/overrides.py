"""What of a server or of its backups keeps reports from coming here although it is connected. Pure.

A default option counts only where a backup does not set the same one.
"""

from collections.abc import Iterator, Mapping

from exporter.connect.changes import SEPARATORS, Endpoints, addresses, beside
from exporter.connect.url_lists import has_ours

_LEVEL = "--send-http-level"
_ALL = "all"


def of_backup(
    own: Mapping[str, str], endpoints: Endpoints, version: tuple[int, ...]
) -> Iterator[str]:
    """Yield what a backup sets itself in the place of our options, and what to do.

    Args:
        own: the options of the backup, each name with --.
        endpoints: our addresses.
        version: of Duplicati.
    """
    for option, ours in addresses(endpoints, version).items():
        if option in own and not has_ours(own[option], ours, SEPARATORS[option]):
            yield f"sets {option} itself: add {SEPARATORS[option][0]}{ours} to it"
    for option, wanted in beside(version).items():
        if own.get(option, wanted) != wanted:
            yield f"sets {option}={own[option]} itself; with {wanted} no report is lost"
    yield from of_level(own)


def of_level(options: Mapping[str, str]) -> Iterator[str]:
    """Yield that reports of some results are not sent, where the level says so."""
    level = options.get(_LEVEL, _ALL)
    if level.strip().lower() not in ("", _ALL):
        yield f"sets {_LEVEL}={level}: other results are not reported; remove it"
