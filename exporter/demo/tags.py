"""What the people of the fleet group it by, and where they open Duplicati."""

from collections.abc import Mapping

from exporter.demo.machines import ACCOUNTING, DATABASE, FILES, MAIL, NAS, WEB_1, WEB_2

TAGS_OF_SERVERS: Mapping[str, tuple[str, ...]] = {
    NAS.name: ("office",),
    FILES.name: ("office",),
    ACCOUNTING.name: ("finance", "office"),
    MAIL.name: ("prod",),
    WEB_1.name: ("prod", "web"),
    WEB_2.name: ("prod", "web"),
    DATABASE.name: ("prod",),
}

TAGS_OF_JOBS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (NAS.name, "Archive"): ("archive",),
    (WEB_1.name, "Databases"): ("database",),
    (WEB_2.name, "Databases"): ("database",),
}
"""By the names of the server and the backup."""

ADDRESSES: Mapping[str, str] = {NAS.name: "https://nas.example:8200"}
"""Of Duplicati, by the name of its server."""
