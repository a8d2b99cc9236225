"""The errors that a server shows to its people until somebody dismisses them."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from exporter.pull.client.metadata import timestamp
from exporter.times import Millis

_ERROR = "Error"


class Notice(Struct, frozen=True):
    """An error of a backup: when it happened, and the text of its exception."""

    backup_id: str
    at: Millis
    text: str


def notice(told: Mapping[str, Any]) -> Notice | None:
    """Return an entry of `/notifications`; None if it is no error of a backup."""
    backup_id, at = told.get("BackupID"), timestamp(told.get("Timestamp"))
    texts = (told.get("Exception"), told.get("Message"))
    text = next((each for each in texts if isinstance(each, str) and each.strip()), None)
    is_error = told.get("Type", _ERROR) == _ERROR
    if not is_error or not isinstance(backup_id, str) or at is None or text is None:
        return None
    return Notice(backup_id, at, text.strip())
