"""Client of a Duplicati server: its system information, backups and histories."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from exporter.model import BACKUP, SYNC
from exporter.model.pulled import Certificate
from exporter.pull.client import log, schedules
from exporter.pull.client.errors import ServerError
from exporter.pull.client.log import Row
from exporter.pull.client.metadata import Remembered
from exporter.pull.client.notices import Notice, notice
from exporter.pull.client.schedules import Planned
from exporter.pull.client.session import Json, Session
from exporter.pull.client.states import ServerState
from exporter.times import Millis, now

MAX_BACKUPS = 1000

_STATE = "/serverstate"

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_UNNAMED = "(unnamed)"


class SystemInfo(Struct, frozen=True):
    """The machine, as its reports name it; None is not reported."""

    machine_id: str | None
    machine_name: str
    os: str | None
    version: str = ""


class Backup(Struct, frozen=True):
    """A backup of the server; `planned` is None if its scheduler plans no run.

    `operation` is what its runs do: a Sync mirrors its source, and has no log.
    """

    id: str
    name: str
    destination_type: str | None
    planned: Planned | None
    operation: str = BACKUP
    remembered: Remembered = Remembered()

    @property
    def has_log(self) -> bool:
        """Whether the server returns the results of its runs: it fails for a Sync (2.4)."""
        return self.operation != SYNC


class DuplicatiServer:
    """One server and its history. Not thread-safe.

    Every method raises `ServerError` if the server does not answer as expected.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def name(self) -> str:
        """The server's name in messages."""
        return self._session.name

    @property
    def address(self) -> str:
        """At which address it is asked."""
        return self._session.address

    def info(self) -> SystemInfo:
        """Return which machine it is."""
        found = self._mapping("/systeminfo")
        return SystemInfo(
            machine_id=_option(found, "machine-id"),
            machine_name=_text(found, "MachineName") or self.name,
            os=_text(found, "OSType"),
            version=_text(found, "ServerVersionName") or "",
        )

    def backups(self) -> list[Backup]:
        """Return its backups."""
        found = self._session.get("/backups")
        if not isinstance(found, list) or not all(map(_is_backup, found)):
            raise ServerError(
                f"{self.name} answers /backups with something that is not a list of backups"
            )
        if len(found) > MAX_BACKUPS:
            raise ServerError(f"{self.name} has more than {MAX_BACKUPS} backups")
        return [_backup(entry) for entry in found]

    def history(self, backup: Backup) -> Iterator[list[Row]]:
        """Yield the rows of a backup's log, page by page, the newest first."""
        return log.pages(self._session, backup.id, log.PAGE_ROWS)

    def news(self, backup: Backup) -> Iterator[list[Row]]:
        """Yield the same with a short first page, for a caller that has all but the newest."""
        return log.pages(self._session, backup.id, log.NEWS_ROWS)

    def state(self) -> ServerState:
        """Return which backups run or wait. Raises `GoneError` if the server does not tell."""
        try:
            return ServerState.of(self._mapping(_STATE))
        except ValueError as error:
            raise ServerError(f"{self.name} answers {_STATE} in an unknown form: {error}") from None

    def notices(self) -> list[Notice]:
        """Return the errors of backups that nobody dismissed."""
        found = self._session.get("/notifications")
        entries = found if isinstance(found, list) else []
        notices = (notice(entry) for entry in entries if isinstance(entry, dict))
        return [each for each in notices if each is not None]

    @property
    def skew(self) -> Millis:
        """How far the server's clock is ahead of this one, by its last answer."""
        return self._session.skew

    @property
    def certificate(self) -> Certificate | None:
        """The certificate that it shows, None without TLS."""
        return self._session.certificate

    @property
    def now(self) -> Millis:
        """The present time by the server's clock."""
        return now() + self.skew

    def settings(self) -> dict[str, str]:
        """Return its settings; the names of default options of all backups begin with --."""
        found = self._mapping("/serversettings")
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def change_settings(self, changes: Mapping[str, str | None]) -> None:
        """Set some of its settings; None removes one."""
        self._session.patch("/serversettings", changes)

    def own_options(self, backup: Backup) -> dict[str, str]:
        """Return the options that a backup sets itself, each name with --."""
        found = self._mapping(f"/backup/{quote(backup.id, safe='')}")
        settings = found.get("Backup")
        listed = settings.get("Settings") if isinstance(settings, dict) else None
        return dict(_options(listed if isinstance(listed, list) else []))

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _mapping(self, path: str) -> Mapping[str, Any]:
        found = self._session.get(path)
        if not isinstance(found, dict):
            raise ServerError(f"{self.name} answers {path} with something that is not an object")
        return found


def _option(info: Mapping[str, Any], name: str) -> str | None:
    """Return the default of an option of Duplicati: the machine's identity is one."""
    options = info.get("Options")
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict) and option.get("Name") == name:
            return _text(option, "DefaultValue")
    return None


def _options(listed: list[Json]) -> Iterator[tuple[str, str]]:
    for entry in listed:
        name = _text(entry, "Name") if isinstance(entry, dict) else None
        value = entry.get("Value") if name else None
        if name and isinstance(value, str):
            yield f"--{name.removeprefix('--')}", value


def _is_backup(entry: Json) -> bool:
    backup = entry.get("Backup") if isinstance(entry, dict) else None
    return isinstance(backup, dict) and isinstance(backup.get("ID"), str) and bool(backup["ID"])


def _backup(entry: Mapping[str, Any]) -> Backup:
    backup = entry["Backup"]
    target = _SCHEME.match(_text(backup, "TargetURL") or "")
    operation, schedule = _operation(backup), entry.get("Schedule")
    return Backup(
        id=backup["ID"],
        name=_text(backup, "Name") or _UNNAMED,
        destination_type=target[1].lower() if target else None,
        planned=schedules.planned(schedule),
        operation=operation,
        remembered=Remembered.of(backup.get("Metadata"), schedule, operation),
    )


def _operation(backup: Mapping[str, Any]) -> str:
    """Return what the runs of a backup do; one without a type is a Sync if it ever was one."""
    metadata = backup.get("Metadata")
    was_sync = isinstance(metadata, dict) and "LastSyncStarted" in metadata
    told = _text(backup, "OperationType") or (SYNC if was_sync else BACKUP)
    return SYNC if told == SYNC else BACKUP


def _text(fields: Mapping[str, Any], key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) and value.strip() else None
