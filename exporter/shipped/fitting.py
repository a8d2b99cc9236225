"""Files of a clone made to fit where they are written."""

import re
from pathlib import Path
from typing import NamedTuple

from exporter.shipped.errors import FilesError

PUBLISHED = "https://github.com/duplistatus/exporter/blob/"

PROGRAM_OF_UNIT = "/opt/duplistatus/bin/duplistatus"
"""Where deploy/systemd/duplistatus.service looks for the program."""

_UNSEEN = ("/home", "/root", "/run/user")
"""What ProtectHome=yes hides from the service."""

_PLAIN = re.compile(r"[\w/.+@-]+")


class Place(NamedTuple):
    """Where the running program is, and which it is."""

    program: Path
    interpreter: Path
    version: str


def as_it_is(text: str, _: Place) -> str:
    """Return a file that fits everywhere."""
    return text


def started_here(text: str, place: Place) -> str:
    """Return a file of systemd that starts the program where it is.

    Raises:
        FilesError: a service could not see the program.
    """
    for path in (place.program, place.interpreter):
        _require_seen(path.resolve())
    return text.replace(PROGRAM_OF_UNIT, _as_word(str(place.program)))


def with_runbook(text: str, place: Place) -> str:
    """Return rules whose alerts lead to the published runbook of this version."""
    return text.replace(f"{PUBLISHED}main/", f"{PUBLISHED}v{place.version}/")


def without_clone(text: str, place: Place) -> str:
    """Return a Compose file that takes files of its own folder."""
    text = with_runbook(text, place)
    for pattern, replacement in (
        (r"(?m)^( +- )(?:\.\./)+", r"\1./"),
        (r"--file deploy/docker/", "--file "),
    ):
        text = re.sub(pattern, replacement, text)
    return text


def _require_seen(path: Path) -> None:
    if any(path.is_relative_to(folder) for folder in _UNSEEN):
        message = f"a service cannot see {path}, which is in a home directory: install the program"
        advice = "for everybody, as docs/installation.md of the repository says, and use that one"
        raise FilesError(f"{message} {advice}")


def _as_word(path: str) -> str:
    """Return a path as systemd.service(5) wants the first word of a command."""
    if _PLAIN.fullmatch(path):
        return path
    escaped = re.sub(r'(["\\])', r"\\\1", path).replace("%", "%%")
    return f'"{escaped}"'
