"""PUT /api/backup-list: which backups a server of Duplicati lists, from a client that asked it."""

from itertools import starmap
from typing import Annotated

import falcon
import msgspec
from msgspec import Meta, Struct

from api import request_body
from api.errors import ApiError, invalid
from api.responses import ok_no_store
from exporter.ingest.importer import StoreImporter
from exporter.limits import Limits
from exporter.model import JobKind, short_name
from exporter.model.listed import BackupList, ListedBackup
from exporter.reports import Problem
from exporter.times import Millis

MAX_BACKUPS = 1000

_Text = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]


class _Plan(Struct, forbid_unknown_fields=True):
    start: str
    interval: str | None = None


class _Backup(Struct, rename="camel", forbid_unknown_fields=True):
    id: Annotated[str, Meta(pattern=r"^DB-[0-9]{1,18}$")]
    name: _Text
    kind: JobKind = JobKind.BACKUP
    destination_type: _Text | None = None
    planned: _Plan | None = None


class _Asked(Struct, rename="camel", forbid_unknown_fields=True):
    address: _Text
    machine_id: _Text
    backups: Annotated[list[_Backup], Meta(max_length=MAX_BACKUPS)]
    machine_name: _Text | None = None
    os: _Text | None = None


_decoder = msgspec.json.Decoder(_Asked)


class BackupLists:
    """Takes the list of a server: its backups are known by their ids, those that it lacks gone."""

    def __init__(self, importer: StoreImporter, limits: Limits) -> None:
        self._importer = importer
        self._limits = limits

    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record what was renamed, what is gone and what is expected."""
        asked = self._read(req)
        backups = tuple(starmap(_listed, enumerate(asked.backups)))
        machine_id, name = short_name(asked.machine_id), _short(asked.machine_name)
        listed = BackupList(asked.address, machine_id, backups, name, _short(asked.os))
        outcome = self._importer.note_list(listed)
        ids = {"serverId": outcome.server_id, "jobIds": outcome.job_ids}
        told = {"expected": outcome.expected, "refused": outcome.refused, **ids}
        ok_no_store(resp, {"listed": len(backups), **told})

    def _read(self, req: falcon.Request) -> _Asked:
        most = self._limits.max_upload_bytes
        body = req.bounded_stream.read(most + 1)
        if len(body) > most:
            message = f"The list is larger than max_upload_bytes, {most}"
            raise ApiError(413, message)
        try:
            return _decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            message = "The body must be the backups that a server lists"
            raise invalid(message, Problem("body", str(error))) from None


def _listed(number: int, backup: _Backup) -> ListedBackup:
    start, interval = _plan(number, backup.planned)
    destination = _short(backup.destination_type)
    return ListedBackup(
        backup.id, short_name(backup.name), backup.kind, destination, start, interval
    )


def _plan(number: int, plan: _Plan | None) -> tuple[Millis | None, Millis | None]:
    if plan is None:
        return None, None
    try:
        start = request_body.timestamp(plan.start)
        return start, request_body.duration("12h or 1d")(plan.interval)
    except ValueError as error:
        problem = Problem(f"backups[{number}].planned", str(error))
        raise invalid("Some fields are wrong", problem) from None


def _short(name: str | None) -> str | None:
    return None if name is None else short_name(name)
