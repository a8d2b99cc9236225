"""Which default options of a server of Duplicati change, so that its backups report here. Pure.

What a person set is never replaced: our address is added to the others, and the number of retries
stays where there is one. An option in which a person's address leads here stays, with those beside
it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from exporter.connect.url_lists import has_ours, with_ours, without_ours
from exporter.reports.sender_options import PROGRESS, PROGRESSING, REPORTS, RETRYING

Settings: TypeAlias = Mapping[str, str]
"""The settings of a server, default options of backups among them: their names begin with --."""

SEPARATORS: Mapping[str, str] = {REPORTS: ";", PROGRESS: ",;"}
"""What may stand between two addresses of an option; the first is written."""

_PROGRESS_SINCE = (2, 3, 0, 107)
_COMPANIONS = {
    REPORTS: ((2, 1, 0, 112), RETRYING),
    PROGRESS: (_PROGRESS_SINCE, PROGRESSING),
}
"""What is set beside an option of addresses, and since when a version knows it."""
_VERSION = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,9}){3}")


class Endpoints(NamedTuple):
    """The addresses of this daemon, with the token and the name that a sender needs."""

    upload: str
    activity: str


class Change(NamedTuple):
    """An option that changes; None is not set."""

    option: str
    before: str | None
    after: str | None


def read_version(text: str) -> tuple[int, ...]:
    """Return the four numbers of a version in a text; empty if there is none.

    An unknown version counts as the oldest, which gets no option that it may not know.
    """
    found = _VERSION.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def addresses(endpoints: Endpoints, version: tuple[int, ...]) -> dict[str, str]:
    """Return the options that hold our addresses, of those that a version knows."""
    known = {REPORTS: endpoints.upload}
    return known | {PROGRESS: endpoints.activity} if version >= _PROGRESS_SINCE else known


def beside(version: tuple[int, ...]) -> dict[str, str]:
    """Return the other options that we set, of those that a version knows."""
    return _companions(_COMPANIONS, version)


def connecting(
    settings: Settings, endpoints: Endpoints, version: tuple[int, ...]
) -> tuple[Change, ...]:
    """Return what changes so that a server reports here; nothing where it does already."""
    ours = addresses(endpoints, version)
    wanted = {
        option: with_ours(settings.get(option, ""), url, SEPARATORS[option])
        for option, url in ours.items()
    }
    added = [each for each in ours if has_ours(wanted[each], ours[each], SEPARATORS[each])]
    companions = _companions(added, version)
    wanted |= {name: each for name, each in companions.items() if not settings.get(name)}
    return _changed(settings, wanted)


def disconnecting(settings: Settings, endpoints: Endpoints) -> tuple[Change, ...]:
    """Return what changes so that a server reports here no longer: our part of it alone."""
    wanted: dict[str, str | None] = {}
    for option, ours in ((REPORTS, endpoints.upload), (PROGRESS, endpoints.activity)):
        _, companions = _COMPANIONS[option]
        held, separators = settings.get(option, ""), SEPARATORS[option]
        if has_ours(held, ours, separators):
            wanted[option] = without_ours(held, ours, separators) or None
            wanted |= {
                name: None for name, set_to in companions.items() if settings.get(name) == set_to
            }
    return _changed(settings, wanted)


def _companions(options: Iterable[str], version: tuple[int, ...]) -> dict[str, str]:
    known = (_COMPANIONS[option] for option in options)
    return {
        name: each
        for since, companions in known
        if version >= since
        for name, each in companions.items()
    }


def _changed(settings: Settings, wanted: Mapping[str, str | None]) -> tuple[Change, ...]:
    return tuple(
        Change(option, settings.get(option), after)
        for option, after in wanted.items()
        if settings.get(option) != after
    )
