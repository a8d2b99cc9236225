"""The backups that a server of Duplicati lists when it is asked, and what a job keeps of that."""

from msgspec import Struct

from exporter.model.kinds import JobKind
from exporter.times import Millis


class ListedBackup(Struct, frozen=True):
    """A backup in the list: its number as reports tell it, `DB-2`, its name and its kind.

    `planned` is when its next run is planned where no run of it is known, `interval` the longest
    time between planned starts.
    """

    backup_id: str
    name: str
    kind: JobKind = JobKind.BACKUP
    destination_type: str | None = None
    planned: Millis | None = None
    interval: Millis | None = None


class BackupList(Struct, frozen=True):
    """All that a server listed at once.

    Machines that were cloned have the same machine-id: `address`, at which the server was asked,
    tells their lists apart.
    """

    address: str
    machine_id: str
    backups: tuple[ListedBackup, ...]
    machine_name: str | None = None
    os: str | None = None


class Listed(Struct, frozen=True, array_like=True, gc=False):
    """The entry of a list that a job was; `gone` is since when that list lacks it.

    None while it is listed.
    """

    address: str
    machine_id: str
    backup_id: str
    gone: Millis | None = None
