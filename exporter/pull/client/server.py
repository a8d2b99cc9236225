"""What a server says of itself and of its backups."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from exporter.pull.client import log, schedules
from exporter.pull.client.errors import ServerError
from exporter.pull.client.log import Row
from exporter.pull.client.schedules import Planned
from exporter.pull.client.session import Json, Session

MAX_BACKUPS = 1000

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_UNNAMED = "(unnamed)"


class SystemInfo(Struct, frozen=True):
    """The machine, as its reports name it; None is not told."""

    machine_id: str | None
    machine_name: str
    os: str | None


class Backup(Struct, frozen=True):
    """A backup that the server knows; `planned` is None where its scheduler plans no run."""

    id: str
    name: str
    destination_type: str | None
    planned: Planned | None


class DuplicatiServer:
    """One server and what it remembers. Needs one caller at a time.

    Every method raises `ServerError` where the server does not tell it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def name(self) -> str:
        """What the server is called in messages."""
        return self._session.name

    def info(self) -> SystemInfo:
        """Return which machine it is."""
        told = self._mapping("/systeminfo")
        return SystemInfo(
            machine_id=_option(told, "machine-id"),
            machine_name=_text(told, "MachineName") or self.name,
            os=_text(told, "OSType"),
        )

    def backups(self) -> list[Backup]:
        """Return its backups."""
        told = self._session.get("/backups")
        if not isinstance(told, list) or not all(map(_is_backup, told)):
            raise ServerError(
                f"{self.name} answers /backups with something that is not a list of backups"
            )
        if len(told) > MAX_BACKUPS:
            raise ServerError(f"{self.name} has more than {MAX_BACKUPS} backups")
        return [_backup(entry) for entry in told]

    def history(self, backup: Backup) -> Iterator[list[Row]]:
        """Yield what a backup's runs left, page by page, the newest first."""
        return log.pages(self._session, backup.id, log.PAGE_ROWS)

    def news(self, backup: Backup) -> Iterator[list[Row]]:
        """Yield the same from a short first page, for one who knows all but the newest."""
        return log.pages(self._session, backup.id, log.NEWS_ROWS)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _mapping(self, path: str) -> Mapping[str, Any]:
        told = self._session.get(path)
        if not isinstance(told, dict):
            raise ServerError(f"{self.name} answers {path} with something that is not an object")
        return told


def _option(told: Mapping[str, Any], name: str) -> str | None:
    """Return what an option of Duplicati is unless it is set: the machine's identity is one."""
    options = told.get("Options")
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict) and option.get("Name") == name:
            return _text(option, "DefaultValue")
    return None


def _is_backup(entry: Json) -> bool:
    backup = entry.get("Backup") if isinstance(entry, dict) else None
    return isinstance(backup, dict) and isinstance(backup.get("ID"), str) and bool(backup["ID"])


def _backup(entry: Mapping[str, Any]) -> Backup:
    backup = entry["Backup"]
    target = _SCHEME.match(_text(backup, "TargetURL") or "")
    return Backup(
        id=backup["ID"],
        name=_text(backup, "Name") or _UNNAMED,
        destination_type=target[1].lower() if target else None,
        planned=schedules.planned(entry.get("Schedule")),
    )


def _text(told: Mapping[str, Any], key: str) -> str | None:
    value = told.get(key)
    return value if isinstance(value, str) and value.strip() else None
