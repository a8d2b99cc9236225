"""What the people of the fleet set: what they group it by, what they know, and what they excuse."""

from collections.abc import Mapping
from typing import Any

from exporter.demo.machines import ACCOUNTING, BRANCH, DATABASE, FILES, MAIL, NAS, WEB_1, WEB_2
from exporter.times import DAY, HOUR, Millis

PERSON = "demo"
"""By whom the changes are, for the audit log."""

OF_SERVERS: Mapping[str, Mapping[str, Any]] = {
    NAS.name: {"tags": ("office",), "url": "https://nas.example:8200"},
    FILES.name: {"tags": ("office",)},
    ACCOUNTING.name: {"tags": ("finance", "office")},
    MAIL.name: {"tags": ("prod",)},
    WEB_1.name: {"tags": ("prod", "web")},
    WEB_2.name: {"tags": ("prod", "web")},
    DATABASE.name: {"tags": ("prod",), "alias": "database"},
    BRANCH.name: {"note": "In the back office of the north branch, behind the counter."},
}
"""By the name of the server."""

OF_JOBS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    (NAS.name, "Archive"): {"tags": ("archive",)},
    (WEB_1.name, "Databases"): {"tags": ("database",)},
    (WEB_2.name, "Databases"): {"tags": ("database",)},
    (ACCOUNTING.name, "Payroll"): {"paused": True},
    (DATABASE.name, "Full copy"): {"schedule": "off"},
}
"""By the names of the server and the backup."""

EXPECTED: tuple[tuple[str, str], ...] = ((NAS.name, "Home videos"),)
"""By the names of the server and the backup: what they expect and have not begun."""

MUTED: Mapping[tuple[str, str], Millis] = {(WEB_2.name, "Uploads"): 7 * DAY}
"""For how long from the fleet's present nobody is told of a backup."""

DELETED = (NAS.name, "Archive")
"""A backup that somebody deleted in Duplicati, by the names of the server and the backup."""

SET_AGO: Millis = 3 * HOUR
"""How long before the fleet's present all of it was set."""
