"""What the database of the application holds in tests, and what arrives of it."""

import json
from typing import Any

from exporter.times import DAY, now
from tests.exporter.cli.conftest import Commands

Json = dict[str, Any]
BEGAN = now() // DAY * DAY - 3 * DAY

SERVERS = (
    {"id": "m-1", "name": "nas", "alias": "Cellar", "note": "ask Hans"},
    {"id": "m-9", "name": "pi", "alias": "", "note": None},
)

DAILY: Json = {
    "overdueBackupCheckEnabled": True,
    "expectedInterval": "1D",
    "allowedWeekDays": [0, 1, 2, 3, 4, 5, 6],
    "time": "2026-01-14T01:30:00.000Z",
}


def listed(command: Commands, listing: str) -> list[Json]:
    answered: list[Json] = json.loads(command.output(listing, "--json"))
    return answered


def job(command: Commands, server: str, name: str) -> Json:
    (found,) = [
        each for each in listed(command, "jobs") if (each["server"], each["name"]) == (server, name)
    ]
    return found


def server(command: Commands, machine_id: str) -> Json:
    (found,) = [each for each in listed(command, "servers") if each["machineId"] == machine_id]
    return found
