"""A daemon to which every form of the page applies, and every form with what is right in it."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from api.page.keys import key_of
from exporter.model import Copying, CopyOutcome, SecondCopy, Status, unnamed
from exporter.times import DAY, HOUR, MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW, Daemon
from tests.support.recording import record
from tests.support.reports_builder import duplicati_report

COPY = "s3://bucket/a folder?b=<i>"
FORMER = "Photos"


def furnish(daemon: Daemon) -> None:
    """Let job 1, renamed, have a second copy; job 2 has no name; server 2 looks like server 1."""
    for day, name in ((3, FORMER), (2, "Pictures")):
        body = duplicati_report(
            began=NOW - day * DAY,
            backup=name,
            server="nas",
            machine_id="id of nas",
            extra={"backup-id": "DB-1"},
        )
        daemon.upload(body)
    copies = (SecondCopy(COPY, NOW - DAY + MINUTE, Status.SUCCESS),)
    record(daemon, "Pictures", NOW - DAY, copying=Copying(CopyOutcome.COPIED, copies))
    record(daemon, unnamed("s3"), NOW - HOUR, Status.ERROR)
    daemon.upload(duplicati_report(began=NOW - HOUR, server="attic", machine_id="m-2"))
    daemon.store.set_server(1, lambda server: replace(server, possible_duplicate_of=2), BY)
    daemon.post(b"no report")
    daemon.post(b"none either")


class Sent(NamedTuple):
    """A form as a person fills it in. It `asks` on a page of its own; texts are `typed`."""

    path: str
    fields: Mapping[str, str] = {}
    asks: bool = False
    typed: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        return self.path.rpartition("/")[0] or "/"

    @property
    def url(self) -> str:
        """Where its page is, or its own that asks."""
        found = {"other": "other", "copy": "copy"}
        query = "&".join(f"{name}={self.fields[name]}" for name in found if name in self.fields)
        return (
            f"{self.path}?{query}" if self.asks and query else self.path if self.asks else self.page
        )


_SCHEDULE = {"kind": "cron", "every": "", "cron": "0 3 * * *", "zone": "Europe/Berlin"}
_SERVER = {"alias": "NAS", "note": "in\r\nthe attic", "tags": "a, b", "url": "https://nas:8200"}

SIGN_OUT = Sent("/sign-out")

CHANGING = (
    Sent("/jobs/1/mute", {"for": "1d"}),
    Sent("/jobs/1/pause", {"to": "pause"}),
    Sent(
        "/jobs/1/schedule",
        _SCHEDULE | {"tolerance": "2h"},
        typed=("every", "cron", "zone", "tolerance"),
    ),
    Sent("/jobs/1/tags", {"tags": "prod, photos"}, typed=("tags",)),
    Sent("/jobs/2/clear"),
    Sent("/jobs/1/separate", {"former": key_of(FORMER)}, asks=True),
    Sent("/jobs/1/forget-copy", {"copy": key_of(COPY)}, asks=True),
    Sent("/jobs/1/delete", asks=True),
    Sent("/servers/1/mute", {"for": "1d"}),
    Sent("/servers/1/settings", _SERVER, typed=tuple(_SERVER)),
    Sent("/servers/1/not-a-duplicate"),
    Sent("/servers/1/merge", {"other": "2"}, asks=True),
    Sent("/servers/1/delete", asks=True),
    Sent("/refused/clear", {"id": "1"}),
    Sent("/refused/clear-all", {"newest": "2"}, asks=True),
)
"""All that change what is stored."""

ASKING = tuple(sent for sent in CHANGING if sent.asks)
TYPED = tuple(sent for sent in CHANGING if sent.typed)


def stored(daemon: Daemon) -> object:
    """Return all that forms may change."""
    return daemon.store.snapshot(), daemon.store.all_rejected(), daemon.get("/api/backups")
