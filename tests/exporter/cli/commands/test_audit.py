"""Who changed what is listed, also after a change by a command without a daemon."""

import json
import re
from pathlib import Path

import pytest

from tests.exporter.cli.conftest import Commands


def rows(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines()]


@pytest.mark.usefixtures("either")
def test_changes_are_listed_the_newest_first(command: Commands) -> None:
    assert rows(command.output("audit")) == [["AT", "WHO", "WHAT", "SERVER", "BACKUP", "CHANGED"]]
    command.output("job", "set", "1", "--schedule", "off")
    command.output("server", "set", "old", "--alias", "Cellar")
    _, newest, oldest = rows(command.output("audit"))
    assert newest[1:] == ["admin", "server.set", "old", 'alias: null → "Cellar"']
    assert oldest[1:] == ["admin", "job.set", "nas", "Documents", 'schedule: null → "off"']


@pytest.mark.usefixtures("database")
def test_changes_are_listed_of_a_server_or_a_job(command: Commands) -> None:
    for job in ("1", "2", "3"):
        command.output("job", "set", job, "--tags", "x")
    told = {
        flags: [each["jobId"] for each in json.loads(command.output("audit", *flags, "--json"))]
        for flags in (("--server", "nas"), ("--job", "3"), ("--limit", "1"))
    }
    assert told == {("--server", "nas"): [2, 1], ("--job", "3"): [3], ("--limit", "1"): [3]}


def test_who_has_a_named_token_is_told(
    command: Commands, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database.exists()
    monkeypatch.setenv("DUPLISTATUS_ADMIN_TOKEN", "the-token-of-somebody Ada Lovelace")
    command.output("job", "set", "1", "--pause")
    (entry,) = json.loads(command.output("audit", "--json"))
    assert entry["who"] == "Ada Lovelace"
    assert entry["details"] == {"paused": {"old": False, "new": True}}
