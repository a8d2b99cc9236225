"""PUT /api/backup-list: which backups a server of Duplicati lists, from a client that asked it."""

from typing import Annotated

import falcon
import msgspec
from msgspec import Meta, Struct

from api.errors import ApiError, invalid
from api.responses import ok_no_store
from exporter.ingest.importer import StoreImporter
from exporter.limits import Limits
from exporter.model import JobKind, short_name
from exporter.model.listed import BackupList, ListedBackup
from exporter.reports import Problem

MAX_BACKUPS = 1000

_Text = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]


class _Backup(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(pattern=r"^DB-[0-9]{1,18}$")]
    name: _Text
    kind: JobKind = JobKind.BACKUP


class _Asked(Struct, rename="camel", forbid_unknown_fields=True):
    address: _Text
    machine_id: _Text
    backups: Annotated[list[_Backup], Meta(max_length=MAX_BACKUPS)]


_decoder = msgspec.json.Decoder(_Asked)


class BackupLists:
    """Takes the list of a server: its backups are known by their ids, those that it lacks gone."""

    def __init__(self, importer: StoreImporter, limits: Limits) -> None:
        self._importer = importer
        self._limits = limits

    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Record what was renamed, and what is gone."""
        asked = self._read(req)
        backups = tuple(
            ListedBackup(each.id, short_name(each.name), each.kind) for each in asked.backups
        )
        self._importer.note_list(BackupList(asked.address, short_name(asked.machine_id), backups))
        ok_no_store(resp, {"listed": len(backups)})

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
