"""What a server of Duplicati knows of its machine, its backups and their runs."""

import json
from typing import Any

from exporter.times import Millis, format_timestamp, to_datetime

MACHINE_ID = "7c0d5e2b94f14a3e8b6a1d0f5c3e7a29"
MACHINE_NAME = "attic-nas"

Json = dict[str, Any]


class Memory:
    """It may be changed at any time."""

    def __init__(self) -> None:
        """Know nothing but a machine."""
        self.info: Json = {
            "MachineName": MACHINE_NAME,
            "ServerVersionName": "- 2.1.0.5_stable_2025-03-04",
            "OSType": "Linux",
            "Options": [
                {"Name": "passphrase", "DefaultValue": None},
                {"Name": "machine-id", "DefaultValue": MACHINE_ID},
            ],
        }
        self.state: Json = {"ProgramState": "Running", "ActiveTask": None, "SchedulerQueueIds": []}
        self.notifications: list[Json] = []
        self.backups: list[Json] = []
        self.rows: dict[str, list[Json]] = {}
        self.settings: Json = {"startup-delay": "0s"}
        self.patched: list[Json] = []

    def add_backup(
        self,
        backup_id: str,
        name: str,
        *,
        target: str = "s3://bucket/photos?auth-password=hidden",
        schedule: Json | None = None,
        operation: str = "Backup",
    ) -> None:
        """Let it know a backup, or a Sync, without any run."""
        backup = {"ID": backup_id, "Name": name, "TargetURL": target, "Metadata": {}}
        backup["OperationType"] = operation
        self.backups.append({"Backup": backup, "Schedule": schedule})
        self.rows.setdefault(backup_id, [])

    def add_row(self, backup_id: str, message: object, **columns: object) -> None:
        """Let a backup's log have one more row; a message that is not a text is written as JSON."""
        rows = self.rows[backup_id]
        text = message if isinstance(message, str) or message is None else json.dumps(message)
        row = {
            "ID": len(rows) + 1,
            "OperationID": len(rows) + 1,
            "Timestamp": 1_745_279_200,
            "Type": "Result",
            "Message": text,
            "Exception": None,
        }
        rows.append(row | columns)

    def remember(self, backup_id: str, last_run: Millis | None = None, **metadata: object) -> None:
        """Let it remember what it writes of a backup when an operation ended; times are millis.

        Whole seconds, except when the planned run began.
        """
        for entry in self.backups:
            if entry["Backup"]["ID"] == backup_id:
                told = {key: _written(value) for key, value in metadata.items()}
                entry["Backup"]["Metadata"] |= told
                if last_run is not None:
                    schedule = entry["Schedule"] or {"Time": "2099-01-01T00:00:00Z", "Repeat": "1D"}
                    entry["Schedule"] = schedule | {"LastRun": format_timestamp(last_run)}

    def entry(self, backup_id: str) -> Json:
        """Return a backup as it is told alone."""
        return next(each for each in self.backups if each["Backup"]["ID"] == backup_id)

    def set_option(self, backup_id: str, name: str, value: str) -> None:
        """Let a backup set an option of its own."""
        own = self.entry(backup_id)["Backup"].setdefault("Settings", [])
        own.append({"Filter": "", "Name": name, "Value": value, "Argument": None})

    def change_settings(self, changed: Json) -> None:
        """Set and remove settings."""
        self.patched.append(changed)
        settings = self.settings | changed
        self.settings = {name: each for name, each in settings.items() if each is not None}

    def rename(self, backup_id: str, name: str) -> None:
        """Call a backup otherwise."""
        for entry in self.backups:
            if entry["Backup"]["ID"] == backup_id:
                entry["Backup"]["Name"] = name

    def told(self, path: str) -> object:
        """Return what it tells at a path, None if nothing."""
        answers = {
            "/systeminfo": self.info,
            "/serverstate": self.state,
            "/notifications": self.notifications,
            "/backups": self.backups,
            "/serversettings": self.settings,
        }
        return answers.get(path)

    def is_sync(self, backup_id: str) -> bool:
        """Return whether it is a Sync, whose log the server fails to read."""
        found = [each["Backup"] for each in self.backups if each["Backup"]["ID"] == backup_id]
        return any(each.get("OperationType") == "Sync" for each in found)

    def delete(self, backup_id: str) -> None:
        """Forget a backup."""
        self.backups = [each for each in self.backups if each["Backup"]["ID"] != backup_id]
        self.rows.pop(backup_id, None)


def _written(value: object) -> object:
    """Return a value of Metadata as Duplicati writes it."""
    return f"{to_datetime(value):%Y%m%dT%H%M%SZ}" if isinstance(value, int) else value
