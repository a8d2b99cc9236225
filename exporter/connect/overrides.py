"""What of a server or of its backups keeps reports from coming here although it is connected. Pure.

A default option counts only where a backup does not set the same one.
"""

from collections.abc import Iterator, Mapping

from exporter.connect.changes import SEPARATORS, Endpoints, addresses, beside
from exporter.connect.url_lists import has_ours, persons, token_of
from exporter.model import SYNC
from exporter.reports.sender_options import PROGRESS, REPORTS

_LEVEL = "--send-http-level"
_ALL = "all"
_ANY_OPERATION = "--send-http-any-operation"
_FURTHER = ("--send-http-url", "--send-http-form-urls")
_NO = ("0", "off", "false", "no")
"""As Duplicati reads an option that is on or off; one without a value is on."""


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
        if option in own and not _leads_here(own[option], ours, SEPARATORS[option]):
            yield f"sets {option} itself: add {SEPARATORS[option][0]}{ours} to it"
    for option, wanted in beside(version).items():
        if own.get(option, wanted) != wanted:
            yield f"sets {option}={own[option]} itself; with {wanted} no report is lost"
    yield from of_server(own, endpoints)


def of_server(options: Mapping[str, str], endpoints: Endpoints) -> Iterator[str]:
    """Yield what other options do that keep reports away or have them posted twice."""
    yield from of_level(options)
    yield from _of_further(options, endpoints)


def of_operation(
    operation: str, own: Mapping[str, str], settings: Mapping[str, str]
) -> Iterator[str]:
    """Yield that a Sync is not reported, unless its options or the server's let it be.

    Args:
        operation: what the runs do.
        own: the options of the backup.
        settings: those of the server.
    """
    wanted = own.get(_ANY_OPERATION, settings.get(_ANY_OPERATION))
    if operation == SYNC and (wanted is None or wanted.strip().lower() in _NO):
        yield f"is a Sync, which is not reported: add {_ANY_OPERATION}=true to its options"


def is_reported(
    operation: str, own: Mapping[str, str], settings: Mapping[str, str], endpoints: Endpoints
) -> bool:
    """Return whether each run of a backup is reported here once its server is connected."""
    urls = own.get(REPORTS, endpoints.upload)
    is_left_out = [*of_operation(operation, own, settings), *of_level({**settings, **own})]
    return _leads_here(urls, endpoints.upload, SEPARATORS[REPORTS]) and not is_left_out


def of_persons(settings: Mapping[str, str], endpoints: Endpoints) -> Iterator[str]:
    """Yield the addresses of a person that lead here, which nothing adds to or takes out."""
    for option, ours in ((REPORTS, endpoints.upload), (PROGRESS, endpoints.activity)):
        for url in persons(settings.get(option, ""), ours, SEPARATORS[option]):
            token = token_of(ours)
            lacking = ", without our token" if token and token_of(url) != token else ""
            yield f"{option} leads here already, by {url}: it stays as it is{lacking}"


def _of_further(options: Mapping[str, str], endpoints: Endpoints) -> Iterator[str]:
    """Yield that reports come here by an option that stays beside ours, too.

    Where its address has a query, or it sends text, the second report may be of another server.
    """
    for option in _FURTHER:
        if _leads_here(options.get(option, ""), endpoints.upload, SEPARATORS[REPORTS]):
            twice = "take that address out, or each run is posted twice"
            yield f"sends here by {option} as well: {twice}"


def _leads_here(text: str, ours: str, separators: str) -> bool:
    return has_ours(text, ours, separators) or bool(persons(text, ours, separators))


def of_level(options: Mapping[str, str]) -> Iterator[str]:
    """Yield that reports of some results are not sent, where the level says so."""
    level = options.get(_LEVEL, _ALL)
    if level.strip().lower() not in ("", _ALL):
        yield f"sets {_LEVEL}={level}: other results are not reported; remove it"
